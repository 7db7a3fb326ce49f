"""What staff write down about people."""

from typing import Any

from django.db import transaction

from accounts.actions.records import change_record
from accounts.notes.models import ClientNote
from paymenter.actor import Actor
from paymenter.db.locks import locked


@transaction.atomic
def create_client_note(*, actor: Actor, user_id: int, text: str) -> ClientNote:
    return ClientNote.objects.create(user_id=user_id, author_id=actor.user_id, text=text)


@transaction.atomic
def update_client_note(note: ClientNote, *, actor: Actor, **changes: Any) -> ClientNote:
    note = locked(note)
    change_record(note, changes, actor=actor)
    return note


@transaction.atomic
def delete_client_note(note: ClientNote, *, actor: Actor) -> None:
    locked(note).delete()
