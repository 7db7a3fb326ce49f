"""What staff write of a product's options by name, as the order form takes it: by id."""

from collections.abc import Mapping

from billing.actions.choices import Option, Options
from billing.models import Product
from paymenter.errors import Refused

NO_OPTION = "The product has no option “{}”."
NO_VALUE = "The option “{}” has no value “{}”."


def named_options(product_id: int, named: Mapping[str, str]) -> dict[int, str]:
    """Raises Refused for a name that the product does not have."""
    if not named:
        return {}
    product = Product.objects.get(pk=product_id)
    known = {_plain(option.row.name): option for option in Options([product]).of(product)}
    found = {}
    for name, value in named.items():
        option = known.get(_plain(name))
        if option is None:
            raise Refused(NO_OPTION.format(name))
        found[option.row.pk] = _value(option, value)
    return found


def _value(option: Option, text: str) -> str:
    if option.is_typed:
        return text
    if option.is_checkbox:
        return "true" if _plain(text) in ("yes", "true", "on", "1") else ""
    value = next((value for value in option.values if _plain(value.name) == _plain(text)), None)
    if value is None:
        raise Refused(NO_VALUE.format(option.row.name, text))
    return str(value.pk)


def _plain(text: str | None) -> str:
    return (text or "").strip().casefold()
