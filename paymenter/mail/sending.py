"""Hands one mail to whoever carries it: the SMTP server, or the log of a developer."""

import logging

from paymenter.mail import servers
from paymenter.mail.failures import Temporary
from paymenter.mail.messages import Letter, encoded, message
from paymenter.mail.servers import Server
from paymenter.masking import without_links

log = logging.getLogger(__name__)

ONLY = "MAIL_MAILER={} is not available here: set it to smtp, or set mail_host."


def send(letter: Letter) -> dict[str, str]:
    """Raises Temporary or Permanent; copies that were refused, with the reason."""
    server = servers.current()
    made = message(letter, sender=server.sender)
    text = encoded(made)
    if server.mailer != "smtp":
        _write(server, letter, str(made.body))
        return {}
    others = [*letter.cc, *letter.bcc]
    return servers.connection(server).send(server.from_address, letter.to, others, text)


def _write(server: Server, letter: Letter, body: str) -> None:
    if server.mailer != "log":
        raise Temporary(ONLY.format(server.mailer))
    log.info("Mail to %s: %s\n%s", letter.to, letter.subject, without_links(body))
