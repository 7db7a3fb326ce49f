"""Small drawings of the console."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

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
