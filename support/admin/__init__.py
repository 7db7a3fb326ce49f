from support.admin import clients, dashboard, tickets

__all__ = ["clients", "dashboard", "tickets"]
