from accounts.admin import (
    api_keys,
    audits,
    client_notes,
    dashboard,
    own_account,
    roles,
    user_sessions,
    users,
)

__all__ = [
    "api_keys",
    "audits",
    "client_notes",
    "dashboard",
    "own_account",
    "roles",
    "user_sessions",
    "users",
]
