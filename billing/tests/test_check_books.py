"""The command: what it says, what it returns, and that it never writes."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from billing.books import CHECKS
from billing.models import Product
from billing.tests.estates import estate
from billing.tests.factories import ProductFactory
from paymenter import options
from paymenter.tests.database import seed
from paymenter.tests.demo import demo

pytestmark = pytest.mark.django_db


def checked(**given: Any) -> tuple[int, str]:
    """Exit status and output."""
    out = io.StringIO()
    try:
        call_command("check_books", stdout=out, **given)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def oversold(db: None) -> list[Product]:
    return [ProductFactory(name=f"P{n}", stock=-n) for n in (1, 2, 3)]


def test_all_is_well(db: None) -> None:
    estate()
    assert checked() == (0, f"{len(CHECKS)} checks, nothing found.\n")


def test_names_the_rows_and_what_to_do(oversold: list[Product]) -> None:
    first, second, third = (product.pk for product in oversold)
    assert checked(only=["stock-negative"]) == (
        1,
        "Catalogue\n"
        "  More was sold than there is [stock-negative]\n"
        "  The stock is negative. Count it and correct it.\n"
        f"    products {first}: P1: -1\n"
        f"    products {second}: P2: -2\n"
        f"    products {third}: P3: -3\n"
        "1 checks, 3 finding(s).\n",
    )


@pytest.mark.parametrize(("limit", "more"), [(1, ["2 more of 3"]), (2, ["1 more of 3"]), (3, [])])
def test_limit_shows_few_and_counts_all(
    oversold: list[Product], limit: int, more: list[str]
) -> None:
    status, text = checked(only=["stock-negative"], limit=limit)
    assert status == 1
    assert text.count("products ") == limit
    assert [line.strip(" …") for line in text.splitlines() if "more of" in line] == more
    assert text.endswith("3 finding(s).\n")


@pytest.mark.parametrize(("limit", "shown"), [(0, 3), (1, 1)])
def test_json(oversold: list[Product], limit: int, shown: int) -> None:
    status, text = checked(json=True, limit=limit)
    answer = json.loads(text)
    by_code = {check["code"]: check for check in answer.pop("checks")}
    assert status == 1
    assert answer == {"checked": len(CHECKS), "found": 3, "failed": 0}
    assert list(by_code) == list(CHECKS)
    assert by_code["stock-negative"] == {
        "code": "stock-negative",
        "title": "More was sold than there is",
        "advice": "The stock is negative. Count it and correct it.",
        "findings": [
            {"table": "products", "ids": [product.pk], "says": f"{product.name}: {product.stock}"}
            for product in oversold[:shown]
        ],
        "count": 3,
        "error": None,
    }
    assert {c["count"] for code, c in by_code.items() if code != "stock-negative"} == {0}


def test_all_but_some(oversold: list[Product]) -> None:
    expected = f"{len(CHECKS) - 2} checks, nothing found.\n"
    assert checked(but=["stock-negative", "payment-twice"]) == (0, expected)


def test_refuses_an_unknown_check(db: None) -> None:
    with pytest.raises(CommandError, match="No such check: stock.* --list names them all"):
        checked(only=["stock"])


def test_lists_the_checks(db: None) -> None:
    status, text = checked(list=True)
    assert status == 0
    assert "Catalogue\n" in text
    assert [line.split(":")[0].strip() for line in text.splitlines() if ": " in line] == list(
        CHECKS
    )


def test_more_findings_than_a_page(db: None) -> None:
    made = Product.objects.bulk_create(
        [ProductFactory.build(category=ProductFactory().category, stock=-1) for _ in range(7)]
    )
    findings = CHECKS["stock-negative"].findings(page=3)
    assert [finding.ids[0] for finding in findings] == sorted(product.pk for product in made)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_check_that_fails_is_told(
    db: None, monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    """As on a Paymenter that lacks a column; the others go on."""

    def fail() -> Any:
        raise DatabaseError("Unknown column 'label'")

    for code in list(CHECKS):
        if code == "stock-negative":
            monkeypatch.setattr(type(CHECKS[code]), "findings", lambda self, page=0: fail())
    status, text = checked(only=["stock-negative"], json=as_json)
    assert status == 1
    assert "Unknown column 'label'" in text


def test_demo_is_in_order(db: None, tmp_path: Path, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    seed(connection)
    options.forget()
    demo(scale=3)
    assert checked() == (0, f"{len(CHECKS)} checks, nothing found.\n")
