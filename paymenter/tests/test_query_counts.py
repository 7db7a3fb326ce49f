"""How many queries an endpoint costs: as query_counts.json says, however many rows there are.

UPDATE_QUERY_COUNTS=1 writes the file anew.
"""

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from paymenter import options
from paymenter.tests.api import RESOURCES, VIEW_ALL, get, store_key
from paymenter.tests.permission_matrix import (
    INCLUDES,
    OUR_INCLUDES,
    OUR_RECORDS,
    PEOPLES_INCLUDES,
    PEOPLES_ITEMS,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("populated", "samples")]

FILE = Path(__file__).with_name("query_counts.json")
KNOWN: dict[str, int] = json.loads(FILE.read_text()) if FILE.exists() else {}
UPDATE = bool(os.environ.get("UPDATE_QUERY_COUNTS"))

TARGETS = [
    *(f"{name}{form}" for name in RESOURCES for form in ("", "/1")),
    *(f"{name}?include={include}" for name, include, _ in INCLUDES),
    "users?include=properties,orders,services,invoices,tickets,credits,role",
    "users/1?include=properties,orders,services,invoices,tickets,credits,role",
    "categories?include=products.plans.prices,parent,children",
    "services?include=order,coupon,user,product,invoices,properties",
    "tickets?include=messages,user,assigned_to",
    "invoices?filter[status]=paid&filter[id][gt]=10&sort=-created_at&include=items,user",
    *(
        target
        for name, key in OUR_RECORDS
        for target in ((name, f"{name}/{key}") if key else (name,))
    ),
    *(f"{name}?include={include}" for name, include, _ in OUR_INCLUDES),
    "config-options?include=children.plans.prices,parent,plans.prices,products",
    *(target for name, item in PEOPLES_ITEMS.items() for target in (name, f"{name}/{item}")),
    *(f"{name}?include={include}" for name, include, _ in PEOPLES_INCLUDES),
]


def queries(client: Client, target: str) -> list[str]:
    options.read()
    with CaptureQueriesContext(connection) as captured:
        assert get(client, target).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("target", TARGETS)
def test_costs_what_it_did(client: Client, target: str) -> None:
    store_key(*VIEW_ALL)
    found = queries(client, target)
    if UPDATE:
        KNOWN[target] = len(found)
        kept = {name: KNOWN[name] for name in TARGETS if name in KNOWN}
        FILE.write_text(json.dumps(kept, indent=2) + "\n")
    assert len(found) == KNOWN[target], "\n".join(found)


# relations that the first two records do not have: nothing is asked for them
ABSENT_AT_FIRST = {
    "categories?include=parent": 1,
    "services?include=coupon": 1,
    "categories?include=products.plans.prices,parent,children": 1,
    "services?include=order,coupon,user,product,invoices,properties": 1,
}


@pytest.mark.parametrize("target", [target for target in TARGETS if "/1" not in target])
def test_rows_cost_no_queries(client: Client, target: str) -> None:
    store_key(*VIEW_ALL)
    glue = "&" if "?" in target else "?"
    few, many = (queries(client, f"{target}{glue}per_page={n}") for n in (2, 50))
    assert len(many) - len(few) == ABSENT_AT_FIRST.get(target, 0), "\n".join(many)


def test_file_names_these_targets_only() -> None:
    assert list(KNOWN) == TARGETS


def test_last_use_costs_one_query(client: Client) -> None:
    store_key(*VIEW_ALL, last_used_at=None)
    first, second = (len(queries(client, "users")) for _ in range(2))
    assert (first, second) == (KNOWN["users"] + 1, KNOWN["users"])
