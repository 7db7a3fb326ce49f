"""What may be shown of texts that carry secrets: reset and verification links open accounts."""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "[hidden]"
NAMES = frozenset(
    ["password", "tfa_secret", "token", "secret", "remember_token", "p256dh_key", "auth_key"]
)

_END = r"[^\s\"'<>()\[\]]"
_LINK = re.compile(rf"((?:password(?:/|%2F)reset|email(?:/|%2F)verify)(?:/|%2F)){_END}+", re.I)
_PARAMETER = re.compile(
    r"((?:[?&]|&amp;|%3F|%26)(?:signature|token|code|secret|password|key)=)[^\s\"'<>()\[\]&]+", re.I
)


def without_links(text: str | None) -> str | None:
    """The text with what makes such a link work taken out."""
    if text is None:
        return None
    return _PARAMETER.sub(rf"\1{HIDDEN}", _LINK.sub(rf"\1{HIDDEN}", text))


def without_secrets(values: Any) -> Any:
    """Of the changed columns in an audit."""
    if not isinstance(values, Mapping):
        return values
    return {name: HIDDEN if name in NAMES else value for name, value in values.items()}
