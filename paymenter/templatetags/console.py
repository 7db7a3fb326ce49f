"""Small drawings of the console, and what its lists remember."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from paymenter.console import saved_filters as kept_filters

register = template.Library()

WIDTH, HEIGHT = 120, 24


@register.simple_tag
def sparkline(points: Sequence[float]) -> SafeString | str:
    """A line without words, for those who see it: what it says stands beside it as a figure."""
    most = max(points, default=0)
    if len(points) < 2 or most <= 0:
        return ""
    step = WIDTH / (len(points) - 1)
    places = " ".join(
        f"{place * step:.1f},{HEIGHT - 1 - value / most * (HEIGHT - 2):.1f}"
        for place, value in enumerate(points)
    )
    return format_html(
        '<svg class="mt-2 text-primary-600 dark:text-primary-500" viewBox="0 0 {} {}" '
        'preserveAspectRatio="none" style="width: 100%; height: {}px" aria-hidden="true">'
        '<polyline points="{}" fill="none" stroke="currentColor" stroke-width="1.5" '
        'vector-effect="non-scaling-stroke"/></svg>',
        WIDTH,
        HEIGHT,
        HEIGHT,
        places,
    )


@register.simple_tag(takes_context=True)
def saved_filters(context: dict[str, Any], changes: Any) -> dict[str, Any]:
    """What a list's bar of saved filters shows. One query."""
    request = context["request"]
    rows = kept_filters.saved(request, changes.opts.label_lower)
    return {
        "rows": rows,
        "query": kept_filters.kept_query(request.GET.urlencode()),
        "is_saved": any(row["chosen"] for row in rows),
        "base": request.path,
    }
