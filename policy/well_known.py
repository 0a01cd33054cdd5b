"""Addresses that are set by standards, and that of the schema which one of them names."""

from __future__ import annotations

__all__ = ["GPC", "PRIVACY", "SCHEMA", "SECURITY", "WELL_KNOWN"]

SECURITY = "/.well-known/security.txt"
GPC = "/.well-known/gpc.json"
PRIVACY = "/.well-known/privacy.json"
SCHEMA = "/.well-known/privacy-schema.json"
WELL_KNOWN = (SECURITY, GPC, PRIVACY, SCHEMA)
