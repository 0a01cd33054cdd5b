"""A register drafted from what was seen of a site, as text for its owner to go over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import tomli_w

from audit.any_site.cookie_names import Guess, guess_cookie, guess_host
from audit.any_site.register import UNKNOWN
from audit.any_site.sightings import ANSWER, Sighting, Sightings
from audit.any_site.walk import Walk

__all__ = ["drafted"]

HEAD = """\
# What {url} keeps in browsers and asks of others, as {tool} saw it on {day}.
# Go over every purpose: `guessed = true` is what the Open Cookie Database has for the name, and "?"
# is what nobody knows yet. Then hold the site to it:
#     python build.py audit --register {file}
"""
PURPOSES = {
    "functional": ("What the site cannot work without", "nothing"),
    "security": ("To keep the site and its visitors safe", "nothing"),
    "choice": ("To remember the visitor's answer", "choice"),
    "preferences": ("To remember what a visitor prefers", "consent"),
    "analytics": ("To see how the site is used", "consent"),
    "marketing": ("To show and measure advertisements", "consent"),
}
"""What the purposes of a draft are, and what each waits for."""
ORDER = ("accept", "reject", "settings", "save", "withdraw")
MOST_SETTERS = 5

Table = dict[str, object]


def drafted(  # noqa: PLR0913  (what a draft is of)
    url: str, seen: Sightings, walk: Walk, *, file: str, tool: str, day: str, notes: Iterable[str]
) -> str:
    """The text of the register."""
    cookies = [_cookie(each) for each in seen.cookies]
    storages = [_storage(each) for each in seen.storages]
    others = [each for each in seen.hosts if not _is_own(each.name, url)]
    hosts = [_host(each, seen.cookies) for each in others]
    messages = [_message(each) for each in seen.messages]
    used = {str(each["purpose"]) for each in (*cookies, *storages, *hosts, *messages)}
    head: Table = {"url": url, "version": 1, "pages": list(walk.paths)}
    if seen.reads:
        head["reads"] = list(seen.reads)
    told = [HEAD.format(url=url, tool=tool, day=day, file=file), *map(_comment, notes)]
    parts = [tomli_w.dumps(head)]
    if seen.banners:
        parts.append("[consent]\n" + tomli_w.dumps(_consent(seen)))
    purposes: list[Table] = [
        {"name": name, "text": text, "needs": needs}
        for name, (text, needs) in PURPOSES.items()
        if name in used
    ]
    kinds = {
        "purpose": purposes,
        "cookie": cookies,
        "storage": storages,
        "host": hosts,
        "message": messages,
    }
    for kind, tables in kinds.items():
        parts.extend(f"[[{kind}]]\n{tomli_w.dumps(table)}" for table in tables)
    return "".join(told) + "\n" + "\n".join(parts)


def _comment(note: str) -> str:
    return "# Note: " + " ".join(note.split()) + "\n"


def _is_own(origin: str, url: str) -> bool:
    return origin.replace("ws", "http", 1) == url if origin.startswith("ws") else origin == url


def _consent(seen: Sightings) -> Table:
    """The labels of what was there to press."""
    labels: dict[str, dict[str, None]] = {kind: {} for kind in ORDER}
    for _, banner in seen.banners:
        for control in banner.controls:
            if control.name:
                labels[control.kind].setdefault(control.name)
    return {kind: list(found) for kind, found in labels.items() if found}


def _purpose(seen: Sighting, guess: Guess | None) -> Table:
    if guess:
        return {"purpose": guess.purpose, "guessed": True}
    # What any answer brings, and nothing else, is the answer.
    if seen.first_seen == ANSWER:
        return {"purpose": "choice", "guessed": True}
    return {"purpose": UNKNOWN}


def _noted(seen: Sighting, guess: Guess | None) -> Table:
    made: Table = {"first_seen": seen.first_seen, "set_by": list(seen.set_by)[:MOST_SETTERS]}
    if guess:
        made["note"] = f"{guess.owner} ({guess.name} in the Open Cookie Database)"
    return made


def _cookie(seen: Sighting) -> Table:
    kept = [cookie for cookie, _ in seen.cookies]
    guess = guess_cookie(kept[0].name, kept[0].domain)
    table: Table = {"name": seen.name}
    if seen.where:
        table["domain"] = seen.where
    if len({each.path for each in kept}) == 1:
        table["path"] = kept[0].path
    table["lifetime"] = seen.lifetime
    for key in ("secure", "http_only", "same_site"):
        if len(found := {getattr(each, key) for each in kept}) == 1:
            table[key] = found.pop()
    return {**table, **_purpose(seen, guess), **_noted(seen, guess)}


def _storage(seen: Sighting) -> Table:
    table: Table = {"where": seen.kind, "key": seen.name or "*"}
    if seen.where:
        table["origin"] = seen.where
    return {**table, **_purpose(seen, None), **_noted(seen, None)}


def _host(seen: Sighting, cookies: Iterable[Sighting]) -> Table:
    guess = guess_host(urlsplit(seen.name).hostname or "") or next(_by_cookies(seen, cookies), None)
    return {"origin": seen.name, **_purpose(seen, guess), **_noted(seen, guess)}


def _message(seen: Sighting) -> Table:
    return {"path": seen.name, **_purpose(seen, None), **_noted(seen, None)}


def _by_cookies(seen: Sighting, cookies: Iterable[Sighting]) -> Iterator[Guess]:
    """What the cookies are known for that a host sets, or a script of its."""
    for cookie in cookies:
        begins = (f"answer {seen.name}/", f"script {seen.name}/")
        if any(each.startswith(begins) for each in cookie.set_by):
            kept = cookie.cookies[0][0]
            if found := guess_cookie(kept.name, kept.domain):
                yield found
