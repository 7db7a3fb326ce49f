from collections.abc import Mapping
from typing import Any

from billing.actions.server_checks import check_connection
from billing.api.servers import ServerResource
from billing.models import Server
from paymenter.actor import Actor
from paymenter.jsonapi.commands import Command


class TestServer(Command):
    resource = ServerResource
    path = "servers/{id}/test"
    summary = "Test the connection to a server"
    more = "With its stored settings. 422 with what the panel said where it does not work."

    def carry_out(self, record: Server, values: Mapping[str, Any], actor: Actor) -> Server:
        check_connection(record)
        return record
