"""What staff choose for a product on its server (Paymenter: getProductConfig, product settings).

The module may ask its panel what there is to choose, so its answer is kept for a minute, as in
Paymenter.
"""

import logging
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from django.core.cache import cache

from billing.actions.extensions import set_settings
from billing.actions.subjects import NotInstalled, module_of_server
from billing.models import Product, Server
from billing.rules.product_settings import Chosen, Option
from paymenter import options
from paymenter.actor import Actor
from paymenter.db.morph import class_name
from paymenter.errors import Refused

KEPT_SECONDS = 60
SILENT = "The server {} does not say what can be chosen: {}"

log = logging.getLogger(__name__)


def options_of(server: Server, values: Mapping[str, Any]) -> Sequence[Option]:
    """With what is chosen so far. Raises Refused where the module or its panel fails; empty where
    the module is not installed."""
    chosen = sha256(repr(sorted(values.items())).encode()).hexdigest()
    key = f"product-options:{server.pk}:{server.updated_at:%s%f}:{chosen}"
    found: Sequence[Option] | None = cache.get(key)
    if found is None:
        found = _asked(server, values)
        cache.set(key, found, KEPT_SECONDS)
    return found


def chosen_for(product: Product) -> dict[str, Any]:
    return options.owned_by(class_name(Product), product.pk)


def set_product_settings(product: Product, chosen: Mapping[str, Chosen], *, actor: Actor) -> None:
    """Those not named stay, also where the product gets another server (as in Paymenter)."""
    texts = {key: each.text for key, each in chosen.items()}
    secrets = {key for key, each in chosen.items() if each.is_secret}
    lists = {key for key, each in chosen.items() if each.is_list}
    set_settings(product, texts, secrets, actor=actor, lists=lists)


def _asked(server: Server, values: Mapping[str, Any]) -> Sequence[Option]:
    try:
        return tuple(module_of_server(server).product_options(values))
    except NotInstalled:
        return ()
    except Exception as error:
        log.exception("Server %s: the module cannot say what to choose", server.pk)
        raise Refused(SILENT.format(server.name, error)) from error
