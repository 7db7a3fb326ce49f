"""What a caller may give away."""

from functools import partial
from typing import Any

from rest_framework.request import Request

from accounts.api.authentication import KeyCaller
from accounts.rules.grants import Holds, held_by_key
from paymenter.jsonapi.viewset import Action

UNCACHED = {"Cache-Control": "no-store, private"}  # of an answer with a secret


def holds(request: Request) -> Holds:
    caller: Any = request.auth
    return held_by_key(caller.permissions) if isinstance(caller, KeyCaller) else caller.may


def person_holds(request: Request) -> Holds | None:
    """None for a key."""
    caller: Any = request.auth
    return None if isinstance(caller, KeyCaller) else caller.may


def told(action: Action, request: Request) -> Action:
    """The action with what its caller holds."""
    return partial(action, holds=holds(request))
