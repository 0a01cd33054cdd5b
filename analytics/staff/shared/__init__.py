"""Figures for those who have no account: a link, for a time, to a part of the reports."""
