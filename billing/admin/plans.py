from typing import Any, ClassVar

from billing.api.plans import PlanLineInput, PlanViewSet
from billing.api.prices import PriceLineInput, PriceViewSet
from paymenter.console.inlines import RecordInline, StackedRecordInline


class PriceInline(RecordInline):
    """One for each currency."""

    viewset = PriceViewSet
    part, part_input, whole = "prices", PriceLineInput, True
    hide_title = True

    def rows(self, record: Any) -> Any:
        return record.prices.all()


class PlanInline(StackedRecordInline):
    viewset = PlanViewSet
    part, part_input, whole = "plans", PlanLineInput, True
    inlines = (PriceInline,)
    tab = True
    verbose_name, verbose_name_plural = "plan", "pricing"
    fields = ("name", "type", "billing_period", "billing_unit", "sort")
    labels: ClassVar = {
        "billing_period": "Billed every",
        "billing_unit": "Unit",
        "sort": "Position",
    }
    help_texts: ClassVar = {
        "type": "Recurring plans are billed again each period, one-time plans once.",
        "billing_period": "Of recurring plans: 3 with the unit month is every three months.",
        "sort": "Small numbers come first (0 to 255).",
    }

    def rows(self, record: Any) -> Any:
        return record.plans.order_by("sort", "pk").prefetch_related("prices")
