"""What a person says on the command line of an audit of any site, checked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import click

from audit.any_site.command import draft, hold
from audit.any_site.register import read_register
from audit.any_site.run import Plan
from audit.browsers.visitor import Access
from audit.command import commit_of
from audit.journeys.site_pages import Unreachable, site_origin
from audit.rules.outcome import Outcome
from policy import Faults
from policy.failures import Refusal
from policy.places import Places

__all__ = ["Options"]


class Unable(Refusal):
    """The audit cannot tell anything."""

    status = 2


@dataclass(frozen=True)
class Options:
    """The options as they were written."""

    url: str | None
    register: Path | None
    pages: str
    headers: tuple[str, ...]
    basic_auth: str | None
    storage_state: Path | None
    browsers: tuple[str, ...]
    output: Path | None
    baseline: frozenset[str] = frozenset()
    evidence: bool = False

    def draft(self) -> Outcome:
        """Draft a register. Raises Unable."""
        if not self.url:
            raise Unable("--draft needs the address of a site", "say it behind `audit`")
        origin = _origin(self.url)
        file = self.register or Path(f"{origin.partition('://')[2].replace(':', '-')}.toml")
        if file.exists():
            hint = "give the new one another name with --register, and take over what is true of it"
            raise Unable(f"{file} is already there, and may hold what its owner wrote", hint)
        if not file.absolute().parent.is_dir():
            raise Unable(f"{file.parent} is no folder", "make it first")
        return draft(self._plan(origin), file, click.echo).outcome

    def hold(self, places: Places) -> Outcome:
        """Hold a site to its register. Raises Unable, and Faults of the register."""
        if self.register is None:
            raise Unable("no register is named", "name one with --register")
        try:
            declared = read_register(self.register)
        except Faults as faults:
            faults.status = Unable.status
            raise
        origin = _origin(self.url) if self.url else declared.register.url
        output = self.output or places.var / "audit"
        commit = commit_of(self.register.absolute().parent)
        plan = self._plan(origin)
        made = hold(plan, declared, output, click.echo, commit=commit, baseline=self.baseline)
        return made.outcome

    def _plan(self, origin: str) -> Plan:
        most, pages = _pages(self.pages)
        return Plan(
            origin=origin,
            pages=pages,
            most=most,
            access=self._access(origin),
            browsers=self.browsers or ("chromium", "firefox"),
            evidence=self.evidence,
            told=click.echo,
        )

    def _access(self, origin: str) -> Access | None:
        if not (self.headers or self.basic_auth or self.storage_state):
            return None
        headers = tuple(_header(each) for each in self.headers)
        name, colon, password = (self.basic_auth or "").partition(":")
        if self.basic_auth and not colon:
            raise Unable("--basic-auth needs a name and a password", "write it as NAME:PASSWORD")
        if self.storage_state:
            _check_state(self.storage_state)
        basic = (name, password) if self.basic_auth else None
        return Access(origin, headers, basic, self.storage_state)


def _origin(url: str) -> str:
    try:
        return site_origin(url)
    except Unreachable as error:
        raise Unable(str(error)) from None


def _pages(text: str) -> tuple[int, tuple[str, ...]]:
    """How many, and which."""
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text), ()
    paths = tuple(each.strip() for each in text.split(",") if each.strip())
    if not paths or not all(path.startswith("/") for path in paths):
        hint = "write a number, or paths like /,/about/"
        raise Unable(f"--pages {text} says neither how many nor which", hint)
    return len(paths), paths


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip() or "\n" in text or "\r" in text:
        raise Unable(f"--header {text} is no header", 'write it like "X-Preview: yes"')
    return name.strip(), value.strip()


def _check_state(path: Path) -> None:
    try:
        state = json.loads(path.read_bytes())
    except ValueError:
        state = None
    if not isinstance(state, dict) or not {"cookies", "origins"} & state.keys():
        raise Unable(f"{path} is no storage state", "let Playwright's storage_state() write it")
