from accounts.admin import (
    api_keys,
    audits,
    client_notes,
    dashboard,
    roles,
    user_sessions,
    users,
)

__all__ = ["api_keys", "audits", "client_notes", "dashboard", "roles", "user_sessions", "users"]
