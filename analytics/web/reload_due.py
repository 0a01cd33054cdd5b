"""While the pages are of another version of the register, the service takes nothing from visitors.

What a page asked for and promised is not what this process would do with it. So whatever could
write or set something is refused in one place, before its view, until a reload or until pages of
the service's own register are back. What only gives back is never refused: reading what is held,
and the views that are marked `gives_back`, which end or delete what somebody allowed before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, request
from werkzeug.exceptions import ServiceUnavailable

from analytics.web.static_files import Pages
from policy.sentences import mark, sentence

__all__ = ["RETRY_SECONDS", "ReloadDue", "gives_back", "refuse_while_due"]

READING = ("GET", "HEAD", "OPTIONS")
RETRY_SECONDS = 60
WORDS = mark(
    "This site is being renewed just now, so nothing was taken. Please try again in a minute."
)

_MARK = "gives_back"
View = TypeVar("View", bound=Callable[..., object])


class ReloadDue(ServiceUnavailable):
    """Nothing was done. Each feature says it in its own way, and keeps what was typed."""

    def __init__(self) -> None:
        super().__init__(WORDS, retry_after=RETRY_SECONDS)

    @property
    def says(self) -> str:
        """The same for people."""
        return sentence(WORDS)


def gives_back(view: View) -> View:
    """Mark a view that takes nothing: it only ends or deletes what somebody allowed before."""
    setattr(view, _MARK, True)
    return view


def refuse_while_due(app: Flask, pages: Pages, own_pages: str) -> None:
    """Have `app` raise ReloadDue; not for the blueprint `own_pages`, whose pages the service makes
    itself, by its own register."""

    @app.before_request
    def refuse() -> None:
        if not pages.is_of_another_register or request.method in READING:
            return
        view = app.view_functions.get(request.endpoint or "")
        if view is not None and not hasattr(view, _MARK) and request.blueprint != own_pages:
            raise ReloadDue
