"""What every view of the API does for careful clients: limits, and requests that act once."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from paymenter.jsonapi import idempotency, throttling
from paymenter.rate_limits import Limit, Standing


class CarefulView(APIView):
    counted: tuple[Limit, Standing] | None = None

    def perform_authentication(self, request: Request) -> None:
        """Counts a caller as soon as he is known, before his permissions are."""
        super().perform_authentication(request)
        self.counted = throttling.hit(request)
        if self.counted and not self.counted[1].allowed:
            raise throttling.TooMany

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        idempotency.guard(self, request)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        final: Response = super().finalize_response(request, response, *args, **kwargs)
        if self.counted:
            throttling.show(final, *self.counted)
        return final
