"""Rows of the contacts' tables, as the values that staff are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.contacts.model import Permission, PermissionState, Received

__all__ = ["asked", "given", "received"]

_NO_ANSWERS = {"id", "contact", "form", "day"}
_NO_ANSWERS |= {"suspected_spam", "unasked_wording", "unconfirmed_since"}


def received(row: Mapping[Any, Any]) -> Received:
    """A row of submissions."""
    answers = {name: value for name, value in row.items() if name not in _NO_ANSWERS and value}
    return Received(
        row["id"], row["form"], row["day"], row["suspected_spam"], row["unasked_wording"], answers
    )


def given(row: Mapping[Any, Any]) -> Permission:
    """A row of permissions."""
    ended = row["withdrawn_on"]
    state = PermissionState.WITHDRAWN if ended else PermissionState.GIVEN
    return Permission(row["channel"], row["wording"], state, row["given_on"], ended)


def asked(row: Mapping[Any, Any]) -> Permission:
    """A row of asks."""
    return Permission(row["channel"], row["wording"], PermissionState.ASKED, row["asked_on"])
