"""What the server module of a product asks the client who orders (Paymenter: getCheckoutConfig).

The module may ask its panel, so this is never called while rows are locked. Where it fails nobody
orders what could not be made (Paymenter: orders without the required fields). A module that is not
installed asks nothing: what it would do waits for staff.
"""

import logging
from collections.abc import Sequence

from billing.actions.lines import Wanted
from billing.actions.subjects import NotInstalled, module_for
from billing.models import Product
from billing.rules.checkout_fields import Asked, Values, refusal, rules_of
from paymenter import options
from paymenter.db.morph import class_name
from paymenter.errors import Refused

UNAVAILABLE = "{} cannot be ordered at the moment: try again later."
CHANGED = "What was entered for {} is not accepted any more: open it and correct it."

log = logging.getLogger(__name__)


def asked_for(product: Product, values: Values) -> Sequence[Asked]:
    """With what was entered so far. Raises Refused where the module cannot say."""
    if product.server_id is None:
        return ()
    settings = options.owned_by(class_name(Product), product.pk)
    try:
        asked = tuple(module_for(product).checkout_fields(settings, values))
        for each in asked:
            rules_of(each)
        return asked
    except NotInstalled as error:
        log.warning("Product %s: %s", product.pk, error)
        return ()
    except Exception as error:
        log.exception("Product %s: the server module cannot say what to ask", product.pk)
        raise Refused(UNAVAILABLE.format(product.name)) from error


def may_ask(wanted: Sequence[Wanted]) -> bool:
    return any(each.product.server_id is not None for each in wanted)


def recheck(wanted: Sequence[Wanted]) -> None:
    """What lay in a cart, asked again when it is ordered. Raises Refused."""
    for each in wanted:
        for asked in asked_for(each.product, each.fields):
            if refusal(asked, each.fields.get(asked.name)):
                raise Refused(CHANGED.format(each.product.name))
