"""Which marks of a browser must stay the same (Paymenter: LockSession, `session_validation`)."""

_STAFF, _CLIENTS = "_admin", "_client"


def bound_by(setting: str, *, staff: bool) -> frozenset[str]:
    """Of `ip` and `user_agent`; the setting is such as `ip_user_agent_admin`, or `none`."""
    other = _CLIENTS if staff else _STAFF
    if setting.endswith(other):
        return frozenset()
    marks = {"ip"} if setting.startswith("ip_") else set()
    return frozenset(marks | ({"user_agent"} if "user_agent" in setting else set()))
