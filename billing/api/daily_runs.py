"""Daily runs, and what the next one would do."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from billing.actions.daily.rehearsals import Line, rehearsal
from billing.daily.models import DailyRun
from paymenter.actor import Actor
from paymenter.db import fields
from paymenter.jsonapi.commands import Command
from paymenter.jsonapi.input import Date, Field, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import ResourceViewSet

ANSWER = {
    "type": "object",
    "properties": {
        "counts": {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "description": "How many rows each step would deal with.",
        },
        "lines": {
            "type": "array",
            "description": "At most 1000 of a step.",
            "items": {
                "type": "object",
                "properties": {
                    "step": {"type": "string"},
                    "text": {"type": "string"},
                    "parked": {"type": "boolean"},
                },
                "required": ["step", "text", "parked"],
            },
        },
    },
    "required": ["counts", "lines"],
}


class DailyRunResource(Resource):
    model = DailyRun
    permission = "daily_runs"
    attributes = ("id", "day", "now", "finished_at", "updated_at", "created_at")


class DailyRunViewSet(ResourceViewSet):
    resource = DailyRunResource
    filters = ("id", "day", "finished_at")
    sorts = ("id", "day", "created_at")


class RehearsalInput(Input):
    date = Field(Date(fields.Date), nullable=True)


class RehearseDailyRun(Command):
    resource = DailyRunResource
    path = "daily-run-rehearsals"
    summary = "Tell what the daily run would do"
    more = "Now, or as of the day given. Nothing is stored and nobody is told or charged."
    ability = "create"
    input = RehearsalInput
    answer = ANSWER

    def carry_out(self, record: None, values: Mapping[str, Any], actor: Actor) -> Any:
        lines = rehearsal(_day(values.get("date")))
        return {
            "counts": Counter(line.step for line in lines if not line.parked),
            "lines": [_shown(line) for line in lines],
        }


def _shown(line: Line) -> dict[str, Any]:
    return {"step": line.step, "text": line.text, "parked": line.parked}


def _day(value: Any) -> date | None:
    return value.date() if isinstance(value, datetime) else value
