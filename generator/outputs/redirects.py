"""Old addresses, and the pages that have taken their place."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

from generator.content.library import Content
from policy import Site
from policy.headers import security_headers
from policy.manifest import Build
from policy.redirects import as_asked, as_target, leads_on

_LEADS_ON = """<!doctype html>
<meta charset="utf-8">
<title>{title}</title>
<link rel="canonical" href="{address}">
<meta http-equiv="refresh" content="0; url={address}">
<p><a href="{address}">{title}</a></p>
"""

_NO_FILE = re.compile(r'[?"*:<>|]')
"""A file has no other one for what follows a question mark, and some hosts take none with such a
sign in its name."""


def redirects(site: Site, content: Content) -> dict[str, str]:
    """Where each old address leads, by the address as the service looks it up. That of a page that
    will be over leads on from then only, and one to a page that comes later from then."""
    found = later_redirects(site, content)
    there = {as_asked(url) for url in content.pages if url in found} if found else set()
    to_come = content.timed - content.gone - content.pages.keys()
    return {
        old: new
        for old, new in found.items()
        if old not in there and new.partition("#")[0] not in to_come
    }


def later_redirects(site: Site, content: Content) -> dict[str, str]:
    """The same, with what leads on at another time. Where a page that is over leads on, its old
    addresses do as well."""
    found = {as_asked(old): new for old, new in site.redirects.items()}
    for page in content.pages.values():
        for alias in page.given.get("aliases", ()):
            found[as_asked(alias)] = page.url
    for page in content.read if content.gone else ():
        if page.url in content.gone and (new := leads_on(found, page.url)):
            for alias in page.given.get("aliases", ()):
                found.setdefault(as_asked(alias), new)
    return found


def gone(content: Content, leads: Mapping[str, str]) -> frozenset[str]:
    """The addresses of pages that are over, where they lead nowhere else, as the service looks them
    up."""
    over = content.gone - content.pages.keys() - content.files.keys()
    return frozenset(as_asked(each) for each in over if not leads_on(leads, each))


def files_for_hosts(site: Site) -> Callable[[Build], Mapping[str, bytes]]:
    """What a folder for a host that only sends files has besides: pages that lead on, and what some
    hosts read of redirects and headers."""

    def made(build: Build) -> Mapping[str, bytes]:
        texts = {
            "_redirects": _for_netlify(build.redirects),
            "_headers": _headers(site),
            "_nginx.conf": _for_nginx(build),
        }
        return redirect_pages(build) | {name: text.encode() for name, text in texts.items()}

    return made


def redirect_pages(build: Build) -> dict[str, bytes]:
    """A page for each old address, by its path: what leads on where no service redirects."""
    pages = {}
    for old, new in build.redirects.items():
        if _NO_FILE.search(old):
            continue
        is_file = old.endswith((".html", ".htm"))
        path = old if is_file else f"{old.rstrip('/')}/index.html"
        page = build.pages.get(new.partition("#")[0])
        title = html.escape(page.title if page else new)
        text = _LEADS_ON.format(title=title, address=html.escape(as_target(new)))
        pages[path.lstrip("/")] = text.encode("utf-8")
    return pages


def _for_netlify(redirects: Mapping[str, str]) -> str:
    """As Netlify, Cloudflare Pages and others read it: old, new, status."""
    paths = _paths(redirects)
    return "".join(f"{quote(old)} {as_target(new)} 308\n" for old, new in paths.items())


def _for_nginx(build: Build) -> str:
    """A map for the `http` block of nginx, and how it is used."""
    paths = _paths(build.redirects)
    whole = {old: new for old, new in build.redirects.items() if "?" in old}
    pages = {each for page in build.pages for each in _with_and_without(page)}
    names = Counter(each.lower() for each in {*paths, *whole, *pages, *build.files})
    return (
        "# In the http block; in the server block: "
        "if ($plainsite_moved) { return 308 $plainsite_moved; }\n"
        f'map $uri $plainsite_moved_path {{\n    default "";\n{_nginx_lines(paths, names)}}}\n'
        "map $uri$is_args$args $plainsite_moved {\n    default $plainsite_moved_path;\n"
        f"{_nginx_lines(whole, names)}}}\n"
    )


def _nginx_lines(redirects: Mapping[str, str], names: Mapping[str, int]) -> str:
    """To nginx, capitals make no difference in such a map, and no name may stand twice. So one that
    differs from another by capitals alone is a regular expression, to which they do."""

    def source(old: str) -> str:
        written = old if names[old.lower()] == 1 else f"~^{re.escape(old)}$"
        return written.replace("\\", "\\\\").replace('"', '\\"')

    return "".join(f'    "{source(old)}" "{as_target(new)}";\n' for old, new in redirects.items())


def _paths(redirects: Mapping[str, str]) -> dict[str, str]:
    """The old addresses that are paths, with and without their last slash."""
    return {
        each: new
        for old, new in redirects.items()
        if "?" not in old
        for each in _with_and_without(old)
    }


def _with_and_without(old: str) -> Iterator[str]:
    """An address, and the same with or without its last slash; that of a file is one."""
    yield old
    bare = old.rstrip("/")
    if old.endswith("/") and bare:
        yield bare
    elif "." not in old[old.rfind("/") :]:
        yield f"{old}/"


def _headers(site: Site) -> str:
    """As Netlify and Cloudflare Pages read it. A line with ! takes back what was said of all."""
    register = site.register
    everywhere = security_headers(register, tls=True)
    blocks = [("/*", [f"{name}: {value}" for name, value in everywhere.items()])]
    blocks.append(("/assets/*", ["Cache-Control: public, max-age=31536000, immutable"]))
    if register.has("search"):
        blocks.append(("/assets/search/*", ["! Cache-Control", "Cache-Control: no-cache"]))
    for each in register.exceptions:
        own = security_headers(register, tls=True, path=each.page)
        lines = [
            line
            for name, value in own.items()
            if value != everywhere[name]
            for line in (f"! {name}", f"{name}: {value}")
        ]
        blocks.append((each.page, lines))
    return "".join(
        f"{path}\n{''.join(f'  {line}' + chr(10) for line in lines)}" for path, lines in blocks
    )
