from collections.abc import Collection

from django.db.models import Model


def changed(before: Model, also: Collection[str] = ()) -> list[str]:
    """The columns that are no more what they were, as Eloquent lists them; `also` are those that
    it takes for different, once it writes at all."""
    after = type(before)._base_manager.get(pk=before.pk)
    names = [field.attname for field in before._meta.concrete_fields]
    found = [name for name in names if getattr(before, name) != getattr(after, name)]
    return [name for name in names if name in found or (found and name in also)]
