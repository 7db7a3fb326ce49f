"""Many names to tick, in groups, with a box that finds them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import Widget
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from paymenter.console.fields import Value


@dataclass(frozen=True, slots=True)
class Item:
    """open: whether the person may tick it; what is ticked already he may always take away."""

    value: str
    label: str
    open: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    items: Sequence[Item]


class Ticks(Widget):
    groups: Callable[[], Iterable[Group]]
    hint = ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return list(data.getlist(name))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        ticked = set(value or ())
        context = {"name": name, "ticked": ticked, "groups": self._known(ticked), "hint": self.hint}
        return render_to_string("console/checklist.html", context)

    def _known(self, ticked: set[str]) -> list[Group]:
        """And what is ticked without being known, such as what an extension of PHP added."""
        groups = [group for group in self.groups() if group.items]
        known = {item.value for group in groups for item in group.items}
        rest = [Item(value, value) for value in sorted(ticked - known)]
        return [*groups, Group("Other", rest)] if rest else groups

    def id_for_label(self, id_: str | None) -> str:
        return ""


class Checklist(Value):
    widget = Ticks

    def __init__(
        self, groups: Callable[[], Iterable[Group]], *, empty: Any = (), **options: Any
    ) -> None:
        super().__init__(empty=empty, **options)
        self.widget.groups = groups

    def to_python(self, value: Any) -> Any:
        """A list, or what no tick means."""
        chosen = list(dict.fromkeys(value or ()))
        return chosen or (list(self.empty) if self.empty is not None else None)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return set(initial or ()) != set(data or ())
