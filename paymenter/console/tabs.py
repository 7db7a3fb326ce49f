"""A record's page in tabs: fieldsets of the class "tab" and inlines with `tab = True`, in one row.

The first fieldset is the tab that is open; its name is that tab's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

FIRST = "general"  # the theme's name for what is open when the address names no tab


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    title: str
    errors: int
    fieldset: Any = None


def tabs_of(adminform: Any, inlines: Iterable[Any]) -> list[Tab]:
    """Empty where the page has no fieldset of the class "tab"."""
    sets = [each for each in adminform if "tab" in each.classes]
    if not sets:
        return []
    found = [
        Tab(slugify(each.name) if place else FIRST, str(each.name), _errors_in(each), each)
        for place, each in enumerate(sets)
    ]
    own = [each for each in inlines if getattr(each.opts, "tab", False)]
    rows = [
        Tab(slugify(each.formset.prefix), _name_of(each), _errors_of(each.formset)) for each in own
    ]
    return [found[0], *rows, *found[1:]]


def context_of(opts: Any, page: Mapping[str, Any]) -> dict[str, Any]:
    """What the page's template needs besides."""
    found = tabs_of(page["adminform"], page["inline_admin_formsets"])
    if not found:
        return {}
    open_tab = next((tab.key for tab in found if tab.errors), "")
    return {"tabs": found, "tab_list": navigation(opts, found), "open_tab": open_tab}


def navigation(opts: Any, tabs: Iterable[Tab]) -> list[dict[str, Any]]:
    """As the theme wants the row of tabs."""
    items = [
        {"title": _title(tab), "link": "", "inline": tab.key, "has_permission": True}
        for tab in tabs
    ]
    return [{"models": [{"name": str(opts), "detail": True}], "items": items}]


def _title(tab: Tab) -> SafeString | str:
    if not tab.errors:
        return tab.title
    return format_html(
        '{} <span class="bg-red-500 font-semibold inline-flex items-center justify-center h-4 w-4 '
        'rounded-full text-[11px] text-white" aria-label="{} errors">{}</span>',
        tab.title,
        tab.errors,
        tab.errors,
    )


def _name_of(inline: Any) -> str:
    name = str(inline.opts.verbose_name_plural)
    return name[:1].upper() + name[1:]


def _errors_in(fieldset: Any) -> int:
    fields = (field for line in fieldset for field in line)
    return sum(1 for field in fields if not field.is_readonly and field.errors())


def _errors_of(formset: Any) -> int:
    nested = (n.formset for form in formset.forms for n in getattr(form, "nested_formsets", ()))
    return sum(1 for errors in formset.errors if errors) + sum(map(_errors_of, nested))
