from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateFilter

from paymenter.api.failed_jobs import FailedJobViewSet, RetryFailedJob, name_of
from paymenter.console.fields import value_label
from paymenter.console.records import ReadOnlyAdmin
from paymenter.console.verbs import Verb
from paymenter.jobs.overview import oldest_due
from paymenter.jobs.parking import CONNECTION
from paymenter.masking import without_links
from paymenter.models import FailedJob

LATE = 300  # seconds
WAITING = "A job has been due for {} minutes: is manage.py work running?"


def _is_ours(job: FailedJob) -> bool:
    return job.connection == CONNECTION


@admin.register(FailedJob)
class FailedJobAdmin(ReadOnlyAdmin):
    viewset = FailedJobViewSet
    list_display = ("job", "why", "of", "failed_at")
    list_filter = ("queue", ("failed_at", RangeDateFilter))
    search_fields = ("uuid", "payload")
    search_help_text = "Name of the job or its id"
    ordering = ("-failed_at", "-pk")
    fields = ("job", "of", "queue", "uuid", "failed_at", "error")
    labels = {"uuid": "Id"}
    verbs = (
        Verb(
            RetryFailedJob,
            label="Try again",
            icon="replay",
            done="It is tried again.",
            bulk=True,
            when=_is_ours,
            after=lambda job, answer: reverse("admin:paymenter_failedjob_changelist"),
        ),
    )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        late = oldest_due() if self.has_view_permission(request) else None
        if late is not None and late > LATE:
            messages.warning(request, WAITING.format(late // 60))
        shown: HttpResponse = super().changelist_view(request, extra_context)
        return shown

    @admin.display(description="Job", ordering="payload")
    def job(self, job: FailedJob) -> str:
        """`billing.actions.mails.send_invoice` is Send invoice."""
        name = name_of(job.payload) or "Unknown"
        return value_label(name.rpartition("\\")[2].rpartition(".")[2])

    @admin.display(description="Why")
    def why(self, job: FailedJob) -> str:
        """PHP's texts begin with the message, ours end with it."""
        lines = [line for line in job.exception.strip().splitlines() if line.strip()]
        if not lines:
            return "-"
        return (without_links(lines[-1 if _is_ours(job) else 0]) or "")[:160]

    @admin.display(description="Of", ordering="connection")
    def of(self, job: FailedJob) -> str:
        return "This server" if _is_ours(job) else "PHP"

    @admin.display(description="Error")
    def error(self, job: FailedJob) -> SafeString:
        style = "white-space: pre-wrap; word-break: break-word"
        text = without_links(job.exception)
        return format_html('<pre class="font-mono text-xs" style="{}">{}</pre>', style, text)
