"""Assets: each gets an address that changes with its bytes, so that browsers may keep it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from posixpath import dirname, join, normpath

from generator.check.styles import asks_elsewhere, left_open, style_addresses
from generator.content.files import ASSETS, list_files
from generator.files import read_file
from generator.outputs.finished import integrity_of, is_misread, minified_asset
from generator.small_scripts import SMALL
from policy import Fault, Faults, Site
from policy.audited import FOLDER
from policy.faults import nearest
from policy.toml_source import read_text

ASSETS_FOLDER = "site/assets"

_URL = re.compile(
    r"""/\*.*?\*/|url\(\s*(["']?)(?!data:|#)(?P<path>[^"')?#]+)(?P<rest>[^"')]*)\1\s*\)""",
    re.DOTALL,
)


@dataclass(frozen=True)
class Assets:
    """Addresses by name, and bytes by address; what was left out, as warnings."""

    urls: Mapping[str, str]
    files: Mapping[str, bytes]
    left_out: tuple[Fault, ...] = ()
    integrity: Mapping[str, str] = field(default_factory=dict)
    """The digests of style sheets and scripts, by address."""

    def remembered(self) -> Assets:
        """As the next build needs it: of what is published without the bytes, which are in
        `public/`, but for those of style sheets, whose rules are looked for."""
        kept = {url: data if url.endswith(".css") else b"" for url, data in self.files.items()}
        return replace(self, files=kept)


class MissingAsset(LookupError):
    """A template asks for the asset `name`, which is not there; `known` are those that are."""

    def __init__(self, name: str, known: Mapping[str, str]) -> None:
        self.name = name
        self.known = known
        super().__init__(f'there is no asset "{name}"')


def load_assets(site: Site) -> tuple[Assets, tuple[Fault, ...]]:
    """Read and fingerprint `site/assets`, the engine's scripts, and the audit's pictures."""
    listing = list_files(site.root, ASSETS_FOLDER, ASSETS)
    # Those that ask, count and show; a site's own asset of the same name goes before.
    scripts = (path for path in sorted(SMALL.glob("*.js")) if path.name not in site.off.scripts)
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
        if name.rpartition(".")[2] in site.settings.output.minify:
            if is_misread(name, data):
                listing.left_out.append(_misread(name))
            data = minified_asset(name, data)
        urls[name] = _fingerprinted(name, data)
        files[urls[name]] = data
    digests = {address: integrity_of(address, data) for address, data in files.items()}
    integrity = {address: digest for address, digest in digests.items() if digest}
    return Assets(urls, files, tuple(listing.left_out), integrity), tuple(faults)


def _misread(name: str) -> Fault:
    kind = "a style sheet" if name.endswith(".css") else "a script"
    message = f"there is a mistake in it: it cannot be read as {kind}, and is published as it is"
    hint = "mend it: the console of a browser that loads it says where"
    return Fault(f"{ASSETS_FOLDER}/{name}", None, message, hint)


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
    wrong = list(_wrong(name, css, urls))

    def address(found: re.Match[str]) -> str:
        target = normpath(join(dirname(name), found["path"] or ""))
        return f'url("{urls[target]}{found["rest"]}")' if target in urls else found[0]

    return _URL.sub(address, css).encode("utf-8"), wrong


def _wrong(name: str, css: str, urls: Mapping[str, str]) -> Iterator[Fault]:
    for found in _URL.finditer(css):
        if found["path"] is None:
            continue
        target = normpath(join(dirname(name), found["path"]))
        if target not in urls and not asks_elsewhere(found["path"].strip()):
            line, hint = _line(css, found.start()), nearest(target, urls)
            yield Fault(f"site/assets/{name}", line, f'there is no asset "{target}"', hint)
    for at, message, hint in left_open(css):
        yield Fault(f"site/assets/{name}", _line(css, at), message, hint)
    for at, address in style_addresses(css):
        if asks_elsewhere(address):
            message = f"{address} would be loaded from elsewhere"
            hint = "keep a copy in site/assets, and use that"
            yield Fault(f"site/assets/{name}", _line(css, at), message, hint)


def _line(css: str, at: int) -> int:
    return css.count("\n", 0, at) + 1
