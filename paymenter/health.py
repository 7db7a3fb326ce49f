"""Is the process alive, and can it serve: for load balancers, containers and operators."""

from collections.abc import Callable
from uuid import uuid4

from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse

from paymenter.db import schema
from paymenter.jobs import overview


def alive(request: HttpRequest) -> JsonResponse:
    """Touches nothing: a failing database is no reason to restart the process."""
    return JsonResponse({"status": "healthy"})


def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, schema and cache answer as expected, else 503 with what is wrong.

    `oldest_due_job`: seconds for which a job has been waiting for a worker; only told, as a web
    process can serve without one.
    """
    checks = {
        "database": _problem(_database),
        "schema": _problem(_schema),
        "cache": _problem(_cache),
    }
    fine = all(problem is None for problem in checks.values())
    body = {
        "status": "ready" if fine else "unavailable",
        "checks": {name: problem or "ok" for name, problem in checks.items()},
        "oldest_due_job": _oldest_due_job() if checks["database"] is None else None,
    }
    return JsonResponse(body, status=200 if fine else 503)


def _problem(check: Callable[[], str | None]) -> str | None:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 (whatever it is, we are not ready)
        return type(error).__name__


def _database() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return None


def _schema() -> str | None:
    found = cache.get("schema_problems")
    if found is None:
        found = len(schema.problems(connection))
        cache.set("schema_problems", found, 60)
    return f"{found} differences: run manage.py checkschema" if found else None


def _oldest_due_job() -> int | None:
    try:
        return overview.oldest_due()
    except Error:  # the table is made by `install`
        return None


def _cache() -> str | None:
    key, value = f"ready:{uuid4().hex}", uuid4().hex
    cache.set(key, value, 10)
    return None if cache.get(key) == value else "what was stored did not come back"
