"""How much one caller may ask in a minute: API_RATE_LIMIT, for keys and people alike.

Without the setting nothing is counted and no header is sent, as in Paymenter. The window is fixed
and begins with the first request, as Laravel's; where it is counted, see `paymenter.rate_limits`.
"""

from django.conf import settings
from django.http.response import HttpResponseBase
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from paymenter.jsonapi.permissions import caller_of
from paymenter.rate_limits import Limit, Standing


class TooMany(APIException):
    status_code = 429
    default_detail = "Too Many Attempts."


def hit(request: Request) -> tuple[Limit, Standing] | None:
    """Counts a known caller's request; None where there is no limit."""
    rate: tuple[int, int] | None = settings.API_RATE_LIMIT
    if rate is None or (caller := caller_of(request)) is None:
        return None
    limit = Limit("api", *rate)
    return limit, limit.hit(caller)


def show(response: HttpResponseBase, limit: Limit, standing: Standing) -> None:
    response["X-RateLimit-Limit"] = str(limit.most)
    response["X-RateLimit-Remaining"] = str(standing.remaining)
    response["X-RateLimit-Reset"] = str(standing.resets_at)
    if not standing.allowed:
        response["Retry-After"] = str(standing.retry_after)
