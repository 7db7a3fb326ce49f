"""Takes mails in a test instead of a server."""

from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives

from paymenter.mail import sending
from paymenter.mail.messages import Letter, encoded, message


class Carrier:
    """`refuse` is raised instead, as often as it is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.carried: list[EmailMultiAlternatives] = []
        self.refuse: list[Exception] = []
        monkeypatch.setattr(sending, "send", self.send)

    def send(self, letter: Letter) -> dict[str, str]:
        made: Any = message(letter, sender="Shop <shop@example.com>")
        encoded(made)
        if self.refuse:
            raise self.refuse.pop(0)
        self.carried.append(made)
        return {}
