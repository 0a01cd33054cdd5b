"""Own data: a contact sees, takes away, corrects and erases what is held about them."""

from analytics.own_data.routes import blueprint

__all__ = ["blueprint"]
