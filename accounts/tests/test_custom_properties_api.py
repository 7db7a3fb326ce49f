import pytest

from accounts.models import Audit, CustomProperty, Property
from accounts.tests.factories import CustomPropertyFactory, PropertyFactory
from paymenter.tests.api import get, ids, store_key
from paymenter.tests.calls import attributes, audits, call, refused

pytestmark = pytest.mark.django_db

SENT = {"name": "Tax number", "key": "tax_number", "type": "string", "validation": "string|max:20"}
SHOWN = {
    "name": "Tax number",
    "key": "tax_number",
    "model": "App\\Models\\User",
    "type": "string",
    "description": None,
    "validation": "string|max:20",
    "allowed_values": None,
    "non_editable": 0,
    "required": 0,
    "show_on_invoice": 0,
}


@pytest.fixture(autouse=True)
def api_key():
    verbs = ("view", "create", "update", "delete")
    store_key(*(f"admin.custom_properties.{verb}" for verb in verbs), "admin.properties.view")


def test_definition_is_created_changed_and_deleted(client):
    made = attributes(call(client, "POST", "custom-properties", SENT), 201)
    assert made == {"id": made["id"], **SHOWN}
    path = f"custom-properties/{made['id']}"
    changed = call(client, "PUT", path, {"required": True, "key": "other", "model": "x"})
    assert attributes(changed) == {**made, "required": 1}
    assert call(client, "DELETE", path).status_code == 204
    assert not CustomProperty.objects.exists()
    created, updated, deleted = audits("CustomProperty")
    assert created[0] == "created"
    assert created[2]["key"] == "tax_number"
    assert updated == ("updated", {"required": 0}, {"required": 1})
    assert deleted[:1] + deleted[2:] == ("deleted", [])


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": ""}, {"name": ["The name field is required."]}),
        ({"type": "slider"}, {"type": ["The selected type is invalid."]}),
        ({"key": "taken"}, {"key": ["The key has already been taken."]}),
        ({"model": "App\\Models\\Order"}, {"model": ["The selected model is invalid."]}),
        (
            {"validation": "string|phone:NL|min:x"},
            {"validation": ["These rules are not known: phone:NL, min:x."]},
        ),
        ({"type": "select"}, {"allowed_values": ["The allowed values field is required."]}),
        (
            {"allowed_values": "a,b"},
            {"allowed_values": ["The allowed values field must be an array."]},
        ),
        ({"required": "yes"}, {"required": ["The required field must be true or false."]}),
    ],
)
def test_definition_is_refused(client, changes, errors):
    CustomPropertyFactory(key="taken")
    assert refused(call(client, "POST", "custom-properties", {**SENT, **changes}), errors)
    assert CustomProperty.objects.count() == 1
    assert not Audit.objects.exists()


def test_definition_of_a_choice_keeps_its_values(client):
    definition = CustomPropertyFactory(type="select", allowed_values=["a", "b"])
    path = f"custom-properties/{definition.pk}"
    errors = {"allowed_values": ["The allowed values field is required."]}
    assert refused(call(client, "PATCH", path, {"allowed_values": None}), errors)
    answer = call(client, "PATCH", path, {"allowed_values": ["b", "c", "b"]})
    assert attributes(answer)["allowed_values"] == ["b", "c"]
    assert audits("CustomProperty")[-1] == (
        "updated",
        {"allowed_values": '["a","b"]'},
        {"allowed_values": '["b","c"]'},
    )


def test_values_go_with_their_definition(client):
    definition = CustomPropertyFactory()
    PropertyFactory(custom_property=definition, key=definition.key)
    kept = PropertyFactory()
    assert call(client, "DELETE", f"custom-properties/{definition.pk}").status_code == 204
    assert list(Property.objects.all()) == [kept]


def test_list_is_filtered_and_sorted(client):
    one, two = CustomPropertyFactory(key="b_city"), CustomPropertyFactory(key="a_city")
    CustomPropertyFactory(key="street")
    PropertyFactory(custom_property=one, key=one.key)
    answer = get(client, "custom-properties?filter[key]=city&sort=key&include=properties")
    assert ids(answer) == [two.pk, one.pk]
    assert [each["type"] for each in answer.json()["included"]] == ["properties"]
