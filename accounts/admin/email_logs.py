from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from accounts.api.email_logs import EmailLogViewSet
from accounts.api.mails import ResendMail
from accounts.models import EmailLog
from paymenter.console.display import GREEN, GREY, RED, badge, link
from paymenter.console.records import ReadOnlyAdmin
from paymenter.console.verbs import Verb
from paymenter.masking import without_links

STATES = {"sent": GREEN, "pending": GREY, "failed": RED}


@admin.register(EmailLog)
class EmailLogAdmin(ReadOnlyAdmin):
    viewset = EmailLogViewSet
    list_display = ("subject", "to", "person", "state", "sent_at", "created_at")
    list_prefetch = ("user",)
    list_filter = (("status", ChoicesDropdownFilter), ("created_at", RangeDateFilter))
    search_fields = ("subject", "to", "status")
    fields = ("subject", "to", "person", "state", "sent_at", "created_at", "problem", "text")
    verbs = (
        Verb(
            ResendMail,
            label="Send again",
            icon="forward_to_inbox",
            done="The mail waits to be sent again.",
            bulk=True,
            when=lambda mail: mail.status != EmailLog.Status.PENDING,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> object:
        """A list reads no bodies."""
        return super().get_queryset(request).defer("body", "error")

    @admin.display(description="Person", ordering="user")
    def person(self, mail: EmailLog) -> str:
        return link(mail.user)

    @admin.display(description="State", ordering="status")
    def state(self, mail: EmailLog) -> str:
        return badge(mail.status, STATES)

    @admin.display(description="Error")
    def problem(self, mail: EmailLog) -> str:
        return without_links(mail.error) or "-"

    @admin.display(description="Mail")
    def text(self, mail: EmailLog) -> SafeString:
        """Without scripts, forms or the console's origin; links that open accounts are hidden."""
        return format_html(
            '<iframe title="The mail" sandbox="" referrerpolicy="no-referrer" srcdoc="{}"'
            ' style="width: 100%; height: 700px; border: 0; background: #fff"></iframe>',
            without_links(mail.body) or "",
        )
