"""A journey while it is being made: one visitor, its tabs, and the snapshots that were kept."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from audit.browsers.visitor import LOOK, CannotGoOn, Recorder, Tab, Visitor
from audit.journeys.agreements import Agreements
from audit.observations import Button, Journey, KeptItem, Letter, PageFacts, SentRequest, Snapshot
from audit.target import Instance
from policy import Register
from policy.forms import Form


@dataclass
class JourneyRun:
    """What a journey works with. `given` is what the visitor gives away, to be searched for."""

    name: str
    browser: str
    visitor: Visitor
    instance: Instance
    register: Register
    forms: dict[str, Form]
    agreements: Agreements
    pages: tuple[str, ...]
    pictures: Path | None
    idle_seconds: float
    agreed: frozenset[str] = frozenset()
    given: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, frozenset[str]] = field(default_factory=dict)
    """Every email address that the visitor gave, with the purposes allowed for it."""
    snapshots: list[Snapshot] = field(default_factory=list)
    _tab: Tab | None = None
    _known: int = 0
    _read: int = 0

    @property
    def tab(self) -> Tab:
        """The tab that is being used."""
        if self._tab is None:
            raise CannotGoOn("no tab is open")
        return self._tab

    async def open_tab(self) -> Tab:
        """Open another tab, and use it."""
        self._tab = await self.visitor.open()
        return self._tab

    def use(self, tab: Tab) -> None:
        """Go on in a tab that was opened before."""
        self._tab = tab

    def agree(self, purposes: Iterable[str]) -> None:
        """The visitor allowed these purposes."""
        self.agreed |= frozenset(purposes)

    def withdraw(self, purposes: Iterable[str]) -> None:
        """The visitor took these purposes back."""
        self.agreed -= frozenset(purposes)

    def allow(self, email: str, purposes: Iterable[str]) -> None:
        """The visitor allowed these purposes for an address of theirs."""
        self.addresses[email] = self.addresses.get(email, frozenset()) | frozenset(purposes)

    async def go(self, page: str) -> None:
        """Open a page and keep the snapshot."""
        await self.tab.goto(self.instance.origin + page)
        await self.keep(f"open {page}")

    async def keep(self, step: str, *, picture: bool = False) -> None:
        """Keep what the browser holds now and did since the snapshot before."""
        page = str(await self.tab.evaluate("() => location.pathname"))
        words = self.register.question
        given = {"accept": words.accept, "reject": words.reject, "title": words.title}
        seen = await self.tab.evaluate(LOOK, given)
        done = await self.visitor.gather()
        self.snapshots.append(
            Snapshot(
                step=step,
                page=page,
                at=time.time(),
                agreed=self.agreed,
                cookies=await self.visitor.cookies(),
                items=tuple(KeptItem(**item) for item in seen["items"]),
                requests=(*done.requests, *self._unseen(done)),
                set_cookies=tuple(done.set_cookies),
                headers=tuple(done.headers),
                acts=tuple(done.acts),
                console=tuple(done.console),
                letters=self._letters(),
                facts=_facts(seen["facts"]),
                picture=await self._picture(step) if picture else "",
            )
        )

    def _unseen(self, done: Recorder) -> list[SentRequest]:
        """Requests that the server got and no event of the browser told of: beacons, workers."""
        new = self.instance.arrived[self._known :]
        self._known += len(new)
        told = [(request.method, request.path) for request in done.requests]
        unseen = []
        for request in new:
            if (request.method, request.path) in told:
                told.remove((request.method, request.path))
            elif request.method != "GET" or request.query:
                unseen.append(request)
        return unseen

    def _letters(self) -> tuple[Letter, ...]:
        """Those that came since the snapshot before."""
        new = self.instance.mailbox.letters[self._read :]
        self._read += len(new)
        return tuple(
            Letter(
                str(letter["Plainsite-Legal-Basis"] or ""), self.addresses.get(str(letter["To"]))
            )
            for letter in new
        )

    async def _picture(self, step: str) -> str:
        if self.pictures is None:
            return ""
        words = f"{self.browser}-{self.name}-{step}".replace(" ", "-").replace("/", "_")
        name = "".join(letter for letter in words.lower() if letter.isalnum() or letter in "-_")
        (self.pictures / f"{name}.jpg").write_bytes(await self.tab.picture())
        return f"{name}.jpg"

    async def send(
        self,
        name: str,
        *,
        permission: bool = False,
        recognize: bool = False,
        seconds: float = 0,
    ) -> None:
        """Fill in a form, tick its boxes as told, and send it after so many seconds."""
        form = self.forms[name]
        permission = permission or bool(form.permission and form.permission.required)
        await self.go(form.page)
        for question in form.fields:
            if question.kind == "select":
                await self.tab.choose(question.label, question.options[0].value)
            elif question.kind == "radio":
                await self.tab.press(question.options[0].label)
            else:
                await self.tab.fill(question.label, self._answer(question.name, question.kind))
        for box, ticked in (("permission", permission), ("recognize", recognize)):
            if ticked:
                await self.tab.press(box)
        await self.keep(f"fill in {name}")
        allowed = self.agreements.sending(form, permission=permission, recognize=recognize)
        self.agree(allowed)
        self.allow(self.given["email"], allowed)
        await asyncio.sleep(seconds)
        await self.tab.submit(form.submit)
        await self.keep(f"send {name}")
        if self.snapshots[-1].page != form.thanks:
            raise CannotGoOn(f"sending the form {name} did not lead to {form.thanks}")

    def _answer(self, name: str, kind: str) -> str:
        token = secrets.token_hex(6)
        digits = "".join(str(int(letter, 16) % 10) for letter in token)
        answers = {"email": f"{token}@audit.example", "tel": digits}
        self.given[name] = answers.get(kind, f"answer {token}")
        return self.given[name]

    def journey(self, stopped: str = "", paired_with: str = "") -> Journey:
        """What there is of the journey."""
        return Journey(
            name=self.name,
            browser=self.browser,
            snapshots=tuple(self.snapshots),
            stored=self.instance.stored(self.given),
            stopped=stopped,
            origin=self.instance.origin,
            paired_with=paired_with,
        )


def _facts(seen: dict[str, object]) -> PageFacts:
    lists = ("ticked", "links", "forms", "hints")
    buttons = tuple(_button(button) for button in _list(seen["buttons"]))
    rest = {key: tuple(_list(value)) if key in lists else value for key, value in seen.items()}
    return PageFacts(**{**rest, "buttons": buttons})  # type: ignore[arg-type]


def _list(value: object) -> list[dict[str, object]]:
    return value if isinstance(value, list) else []


def _button(seen: dict[str, object]) -> Button:
    return Button(**{**seen, "colours": tuple(_list(seen["colours"]))})  # type: ignore[arg-type]
