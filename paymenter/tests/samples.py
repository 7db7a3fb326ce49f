"""Records of the tables that the recorded installation has empty."""

from uuid import UUID

from django.utils import timezone

from accounts.models import OauthClient, User, UserSession
from accounts.tests.factories import (
    CustomPropertyFactory,
    EmailLogFactory,
    NotificationFactory,
    PropertyFactory,
)
from accounts.tests.webhooks import endpoint
from accounts.webhooks.models import WebhookDelivery
from paymenter.tests.factories import CronStatFactory, FailedJobFactory
from support.models import TicketMessage
from support.tests.factories import TicketMessageAttachmentFactory

FLAGS = {"personal_access_client": False, "password_client": False, "revoked": False}


def store_samples() -> None:
    now = timezone.now().replace(microsecond=0)
    owner, message = User.objects.get(pk=2), TicketMessage.objects.get(pk=1)
    for number in (1, 2, 3):
        definition = CustomPropertyFactory(id=number)
        PropertyFactory(custom_property=definition, key=definition.key, model=owner)
        OauthClient.objects.create(
            id=UUID(int=number), name="Wiki", redirect="", user=owner, **FLAGS
        )
        UserSession.objects.create(id=number, ulid=f"{number:026d}", user=owner, last_activity=now)
        NotificationFactory(id=number, user=owner)
        EmailLogFactory(id=number, user=owner)
        CronStatFactory(id=number)
        FailedJobFactory(id=number)
        TicketMessageAttachmentFactory(id=number, ticket_message=message)
        endpoint(f"https://receiver.example/{number}", id=number)
        WebhookDelivery.objects.create(
            id=number, webhook_id=f"msg_{number}", endpoint_id=1, event="x", payload="{}"
        )
