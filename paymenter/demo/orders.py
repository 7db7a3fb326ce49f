"""Orders and what follows from them: services, renewals, suspensions, cancellations, upgrades."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from accounts.models import Property
from billing.models import (
    Coupon,
    Order,
    Plan,
    Service,
    ServiceCancellation,
    ServiceConfig,
    ServiceUpgrade,
)
from paymenter.db.morph import class_name
from paymenter.demo.agenda import Agenda, Life
from paymenter.demo.bills import Bill, Bills, Line
from paymenter.demo.catalog import Catalog, Discount, Offer
from paymenter.demo.figures import Figures
from paymenter.demo.people import People, Person
from paymenter.demo.plans import (
    BROKE,
    CRON,
    DAY,
    GIVE_UP,
    NOTICE,
    SUSPEND,
    TERMINATE,
    UNPAID,
    Book,
    Draft,
    Fate,
    months_later,
    renewal_day,
)
from paymenter.demo.tables import Tables, money
from paymenter.demo.tickets import Tickets

SERVICE, UPGRADE = class_name(Service), class_name(ServiceUpgrade)
_DELAYS = (0, 0, 0, 1, 2, 3, 5, 7)  # days between a renewal invoice and its payment
_LONGEST = timedelta(days=3)  # between an order and its payment
_REASONS = ("Moving away", "Too expensive", "No longer needed", "Missing features")
_STATUS = {
    Fate.OVERDUE: Service.Status.SUSPENDED,
    Fate.LAPSED: Service.Status.CANCELLED,
    Fate.LEFT: Service.Status.CANCELLED,
    Fate.ABANDONED: Service.Status.CANCELLED,
    Fate.NEW: Service.Status.PENDING,
}
