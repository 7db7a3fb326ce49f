"""The router of the admin API: Laravel answers with and without a trailing slash."""

from typing import Any

from rest_framework.routers import SimpleRouter


class ResourceRouter(SimpleRouter):
    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"

    def get_method_map(self, viewset: Any, method_map: Any) -> Any:
        """A collection of which many records may be deleted at once has the verb for it."""
        found = super().get_method_map(viewset, method_map)
        many = "list" in method_map.values() and getattr(viewset, "bulk", False)
        return found | {"delete": "destroy_many"} if many else found
