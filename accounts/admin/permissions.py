"""Permissions as people read them."""

from collections.abc import Callable, Iterable, Iterator

from accounts.rules.grants import Holds, not_held
from accounts.rules.permissions import EVERYTHING
from paymenter.console.checklist import Group, Item
from paymenter.console.fields import label_of

_ABILITIES = {
    "create": "Create",
    "update": "Change",
    "view": "See",
    "viewAny": "See",
    "delete": "Delete",
    "deleteAny": "Delete many at once",
}
_TITLES = {"email_templates": "Notification templates", "cron_stats": "Cron statistics"}
_BOTH = {"viewAny": "See the list", "view": "See one"}


def groups(names: Iterable[str], holds: Holds) -> Callable[[], Iterator[Group]]:
    """Of `admin.<group>.<ability>`, in the catalogue's order; what one does not hold is closed."""

    def grouped() -> Iterator[Group]:
        found: dict[str, list[str]] = {}
        for name in names:
            found.setdefault("" if name == EVERYTHING else name.split(".")[1], []).append(name)
        beyond = set(not_held(found.pop("", ()), holds))
        if EVERYTHING in names:
            yield Group("Everything", [Item(EVERYTHING, "All, also what comes later", not beyond)])
        for group, own in found.items():
            abilities = [name.rpartition(".")[2] for name in own]
            yield Group(
                _TITLES.get(group) or label_of(group),
                [
                    Item(name, _label(ability, abilities), not not_held([name], holds))
                    for name, ability in zip(own, abilities, strict=True)
                ],
            )

    return grouped


def _label(ability: str, all: list[str]) -> str:
    if ability in _BOTH and {"view", "viewAny"} <= set(all):
        return _BOTH[ability]
    return _ABILITIES.get(ability) or label_of(ability)


def described(names: Iterable[str]) -> str:
    """`admin.invoices.viewAny` is Invoices: see."""
    texts = []
    for name in names:
        if name == EVERYTHING:
            return "Everything"
        group, _, ability = name.removeprefix("admin.").rpartition(".")
        title = _TITLES.get(group) or label_of(group)
        texts.append(f"{title}: {_label(ability, []).lower()}")
    return ", ".join(texts) or "Nothing"
