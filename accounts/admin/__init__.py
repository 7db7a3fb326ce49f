from accounts.admin import api_keys, audits, dashboard, roles, users

__all__ = ["api_keys", "audits", "dashboard", "roles", "users"]
