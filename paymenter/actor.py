"""Who does something and from where, as audits show it; every action is told."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

CONSOLE_URL = "console"


@dataclass(frozen=True, slots=True)
class Actor:
    """user_id is None for an API key and for what the system does by itself; `behind` is who acts
    as that user (impersonation)."""

    user_id: int | None = None
    url: str = CONSOLE_URL
    ip_address: str = "127.0.0.1"
    user_agent: str = "Symfony"
    behind: int | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> "Actor":
        user = getattr(request, "user", None)
        caller = getattr(request, "auth", None)
        return cls(
            user_id=getattr(user, "pk", None),
            url=_full_url(request),
            ip_address=request.META.get("REMOTE_ADDR", ""),
            user_agent=request.META.get("HTTP_USER_AGENT", "")[:1023],
            behind=getattr(caller, "impersonated_by", None),
        )

    @property
    def tags(self) -> str | None:
        if self.behind is not None:
            return f"impersonated by user {self.behind}"
        return "admin" if self.url != CONSOLE_URL and "/admin" in self.url else None


SYSTEM = Actor()


def _full_url(request: HttpRequest) -> str:
    """As Symfony writes it: the parameters by name, encoded anew."""
    pairs = sorted((name, value) for name, values in request.GET.lists() for value in values)
    query = f"?{urlencode(pairs)}" if pairs else ""
    return request.build_absolute_uri(request.path) + query
