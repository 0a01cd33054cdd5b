"""Exports of other tools, read from files: what they say of each day, and nothing of anybody."""
