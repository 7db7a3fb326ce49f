from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import ResourceViewSet
from paymenter.models import CronStat


class CronStatResource(Resource):
    """One row for each key and run: whoever wants a day's figure adds them up."""

    model = CronStat
    permission = "cron_stats"
    attributes = ("id", "key", "value", "date", "updated_at", "created_at")


class CronStatViewSet(ResourceViewSet):
    resource = CronStatResource
    filters = ("id", "key", "value", "date")
    sorts = ("id", "key", "value", "date", "created_at")
