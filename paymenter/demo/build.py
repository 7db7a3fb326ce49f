"""A whole installation from a few numbers: the same numbers make the same rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import transaction

from accounts.models import ApiKey, CustomProperty, Property, User
from billing.models import Credit, Invoice, Order, Product, Service, TaxRate
from paymenter import options
from paymenter.db import zone
from paymenter.db.morph import class_name
from paymenter.demo.agenda import Agenda, Life
from paymenter.demo.bills import BILL_TO, Bills
from paymenter.demo.catalog import Catalog
from paymenter.demo.figures import Figures
from paymenter.demo.orders import Orders
from paymenter.demo.people import People, wallets
from paymenter.demo.plans import CRON, DAY, Book
from paymenter.demo.sales import Sales
from paymenter.demo.size import Size
from paymenter.demo.staff import Secrets, add_staff, unknown_password
from paymenter.demo.tables import Tables, money
from paymenter.demo.tickets import Tickets
from paymenter.models import Extension, Setting

_DEPOSITS = (2_500, 5_000, 10_000)
_OPENING = 400 * DAY  # the shop is at least so old
_ASKS = 12  # every so many-th client asks something before the first order
_USER = class_name(User)


@dataclass(frozen=True, slots=True)
class Built:
    rows: int
    users: int
    services: int
    invoices: int


def is_empty() -> bool:
    """Whether this is what `manage.py install` leaves: nobody in it, nothing to sell."""
    models = (User, Order, Invoice, Product, Extension, TaxRate, ApiKey)
    return not any(model._base_manager.exists() for model in models)


@transaction.atomic
def build(
    size: Size,
    *,
    seed: int,
    today: date,
    secrets: Secrets,
    progress: Callable[[float], None] | None = None,
) -> Built:
    """All rows or none. The last thing to happen is the daily run on the morning of `today`."""
    shop = _Shop(size, seed, today, secrets, progress)
    shop.sign_up()
    shop.trade()
    shop.close()
    if progress:
        progress(1)
    return shop.built()


class _Shop:
    def __init__(
        self,
        size: Size,
        seed: int,
        today: date,
        secrets: Secrets,
        progress: Callable[[float], None] | None,
    ) -> None:
        self._size, self._seed = size, seed
        self._now = datetime.combine(today, CRON) + timedelta(seconds=7)
        self._book = Book(size, seed, today)
        self._progress = progress
        opened = min(self._book.first_day - 30 * DAY, today - _OPENING)
        at = datetime.combine(opened, time(9))
        self._tables = Tables(self._report)
        self._agenda = Agenda(self._now)
        self._figures = Figures(today)
        staff = add_staff(self._tables, secrets, at)
        self._people = People(size.users, seed, opened + DAY, today, self._tables[User].last_id)
        catalog = Catalog(self._tables, at)
        self._bills = Bills(self._tables, catalog, self._now, options.read())
        self._tickets = Tickets(self._tables, self._figures, staff, self._now)
        self._sales = Sales(self._tables, catalog, self._people)

    def sign_up(self) -> None:
        """All clients with their properties; they need nothing but themselves."""
        password = unknown_password()
        definitions = {
            key: (pk, name)
            for pk, key, name in CustomProperty.objects.values_list("pk", "key", "name")
        }
        for index in range(self._people.count):
            person = self._people.person(index)
            times = (person.created_at, person.created_at)
            verified_at = person.created_at if person.is_verified else None
            self._tables[User].add(
                *(person.first_name, person.last_name, person.email, None),
                *(verified_at, password, *times),
            )
            for key, value in person.properties.items():
                definition = definitions.get(key, (None, None))
                self._tables[Property].add(*definition, key, value, _USER, person.id, *times)
            self._tables.flush_if_full()

    def trade(self) -> None:
        orders = Orders(
            tables=self._tables,
            agenda=self._agenda,
            book=self._book,
            people=self._people,
            sales=self._sales,
            bills=self._bills,
            figures=self._figures,
            tickets=self._tickets,
            rng=Random(self._seed),
        )
        asking = map(self._people.person, range(0, self._people.count, _ASKS))
        self._agenda.start(self._deposits())
        self._agenda.start(self._tickets.questions(asking, Random(self._seed)))
        self._agenda.start(orders.all())
        for _ in self._agenda.play():
            self._tables.flush_if_full()

    def close(self) -> None:
        for index, cents in self._bills.balances.items():
            person = self._people.person(index)
            times = (person.created_at + 3 * DAY, self._now)
            self._tables[Credit].add(person.id, person.currency, money(cents), *times)
        self._figures.write(self._tables)
        self._tables.flush()
        self._set("invoice_number", str(self._bills.number))
        self._set("bill_to_text", BILL_TO)
        self._set("tax_enabled", "1")
        self._set("credits_enabled", "1")
        options.forget()

    def built(self) -> Built:
        return Built(
            rows=self._tables.count,
            users=self._people.count,
            services=self._tables[Service].count,
            invoices=self._tables[Invoice].count,
        )

    def _deposits(self) -> Life:
        rng = Random(self._seed + 2)  # not that of the orders: ids of payments must differ
        for index in wallets(self._people.count):
            person = self._people.person(index)
            at = person.created_at + 3 * DAY
            yield at
            self._bills.deposit(person, at, rng.choice(_DEPOSITS), rng)

    def _set(self, key: str, value: str) -> None:
        Setting.objects.filter(key=key, settingable_type=None).update(
            value=value, updated_at=zone.aware(self._now)
        )

    def _report(self, tables: Tables) -> None:
        if self._progress:
            part = tables[Invoice].count / max(1, self._size.invoices)
            self._progress(min(0.99, part))
