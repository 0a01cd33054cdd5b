"""The staff area: signing in, reports, contacts, and the record of who read them."""
