"""Nobody grants what he does not hold.

`holds` says whether the caller has a permission. A key's `view` shows lists too and its `delete`
deletes one after the other, so that they cover a role's `viewAny` and `deleteAny`.
"""

from collections.abc import Callable, Collection, Iterable

from accounts.rules.permissions import EVERYTHING, STAFF

Holds = Callable[[str], bool]

NOT_HELD = "You cannot grant what you do not hold: {}."
_SAME = {"viewAny": "view", "deleteAny": "delete"}


def held_by_key(permissions: Collection[str]) -> Holds:
    """`*` has no meaning in a key."""

    def holds(name: str) -> bool:
        subject, _, action = name.rpartition(".")
        same = f"{subject}.{_SAME.get(action, action)}"
        return name != EVERYTHING and bool({name, same} & set(permissions))

    return holds


def unknown_to_roles(names: Iterable[str], kept: Collection[str] = ()) -> list[str]:
    """`kept`: what the role has already, perhaps from an extension of PHP."""
    return [name for name in names if name not in STAFF and name not in kept]


def not_held(names: Iterable[str], holds: Holds) -> list[str]:
    return [name for name in names if not holds(name)]
