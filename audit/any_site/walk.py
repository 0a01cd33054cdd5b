"""Which pages of a site are visited: those that its sitemaps name, and those that pages link to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from audit.journeys.site_pages import HOME, Answer, Unreachable, ask, home_page
from audit.journeys.sitemap import NoSitemap, Sitemaps, in_robots, is_page

__all__ = ["Walk"]

SHOWN = ("text/html", "application/xhtml+xml", "")
SITEMAP, ROBOTS = "/sitemap.xml", "/robots.txt"


@dataclass
class Walk:
    """The pages of the site at `origin`, `most` at once. `headers` are those that let one in."""

    origin: str
    most: int
    headers: Mapping[str, str] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    """In the order in which they were found."""
    left: list[str] = field(default_factory=list)
    """Found, and not visited: there are more than `most`."""
    others: list[str] = field(default_factory=list)
    """Addresses of the site that show no page: documents, downloads, ways to other sites."""
    missed: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Ask for the home page, robots.txt and the sitemaps. Raises Unreachable."""
        home_page(self.origin, self.headers)
        self.paths.append(HOME)
        maps = Sitemaps(self._sitemap, (self.origin,))
        named = in_robots(self._robots())
        for address in named or [self.origin + SITEMAP]:
            path = address.removeprefix(self.origin)
            try:
                maps.read(path if path.startswith("/") else urlsplit(address).path)
            except NoSitemap as error:
                if named:  # Nobody must have one; what is named must be there.
                    self.missed.append(f"which pages there are: {error}")
        self.others.extend(maps.others)
        self.missed.extend(f"which pages there are: {each}" for each in maps.missed)
        self.add(maps.paths)

    def add(self, found: Mapping[str, None] | list[str]) -> None:
        """Take what a page or a sitemap names, up to `most`."""
        for path in found:
            if path in self.paths or path in self.left or path in self.others:
                continue
            if not is_page(path):
                self.others.append(path)
            elif len(self.paths) >= self.most:
                self.left.append(path)
            elif self._shows(path):
                self.paths.append(path)
            else:
                self.others.append(path)

    def _shows(self, path: str) -> bool:
        """Whether a browser shows a page of this site there. What cannot be told is tried."""
        try:
            answer = self._ask(path, body=False)
        except Unreachable:
            return True
        if answer.location:
            target = urlsplit(urljoin(self.origin + path, answer.location))
            return f"{target.scheme}://{target.netloc}" == self.origin
        return answer.kind in SHOWN and not answer.handed

    def _ask(self, path: str, *, body: bool = True) -> Answer:
        return ask(self.origin, path, body=body, headers=self.headers)

    def _robots(self) -> str:
        try:
            answer = self._ask(ROBOTS)
        except Unreachable:
            return ""
        return answer.body.decode("utf-8", "replace") if answer.status == HTTPStatus.OK else ""

    def _sitemap(self, path: str) -> bytes:
        try:
            answer = self._ask(path)
        except Unreachable as error:
            raise NoSitemap(str(error)) from None
        if answer.status != HTTPStatus.OK:
            raise NoSitemap(f"{path} is answered with {answer.status}")
        return answer.body
