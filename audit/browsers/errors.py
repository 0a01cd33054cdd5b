"""Why a journey cannot go on, each kind a class of its own: what follows from it differs."""

from __future__ import annotations

from http import HTTPStatus

from playwright.async_api import Error as PlaywrightError

__all__ = [
    "STOPS",
    "BidiError",
    "BrowserCannot",
    "CannotGoOn",
    "NoAnswer",
    "NotGiven",
    "PageDoesNotOpen",
    "first_line",
]


class CannotGoOn(Exception):
    """A journey cannot be finished. What would have come is not known."""


class NotGiven(CannotGoOn):
    """The site lacks what its visitors need to go on: that is a difference, too."""


class BrowserCannot(CannotGoOn):
    """This browser has no such feature, whatever the site is like. Another may have it."""


class PageDoesNotOpen(CannotGoOn):
    """A page could not be read. `page` is its address or path."""

    def __init__(self, page: str, why: str) -> None:
        super().__init__(f"{page} does not open: {why}")
        self.page = page
        self.why = why

    @classmethod
    def answered(cls, page: str, status: int) -> PageDoesNotOpen:
        """A page that came with an error's status."""
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
        return cls(page, f"the answer is {status} {phrase}".strip())


class NoAnswer(CannotGoOn):
    """The browser did not do in time what it was told."""

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(f"the browser did not {what} within {seconds:.0f} seconds")


class BidiError(Exception):
    """A browser refused a command of WebDriver BiDi, or is gone."""


STOPS = (CannotGoOn, BidiError, PlaywrightError)
"""Everything that ends a journey before its end, and the audit not."""


def first_line(error: Exception) -> str:
    """What an error says, in one line; its kind where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
