from support.admin import clients, dashboard, messages, tickets

__all__ = ["clients", "dashboard", "messages", "tickets"]
