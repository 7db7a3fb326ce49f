"""The values that a service has chosen. Its price stays until it is computed anew."""

from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from billing.models import ConfigOption, ServiceConfig
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.db.morph import model_for
from paymenter.errors import Refused

NOT_OF_OPTION = "The selected config value is none of the option's."
CHOSEN = "A value of this option is chosen already: change that."


@transaction.atomic
def create_service_config(*, actor: Actor, **values: Any) -> ServiceConfig:
    model_of_owner = model_for(values["configurable_type"])
    assert model_of_owner is not None
    model_of_owner._base_manager.select_for_update().get(pk=values["configurable_id"])
    _refuse_foreign(values["config_option_id"], values["config_value_id"])
    owner = ("configurable_type", "configurable_id", "config_option_id")
    if ServiceConfig.objects.filter(**{name: values[name] for name in owner}).exists():
        raise Refused.on("config_option_id", CHOSEN)
    return create_record(ServiceConfig, values, actor=actor)


@transaction.atomic
def update_service_config(config: ServiceConfig, *, actor: Actor, **changes: Any) -> ServiceConfig:
    config = locked(config)
    if "config_value_id" in changes:
        _refuse_foreign(config.config_option_id, changes["config_value_id"])
    change_record(config, changes, actor=actor)
    return config


@transaction.atomic
def delete_service_config(config: ServiceConfig, *, actor: Actor) -> None:
    delete_record(locked(config), actor=actor)


def _refuse_foreign(option_id: int, value_id: int) -> None:
    if not ConfigOption.objects.filter(pk=value_id, parent_id=option_id).exists():
        raise Refused.on("config_value_id", NOT_OF_OPTION)
