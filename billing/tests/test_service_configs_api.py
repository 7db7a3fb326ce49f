import pytest
from django.test import Client

from billing.models import ServiceConfig
from billing.tests.api import audits, changed, created, deleted, key, refused, send, stamp
from billing.tests.factories import (
    ConfigOptionFactory,
    ServiceConfigFactory,
    ServiceFactory,
    ServiceUpgradeFactory,
)

pytestmark = pytest.mark.django_db

PATH = "service-configs"


@pytest.fixture(autouse=True)
def _key() -> None:
    key()


def test_life(client: Client) -> None:
    service, option = ServiceFactory(), ConfigOptionFactory()
    first, second = (ConfigOptionFactory(parent=option) for _ in range(2))
    body = {
        "configurable_id": service.pk,
        "config_option_id": option.pk,
        "config_value_id": first.pk,
    }
    data = created(client, PATH, body)
    config = ServiceConfig.objects.get()
    assert data == {
        "id": str(config.pk),
        "type": "serviceConfigs",
        "attributes": {
            "id": config.pk,
            "configurable_type": "App\\Models\\Service",
            **body,
            "updated_at": stamp(config.updated_at),
            "created_at": stamp(config.created_at),
        },
    }
    path = f"{PATH}/{config.pk}"
    assert changed(client, path, {"config_value_id": second.pk})["attributes"] == {
        **data["attributes"],
        "config_value_id": second.pk,
        "updated_at": stamp(ServiceConfig.objects.get().updated_at),
    }
    document = send(client, "GET", f"{path}?include=config_option,config_value").json()
    assert [row["id"] for row in document["included"]] == [str(option.pk), str(second.pk)]
    answer = refused(client, "POST", PATH, body)
    text = "A value of this option is chosen already: change that."
    assert answer["errors"] == {"config_option_id": [text]}
    deleted(client, path)
    assert [(event, name) for event, name, *_ in audits()] == [
        ("created", "ServiceConfig"),
        ("updated", "ServiceConfig"),
        ("deleted", "ServiceConfig"),
    ]


def test_of_an_upgrade(client: Client) -> None:
    upgrade, value = ServiceUpgradeFactory(), ConfigOptionFactory(parent=ConfigOptionFactory())
    body = {
        "configurable_type": "App\\Models\\ServiceUpgrade",
        "configurable_id": upgrade.pk,
        "config_option_id": value.parent_id,
        "config_value_id": value.pk,
    }
    created(client, PATH, body)
    assert upgrade.configs.get().config_value == value


def test_values_of_other_options_are_refused(client: Client) -> None:
    config = ServiceConfigFactory()
    foreign = ConfigOptionFactory(parent=ConfigOptionFactory())
    text = {"config_value_id": ["The selected config value is none of the option's."]}
    path = f"{PATH}/{config.pk}"
    assert refused(client, "PUT", path, {"config_value_id": foreign.pk})["errors"] == text
    body = {
        "configurable_id": ServiceFactory().pk,
        "config_option_id": config.config_option_id,
        "config_value_id": config.config_option_id,
    }
    assert refused(client, "POST", PATH, body)["errors"] == text


def test_bad_input_is_refused(client: Client) -> None:
    body = {"configurable_type": "App\\Models\\User", "configurable_id": 1, "config_value_id": 0}
    assert refused(client, "POST", PATH, body)["errors"] == {
        "configurable_type": ["The selected configurable type is invalid."],
        "configurable_id": ["The selected configurable id is invalid."],
        "config_option_id": ["The config option id field is required."],
        "config_value_id": ["The selected config value id is invalid."],
    }
