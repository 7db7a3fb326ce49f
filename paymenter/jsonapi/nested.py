"""Fields that hold other records: ids of some, or the parts of the record itself."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Model, QuerySet

from paymenter.errors import Refused
from paymenter.jsonapi.input import Each, Field, Input
from paymenter.laravel.validation import SELECTED, Given, Schema, record_id

MOST_IDS = 1000


class Ids(Field):
    """Ids of existing records; together they replace those of before."""

    def __init__(self, model: type[Model]) -> None:
        super().__init__()
        self.model = model

    def texts(self, given: Given) -> list[str]:
        if not isinstance(given.value, list):
            return [given.say("The {} field must be an array.")]
        if len(given.value) > MOST_IDS:
            return [given.say("The {} field must not have more than {} items.", MOST_IDS)]
        wanted = self.stored(given)
        found = self.model._default_manager.filter(pk__in=wanted).count()
        fine = None not in wanted and found == len(wanted)
        return [] if fine else [given.say(SELECTED)]

    def stored(self, given: Given) -> list[int | None]:
        return list(dict.fromkeys(record_id(value) for value in given.value))

    def schema(self) -> Schema:
        items = {"type": "integer", "minimum": 1}
        return {"type": "array", "items": items, "maxItems": MOST_IDS}


class Parts(Each):
    """The parts of a record, all of them: in an update one with an `id` changes that part, one
    without is new, and the parts not named are deleted."""

    def __init__(
        self, input: type[Input], of: Callable[[Any], "QuerySet[Any]"], *, most: int = 100
    ) -> None:
        super().__init__(input, most=most)
        self.create_only = False
        self.of = of

    def refusals(self, given: Given) -> dict[str, list[str]]:
        refusals = super().refusals(given)
        if refusals or given.instance is None:
            return refusals
        named = [record_id(item["id"]) for item in given.value if "id" in item]
        double = len(named) != len(set(named))
        return {given.name: [given.say("The {} field has a duplicate value.")]} if double else {}

    def _values(self, given: Given) -> Iterator[dict[str, Any]]:
        for place, item in enumerate(given.value):
            try:
                yield self._value(item, given)
            except Refused as refused:
                errors = {f"{given.name}.{place}.{n}": t for n, t in refused.errors.items()}
                raise Refused(errors=errors) from None

    def _value(self, item: dict[str, Any], given: Given) -> dict[str, Any]:
        if given.instance is None or "id" not in item:
            return self.input.create(item)
        part = self.of(given.instance).filter(pk=record_id(item["id"]) or 0).first()
        if part is None:
            raise Refused.on("id", SELECTED.format("id"))
        return {"id": part.pk, **self.input.update(item, part)}

    def schema(self) -> Schema:
        schema = self.input.schema()
        identity = {"id": {"type": "integer", "minimum": 1}}
        items = {"type": "object", "properties": identity | schema["properties"]}
        return {"type": "array", "items": items, "maxItems": self.most}
