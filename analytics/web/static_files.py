"""What is in `public/`, as the newest build has it, and answers with its files."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, TypeVar

from werkzeug.exceptions import Gone, HTTPException, NotFound
from werkzeug.wrappers import Response

from analytics.web.clock import UnusableClock
from analytics.web.log import ServiceLog
from analytics.web.send_file import REVALIDATED, send
from policy.manifest import Build, Damaged, File, NotBuilt, OtherForm, Stored
from policy.published import Published, Replaced
from policy.sections import section_of

if TYPE_CHECKING:
    from collections.abc import Container

    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["NOT_FOUND", "Pages", "Trouble", "address_asked", "not_found_address"]

NOT_FOUND = "/404.html"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a build is not served as it should be: the kind, and the version of its register where
    that is another than the running service's."""

    kind: str
    version: int = 0


Found = TypeVar("Found")


class Pages:
    """What is in `public/`, as the newest build that can be read has it.

    Each request looks a file up in one build, opens it, and looks again where that build was
    replaced meanwhile: an answer is never a mixture of two. Raises NotBuilt, Damaged or OtherForm
    (`policy.manifest`) where there is nothing to serve at the start.
    """

    def __init__(
        self,
        public: Path,
        register_version: int,
        log: ServiceLog,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._published = Published(public)
        self._clock = clock
        self._version = register_version
        self._log = log
        self._told: Trouble | None = None
        self._telling = Lock()
        self._sections = _Sections(self)

    @property
    def build(self) -> Build:
        """The build that was read last."""
        return self._published.build

    @property
    def trouble(self) -> Trouble | None:
        """Why the newest build is not served as it should be; None where it is."""
        return self._told

    @property
    def is_of_another_register(self) -> bool:
        """Whether the pages promise what another version of the register says.

        Nothing may then be taken from a visitor of theirs: this process would keep it as its own
        version says. A restart or a reload ends it.
        """
        return self.build.register != self._version

    def asset(self, name: str) -> str:
        """The address of the asset `name`, with its fingerprint. Raises KeyError."""
        return self.build.assets[name]

    def refresh(self) -> Build:
        """The newest build that can be read. Says, once, what is wrong with one that cannot."""
        trouble: Trouble | None = None
        try:
            build = self._published.refresh()
        except (NotBuilt, Damaged, OtherForm) as fault:
            build, trouble = self.build, Trouble(type(fault).__name__)
        else:
            if build.register != self._version:
                trouble = Trouble("OtherRegister", build.register)
        if trouble != self._told:
            with self._telling:
                told, self._told = self._told, trouble
            if trouble != told:
                self._tell(trouble)
        return build

    def _tell(self, trouble: Trouble | None) -> None:
        if trouble is None:
            self._log.say("build taken up")
        elif trouble.version:
            self._log.say("reload due", version=trouble.version)
        else:
            self._log.say("build not readable", error=trouble.kind)

    def __contains__(self, permalink: object) -> bool:
        return permalink in self.build.pages

    @property
    def sections(self) -> Container[str]:
        """The sections of the pages, whatever build they are of."""
        return self._sections

    def answer(self, look_up: Callable[[Build], Found]) -> Found:
        """What `look_up` finds in the newest build, which was not replaced while it was opened."""
        build = self.refresh()
        while True:
            try:
                return look_up(build)
            except Replaced:
                build = self.refresh()

    def text(self, permalink: str, audience: str = "", variant: str | None = None) -> str:
        """The HTML of a page, as an audience sees it now, or in one of its variants, for one that
        must be rendered again.

        Raises KeyError.
        """

        def read(build: Build) -> str:
            now = self.variant(build, permalink)[0] if variant is None else variant
            stored = build.file(permalink, audience, now).plain
            with self._published.open(build, stored) as file:
                return file.read().decode("utf-8")

        return self.answer(read)

    def variant(self, build: Build, permalink: str) -> tuple[str, int]:
        """The variant of a page's experiment that is served to everybody now, "" for the first one
        and where none is on; and for how many whole seconds it will be, 0 where none is on."""
        if not build.experiments:
            return "", 0
        try:
            now = self._clock()
        except UnusableClock:
            return "", 0
        for each in build.experiments:
            if each.page == permalink and (slot := each.at(int(now // 3600))):
                return build.variant(permalink, slot.variant), int(slot.after * 3600 - now)
        return "", 0

    def send(
        self,
        build: Build,
        file: File,
        environ: WSGIEnvironment,
        *,
        caching: str = REVALIDATED,
        status: int = 200,
    ) -> Response:
        """An answer to GET or HEAD with a file of `build`; `caching` as in `send_file.send`.

        Raises Replaced where that is not the newest any more, FileNotFoundError where somebody
        removed the file by hand.
        """

        def opened(stored: Stored) -> IO[bytes]:
            return self._published.open(build, stored)

        return send(opened, file, environ, caching=caching, status=status)

    def not_found(self, environ: WSGIEnvironment, home: str = "/") -> Response:
        """The page that says that there is no such page, in the language of a home page; a
        sentence, where the site has none."""
        address = home[:-1] + address_asked(environ)

        def look_up(build: Build) -> Response:
            return self._absent(build, address, environ, NotFound())

        return self.answer(look_up)

    def gone(self, build: Build, address: str, environ: WSGIEnvironment) -> Response:
        """The same page, which says that what was there will not come back (RFC 9110, 15.5.11)."""
        return self._absent(build, address, environ, Gone())

    def _absent(
        self, build: Build, address: str, environ: WSGIEnvironment, error: HTTPException
    ) -> Response:
        file = build.files.get(not_found_address(build, address))
        if file is None:
            return Response.force_type(error.get_response(environ), environ)
        return self.send(build, file, environ, status=error.code or HTTPStatus.NOT_FOUND)


def address_asked(environ: WSGIEnvironment) -> str:
    """The address that a request is for."""
    # PEP 3333: the path is decoded from its percent-encoding, then from bytes as Latin-1.
    path: str = environ["PATH_INFO"]
    return path.encode("latin-1").decode("utf-8", "replace")


def not_found_address(build: Build, address: str) -> str:
    """Where the page stands that says that there is no such address: that of the language whose
    folder the address is in, where it has one."""
    home = build.pages.get("/")
    for folder in home.translations.values() if home else ():
        if address.startswith(folder) and f"{folder[:-1]}{NOT_FOUND}" in build.files:
            return f"{folder[:-1]}{NOT_FOUND}"
    return NOT_FOUND


class _Sections:
    """The sections of the newest build's pages, found once for each build."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._known: tuple[Build | None, frozenset[str]] = None, frozenset()

    def __contains__(self, section: object) -> bool:
        build, (known, sections) = self._pages.build, self._known
        if known is not build:
            sections = frozenset(map(section_of, build.pages))
            self._known = build, sections
        return section in sections
