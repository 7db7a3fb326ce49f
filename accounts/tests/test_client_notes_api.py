import orjson
import pytest

from accounts.models import User
from accounts.notes.models import ClientNote
from accounts.tests.factories import UserFactory
from paymenter.tests.api import store_key

pytestmark = pytest.mark.django_db

NOTES = "/api/v1/admin/client-notes"
ALL = [f"admin.client_notes.{verb}" for verb in ("create", "view", "update", "delete")]


@pytest.fixture
def send(client):
    header = {"Authorization": f"Bearer {store_key(*ALL)}"}

    def send(method, path, **body):
        text = orjson.dumps(body)
        return client.generic(method, path, text, "application/json", headers=header)

    return send


def test_written_read_changed_and_deleted(send):
    user: User = UserFactory()
    made = send("POST", NOTES, user_id=user.pk, text="Pays late")
    assert made.status_code == 201
    attributes = made.json()["data"]["attributes"]
    assert (attributes["user_id"], attributes["author_id"], attributes["text"]) == (
        user.pk,
        None,
        "Pays late",
    )
    path = f"{NOTES}/{made.json()['data']['id']}"
    assert send("PATCH", path, text="Pays", user_id=999).status_code == 200
    note = ClientNote.objects.get()
    assert (note.text, note.user_id) == ("Pays", user.pk)
    assert send("DELETE", path).status_code in (200, 204)
    assert not ClientNote.objects.exists()


def test_of_nobody_or_without_text(send):
    answer = send("POST", NOTES, user_id=999999, text="")
    assert answer.status_code == 422
    assert not ClientNote.objects.exists()
