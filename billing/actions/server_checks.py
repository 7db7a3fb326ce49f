"""Whether what staff typed for a server works (Paymenter: "Test connection")."""

import logging

from billing.actions.subjects import module_of_server
from billing.models import Server
from billing.servers import base
from paymenter import plugins
from paymenter.errors import Refused

FAILED = "The server does not work with these settings: {}"
NO_TEST = "The module {} has no test."

log = logging.getLogger(__name__)


def can_be_tested(server: Server) -> bool:
    module = plugins.servers.find(server.extension)
    return module is not None and module.test_connection is not base.Server.test_connection


def check_connection(server: Server) -> None:
    """Asks the panel; never called while rows are locked. Raises Refused with what it said."""
    if not can_be_tested(server):
        raise Refused(NO_TEST.format(server.extension))
    try:
        module_of_server(server).test_connection()
    except base.ServerError as error:
        raise Refused(FAILED.format(error)) from error
    except Exception as error:
        log.exception("Server %s: the test failed", server.pk)
        raise Refused(FAILED.format(error)) from error
