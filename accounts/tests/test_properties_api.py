import pytest

from accounts.models import Audit, Property
from accounts.tests.factories import CustomPropertyFactory, PropertyFactory, UserFactory
from billing.tests.factories import ServiceFactory
from paymenter.tests.api import get, ids, store_key
from paymenter.tests.calls import attributes, audits, call, refused

pytestmark = pytest.mark.django_db

USER, SERVICE = "App\\Models\\User", "App\\Models\\Service"


@pytest.fixture(autouse=True)
def api_key():
    verbs = ("view", "create", "update", "delete")
    views = ("users", "services", "custom_properties")
    names = [f"admin.properties.{verb}" for verb in verbs]
    store_key(*names, *(f"admin.{group}.view" for group in views))


def sent(owner, key, value, kind=USER, **more):
    return {"model_type": kind, "model_id": owner.pk, "key": key, "value": value, **more}


def test_value_of_a_definition_takes_its_name(client):
    definition = CustomPropertyFactory(key="city", name="City", validation="alpha|max:5")
    user = UserFactory()
    made = attributes(
        call(client, "POST", "properties", sent(user, "city", "Paris", name="x")), 201
    )
    assert made["name"] == "City"
    row = Property.objects.get()
    assert (row.custom_property, row.model, row.value) == (definition, user, "Paris")
    assert audits("Property") == [
        (
            "created",
            [],
            {
                "custom_property_id": definition.pk,
                "name": "City",
                "key": "city",
                "value": "Paris",
                "model_type": USER,
                "model_id": user.pk,
                "id": row.pk,
            },
        )
    ]
    path = f"properties/{row.pk}"
    assert attributes(call(client, "PUT", path, {"value": "Rome", "name": "x"}))["name"] == "City"
    assert call(client, "DELETE", path).status_code == 204
    assert [event for event, _, _ in audits("Property")] == ["created", "updated", "deleted"]


def test_key_without_definition_is_free(client):
    service = ServiceFactory()
    body = sent(service, "server_id", 17, SERVICE, name="Server")
    made = attributes(call(client, "POST", "properties", body), 201)
    assert (made["key"], made["value"], made["name"]) == ("server_id", "17", "Server")
    answer = get(client, f"properties?filter[model_type][eq]={SERVICE}&include=model")
    assert ids(answer) == [made["id"]]
    assert answer.json()["included"][0]["type"] == "services"


@pytest.mark.parametrize(
    ("definition", "value", "text"),
    [
        ({"validation": "alpha"}, "no 1", "The field field must only contain letters."),
        ({"validation": "max:3"}, "long", "The field field must not be greater than 3 characters."),
        ({"validation": "phone:NL"}, "1", "cannot be checked: its rule phone is not known."),
        ({"type": "select", "allowed_values": ["a"]}, "b", "The selected field is invalid."),
        ({"required": True}, None, "The field field is required."),
    ],
)
def test_definition_rules(client, definition, value, text):
    CustomPropertyFactory(key="field", **definition)
    answer = call(client, "POST", "properties", sent(UserFactory(), "field", value))
    assert answer.status_code == 422
    assert answer.json()["errors"]["value"][0].endswith(text)
    assert not Property.objects.exists()
    assert not Audit.objects.exists()


def test_change_that_the_definition_refuses_changes_nothing(client):
    definition = CustomPropertyFactory(key="field", validation="integer")
    row = PropertyFactory(custom_property=definition, key="field", value="1")
    errors = {"value": ["The field field must be an integer."]}
    assert refused(call(client, "PATCH", f"properties/{row.pk}", {"value": "one"}), errors)
    row.refresh_from_db()
    assert row.value == "1"
    assert not Audit.objects.exists()


def test_owner_must_be_there_and_have_no_such_key(client):
    row = PropertyFactory(key="field")
    body = sent(row.model, "field", "x")
    taken = {"key": ["The key has already been taken."]}
    assert refused(call(client, "POST", "properties", body), taken)
    gone = {"model_id": ["The selected model id is invalid."]}
    assert refused(call(client, "POST", "properties", {**body, "model_id": 99999}), gone)
    kind = {"model_type": ["The selected model type is invalid."]}
    answer = call(client, "POST", "properties", {**body, "model_type": "App\\Models\\Role"})
    assert refused(answer, kind)
    assert Property.objects.count() == 1


def test_model_needs_the_permission_of_its_kind(client):
    PropertyFactory()
    store_key("admin.properties.view", "admin.properties.viewAny", token="bare")
    assert get(client, "properties?include=model", "bare").status_code == 400
    assert get(client, "properties?include=custom_property", "bare").status_code == 400
