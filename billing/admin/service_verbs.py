"""What can be done with a service, as buttons."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from billing.actions.provisioning import has_server
from billing.actions.upgrade_quotes import targets_of, upgradable_options
from billing.admin import choices
from billing.admin.service_parts import cancellation_of
from billing.api.checkouts import QuoteUpgrade, UpgradeService
from billing.api.service_commands import (
    CancelService,
    ProvisionService,
    RecalculateServicePrice,
    SuspendService,
    TerminateService,
    UnsuspendService,
)
from billing.models import (
    ConfigOptionProduct,
    Product,
    ProductUpgrade,
    Service,
    ServiceCancellation,
)
from paymenter.actor import SYSTEM
from paymenter.console.answers import Answers, Question
from paymenter.console.verbs import Verb

ACTIVE, SUSPENDED, CANCELLED = (
    Service.Status.ACTIVE,
    Service.Status.SUSPENDED,
    Service.Status.CANCELLED,
)
AT_ONCE, AT_END = ServiceCancellation.Type.IMMEDIATE, ServiceCancellation.Type.END_OF_PERIOD
WISHES = (
    ("create", "Create"),
    ("suspend", "Suspend"),
    ("unsuspend", "Start again"),
    ("upgrade", "Change to what is ordered now"),
    ("terminate", "Remove for good"),
)


def _when_to_end() -> Any:
    words = ((AT_END.value, "At the end of the period"), (AT_ONCE.value, "At once"))
    return choices.of_words(*words, label="When")


def _has_upgrades(service: Service) -> bool:
    """Cheaper than the truth, which the page of the verb tells."""
    if service.status != ACTIVE or service.plan_id is None:
        return False
    upgrades = ProductUpgrade.objects.filter(product_id=OuterRef("pk"))
    options = ConfigOptionProduct.objects.filter(
        product_id=OuterRef("pk"), config_option__upgradable=True
    )
    products = Product.objects.filter(pk=service.product_id or 0)
    return products.filter(Exists(upgrades) | Exists(options)).exists()


def _may_become(service: Service) -> Mapping[str, Any]:
    targets = targets_of(service)
    product = choices.of_records(targets, "New product", "Empty: stays the same product.")
    offered = [service.product, *targets] if service.product else targets
    questions = [
        Question(
            str(option.row.pk),
            option.row.name if one is service.product else f"{one}: {option.row.name}",
            [(str(value.pk), value.name) for value in option.values],
        )
        for one in offered
        for option in upgradable_options(one)
        if not option.is_typed and not option.is_checkbox and option.values
    ]
    found = list({question.key: question for question in reversed(questions)}.values())
    return {"product_id": product, "options": Answers(found[::-1], label="Options")}


def _quote(request: HttpRequest, service: Service, values: Mapping[str, Any]) -> Sequence[str]:
    told = QuoteUpgrade().carry_out(service, values, SYSTEM)
    money = f"{told['amount']} {told['currency_code']}"
    now = f"To be given back now: {money[1:]}." if money[0] == "-" else f"To be paid now: {money}."
    then = f"Price of a period from then on: {told['price']} {told['currency_code']}."
    return [*told["words"], now, then]


VERBS = (
    Verb(
        SuspendService,
        "Suspend",
        "pause",
        done="The service is suspended.",
        bulk=True,
        when=lambda service: service.status == ACTIVE,
    ),
    Verb(
        UnsuspendService,
        "Unsuspend",
        "play_arrow",
        done="The service runs again.",
        bulk=True,
        when=lambda service: service.status == SUSPENDED,
    ),
    Verb(
        UpgradeService,
        "Upgrade",
        "upgrade",
        done="The upgrade is ordered.",
        when=_has_upgrades,
        fields_of=_may_become,
        preview=_quote,
    ),
    Verb(
        CancelService,
        "Cancel",
        "event_busy",
        done="The cancellation is noted.",
        when=lambda service: (
            service.status in (ACTIVE, SUSPENDED) and cancellation_of(service) is None
        ),
        form_fields={"type": _when_to_end},
        initial=lambda service: {"type": AT_END.value},
    ),
    Verb(
        RecalculateServicePrice,
        "Recalculate the price",
        "calculate",
        done="The price is computed anew.",
        when=lambda service: service.status != CANCELLED,
    ),
    Verb(
        ProvisionService,
        "Ask the server",
        "rocket_launch",
        done="The server is asked; what comes of it stands below.",
        when=has_server,
        form_fields={"action": lambda: choices.of_words(*WISHES, label="For what")},
    ),
    Verb(
        TerminateService,
        "Terminate",
        "delete_forever",
        done="The service has ended.",
        dangerous=True,
        bulk=True,
        when=lambda service: service.status != CANCELLED,
    ),
)
