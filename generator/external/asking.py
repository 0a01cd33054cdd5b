"""Asks other servers for addresses: few at once, one at a time of each, and not twice in a week."""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import json
import os
import time
import urllib.error
import urllib.request
import urllib.robotparser
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

__all__ = ["Answer", "Limits", "ask"]

AGENT = "Plainsite-link-check/1 (looks whether links still lead somewhere)"
GONE = (404, 410)
HEAD_REFUSED = (400, 403, 404, 405, 406, 410, 429, 500, 501, 503)
"""Some servers answer HEAD otherwise than GET."""

LATER = (429, 500, 502, 503, 504)
FORM = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, but for `servers`, the number that are asked at once, and `tries` of an address."""

    servers: int = 12
    pause: float = 0.2
    patience: float = 12.0
    tries: int = 2
    longest_wait: float = 20.0
    kept: float = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: the `status`, or 0 and the `reason` for which there was none; `moved` is
    where it says that the page is for good now. `at` is when, in seconds since 1970."""

    status: int
    reason: str = ""
    moved: str = ""
    at: float = 0.0

    @property
    def is_well(self) -> bool:
        """Whether the link leads somewhere, as far as anybody can tell."""
        return 200 <= self.status < 300 or self.reason == "robots"


def ask(
    addresses: Iterable[str],
    file: Path,
    limits: Limits | None = None,
    heard: Callable[[int, int], None] = lambda _asked, _total: None,
) -> dict[str, Answer]:
    """The answer for each address. Good ones are kept in `file`, and asked again once they are old;
    others are asked again each time."""
    limits = limits or Limits()
    wanted = sorted(set(addresses))
    now = time.time()
    known = {
        address: answer
        for address, answer in _read(file).items()
        if answer.is_well and 0 <= now - answer.at < limits.kept
    }
    found = {address: known[address] for address in wanted if address in known}
    by_server: dict[str, list[str]] = {}
    for address in wanted:
        if address not in found:
            by_server.setdefault(_server(address), []).append(address)
    total, asked = sum(map(len, by_server.values())), 0
    heard(asked, total)
    # A server gets one question at a time, whatever the number of others.
    with ThreadPoolExecutor(max_workers=limits.servers) as pool:
        jobs = [pool.submit(_Server(limits).ask_all, each) for each in by_server.values()]
        try:
            for job in jobs:
                answers = job.result()
                found.update(answers)
                asked += len(answers)
                heard(asked, total)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        finally:
            _write(file, {**known, **{each: found[each] for each in found}})
    return {address: found[address] for address in wanted}


def _server(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


class _Server:
    """One server, asked in peace."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._opener = urllib.request.build_opener(_Redirects())
        self._rules: urllib.robotparser.RobotFileParser | None = None
        self._waited = 0.0

    def ask_all(self, addresses: list[str]) -> dict[str, Answer]:
        """The answers, one after the other."""
        found = {}
        for number, address in enumerate(addresses):
            if number:
                time.sleep(self._limits.pause)
            found[address] = self._ask(address)
        return found

    def _ask(self, address: str) -> Answer:
        try:
            asked = _as_asked(address)
        except ValueError:
            return Answer(0, "it is no address", at=time.time())
        if not self._may(asked):
            return Answer(0, "robots", at=time.time())
        answer = Answer(0, "it was not asked")
        for turn in range(self._limits.tries):
            answer, wait = self._tried(asked)
            if answer.status and answer.status not in LATER:
                break
            if turn + 1 < self._limits.tries:
                wait = max(wait, self._limits.pause * 2)
                if self._waited + wait > self._limits.longest_wait:
                    break
                self._waited += wait
                time.sleep(wait)
        return answer

    def _may(self, address: str) -> bool:
        """Whether the server's robots.txt lets us ask."""
        if self._rules is None:
            self._rules = urllib.robotparser.RobotFileParser()
            parts = urlsplit(address)
            robots = urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))
            text = ""
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                request = urllib.request.Request(robots, headers={"User-Agent": AGENT})  # noqa: S310  (http)
                with self._opener.open(request, timeout=self._limits.patience) as response:
                    text = response.read(500_000).decode("utf-8", errors="replace")
            self._rules.parse(text.splitlines())
        return self._rules.can_fetch(AGENT, address)

    def _tried(self, address: str) -> tuple[Answer, float]:
        """By HEAD, and by GET where that says no; and how long the server wants us to wait."""
        answer, wait = self._request("HEAD", address)
        if answer.status in HEAD_REFUSED or not answer.status:
            if answer.status == 429 and wait:
                return answer, wait
            answer, wait = self._request("GET", address)
        return answer, wait

    def _request(self, method: str, address: str) -> tuple[Answer, float]:
        headers = {"User-Agent": AGENT, "Accept": "*/*"}
        request = urllib.request.Request(address, headers=headers, method=method)  # noqa: S310  (http)
        now = time.time()
        try:
            with self._opener.open(request, timeout=self._limits.patience) as response:
                moved = getattr(request, "moved", "")
                return Answer(response.status, moved=moved, at=now), 0.0
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, at=now), _wait(error.headers.get("Retry-After"))
        except urllib.error.URLError as error:
            return Answer(0, _reason(error.reason), at=now), 0.0
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Answer(0, _reason(error), at=now), 0.0


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows, by the method that was used, and notes a move for good."""

    max_redirections = 8

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]  # noqa: PLR0913, PLR0917  (as there)
        if urlsplit(newurl).scheme not in ("http", "https"):
            return None
        new = super().redirect_request(req, fp, code, msg, headers, newurl)
        if new is not None:
            new.method = req.get_method()
            first = getattr(req, "first", req)
            new.first = first  # type: ignore[attr-defined]  # own key
            # One that is only for now ends the chain that could be written down.
            if code in (301, 308) and not getattr(first, "is_for_now", False):
                first.moved = newurl
            else:
                first.is_for_now = True
        return new


def _as_asked(address: str) -> str:
    """An address as programs write it. Raises ValueError."""
    parts = urlsplit(address)
    host = (parts.hostname or "").encode("idna").decode("ascii")
    if not host:
        raise ValueError(address)
    port = f":{parts.port}" if parts.port else ""
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return urlunsplit((parts.scheme, host + port, path, query, ""))


def _wait(given: str | None) -> float:
    """The seconds of a Retry-After, a number or a date."""
    if not given:
        return 0.0
    if given.strip().isdecimal():
        return float(given)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(given).timestamp() - time.time())
    except ValueError:
        return 0.0


def _reason(error: object) -> str:
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    text = str(getattr(error, "strerror", None) or error) or type(error).__name__
    return " ".join(text.split())[:120]


def _read(file: Path) -> dict[str, Answer]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        if told["form"] != FORM:
            return {}
        return {address: Answer(**each) for address, each in told["answers"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _write(file: Path, answers: Mapping[str, Answer]) -> None:
    """Only time is lost where that cannot be done."""
    told = {"form": FORM, "answers": {each: asdict(answers[each]) for each in sorted(answers)}}
    part = file.with_name(f"{file.name}.part")
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.write_text(json.dumps(told, indent=0), encoding="utf-8")
        os.replace(part, file)  # noqa: PTH105  (as elsewhere)
