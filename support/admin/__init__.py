from support.admin import tickets

__all__ = ["tickets"]
