"""The staff console's pages of services, and of what belongs to them."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.rules.permissions import STAFF
from billing.models import Service, ServiceCancellation, ServiceConfig, ServiceUpgrade
from billing.provisioning.models import Provisioning
from billing.tests.factories import (
    ConfigOptionFactory,
    ConfigOptionProductFactory,
    PlanFactory,
    PriceFactory,
    ProductUpgradeFactory,
    ServerFactory,
    ServiceConfigFactory,
    ServiceFactory,
)
from paymenter.tests.console import errors_of, rows, signed_in

pytestmark = pytest.mark.django_db

PAGES = "/admin/billing/service/"
MAY = ("admin.services.viewAny", "admin.services.update")


def change(service: Service) -> str:
    return f"{PAGES}{service.pk}/change/"


def verb(service: Service, name: str) -> str:
    return f"{PAGES}{service.pk}/{name}/"


def stored(service: Service, **changes: Any) -> dict[str, Any]:
    return {
        "user_id": service.user_id,
        "product_id": service.product_id,
        "plan_id": service.plan_id,
        "quantity": service.quantity,
        "status": service.status,
        "currency_code": service.currency_code,
        "price": str(service.price),
        "label": service.label or "",
        **changes,
    }


def test_a_change_is_the_services_action() -> None:
    client, service = signed_in(*MAY), ServiceFactory()
    body = stored(service, label="My server", price="12.00") | rows("configinline")
    answer = client.post(change(service), body)
    assert answer.status_code == 302, errors_of(answer)
    service.refresh_from_db()
    assert (service.label, service.price, service.status) == (
        "My server",
        Decimal(12),
        "pending",
    )


def test_suspend_and_start_again() -> None:
    client, service = signed_in(*MAY), ServiceFactory(active=True)
    assert client.post(verb(service, "suspend-service")).status_code == 302
    service.refresh_from_db()
    assert service.status == "suspended"
    assert client.post(verb(service, "unsuspend-service")).status_code == 302
    service.refresh_from_db()
    assert service.status == "active"


def test_verbs_need_their_permission() -> None:
    client, service = signed_in(MAY[0]), ServiceFactory(active=True)
    for name in ("suspend-service", "terminate-service", "recalculate-service-price"):
        assert client.post(verb(service, name)).status_code == 403
    service.refresh_from_db()
    assert service.status == "active"


def test_cancelling_shows_a_banner() -> None:
    client, service = signed_in(*MAY), ServiceFactory(active=True)
    boxes = {"type": "end_of_period", "reason": "Too slow"}
    assert client.post(verb(service, "cancel-service"), boxes).status_code == 302
    cancellation = ServiceCancellation.objects.get(service=service)
    page = client.get(change(service)).content.decode()
    assert "This service is being cancelled at the end of the period: Too slow" in page
    assert f"/admin/billing/servicecancellation/{cancellation.pk}/change/" in page


def test_the_price_anew() -> None:
    client, service = signed_in(*MAY), ServiceFactory(active=True, price=Decimal(1))
    PriceFactory(plan=service.plan, currency=service.currency, price=Decimal("7.50"))
    assert client.post(verb(service, "recalculate-service-price")).status_code == 302
    service.refresh_from_db()
    assert service.price == Decimal("7.50")


def test_no_price_is_said_and_none_is_taken() -> None:
    client, service = signed_in(*MAY), ServiceFactory(active=True, price=Decimal(1))
    answer = client.post(verb(service, "recalculate-service-price"))
    assert answer.status_code == 422
    service.refresh_from_db()
    assert service.price == Decimal(1)


def test_an_upgrade_is_quoted_first() -> None:
    client, service = signed_in(*MAY), ServiceFactory(active=True, price=Decimal(10))
    PriceFactory(plan=service.plan, currency=service.currency, price=Decimal(10))
    plan = PlanFactory(name=service.plan.name)
    PriceFactory(plan=plan, currency=service.currency, price=Decimal(30))
    ProductUpgradeFactory(product=service.product, upgrade=plan.priceable)
    page, boxes = verb(service, "upgrade-service"), {"product_id": plan.priceable_id}
    first = client.get(page).content.decode()
    assert "Continue" in first
    assert "Options" not in first  # there are none to choose
    quoted = client.post(page, boxes)
    assert quoted.status_code == 200
    assert not ServiceUpgrade.objects.exists()
    assert "Price of a period from then on: 30.00 USD." in quoted.context["preview"]
    other = client.post(page, boxes | {"confirmed": "something else"})
    assert other.status_code == 200
    assert not ServiceUpgrade.objects.exists()
    done = client.post(page, boxes | {"confirmed": quoted.context["confirmed"]})
    assert done.status_code == 302
    upgrade = ServiceUpgrade.objects.get(service=service)
    assert (upgrade.product_id, upgrade.status) == (plan.priceable_id, "pending")


def test_asking_the_server_has_a_permission_of_its_own() -> None:
    service = ServiceFactory(active=True)
    service.product.server = ServerFactory()
    service.product.save()
    page, boxes = verb(service, "provision-service"), {"action": "create"}
    assert signed_in(*MAY).post(page, boxes).status_code == 403
    client = signed_in(*MAY, "admin.provisionings.create")
    assert client.post(page, boxes).status_code == 302
    row = Provisioning.objects.get(service_id=service.pk)
    assert (row.action, row.status, row.tells_client) == ("create", "pending", False)
    service.refresh_from_db()
    assert service.status == "active"


def test_staff_do_not_change_their_own_service() -> None:
    client = signed_in(*(name for name in STAFF if name != "*"))
    service = ServiceFactory(active=True, user_id=int(client.session["_auth_user_id"]))
    boxes = stored(service, price="0") | rows("configinline") | rows("propertyinline")
    answer = client.post(change(service), boxes)
    assert errors_of(answer) == {"__all__": ["You cannot do this for yourself: ask a colleague."]}
    service.refresh_from_db()
    assert service.price == Decimal("10.00")


def test_a_chosen_value_changes_among_its_kin() -> None:
    client, service = signed_in(*MAY), ServiceFactory(active=True)
    option = ConfigOptionFactory(name="Location")
    ConfigOptionProductFactory(config_option=option, product=service.product)
    old, new = (ConfigOptionFactory(parent=option, name=name) for name in ("Paris", "Rome"))
    config = ServiceConfigFactory(configurable=service, config_option=option, config_value=old)
    page = client.get(change(service)).content.decode()
    assert "Location: Rome" in page
    boxes = rows("configinline", {"id": config.pk, "config_value_id": new.pk}, stored=1)
    answer = client.post(change(service), stored(service) | boxes)
    assert answer.status_code == 302, errors_of(answer)
    assert ServiceConfig.objects.get(pk=config.pk).config_value_id == new.pk


def test_few_queries(django_assert_max_num_queries: Any) -> None:
    client, services = signed_in("*"), [ServiceFactory(active=True) for _ in range(3)]
    with django_assert_max_num_queries(20):
        assert client.get(PAGES).status_code == 200
    Provisioning.objects.create(service_id=services[0].pk, action="create")
    client.get(change(services[0]))
    with django_assert_max_num_queries(20):
        assert client.get(change(services[0])).status_code == 200


# -- what waits for staff -------------------------------------------------------------------------


def test_a_failed_provisioning_is_tried_again_or_given_up() -> None:
    client = signed_in(*MAY)
    told = {"action": "create", "status": "failed", "error": "No route"}
    rows = [Provisioning.objects.create(service_id=1, **told) for _ in range(2)]
    base = "/admin/provisioning/provisioning/"
    assert "No route" in client.get(base).content.decode()
    assert client.post(f"{base}{rows[0].pk}/retry-provisioning/").status_code == 302
    assert client.post(f"{base}{rows[1].pk}/dismiss-provisioning/").status_code == 302
    states = Provisioning.objects.order_by("pk").values_list("status", flat=True)
    assert [*states] == ["pending", "dismissed"]


def test_cancellations_are_made_and_taken_back(client: Client) -> None:
    service = ServiceFactory(active=True)
    names = ("viewAny", "create", "update", "delete")
    client = signed_in(*(f"admin.service_cancellations.{name}" for name in names))
    base = "/admin/billing/servicecancellation/"
    body = {"service_id": service.pk, "type": "end_of_period", "reason": "Moves away"}
    answer = client.post(f"{base}add/", body)
    assert answer.status_code == 302, errors_of(answer)
    cancellation = ServiceCancellation.objects.get()
    assert "Moves away" in client.get(base).content.decode()
    answer = client.post(f"{base}{cancellation.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 302
    assert not ServiceCancellation.objects.exists()


def test_what_runs_on_a_server_is_terminated_before_it_is_deleted() -> None:
    client, service = signed_in("*"), ServiceFactory(active=True)
    service.product.server = ServerFactory()
    service.product.save()
    address = f"/admin/billing/service/{service.pk}/delete/"
    page = client.post(address, {"post": "yes"}, follow=True)
    assert "Terminate it before you delete it" in page.content.decode()
    assert Service.objects.filter(pk=service.pk).exists()
    Service.objects.filter(pk=service.pk).update(status="cancelled")
    client.post(address, {"post": "yes"})
    assert not Service.objects.filter(pk=service.pk).exists()


def test_properties_are_edited_and_secrets_stay_hidden() -> None:
    client, service = signed_in("*"), ServiceFactory(active=True)
    host = service.properties.create(key="hostname", name="Hostname", value="old.example.com")
    service.properties.create(key="root_password", name="Root password", value="hunter2")
    page = client.get(change(service)).content.decode()
    assert "hunter2" not in page
    assert "Root password" in page
    line = {"id": host.pk, "key": "hostname", "value": "new.example.com"}
    boxes = rows("configinline") | rows("propertyinline", line, stored=1)
    answer = client.post(change(service), stored(service) | boxes)
    assert answer.status_code == 302, errors_of(answer)
    host.refresh_from_db()
    assert host.value == "new.example.com"
    assert service.properties.get(key="root_password").value == "hunter2"
