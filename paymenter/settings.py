"""Django's settings, read from Paymenter's own `.env`; `.env.example` explains each variable."""

from pathlib import Path
from urllib.parse import urlsplit

from paymenter.addresses import networks
from paymenter.env import Environment
from paymenter.jsonapi.components import COMPONENTS

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment.load(BASE_DIR)

# Application
APP_NAME = env.text("APP_NAME", "Paymenter")
APP_ENV = env.text("APP_ENV", "production")
APP_URL = env.text("APP_URL", "http://localhost").rstrip("/")
APP_KEYS = env.keys()
SECRET_KEY = APP_KEYS.secret_key
DEBUG = env.flag("APP_DEBUG", False)
BCRYPT_ROUNDS = env.integer("BCRYPT_ROUNDS", 12, minimum=4, maximum=31)

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # does not replace our AdminSite
    "unfold.contrib.filters",
    "paymenter",
    "paymenter.idempotency.apps.IdempotencyConfig",
    "paymenter.jobs.apps.JobsConfig",
    "paymenter.console.apps.PagesConfig",
    "django_tasks_db",
    "accounts",
    "accounts.tokens.apps.TokensConfig",
    "accounts.envelopes.apps.EnvelopesConfig",
    "accounts.webhooks.apps.WebhooksConfig",
    "accounts.notes.apps.NotesConfig",
    "billing",
    "billing.daily.apps.DailyConfig",
    "billing.figures.apps.FiguresConfig",
    "billing.explanations.apps.ExplanationsConfig",
    "billing.issued_taxes.apps.IssuedTaxesConfig",
    "billing.provisioning.apps.ProvisioningConfig",
    "billing.wallets.apps.WalletsConfig",
    "billing.corrections.apps.CorrectionsConfig",
    "billing.fulfilments.apps.FulfilmentsConfig",
    "billing.anchors.apps.AnchorsConfig",
    "support",
    "paymenter.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "paymenter.middleware.RequestLog",
    "paymenter.proxies.TrustedProxies",
    "paymenter.middleware.MethodOverride",
    "paymenter.middleware.Cors",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "paymenter.middleware.Sessions",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.signed_in.Authentication",
    "paymenter.middleware.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "paymenter.urls"
WSGI_APPLICATION = "paymenter.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "paymenter" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Database. Laravel owns its tables: our models are unmanaged, and no migration of ours or of a
# library may point a foreign key at them (docs/adr/0003-no-foreign-keys-into-laravel.md).
DATABASES = {"default": env.database(BASE_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIGRATION_MODULES = {
    "admin": "paymenter.migrations.admin",
    "paymenter": None,
    "accounts": None,
    "billing": None,
    "support": None,
}

# Cache
REDIS_URL = env.redis_url()
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if env.text("CACHE_STORE", "array") == "redis" and REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# Jobs: rows in the database, run by `manage.py work` or by Celery's workers
JOBS_ENGINE = env.choice("JOBS_ENGINE", ("database", "celery"))
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672//")
CELERY_QUEUE = env.text("CELERY_QUEUE", "paymenter")
TASKS = {"default": {"BACKEND": "paymenter.jobs.definition.Backend", "QUEUES": ["default"]}}

# What goes out to addresses that people type in (paymenter/http.py)
OUTGOING_PRIVATE_NETWORKS = networks(
    "OUTGOING_PRIVATE_NETWORKS", env.items("OUTGOING_PRIVATE_NETWORKS")
)

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.RoleBackend"]
LOGIN_URL = "/login"

# OAuth2 server: Passport's RSA keys, in the environment or in the files where PHP keeps them
PASSPORT_PRIVATE_KEY = env.text("PASSPORT_PRIVATE_KEY")
PASSPORT_PUBLIC_KEY = env.text("PASSPORT_PUBLIC_KEY")
PASSPORT_KEYS_DIR = BASE_DIR / (env.text("PASSPORT_KEYS_DIR") or "storage")

# Sessions of the console and of the OAuth pages
SESSION_COOKIE_NAME = "paymenter_console"
SESSION_COOKIE_AGE = 60 * 60 * 2
SESSION_SAVE_EVERY_REQUEST = False
CSRF_COOKIE_NAME = "paymenter_csrf"

# Security
SECURE = urlsplit(APP_URL).scheme == "https"
ALLOWED_HOSTS = [
    *(env.items("ALLOWED_HOSTS") or (urlsplit(APP_URL).hostname or "localhost",)),
    "localhost",
    "127.0.0.1",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [APP_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = False  # the proxy in front of us redirects; Paymenter does not either
SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 31_536_000 if SECURE else 0, minimum=0)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOWED_ORIGINS = list(env.items("CORS_ALLOWED_ORIGINS"))
CORS_ALLOW_ALL_ORIGINS = not CORS_ALLOWED_ORIGINS  # as Paymenter: keys, never cookies, open /api
CORS_EXPOSE_HEADERS = [
    *("X-Request-Id", "ETag", "Idempotency-Replayed", "Retry-After", "Content-Disposition"),
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Time and language. Laravel's columns are read by `paymenter.db.zone`, never by Django.
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
FORMAT_MODULE_PATH = ["paymenter.formats"]

# Files
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = not STATIC_ROOT.is_dir()  # serve them also before collectstatic

PUBLIC_FILES_DIR = BASE_DIR / (env.text("PUBLIC_FILES_DIR") or PASSPORT_KEYS_DIR / "app" / "public")
INVOICE_FONT_DIRS = list(env.items("INVOICE_FONT_DIRS"))  # docs/invoices.md
INVOICE_FONTS = list(env.items("INVOICE_FONTS"))

# API
API_RATE_LIMIT = env.rate("API_RATE_LIMIT")  # (requests, seconds) for each caller
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.JwtAuthentication",
        "accounts.api.authentication.ApiKeyAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["paymenter.jsonapi.permissions.Denied"],
    "DEFAULT_RENDERER_CLASSES": ["paymenter.jsonapi.renderer.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["paymenter.jsonapi.parser.LaravelParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "paymenter.jsonapi.renderer.OneFormat",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "paymenter.jsonapi.errors.answer",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Paymenter API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": "The admin API of Paymenter: JSON:API documents, one dialect for all resources.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "APPEND_COMPONENTS": COMPONENTS,
    "POSTPROCESSING_HOOKS": [
        "paymenter.jsonapi.schema.without_trailing_slashes",
        "paymenter.jsonapi.careful_schema.promise",
        "paymenter.jsonapi.generated_clients.plainly",
    ],
    "SCHEMA_PATH_PREFIX": r"/api/v1/admin",
}

# Console
UNFOLD = {
    "SITE_TITLE": "paymenter.console.site.company_name",
    "SITE_HEADER": "paymenter.console.site.company_name",
    "SITE_SYMBOL": "receipt_long",
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "COLORS": {
        "primary": {  # Paymenter's blue; 500 is read on dark pages, 600 on light ones
            "50": "oklch(96.9% .016 272)",
            "100": "oklch(93.5% .033 272)",
            "200": "oklch(88% .06 272)",
            "300": "oklch(80.5% .105 272)",
            "400": "oklch(76% .14 272)",
            "500": "oklch(72% .15 272)",
            "600": "oklch(51.1% .23 270)",
            "700": "oklch(45.7% .22 270)",
            "800": "oklch(39.8% .19 270)",
            "900": "oklch(35.9% .14 270)",
            "950": "oklch(25.7% .09 270)",
        },
    },
    "SHOW_VIEW_ON_SITE": False,
    "SCRIPTS": ["paymenter.console.site.script"],
    "ACCOUNT": {"navigation": "paymenter.console.site.account_links"},
    "STYLES": ["paymenter.console.site.style"],
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "navigation": "paymenter.console.navigation.sidebar",
    },
}

# Mail: used until the settings table says otherwise
MAIL = env.mail()

# Logs
LOG_FORMAT = env.text("LOG_FORMAT") or ("text" if DEBUG or APP_ENV == "local" else "json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"default": {"()": f"paymenter.logs.{LOG_FORMAT.capitalize()}Formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "default"}},
    "root": {"handlers": ["stderr"], "level": (env.text("LOG_LEVEL") or "INFO").upper()},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "httpx": {"level": "WARNING"},  # it tells each URL, and some hold a secret
    },
}
SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # HSTS follows APP_URL: an http installation must not set it
    "security.W003",  # django.middleware.csrf.CsrfViewMiddleware is that middleware
    "security.W008",  # SECURE_SSL_REDIRECT: see above
    "security.W012",  # cookies follow APP_URL's scheme
    "security.W005",  # HSTS for subdomains is the operator's to say
    "security.W016",  # see W012
    "security.W021",  # and so is preloading it
]
