"""Assets: each gets an address that changes with its bytes, so that browsers may keep it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import dirname, join, normpath

from generator.check.styles import asks_elsewhere, style_addresses
from generator.content.files import ASSETS, list_files
from generator.files import read_file
from policy import Fault, Faults, Site
from policy.audited import FOLDER
from policy.faults import nearest
from policy.toml_source import read_text

ASSETS_FOLDER = "site/assets"
SCRIPTS = Path(__file__).parent / "scripts"
"""The scripts that ask, count and show; a site's own asset of the same name goes before."""

_URL = re.compile(r"""url\(\s*(["']?)(?!data:|#)([^"')]+)\1\s*\)""")


@dataclass(frozen=True)
class Assets:
    """Addresses by name, and bytes by address; what was left out, as warnings."""

    urls: Mapping[str, str]
    files: Mapping[str, bytes]
    left_out: tuple[Fault, ...] = ()


class MissingAsset(LookupError):
    """A template asks for the asset `name`, which is not there; `known` are those that are."""

    def __init__(self, name: str, known: Mapping[str, str]) -> None:
        self.name = name
        self.known = known
        super().__init__(f'there is no asset "{name}"')


def load_assets(site: Site) -> tuple[Assets, tuple[Fault, ...]]:
    """Read and fingerprint `site/assets`, the engine's scripts, and the audit's pictures."""
    listing = list_files(site.root, ASSETS_FOLDER, ASSETS)
    scripts = (path for path in sorted(SCRIPTS.glob("*.js")) if path.name not in site.off.scripts)
    sources = {path.name: (path.parent, path.name) for path in scripts}
    for name in listing.files:
        sources[name.removeprefix(f"{ASSETS_FOLDER}/")] = site.root, name
    for picture in site.audit.pictures if site.audit else ():
        sources[f"audit/{picture.file}"] = site.root, f"{FOLDER}/{picture.file}"
    urls: dict[str, str] = {}
    files: dict[str, bytes] = {}
    faults = list(listing.faults)
    # Style sheets come last: the addresses of what they use must be known.
    for name in sorted(sources, key=lambda name: (name.endswith(".css"), name)):
        try:
            data = _read(*sources[name], name, urls)
        except Faults as error:
            faults.extend(error.faults)
            data = b""
        urls[name] = _fingerprinted(name, data)
        files[urls[name]] = data
    return Assets(urls, files, tuple(listing.left_out)), tuple(faults)


def _read(root: Path, path: str, name: str, urls: Mapping[str, str]) -> bytes:
    if not name.endswith(".css"):
        file = read_file(root, path)
        if file.faults:
            raise Faults(file.faults)
        return file.data
    data, faults = _rewritten(name, read_text(root, path), urls)
    if faults:
        raise Faults(faults)
    return data


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
        if target not in urls and not asks_elsewhere(found[2].strip()):
            line, hint = _line(css, found.start()), nearest(target, urls)
            yield Fault(f"site/assets/{name}", line, f'there is no asset "{target}"', hint)
    for at, address in style_addresses(css):
        if asks_elsewhere(address):
            message = f"{address} would be loaded from elsewhere"
            hint = "keep a copy in site/assets, and use that"
            yield Fault(f"site/assets/{name}", _line(css, at), message, hint)


def _line(css: str, at: int) -> int:
    return css.count("\n", 0, at) + 1
