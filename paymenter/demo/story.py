"""The days of one order, from its draft."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from billing.models import Plan
from paymenter.demo.plans import (
    BROKE,
    CRON,
    DAY,
    GIVE_UP,
    NOTICE,
    SUSPEND,
    TERMINATE,
    Draft,
    Fate,
    months_later,
    renewal_day,
)


@dataclass(frozen=True, slots=True)
class Story:
    """Renewals count from 1; 0 is the order itself. Those up to `renewals` were paid."""

    draft: Draft
    renewals: int
    placed_at: datetime
    paid_at: datetime
    now: datetime

    @property
    def announced(self) -> int:
        """How many renewals were invoiced."""
        if not self.draft.is_renewed:
            return 0
        is_open = (
            self.draft.fate is Fate.ACTIVE and self.announced_at(self.renewals + 1) <= self.now
        )
        return self.renewals + int(is_open or self.draft.fate in BROKE)

    def due(self, number: int) -> date:
        return months_later(self.paid_at.date(), number * self.draft.period.months)

    def announced_at(self, number: int) -> datetime:
        return self._run(number, -NOTICE)

    def renewed_at(self, number: int, delay: int) -> datetime:
        """The moment of payment, `delay` days after the invoice; at once means the daily run."""
        announced_at = self.announced_at(number)
        if not delay:
            return announced_at + timedelta(seconds=2)
        return self._by_day(announced_at.date() + delay * DAY)

    def expires_at(self, paid: int) -> datetime | None:
        """The end of the last period paid, `paid` renewals in. Only the first has a time of day."""
        if self.draft.type is not Plan.Type.RECURRING:
            return None
        hour = time() if paid else self.paid_at.time()
        return datetime.combine(self.due(paid + 1), hour)

    @property
    def suspended_at(self) -> datetime:
        return self._run(self.renewals + 1, SUSPEND)

    @property
    def ended_at(self) -> datetime:
        """When the order's fate struck, where that is not simply to go on."""
        begin = self.due(self.renewals)
        match self.draft.fate:
            case Fate.OVERDUE:
                return self.suspended_at
            case Fate.LAPSED:
                return self._run(self.renewals + 1, TERMINATE)
            case Fate.ABANDONED:
                return datetime.combine(self.placed_at.date() + (GIVE_UP + 1) * DAY, CRON)
            case Fate.LEFT:
                return self._by_day(begin + (3 + self.draft.minute % 15) * DAY)
            case Fate.UPGRADED:
                passed = (self.now.date() - begin).days
                return self._by_day(begin + (2 + self.draft.minute % (passed - 2)) * DAY)
            case _:
                return self._by_day(begin + 2 * DAY)

    def _run(self, number: int, after: int) -> datetime:
        day = renewal_day(self.due(number), first=number == 1, after=after)
        return datetime.combine(day, CRON)

    def _by_day(self, day: date) -> datetime:
        return datetime.combine(day, self.paid_at.time())
