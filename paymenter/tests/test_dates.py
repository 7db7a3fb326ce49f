"""Which texts are dates, and which moment they mean; `recorded` are answers of the real PHP."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paymenter.laravel import dates

NOW = datetime(2026, 11, 23, 20, 0, 7, tzinfo=UTC)

recorded = {
    "2025-01-02": "2025-01-02 00:00:00",
    "2025-01-02T03:04:05.678Z": "2025-01-02 03:04:05+00:00",
    "2025-01-02T03:04:05+02:00": "2025-01-02 03:04:05+02:00",
    "2025-01-02 13:14:15": "2025-01-02 13:14:15",
    "2025-01-02 13:00": "2025-01-02 13:00:00",
    "01/02/2025 5pm": "2025-01-02 17:00:00",
    "06/15/2030": "2030-06-15 00:00:00",
    "13-02-2025": "2025-02-13 00:00:00",
    "2 January 2025": "2025-01-02 00:00:00",
    "2024-02-29": "2024-02-29 00:00:00",
    "20250213": "1970-08-23 09:03:33+00:00",
}
others = {
    "2025-02": "2025-02-01 00:00:00",
    "2025-1-2": "2025-01-02 00:00:00",
    "2025/01/02": "2025-01-02 00:00:00",
    "25-01-02": "2025-01-02 00:00:00",
    "12/31/99": "1999-12-31 00:00:00",
    "1.2.2025": "2025-02-01 00:00:00",
    "January 2, 2025": "2025-01-02 00:00:00",
    "Jan 2nd, 2025 10:00 pm": "2025-01-02 22:00:00",
    "2nd January 2025": "2025-01-02 00:00:00",
    "Jan-02-2025": "2025-01-02 00:00:00",
    "2025-Jan-02": "2025-01-02 00:00:00",
    "Thu, 02 Jan 2025 03:04:05 +0200": "2025-01-02 03:04:05+02:00",
    "Thursday, 02-Jan-25 03:04:05 UTC": "2025-01-02 03:04:05+00:00",
    "Thu Jan  2 03:04:05 2025": "2025-01-02 03:04:05",
    "20250102T030405Z": "2025-01-02 03:04:05+00:00",
    "2025-01-02T03:04:05-0530": "2025-01-02 03:04:05-05:30",
    "2025-07-02 12:00 Europe/Berlin": "2025-07-02 12:00:00+02:00",
    "2025-01-02 EST": "2025-01-02 00:00:00-05:00",
    "2025-01-02 24:00": "2025-01-03 00:00:00",
    "2025-01-02 12am": "2025-01-02 00:00:00",
    "2025-01-02 12:30 p.m.": "2025-01-02 12:30:00",
    "2025-01-31 +1 month": "2025-03-03 00:00:00",
    "2025-01-02 2 days ago": "2024-12-31 00:00:00",
    "2025-01-02 noon": "2025-01-02 12:00:00",
    "@1735787045": "2025-01-02 03:04:05+00:00",
}
refused_as_recorded = (
    "13/02/2025",
    "2025-02-30",
    "2025-02-29",
    "today",
    "tomorrow",
    "soon",
    "yesterday-ish",
    "1735787045",
    "1900000000",
)
refused = (
    "",
    "  ",
    "2025",
    "13:00",
    "2025-13-01",
    "0000-00-00",
    "2 January",
    "2025-01-02 25:00",
    "2025-01-02 13:00 14:00",
    "2025-01-02 2025-01-03",
    "2025-01-02 Europe/Nowhere",
    "2025-01-02 garbage",
    "2025-01-02\n",
    "２０２５-01-02",
    "2025-01-02" + " " * 100,
)


@pytest.mark.parametrize(("text", "moment"), [*recorded.items(), *others.items()])
def test_date_means_the_moment_that_php_says(text: str, moment: str) -> None:
    assert dates.is_date(text)
    assert str(dates.stored(text, NOW)) == moment


@pytest.mark.parametrize("text", [*refused_as_recorded, *refused])
def test_text_without_an_existing_day_is_no_date(text: str) -> None:
    assert not dates.is_date(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("today", "2026-11-23 00:00:00"),
        ("tomorrow", "2026-11-24 00:00:00"),
        ("yesterday", "2026-11-22 00:00:00"),
        ("noon", "2026-11-23 12:00:00"),
        ("now", "2026-11-23 20:00:07"),
        ("13:00", "2026-11-23 13:00:00"),
        ("+1 week", "2026-11-30 20:00:07"),
        ("wednesday", "2026-11-25 00:00:00"),
        ("2 January", "2026-01-02 00:00:00"),
        ("2030-02-30", "2030-03-02 00:00:00"),
        ("soon", "None"),
    ],
)
def test_comparison_takes_what_is_missing_from_now(text: str, moment: str) -> None:
    assert str(dates.resolve(text, NOW)) == moment


def test_weekday_that_does_not_fit_moves_the_date_on() -> None:
    assert str(dates.resolve("Fri, 02 Jan 2025", NOW)) == "2025-01-03 00:00:00"


@given(st.dates())
def test_iso_dates_are_themselves(day: object) -> None:
    moment = dates.stored(str(day), NOW)
    assert moment is not None
    assert dates.is_date(str(day))
    assert moment.date() == day


@given(st.text("0123456789-/:.+@TZpm ,JanFebsutodywek", max_size=30))
def test_no_text_is_too_strange(text: str) -> None:
    dates.is_date(text)
    dates.resolve(text, NOW)
    dates.stored(text, NOW)
