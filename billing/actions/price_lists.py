"""Plans and prices looked up as Paymenter does (HasPlans, Plan.price), in one statement for all.

Several price rows of a plan in one currency: the first by id counts. A row without a price is none.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, FilteredRelation, Model, Q, QuerySet

from billing.models import Plan
from billing.rules.prices import ZERO, Charge
from paymenter.db.morph import class_name

NOTHING = Charge(ZERO)

Owner = tuple[str, int]  # PHP's class of a product or an option value, and its id


@dataclass(frozen=True, slots=True)
class Offer:
    """What something costs. Without a plan it cannot be had: in this currency, for this period."""

    plan: Plan | None = None
    charge: Charge = NOTHING

    @property
    def available(self) -> bool:
        return self.plan is not None

    @property
    def free(self) -> bool:
        return self.plan is not None and self.plan.type == Plan.Type.FREE


class PriceList:
    """The plans of the owners, with their prices in one currency."""

    def __init__(self, currency_code: str, owners: Iterable[Model] = ()) -> None:
        self.currency_code = currency_code
        self._plans: dict[Owner, list[Plan]] = defaultdict(list)
        self._charges: dict[int, Charge] = {}
        self._known: set[Owner] = set()
        self.add(owners)

    def add(self, owners: Iterable[Model]) -> None:
        wanted = {(class_name(owner), owner.pk) for owner in owners} - self._known
        if not wanted:
            return
        self._known |= wanted
        rows = self._priced(Plan.objects.filter(_any_of(wanted)))
        for plan in rows.order_by(F("sort").asc(nulls_first=True), "pk", "priced__pk"):
            found = self._plans[plan.priceable_type, plan.priceable_id]
            if not found or found[-1].pk != plan.pk:
                found.append(plan)
            self._note(plan)

    def plans_of(self, owner: Model) -> list[Plan]:
        """All of them in the order of the shop, whether they have a price or not."""
        self.add([owner])
        return self._plans[class_name(owner), owner.pk]

    def available_plans(self, owner: Model) -> list[Plan]:
        """Those that can be bought in the currency."""
        return [plan for plan in self.plans_of(owner) if self.offer(plan).available]

    def offer(self, plan: Plan) -> Offer:
        if plan.type == Plan.Type.FREE:
            return Offer(plan)
        if (plan.priceable_type, plan.priceable_id) not in self._known:
            for row in self._priced(Plan.objects.filter(pk=plan.pk)).order_by("priced__pk"):
                self._note(row)  # of another product than it is sold with
        charge = self._charges.get(plan.pk)
        return Offer() if charge is None else Offer(plan, charge)

    def first_offer(self, owner: Model) -> Offer:
        """What the shop shows: a free plan, else the first that can be bought."""
        plans = self.available_plans(owner)
        free = [plan for plan in plans if plan.type == Plan.Type.FREE]
        return self.offer((free or plans)[0]) if plans else Offer()

    def offer_for(self, owner: Model, period: int | None, unit: str | None) -> Offer:
        """For a period; a free plan counts for all of them, and without period any plan does."""
        found = self.first_offer(owner)
        if found.free or not (period and unit):
            return found
        plans = self.available_plans(owner)
        same = (p for p in plans if (p.billing_period, p.billing_unit) == (period, unit))
        return next((self.offer(plan) for plan in same), Offer())

    def _priced(self, plans: QuerySet[Plan]) -> QuerySet[Any]:
        """Each with `amount` and `setup_fee`, once for each of its prices in the currency."""
        mine = Q(prices__currency_code=self.currency_code, prices__price__isnull=False)
        rows = plans.annotate(priced=FilteredRelation("prices", condition=mine))
        return rows.annotate(amount=F("priced__price"), setup_fee=F("priced__setup_fee"))

    def _note(self, plan: Any) -> None:
        if plan.amount is not None and plan.type != Plan.Type.FREE:
            self._charges.setdefault(plan.pk, Charge(plan.amount, plan.setup_fee or ZERO))


def _any_of(owners: Iterable[Owner]) -> Q:
    ids: dict[str, list[int]] = defaultdict(list)
    for kind, key in owners:
        ids[kind].append(key)
    found = Q(pk__in=[])
    for kind, keys in ids.items():
        found |= Q(priceable_type=kind, priceable_id__in=keys)
    return found
