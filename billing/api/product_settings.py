"""The settings of a product on its server, as one object of its Input."""

from collections.abc import Iterable
from typing import Any

from billing.actions.product_settings import chosen_for, options_of
from billing.api.rules import sent_or_kept
from billing.models import Server
from billing.rules.product_settings import PASSWORD, Chosen, Option, refusal, stored
from paymenter.errors import Refused
from paymenter.jsonapi.input import Field
from paymenter.laravel.validation import Given, Schema, record_id


class ProductSettings(Field):
    """Of what the product's server offers; those not named stay."""

    def refusals(self, given: Given) -> dict[str, list[str]]:
        if not isinstance(given.value, dict):
            return {given.name: [given.say("The {} field must be an array.")]}
        try:
            offered = _offered(given)
        except Refused as refused:
            return {given.name: [str(refused)]}
        errors = {
            f"{given.name}.{key}": [f"The server of the product has no setting {key}."]
            for key in given.value
            if key not in offered
        }
        for name in given.value.keys() & offered.keys():
            if text := refusal(offered[name], given.value[name]):
                errors[f"{given.name}.{name}"] = [text]
        return errors

    def stored(self, given: Given) -> dict[str, Chosen]:
        offered = _offered(given)
        return {key: stored(offered[key], value) for key, value in given.value.items()}

    def schema(self) -> Schema:
        kinds = {"type": ["string", "boolean", "integer", "array", "null"]}
        return {"type": "object", "additionalProperties": kinds}


def _offered(given: Given) -> dict[str, Option]:
    """Raises Refused."""
    server = Server.objects.filter(pk=record_id(sent_or_kept(given, "server_id")) or 0).first()
    if server is None:
        return {}
    known = chosen_for(given.instance) if given.instance is not None else {}
    return {option.name: option for option in options_of(server, {**known, **given.value})}


def described(offered: Iterable[Option], chosen: dict[str, Any]) -> list[dict[str, Any]]:
    """As a client shows them; of a password only whether there is one."""
    return [
        {
            "name": option.name,
            "label": option.label or option.name,
            "type": option.type,
            "description": option.description,
            "required": option.required,
            "multiple": option.multiple,
            "options": dict(option.options),
            "default": option.default,
            "value": _value(option, chosen.get(option.name)),
        }
        for option in offered
    ]


def _value(option: Option, value: Any) -> Any:
    return bool(value) if option.type == PASSWORD else value
