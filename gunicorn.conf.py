"""How gunicorn serves. HOST, PORT, WEB_CONCURRENCY and WEB_THREADS come as all other settings."""

import os
import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured

try:
    from paymenter import settings
except ImproperlyConfigured as error:
    sys.exit(f"Configuration: {error}")

env = settings.env
bind = f"{env.text('HOST') or '127.0.0.1'}:{env.integer('PORT', 8000, minimum=1, maximum=65535)}"
worker_class = "gthread"
workers = env.integer("WEB_CONCURRENCY", max(2, os.cpu_count() or 2), minimum=1)
threads = env.integer("WEB_THREADS", 2, minimum=1)  # more only wait for each other
preload_app = True
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 0  # workers are never replaced; --max-requests if one of them grows
max_requests_jitter = 0
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # heartbeats wait for no disk
control_socket_disable = True
accesslog = None  # the application logs its requests itself
_own: dict[str, Any] = {"handlers": ["stderr"], "level": "INFO", "propagate": False}
_loggers: dict[str, Any] = settings.LOGGING["loggers"]  # type: ignore[assignment]
logconfig_dict = settings.LOGGING | {"loggers": _loggers | {"gunicorn.error": _own}}


def pre_fork(server: Any, worker: Any) -> None:
    """Connections opened while the application was loaded must not be shared by the workers."""
    from django.db import connections

    connections.close_all()
