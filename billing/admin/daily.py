"""The daily run: when it ran, what the next one would do, and what it could not deal with."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action

from billing.actions.daily.rehearsals import rehearsal
from billing.actions.daily.steps import steps
from billing.admin.rows import RowsAdmin
from billing.api.daily_runs import DailyRunViewSet
from billing.api.parked_rows import ParkedRowViewSet, RetryParkedRow
from billing.daily.models import DailyRun, DailyWork, ParkedRow
from paymenter.console.display import AMBER, GREEN, RED, badge, day, link
from paymenter.console.panels import Panel
from paymenter.console.records import ReadOnlyAdmin
from paymenter.console.verbs import Verb
from paymenter.db import zone
from paymenter.db.morph import model_for

BACKSLASH = chr(92)
MOST = 200  # rows of a step in a rehearsal


def step_names() -> dict[str, str]:
    return {step.key: step.label or step.key.replace("_", " ").capitalize() for step in steps()}


def _work(request: HttpRequest, run: DailyRun) -> Iterator[tuple[Any, ...]]:
    done = Counter(dict(_counts(run)))
    for key, name in step_names().items():
        if done[key]:
            yield name, done[key]


def _counts(run: DailyRun) -> Iterator[tuple[str, int]]:
    rows = DailyWork.objects.filter(run=run).values("step").annotate(sum=Sum("amount"))
    yield from rows.values_list("step", "sum")


@admin.register(DailyRun)
class DailyRunAdmin(ReadOnlyAdmin):
    viewset = DailyRunViewSet
    list_display = ("day", "state", "started", "finished")
    list_filter = (("day", RangeDateFilter),)
    fields = ("day", "state", "started", "finished")
    readonly_fields = ("state", "started", "finished")
    actions_list = ("rehearse", "export_csv")
    panels = (
        Panel("What it did", "daily_runs", ("Step", "How often"), _work, "Nothing was to be done."),
    )

    def has_rehearse_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "create")

    @action(
        description="What the next run would do",
        icon="science",
        url_path="rehearsal",
        permissions=["rehearse"],
    )  # type: ignore[untyped-decorator]
    def rehearse(self, request: HttpRequest) -> HttpResponse:
        """Nothing is stored, and nobody is told or charged."""
        asked = request.GET.get("date", "")
        on = _day(asked)
        lines = rehearsal(on, most=MOST)
        names = step_names()
        found = [
            {
                "name": name,
                "lines": [line for line in lines if line.step == key],
                "is_cut": sum(line.step == key for line in lines) >= MOST,
            }
            for key, name in names.items()
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": "What the next daily run would do",
            "opts": self.opts,
            "date": asked if on else "",
            "wrong": bool(asked) and on is None,
            "steps": [each for each in found if each["lines"]],
            "most": MOST,
        }
        return TemplateResponse(request, "console/rehearsal.html", context)

    @admin.display(description="Status")
    def state(self, run: DailyRun) -> str:
        colours = {"finished": GREEN, "not finished": AMBER}
        return badge("finished" if run.finished_at else "not finished", colours)

    @admin.display(description="Started", ordering="created_at")
    def started(self, run: DailyRun) -> str:
        return _moment(run.created_at)

    @admin.display(description="Finished", ordering="finished_at")
    def finished(self, run: DailyRun) -> str:
        return _moment(run.finished_at)


@admin.register(ParkedRow)
class ParkedRowAdmin(RowsAdmin):
    """What a step of the daily run could not deal with. Deleting one forgets it."""

    viewset = ParkedRowViewSet
    list_display = ("step_name", "record", "state", "failures", "trouble", "last")
    list_filter = ("waits", ("updated_at", RangeDateFilter))
    search_fields = ("=record_id", "error")
    search_help_text = "By the record's id, or the error"
    fields = ("step_name", "record", "state", "failures", "error", "last")
    readonly_fields = ("step_name", "record", "state", "last")
    verbs = (
        Verb(
            RetryParkedRow,
            "Try again in the next run",
            "refresh",
            done="The next daily run tries it again.",
            bulk=True,
        ),
    )

    @admin.display(description="Step", ordering="step")
    def step_name(self, row: ParkedRow) -> str:
        return step_names().get(row.step, row.step.replace("_", " ").capitalize())

    @admin.display(description="Record", ordering="record_id")
    def record(self, row: ParkedRow) -> str:
        """Without asking whether it is there still: a list may hold many kinds."""
        model = model_for(row.record_type)
        if model is None:
            return f"{row.record_type.rpartition(BACKSLASH)[2]} {row.record_id}"
        return link(model(pk=row.record_id), f"{model._meta.verbose_name} {row.record_id}")

    @admin.display(description="Status", ordering="waits")
    def state(self, row: ParkedRow) -> str:
        colours = {"waits": RED, "again": AMBER}
        words = {"waits": "Waits for you", "again": "Tried again in the next run"}
        key = "waits" if row.waits else "again"
        return badge(key, colours, words[key])

    @admin.display(description="Error")
    def trouble(self, row: ParkedRow) -> str:
        return row.error if len(row.error) <= 80 else f"{row.error[:80]}…"

    @admin.display(description="Last tried", ordering="updated_at")
    def last(self, row: ParkedRow) -> str:
        return day(row.updated_at)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(at: Any) -> str:
    return f"{zone.naive(at):%-d %b %Y, %H:%M}" if at else "-"
