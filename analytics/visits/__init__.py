"""Visits: the state of one, what is counted of it, and where."""
