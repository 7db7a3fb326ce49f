"""The router of the admin API: Laravel answers with and without a trailing slash."""

from rest_framework.routers import SimpleRouter


class ResourceRouter(SimpleRouter):
    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"
