"""Old addresses, and the pages that have taken their place."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

from generator.content.library import Content
from policy import Site
from policy.headers import security_headers
from policy.manifest import Build
from policy.redirects import as_asked

_LEADS_ON = """<!doctype html>
<meta charset="utf-8">
<title>{title}</title>
<link rel="canonical" href="{address}">
<meta http-equiv="refresh" content="0; url={address}">
<p><a href="{address}">{title}</a></p>
"""


def redirects(site: Site, content: Content) -> dict[str, str]:
    """Where each old address leads, by the address as the service looks it up."""
    found = {as_asked(old): new for old, new in site.redirects.items()}
    for page in content.pages.values():
        for alias in page.given.get("aliases", ()):
            found[as_asked(alias)] = page.url
    return found


def files_for_hosts(site: Site) -> Callable[[Build], Mapping[str, bytes]]:
    """What a folder for a host that only sends files has besides: pages that lead on, and what some
    hosts read of redirects and headers."""

    def made(build: Build) -> Mapping[str, bytes]:
        texts = {
            "_redirects": _for_netlify(build.redirects),
            "_headers": _headers(site),
            "_nginx.conf": _for_nginx(build.redirects),
        }
        return redirect_pages(build) | {name: text.encode() for name, text in texts.items()}

    return made


def redirect_pages(build: Build) -> dict[str, bytes]:
    """A page for each old address, by its path: what leads on where no service redirects."""
    pages = {}
    for old, new in build.redirects.items():
        if "?" in old:  # A file has no other one for what follows a question mark.
            continue
        is_file = old.endswith((".html", ".htm"))
        path = old if is_file else f"{old.rstrip('/')}/index.html"
        title = html.escape(build.pages[new].title if new in build.pages else new)
        text = _LEADS_ON.format(title=title, address=html.escape(quote(new)))
        pages[path.lstrip("/")] = text.encode("utf-8")
    return pages


def _for_netlify(redirects: Mapping[str, str]) -> str:
    """As Netlify, Cloudflare Pages and others read it: old, new, status."""
    return "".join(
        f"{quote(each)} {quote(new)} 308\n"
        for old, new in redirects.items()
        if "?" not in old
        for each in _with_and_without(old)
    )


def _for_nginx(redirects: Mapping[str, str]) -> str:
    """A map for the `http` block of nginx, and how it is used."""
    paths = "".join(
        f'    "{each}" "{quote(new)}";\n'
        for old, new in redirects.items()
        if "?" not in old
        for each in _with_and_without(old)
    )
    whole = "".join(
        f'    "{old}" "{quote(new)}";\n' for old, new in redirects.items() if "?" in old
    )
    return (
        "# In the http block; in the server block: "
        "if ($plainsite_moved) { return 308 $plainsite_moved; }\n"
        f'map $uri $plainsite_moved_path {{\n    default "";\n{paths}}}\n'
        "map $uri$is_args$args $plainsite_moved {\n    default $plainsite_moved_path;\n"
        f"{whole}}}\n"
    )


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
