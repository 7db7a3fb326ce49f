"""The rows of a fresh Paymenter, as the database stores them."""

from datetime import datetime
from importlib.resources import files
from typing import Any

from paymenter.laravel.php import json_encode
from paymenter.seed import settings
from paymenter.seed.countries import COUNTRIES
from paymenter.seed.templates import TEMPLATES

Row = dict[str, Any]
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - where the time does not matter

# key, name, required, on invoices
_PROPERTIES = (
    ("phone", "Phone", True, False),
    ("company_name", "Company Name", False, True),
    ("address", "Address", True, True),
    ("address2", "Address 2", False, False),
    ("city", "City", True, True),
    ("state", "State", True, True),
    ("zip", "ZIP", True, True),
    ("country", "Country", True, True),
)


def rows(now: datetime, *, company_name: str, app_url: str) -> dict[str, list[Row]]:
    """By table; `now` is the installation's local time."""
    stamps = {"created_at": now, "updated_at": now}
    return {
        "roles": [{"name": "admin", "permissions": '["*"]', **stamps}],
        "currencies": [
            {
                "code": "USD",
                "name": "US Dollar",
                "prefix": "$",
                "suffix": "",
                "format": "1,000.00",
            }
        ],
        "settings": [
            {"key": key, **_stored(value), "encrypted": 0, **stamps}
            for key, value in settings.defaults(company_name, app_url).items()
        ],
        "custom_properties": [_property(*definition) for definition in _PROPERTIES],
        "notification_templates": [{"enabled": 1, **template} for template in TEMPLATES],
        "migrations": [{"migration": name, "batch": 1} for name in migrations()],
    }


def migrations() -> list[str]:
    """What PHP would otherwise try to migrate."""
    text = (files("paymenter.seed") / "migrations.txt").read_text(encoding="utf-8")
    return text.split()


def _stored(value: settings.Value) -> Row:
    if isinstance(value, bool):
        return {"value": str(int(value)), "type": "boolean"}
    if isinstance(value, list):
        return {"value": json_encode([*value]), "type": "array"}
    return {"value": value, "type": "string"}


def _property(key: str, name: str, required: bool, on_invoice: bool) -> Row:
    is_country = key == "country"
    return {
        "name": name,
        "key": key,
        "type": "select" if is_country else "string",
        "model": "App\\Models\\User",
        "validation": "string|max:255",
        "allowed_values": json_encode(list(COUNTRIES.values())) if is_country else None,
        "non_editable": 0,
        "required": int(required),
        "show_on_invoice": int(on_invoice),
    }
