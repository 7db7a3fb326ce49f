"""The settings of a fresh Paymenter, in the order in which it writes them.

A bool is stored as `1` or `0` with type boolean, a list as JSON with type array, all else as text.
"""

from importlib.resources import files

Value = str | bool | list[str]

LANGUAGES = (
    "ar bn da de en es fi fr he hi hu id it ko lv nl no pl pt sr sv tr uk zh"  # Paymenter has these
)


def defaults(company_name: str, app_url: str) -> dict[str, Value]:
    return {
        "invoice_number": "0",  # the last number that was given out
        "company_name": company_name,
        "timezone": "UTC",
        "app_language": "en",
        "allowed_languages": LANGUAGES.split(),
        "app_url": app_url,
        "captcha": "disabled",
        "session_validation": "none",
        "oauth_google": False,
        "oauth_github": False,
        "oauth_discord": False,
        "tax_enabled": False,
        "tax_type": "inclusive",
        "mail_disable": True,
        "mail_must_verify": False,
        "mail_encryption": "tls",
        "mail_header": _text("header.html"),
        "mail_footer": _text("footer.html"),
        "mail_css": _text("style.css"),
        "tickets_disabled": False,
        "ticket_departments": ["Support", "Sales"],
        "ticket_client_closing_disabled": False,
        "ticket_mail_piping": False,
        "ticket_mail_port": "993",
        "cronjob_time": "00:00",
        "cronjob_invoice": "7",
        "cronjob_invoice_reminder": "3",
        "cronjob_order_cancel": "7",
        "cronjob_order_suspend": "2",
        "cronjob_order_terminate": "14",
        "cronjob_delete_email_logs": "90",
        "cronjob_close_ticket": "7",
        "credits_enabled": False,
        "credits_minimum_deposit": "5",
        "credits_maximum_deposit": "100",
        "credits_maximum_credit": "300",
        "credits_auto_use": True,
        "credits_on_downgrade": True,
        "theme": "default",
        **_THEME,
        "bill_to_text": "",
        "invoice_number_padding": "1",
        "invoice_number_format": "INV-{number}",
        "invoice_proforma": False,
        "invoice_snapshot": True,
        "gravatar_default": "wavatar",
        "default_currency": "USD",
        "registration_disabled": False,
        "pagination": "10",
        "debug": False,
        "billing_month_end": "clamp",  # ours; where PHP made the database the row is missing
    }


_THEME: dict[str, Value] = {
    "theme_default_direct_checkout": False,
    "theme_default_small_images": False,
    "theme_default_show_category_description": True,
    "theme_default_logo_display": "logo-and-name",
    "theme_default_home_page_text": "Pick what you need below.",
    "theme_default_primary": "hsl(229, 100%, 64%)",
    "theme_default_secondary": "hsl(237, 33%, 60%)",
    "theme_default_neutral": "hsl(220, 25%, 85%)",
    "theme_default_base": "hsl(0, 0%, 0%)",
    "theme_default_muted": "hsl(220, 0%, 53%)",
    "theme_default_inverted": "hsl(100, 100%, 100%)",
    "theme_default_background": "hsl(100, 100%, 100%)",
    "theme_default_background-secondary": "hsl(0, 0%, 97%)",
    "theme_default_dark-primary": "hsl(229, 100%, 64%)",
    "theme_default_dark-secondary": "hsl(237, 33%, 60%)",
    "theme_default_dark-neutral": "hsl(0, 0%, 17%)",
    "theme_default_dark-base": "hsl(100, 100%, 100%)",
    "theme_default_dark-muted": "hsl(0, 0%, 40%)",
    "theme_default_dark-inverted": "hsl(220, 14%, 60%)",
    "theme_default_dark-background": "hsl(240, 18%, 9%)",
    "theme_default_dark-background-secondary": "hsl(240, 13%, 11%)",
}


def _text(name: str) -> str:
    return (files("paymenter.seed") / "mail" / name).read_text(encoding="utf-8")
