"""How much of everything an installation has."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """What is not counted here follows from it: items, payments, tickets, mails.

    There are more invoices where the services need them: one for each order is the least.
    """

    users: int
    services: int
    invoices: int

    @classmethod
    def of(
        cls,
        scale: int,
        *,
        users: int | None = None,
        services: int | None = None,
        invoices: int | None = None,
    ) -> "Size":
        """`scale` times 100 users, 500 services and 1 000 invoices, but for those given."""
        return cls(
            users=scale * 100 if users is None else users,
            services=scale * 500 if services is None else services,
            invoices=scale * 1_000 if invoices is None else invoices,
        )
