"""The main jobs of staff, done in a browser from end to end."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.tests.factories import PASSWORD, UserFactory
from billing.models import Invoice, Service
from billing.tests.factories import (
    CategoryFactory,
    CurrencyFactory,
    InvoiceFactory,
    PlanFactory,
    PriceFactory,
    ProductFactory,
    ServiceFactory,
)
from paymenter.models import Setting
from paymenter.tests.browser import chromium, faults, needs_chromium
from paymenter.tests.console import staff
from paymenter.tests.races import emptied_tables
from support.tests.factories import TicketFactory

pytestmark = [needs_chromium, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def shop(transactional_db: None) -> Iterator[dict[str, Any]]:
    with emptied_tables():
        usd = CurrencyFactory(code="USD")
        product = ProductFactory(name="Web S", category=CategoryFactory())
        plan = PlanFactory(priceable=product, name="Monthly")
        PriceFactory(plan=plan, currency=usd, price=Decimal("5.00"))
        client = UserFactory(first_name="Ada", last_name="Byron", email="ada@example.com")
        service = ServiceFactory(
            user=client, product=product, plan=plan, price=Decimal("5.00"), status="pending"
        )
        invoice = InvoiceFactory(user=client, status="pending", number="INV-77")
        invoice.items.create(
            description="Web S", price=Decimal("5.00"), quantity=1, reference=service
        )
        TicketFactory(user=client, subject="It does not load")
        yield {"client": client, "service": service, "invoice": invoice}


@pytest.fixture
def page(browser: Browser, live_server: Any, shop: dict[str, Any]) -> Iterator[Page]:
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1300, "height": 900})
    shown = context.new_page()
    problems: list[str] = []
    shown.on("pageerror", lambda error: problems.append(str(error)))
    yield shown
    context.close()
    assert problems == []


def sign_in(page: Page, user: Any) -> None:
    page.goto("/admin/")
    page.fill("[name=email]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit], main button")
    page.wait_for_url("**/admin/")


def save(page: Page) -> None:
    page.click("[name=_save]")
    expect(page.get_by_text("successfully")).to_be_visible()


def choose(page: Page, name: str, words: str) -> None:
    """In a box that looks for records."""
    page.locator(f"#id_{name} + .select2").click()
    page.locator(".select2-search__field").fill(words)
    page.locator(".select2-results__option--highlighted", has_text=words).click()


def test_from_a_question_to_an_active_service(page: Page, shop: dict[str, Any]) -> None:
    """Finds the client, looks at the invoice, takes the payment, sees the service run."""
    sign_in(page, staff("*"))
    page.keyboard.press("Control+k")
    page.locator("#search-input-command").press_sequentially("Byron")
    page.get_by_role("link", name="Ada Byron").first.click()
    page.wait_for_url(f"**/admin/accounts/user/{shop['client'].pk}/overview/")
    page.get_by_role("link", name="INV-77").first.click()
    page.wait_for_url("**/change/")
    page.locator(
        "#paymentinline-group .add-row, #paymentinline-group a", has_text="Add"
    ).first.click()
    page.fill("#id_paymentinline-0-amount", "5.00")
    save(page)
    assert Invoice.objects.get().status == "paid"
    page.goto(f"/admin/billing/service/{shop['service'].pk}/change/")
    assert Service.objects.get().status == "active"
    page.get_by_role("link", name="Suspend").first.click()
    page.get_by_role("button", name="Suspend").click()
    page.wait_for_url("**/change/")
    assert Service.objects.get().status == "suspended"


def test_a_new_invoice(page: Page, shop: dict[str, Any]) -> None:
    sign_in(page, staff("*"))
    page.goto("/admin/billing/invoice/add/")
    choose(page, "user_id", "Ada Byron")
    page.select_option("#id_currency_code", "USD")
    page.fill("#id_due_at", (timezone.now() + timedelta(days=7)).date().isoformat())
    page.locator("#items-group .add-row, #items-group a", has_text="Add").first.click()
    page.fill("#id_items-0-description", "Help with the move")
    page.fill("#id_items-0-quantity", "2")
    page.fill("#id_items-0-price", "40.00")
    save(page)
    made = Invoice.objects.latest("pk")
    item = made.items.get()
    assert (made.user_id, item.description, item.quantity, item.price) == (
        shop["client"].pk,
        "Help with the move",
        2,
        Decimal("40.00"),
    )


def test_a_setting(page: Page) -> None:
    sign_in(page, staff("*"))
    page.goto("/admin/settings/")
    page.fill("[name=company_name]", "Byron Hosting")
    page.fill("[name=app_url]", "https://byron.example.com")
    page.fill("[name=system_email_address]", "ops@example.com")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("The settings are saved")).to_be_visible()
    assert Setting.objects.get(key="company_name").value == "Byron Hosting"


def test_a_limited_role_is_refused(page: Page, shop: dict[str, Any]) -> None:
    sign_in(page, staff("admin.tickets.viewAny", "admin.tickets.update"))
    expect(page.get_by_role("link", name="Tickets")).to_be_visible()
    expect(page.get_by_role("link", name="Invoices")).to_have_count(0)
    answer = page.goto(f"/admin/billing/invoice/{shop['invoice'].pk}/change/")
    assert answer is not None
    assert answer.status == 403


MAIN_PAGES = [
    "/admin/",
    "/admin/accounts/user/",
    "/admin/accounts/user/{client}/change/",
    "/admin/billing/invoice/",
    "/admin/billing/invoice/{invoice}/change/",
    "/admin/billing/invoice/add/",
    "/admin/billing/service/{service}/change/",
    "/admin/billing/service/{service}/terminate-service/",
    "/admin/billing/product/",
    "/admin/support/ticket/",
    "/admin/settings/",
]


def test_no_page_shuts_anybody_out(page: Page, shop: dict[str, Any]) -> None:
    """axe, in light and dark."""
    sign_in(page, staff("*"))
    ids = {name: record.pk for name, record in shop.items()}
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for address in MAIN_PAGES:
            page.goto(address.format(**ids))
            page.wait_for_timeout(300)
            if faulty := faults(page):
                found[scheme, address] = faulty
    assert found == {}
