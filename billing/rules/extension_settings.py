"""The settings of Paymenter's gateways and servers: their names, and which of them are secret.

Paymenter encrypts some of the secrets only; here all are. A switch is stored as `1` or `0`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "url", "switch"]


@dataclass(frozen=True, slots=True)
class Setting:
    key: str
    kind: Kind = "text"
    required: bool = True
    secret: bool = False


Catalogue = Mapping[str, tuple[Setting, ...]]


def _secret(key: str, *, required: bool = True) -> Setting:
    return Setting(key, required=required, secret=True)


def _switch(key: str) -> Setting:
    return Setting(key, "switch", required=False)


_HOST = Setting("host", "url")

GATEWAYS: Catalogue = {
    "Mollie": (_secret("api_key"),),
    "PayPal": (
        Setting("client_id"),
        _secret("client_secret"),
        Setting("webhook_id"),
        _switch("test_mode"),
        _switch("paypal_support_billing_agreements"),
    ),
    "PayPal_IPN": (Setting("email"), _switch("test_mode")),
    "Stripe": (
        _secret("stripe_secret_key"),
        Setting("stripe_publishable_key"),
        _switch("stripe_create_customers"),
        _secret("stripe_webhook_secret", required=False),
    ),
}
SERVERS: Catalogue = {
    "CPanel": (_HOST, Setting("username"), _secret("apikey")),
    "Convoy": (_HOST, _secret("api_key")),
    "DirectAdmin": (_HOST, Setting("username"), _secret("password")),
    "Enhance": (_HOST, _secret("apikey"), Setting("orgId")),
    "Plesk": (Setting("host"), Setting("username"), _secret("password")),
    "Pterodactyl": (_HOST, _secret("api_key")),
    "Virtfusion": (_HOST, _secret("apikey")),
    "Virtualizor": (
        _secret("key"),
        _secret("password"),
        Setting("ip"),
        Setting("port"),
        Setting("client_port"),
    ),
}


def settings_of(catalogue: Catalogue, extension: str) -> dict[str, Setting]:
    """By key; empty for an extension that only PHP knows."""
    return {setting.key: setting for setting in catalogue.get(extension, ())}
