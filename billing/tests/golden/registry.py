"""Adapters by the name of the recorded operation, for each vocabulary."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from paymenter.actor import Actor

Adapter = Callable[[dict[str, Any]], Any]
Recording = dict[str, Any]  # a step: name, args


class Failure(Exception):
    """What a client is told, in the words of the recording; `message` None compares the kind only.

    kind: validation, not_found, http, display, forbidden, database, error, …
    """

    def __init__(
        self, kind: str, message: str | None = None, errors: dict[str, list[str]] | None = None
    ) -> None:
        self.kind, self.message, self.errors = kind, message, errors
        super().__init__(kind, message)


@dataclass(slots=True)
class Operations:
    """Decorates adapters: `@operation("price.make")`. They take the recorded args and answer with
    what is compared with the recorded `return`; a Refused that they raise is the exception."""

    vocabulary: str
    adapters: dict[str, Adapter] = field(default_factory=dict)

    def __call__(self, *names: str) -> Callable[[Adapter], Adapter]:
        def register(adapter: Adapter) -> Adapter:
            for name in names:
                assert name not in self.adapters, f"two adapters for {name}"
                self.adapters[name] = adapter
            return adapter

        return register


def operations(vocabulary: str) -> Operations:
    """With the adapters of all modules of the package."""
    package = importlib.import_module(f"billing.tests.golden.{vocabulary}")
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    found: Operations = package.operation
    return found


def actor_of(args: dict[str, Any]) -> Actor:
    """The logged-in user: `login` in one vocabulary, `as` in the other."""
    return Actor(user_id=args.get("login", args.get("as")), url="http://localhost")
