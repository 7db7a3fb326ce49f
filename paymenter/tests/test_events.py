"""Listeners hear what happened in its transaction and undo nothing of it."""

import logging
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import IntegrityError, OperationalError, connection, transaction

from paymenter import events
from paymenter.actor import Actor
from paymenter.events import Event, Happened
from paymenter.models import CronStat, FailedJob

pytestmark = pytest.mark.django_db

STAFF = Actor(user_id=7)


@pytest.fixture
def happening() -> Iterator[Event]:
    event = Event("test.happened", "paymenter.CronStat", "A test ran.")
    yield event
    events._listeners.pop(event.name, None)


def stat(key: str = "a") -> CronStat:
    return CronStat.objects.create(key=key, value=1, date="2026-03-01")


def test_listener_is_told_record_actor_and_details(happening: Event) -> None:
    heard: list[Happened] = []
    events.on(happening)(heard.append)
    record = stat()
    events.emit(happening, record, actor=STAFF, mail=False)
    assert heard == [Happened(happening, record, STAFF, {"mail": False})]


def test_failing_listener_undoes_only_itself(
    happening: Event, caplog: pytest.LogCaptureFixture
) -> None:
    @events.on(happening)
    def breaks(happened: Happened) -> None:
        stat("half")
        raise IntegrityError("no")

    @events.on(happening)
    def works(happened: Happened) -> None:
        stat("told")

    with caplog.at_level(logging.ERROR):
        events.emit(happening, stat("cause"))
    assert set(CronStat.objects.values_list("key", flat=True)) == {"cause", "told"}
    assert "test.happened: test_failing_listener_undoes_only_itself" in caplog.text


def test_unwanted_event_costs_no_statement(
    happening: Event, django_assert_num_queries: object
) -> None:
    events.on(happening, wanted=lambda event: False)(lambda happened: FailedJob.objects.count())
    record = stat()
    events.emit(happening, record)  # webhooks ask who wants it, and remember that
    with django_assert_num_queries(0):  # type: ignore[operator]
        events.emit(happening, record)


def test_every_event_is_about_a_model_of_ours() -> None:
    for name, event in events.every().items():
        assert name == event.name
        assert apps.get_model(event.model)
        assert event.description.endswith(".")


@pytest.mark.django_db(transaction=True)
def test_transaction_that_the_database_took_back_is_not_reported_as_done(
    happening: Event,
) -> None:
    """As after a deadlock, which ends the whole transaction and its savepoints."""

    @events.on(happening)
    def deadlocks(happened: Happened) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
        raise OperationalError(1213, "Deadlock found")

    with pytest.raises(OperationalError, match="Deadlock"), transaction.atomic():
        events.emit(happening, stat("cause"))
    assert not CronStat.objects.exists()
