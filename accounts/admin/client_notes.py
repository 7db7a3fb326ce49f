from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.api.client_notes import ClientNoteViewSet
from accounts.models import User
from accounts.notes.models import ClientNote
from paymenter.console.display import link, moment
from paymenter.console.overview import ROWS, section
from paymenter.console.records import RecordAdmin


@admin.register(ClientNote)
class ClientNoteAdmin(RecordAdmin):
    viewset = ClientNoteViewSet
    list_display = ("text", "author", "created_at")
    labels = {"user_id": "Person", "text": "Note"}
    help_texts = {"text": "Only staff see it."}

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_author(super().get_queryset(request))

    @admin.display(description="Written by")
    def author(self, note: Any) -> str:
        return note.author or "-"

    def response_add(
        self, request: HttpRequest, obj: ClientNote, post_url_continue: str | None = None
    ) -> HttpResponse:
        super().response_add(request, obj, post_url_continue)
        return HttpResponseRedirect(reverse("admin:accounts_user_overview", args=[obj.user_id]))

    def response_change(self, request: HttpRequest, obj: ClientNote) -> HttpResponse:
        super().response_change(request, obj)
        return HttpResponseRedirect(reverse("admin:accounts_user_overview", args=[obj.user_id]))


def with_author(notes: Any) -> Any:
    people = User.objects.filter(pk=OuterRef("author_id"))
    return notes.annotate(author=Subquery(people.values("email")[:1]))


@section(
    "accounts.User",
    "Notes",
    permission="client_notes",
    order=5,
    page="notes.ClientNote",
    owner="user_id",
    new="Add note",
    icon="sticky_note_2",
    headers=("Note", "By", "When"),
    empty="No notes yet. Only staff would see them.",
)
def notes(user: User) -> Any:
    for note in with_author(ClientNote.objects.filter(user_id=user.pk)).order_by("-pk")[:ROWS]:
        yield link(note, str(note)), note.author or "-", moment(note.created_at)
