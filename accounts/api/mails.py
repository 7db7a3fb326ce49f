"""What staff do with mails."""

from collections.abc import Mapping
from typing import Any

from accounts.actions.mails import resend_mail
from accounts.actions.system_mails import send_test_mail
from accounts.api.email_logs import EmailLogResource
from accounts.api.settings import SettingResource
from accounts.models import EmailLog
from paymenter.actor import Actor
from paymenter.jsonapi.commands import Command
from paymenter.jsonapi.input import Field, Input
from paymenter.laravel.validation import Email, Max, String


class ResendMail(Command):
    resource = EmailLogResource
    path = "email-logs/{id}/resend"
    summary = "Send a mail again"
    more = "As it is in the log, to the same people. Refused while it is waiting to be sent."
    ability = "resend"

    def carry_out(self, record: Any, values: Mapping[str, Any], actor: Actor) -> EmailLog:
        return resend_mail(record)


class TestMailInput(Input):
    email = Field(String(), Max(255), Email(), nullable=True)


class SendTestMail(Command):
    resource = SettingResource
    path = "settings/test-mail"
    summary = "Send a test mail"
    more = (
        "At once, by the stored settings, to `email` or to the setting `system_email_address`;"
        " what goes wrong is answered with a hint."
    )
    input = TestMailInput
    answer = {
        "type": "object",
        "properties": {"sent_to": {"type": "string", "examples": ["ops@example.com"]}},
        "required": ["sent_to"],
    }

    def carry_out(self, record: Any, values: Mapping[str, Any], actor: Actor) -> dict[str, str]:
        return {"sent_to": send_test_mail(values.get("email"))}
