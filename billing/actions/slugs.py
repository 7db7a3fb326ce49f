from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.text import slugify

from paymenter.errors import Refused
from paymenter.laravel.validation import REQUIRED

TAKEN = "The slug has already been taken."


def free_slug(
    model: type[Model], values: Mapping[str, Any], *, besides: Model | None = None
) -> str:
    """The slug given, else one made of the name; raises Refused where another record has it."""
    slug = str(values.get("slug") or slugify(str(values.get("name", ""))))
    if not slug:
        raise Refused.on("slug", REQUIRED.format("slug"))
    others = model._default_manager.filter(slug=slug)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    if others.exists():
        raise Refused.on("slug", TAKEN)
    return slug
