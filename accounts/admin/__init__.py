from accounts.admin import api_keys, audits, roles, users

__all__ = ["api_keys", "audits", "roles", "users"]
