from typing import Any

from billing.api.plans import PlanLineInput, PlanViewSet
from billing.api.prices import PriceLineInput, PriceViewSet
from paymenter.console.inlines import RecordInline, StackedRecordInline


class PriceInline(RecordInline):
    """One for each currency."""

    viewset = PriceViewSet
    part, part_input, whole = "prices", PriceLineInput, True

    def rows(self, record: Any) -> Any:
        return record.prices.all()


class PlanInline(StackedRecordInline):
    viewset = PlanViewSet
    part, part_input, whole = "plans", PlanLineInput, True
    inlines = (PriceInline,)

    def rows(self, record: Any) -> Any:
        return record.plans.order_by("sort", "pk").prefetch_related("prices")
