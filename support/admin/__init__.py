from support.admin import dashboard, tickets

__all__ = ["dashboard", "tickets"]
