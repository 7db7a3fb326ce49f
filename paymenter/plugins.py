"""Which modules there are for what is outside: servers that run services.

A module is named here by the path of its class, which is imported when it is first used. Packages
of others add theirs by an entry point of the group `paymenter.servers`; its name is what the
column `extensions.extension` holds. A name of ours cannot be taken by a package.
"""

from functools import cache
from importlib.metadata import entry_points
from typing import Any

from django.utils.module_loading import import_string


class Registry:
    """Classes by the name of their extension."""

    def __init__(self, group: str, **ours: str) -> None:
        self.group = group
        self._paths = ours
        self._find = cache(self._load)

    def names(self) -> list[str]:
        return sorted({*self._paths, *(entry.name for entry in self._entries())})

    def find(self, name: str) -> Any | None:
        """The class; None where there is no module of that name."""
        return self._find(name)

    def register(self, name: str, path: str) -> None:
        self._paths[name] = path
        self._find.cache_clear()

    def unregister(self, name: str) -> None:
        self._paths.pop(name, None)
        self._find.cache_clear()

    def _load(self, name: str) -> Any | None:
        if name in self._paths:
            return import_string(self._paths[name])
        return next((entry.load() for entry in self._entries() if entry.name == name), None)

    def _entries(self) -> Any:
        return entry_points(group=self.group)


servers = Registry("paymenter.servers")
