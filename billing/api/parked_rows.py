"""Rows that the daily run could not deal with."""

from collections.abc import Mapping
from typing import Any

from billing.actions.daily.parking import discard_parked, retry_parked
from billing.daily.models import ParkedRow
from paymenter.actor import Actor
from paymenter.jsonapi.commands import Command
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet


class ParkedRowResource(Resource):
    model = ParkedRow
    permission = "parked_rows"
    attributes = (
        "id",
        "step",
        "record_type",
        "record_id",
        "failures",
        "waits",
        "error",
        "updated_at",
        "created_at",
    )


class ParkedRowViewSet(ResourceViewSet):
    """Deleting one forgets it: the next run meets its record as if it had never failed."""

    resource = ParkedRowResource
    actions = Actions(delete=discard_parked)
    bulk = True
    filters = ("id", "step", "record_type", "record_id", "failures", "waits", "error")
    sorts = ("id", "step", "record_id", "failures", "created_at", "updated_at")


class RetryParkedRow(Command):
    resource = ParkedRowResource
    path = "parked-rows/{id}/retry"
    summary = "Let the next daily run try a parked row again"
    more = "It also passes the guards once: you have seen what they refused."

    def carry_out(self, record: ParkedRow, values: Mapping[str, Any], actor: Actor) -> Any:
        return retry_parked(record, actor=actor)
