"""The staff area: signing in, reports, contacts, and the record of who read them."""

from analytics.staff.routes import blueprint

__all__ = ["blueprint"]
