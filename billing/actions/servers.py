from typing import Any

from django.db import transaction

from accounts.actions.records import delete_record
from billing.actions.extensions import create_extension, update_extension
from billing.models import Server
from billing.rules.extension_settings import SERVERS
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused


@transaction.atomic
def create_server(*, actor: Actor, **values: Any) -> Server:
    return create_extension(Server, Server.Type.SERVER, SERVERS, values, actor=actor)


@transaction.atomic
def update_server(server: Server, *, actor: Actor, **changes: Any) -> Server:
    return update_extension(server, SERVERS, changes, actor=actor)


@transaction.atomic
def delete_server(server: Server, *, actor: Actor) -> None:
    """Marked as deleted; refused while products are provisioned on it."""
    server = locked(server)
    if server.products.exists():
        raise Refused("Products are provisioned on the server: give them another one first.")
    delete_record(server, actor=actor)
