"""The demo as the tests of it make it."""

import io
from datetime import date
from typing import Any

from django.core.management import call_command

TODAY = date(2026, 11, 23)
SECRETS = {"password": "known to tests 1", "token": "PAYM" + "0" * 64}


def demo(**given: Any) -> str:
    return said("demo", **{"date": TODAY, **SECRETS, **given})


def said(*command: str, **given: Any) -> str:
    """What the command wrote."""
    out = io.StringIO()
    call_command(*command, stdout=out, **given)
    return out.getvalue()
