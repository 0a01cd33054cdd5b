"""What well-known cookies and hosts are for, as the Open Cookie Database has it: a guess.

    python -m audit.any_site.cookie_names open-cookie-database.json

writes `cookie_names.json` anew from that file of jkwakman/Open-Cookie-Database (Apache License
2.0, `cookie_names.LICENSE`). Only names, hosts, categories and owners are kept of it; its own words
are left out.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["Guess", "guess_cookie", "guess_host"]

TARGET = Path(__file__).with_name("cookie_names.json")
PURPOSES = {
    "Analytics": "analytics",
    "Functional": "functional",
    "Marketing": "marketing",
    "Necessary": "functional",
    "Personalization": "preferences",
    "Security": "security",
}
"""The database's categories, and what a draft calls them."""
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
LEAST = 4
"""Characters that a name must have, to say anything by itself."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What something may be for. `name` is as the database has it: `_ga_*` for a beginning."""

    purpose: str
    owner: str
    name: str


def guess_cookie(name: str, domain: str) -> Guess | None:
    """What a cookie may be for, by its name and by the host that it belongs to."""
    for pattern in _patterns(name):
        found = _read().names.get(pattern, [])
        for purpose, owner, host in found:
            if host and _within(domain, host):
                return Guess(purpose, owner, pattern)
        telling = len(pattern.rstrip("*")) >= LEAST or pattern.startswith("_")
        if telling and len({purpose for purpose, _, _ in found}) == 1:
            return Guess(found[0][0], found[0][1], pattern)
    return None


def guess_host(host: str) -> Guess | None:
    """What a host may be asked for, by the cookies that it is known to set."""
    parts = host.split(".")
    for start in range(len(parts) - 1):
        found = _read().hosts.get(".".join(parts[start:]))
        if found:
            return Guess(found[0], found[1], ".".join(parts[start:]))
    return None


def _patterns(name: str) -> Iterator[str]:
    """The name, and every beginning of it, the longest first."""
    yield name
    yield from (f"{name[:size]}*" for size in range(len(name), 0, -1))


def _within(domain: str, host: str) -> bool:
    domain = domain.lstrip(".")
    return domain == host or domain.endswith(f".{host}")


@dataclass(frozen=True, slots=True)
class _Known:
    names: Mapping[str, list[tuple[str, str, str]]]
    """Purpose, owner, and the host where only its own cookie of that name is meant."""
    hosts: Mapping[str, tuple[str, str]]
    """Purpose and owner."""


@cache
def _read() -> _Known:
    return _Known(**json.loads(TARGET.read_text("utf-8")))


def main(source: Path) -> None:
    """Write the file anew."""
    names: dict[str, list[tuple[str, str, str]]] = {}
    hosts: dict[str, Counter[tuple[str, str]]] = {}
    for owner, entries in json.loads(source.read_text("utf-8")).items():
        for entry in entries:
            purpose = PURPOSES[entry["category"]]
            name = entry["cookie"].strip()
            name = name.rstrip("*") + "*" if entry["wildcardMatch"] == "1" else name
            found = HOST.search(entry["domain"].lower())
            host = found[0] if found else ""
            if name.rstrip("*"):
                names.setdefault(name, []).append((purpose, owner, host))
            if host:
                hosts.setdefault(host, Counter())[purpose, owner] += 1
    kept: dict[str, dict[str, object]] = {
        "names": {name: sorted(set(each)) for name, each in sorted(names.items()) if _agree(each)},
        "hosts": {host: each.most_common(1)[0][0] for host, each in sorted(hosts.items())},
    }
    lines = (f'"{part}": {{\n{_lines(kept[part])}\n}}' for part in kept)
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _agree(found: list[tuple[str, str, str]]) -> bool:
    """Whether entries of one name and no host say the same: a guess is no toss of a coin."""
    return len({purpose for purpose, _, host in found if not host}) < 2


def _lines(part: Mapping[str, object]) -> str:
    return ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in part.items())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
