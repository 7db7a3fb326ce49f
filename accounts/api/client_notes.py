from accounts.actions.client_notes import (
    create_client_note,
    delete_client_note,
    update_client_note,
)
from accounts.models import User
from accounts.notes.models import ClientNote
from paymenter.jsonapi.input import Exists, Field, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import Max, String

LONGEST = 10_000


class ClientNoteResource(Resource):
    model = ClientNote
    permission = "client_notes"
    attributes = ("id", "user_id", "author_id", "text", "updated_at", "created_at")


class ClientNoteInput(Input):
    user_id = Field(Exists(User), required=True, create_only=True)
    text = Field(String(), Max(LONGEST), required=True)


class ClientNoteViewSet(ResourceViewSet):
    resource = ClientNoteResource
    input = ClientNoteInput
    actions = Actions(create_client_note, update_client_note, delete_client_note)
    filters = ("id", "user_id", "author_id", "created_at")
    sorts = ("id", "user_id", "created_at", "updated_at")
