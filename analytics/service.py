"""What every part of the service shares, made once when the application starts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app
from sqlalchemy import Engine

from analytics.built import Build
from analytics.counters import Counters
from analytics.mail.outbox import Outbox
from analytics.mail.postman import Postman
from analytics.pages import Pages
from analytics.retention import Janitor
from policy import Site
from policy.cookies import CookieWriter
from policy.journal import Journal

__all__ = ["Service", "current_service"]


@dataclass(frozen=True, slots=True)
class Service:
    """The site, its stores and its clock (seconds since 1970)."""

    site: Site
    cookies: CookieWriter
    counters: Counters
    records: Engine
    pages: Pages
    clock: Callable[[], float]
    secret: bytes
    janitor: Janitor
    outbox: Outbox
    postman: Postman
    journal: Journal

    @property
    def build(self) -> Build:
        """The build that is being served now."""
        return self.pages.build

    def asset(self, name: str) -> str:
        """The address of the asset `name`, with its fingerprint. Raises KeyError."""
        return self.build.assets[name]

    def reload(self) -> None:
        """Serve what has been built since. A change in site/ needs a restart."""
        self.pages.reload()

    def close(self) -> None:
        """Commit what was accepted, then let go of both databases."""
        self.postman.close()
        self.janitor.close()
        self.counters.close()
        self.records.dispose()


def current_service() -> Service:
    """The service of the application that is answering this request."""
    return cast(Service, current_app.extensions["plainsite"])
