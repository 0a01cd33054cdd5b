"""Assets: each gets an address that changes with its bytes, so that browsers may keep it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import dirname, join, normpath

from policy import Fault, Site
from policy.audited import FOLDER
from policy.faults import nearest

SCRIPTS = Path(__file__).parent / "scripts"
"""The scripts that ask, count and show; a site's own asset of the same name goes before."""

_URL = re.compile(r"""url\(\s*(["']?)(?!data:|#)([^"')]+)\1\s*\)""")
_ELSEWHERE = re.compile(r"""(?:@import\s*|url\(\s*)["']?((?:https?:)?//[^"'\s)]+)""", re.IGNORECASE)


@dataclass(frozen=True)
class Assets:
    """Addresses by name, and bytes by address."""

    urls: Mapping[str, str]
    files: Mapping[str, bytes]


class MissingAsset(LookupError):
    """A template asks for an asset that is not there."""

    def __init__(self, name: str, known: Mapping[str, str]) -> None:
        self.hint = nearest(name, known)
        super().__init__(f'there is no asset "{name}"')


def load_assets(site: Site) -> tuple[Assets, tuple[Fault, ...]]:
    """Read and fingerprint `site/assets`, the engine's scripts, and the audit's pictures."""
    sources = {path.name: path for path in sorted(SCRIPTS.glob("*.js"))}
    folder = site.root / "site" / "assets"
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(part.startswith(".") for part in path.parts[-1:]):
            sources[name] = path
    for picture in site.audit.pictures if site.audit else ():
        sources[f"audit/{picture.file}"] = site.root / FOLDER / picture.file
    urls: dict[str, str] = {}
    files: dict[str, bytes] = {}
    faults: list[Fault] = []
    # Style sheets come last: the addresses of what they use must be known.
    for name in sorted(sources, key=lambda name: (name.endswith(".css"), name)):
        data = sources[name].read_bytes()
        if name.endswith(".css"):
            data, found = _rewritten(name, data.decode("utf-8"), urls)
            faults.extend(found)
        urls[name] = _fingerprinted(name, data)
        files[urls[name]] = data
    return Assets(urls, files), tuple(faults)


def _fingerprinted(name: str, data: bytes) -> str:
    path = PurePosixPath(name)
    digest = hashlib.sha256(data).hexdigest()[:8]
    return f"/assets/{path.with_name(f'{path.stem}.{digest}{path.suffix}')}"


def _rewritten(name: str, css: str, urls: Mapping[str, str]) -> tuple[bytes, list[Fault]]:
    missing = list(_missing(name, css, urls))

    def address(found: re.Match[str]) -> str:
        target = normpath(join(dirname(name), found[2]))
        return f'url("{urls[target]}")' if target in urls else found[0]

    return _URL.sub(address, css).encode("utf-8"), missing


def _missing(name: str, css: str, urls: Mapping[str, str]) -> Iterator[Fault]:
    for found in _URL.finditer(css):
        target = normpath(join(dirname(name), found[2]))
        if target not in urls and not _ELSEWHERE.match(found[0]):
            line, hint = _line(css, found), nearest(target, urls)
            yield Fault(f"site/assets/{name}", line, f'there is no asset "{target}"', hint)
    for found in _ELSEWHERE.finditer(css):
        message = f"{found[1]} would be loaded from elsewhere"
        hint = "keep a copy in site/assets, and use that"
        yield Fault(f"site/assets/{name}", _line(css, found), message, hint)


def _line(css: str, found: re.Match[str]) -> int:
    return css.count("\n", 0, found.start()) + 1
