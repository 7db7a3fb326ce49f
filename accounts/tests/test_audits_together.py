"""Audits that are written by one statement at the end of a block."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.actions.audits import audits_together, write_audits
from accounts.actions.records import change_record, create_record
from accounts.models import Audit, Role
from paymenter.actor import SYSTEM

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str]]:
    return [(a.event, (a.new_values or {})["name"]) for a in Audit.objects.order_by("pk")]


def made(name: str) -> Role:
    return create_record(Role, {"name": name}, actor=SYSTEM)


def broken(name: str) -> None:
    made(name)
    raise ZeroDivisionError


def test_one_statement_in_the_order_of_the_changes() -> None:
    with CaptureQueriesContext(connection) as captured, audits_together():
        role = made("a")
        with audits_together():
            change_record(role, {"name": "b"}, actor=SYSTEM)
        made("c")
    assert told() == [("created", "a"), ("updated", "b"), ("created", "c")]
    assert (
        len(
            [
                query
                for query in captured
                if "`audits`" in query["sql"] or '"audits"' in query["sql"]
            ]
        )
        == 1
    )


def test_savepoint_takes_its_own_audits_back() -> None:
    with audits_together():
        made("a")
        write_audits()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            broken("b")
        with transaction.atomic(), audits_together():
            made("c")
        made("d")
    assert told() == [("created", "a"), ("created", "c"), ("created", "d")]


def test_block_without_savepoint_is_the_same_block() -> None:
    with transaction.atomic(), audits_together():
        made("a")
        with transaction.atomic(savepoint=False):
            made("b")
        assert not Audit.objects.exists()
    assert told() == [("created", "a"), ("created", "b")]


def test_what_fails_leaves_none() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic(), audits_together():
        broken("a")
    made("b")
    assert told() == [("created", "b")]


def test_outside_of_a_block_nothing_waits() -> None:
    write_audits()
    made("a")
    assert told() == [("created", "a")]
