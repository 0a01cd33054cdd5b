"""The generator: content, templates and a site's declarations become `public/`.

`build` reads as the order of the work: read, draw, check, and only then write.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from generator.assets import Assets, load_assets
from generator.check.pages import check_pages, warnings
from generator.content.library import Content, load_content
from generator.outputs.machine_files import machine_files
from generator.outputs.policy_pages import audit_page, budget_faults, version_pages
from generator.publish import About, Output, write_site
from generator.render import Rendered, Renderer, render_all
from policy import Fault, Faults, Site, read_site
from policy.manifest import Page

__all__ = ["Built", "build", "check"]


COUNTED = re.compile(r"<html\b[^>]* data-page=")
"""A page that its script counts says which one it is."""


@dataclass(frozen=True)
class Built:
    """What a build did: pages rendered, files written, removed and left alone, and warnings."""

    pages: int
    written: int
    removed: int
    unchanged: int
    warnings: tuple[Fault, ...]


@dataclass(frozen=True)
class _Ready:
    """A whole site in memory, without a fault."""

    site: Site
    content: Content
    assets: Assets
    rendered: Sequence[Rendered]


def build(
    root: Path, out: Path, *, drafts: bool = False, today: datetime.date | None = None
) -> Built:
    """Build the site in `root` into `out`. Raises `Faults`, and then `out` is as it was."""
    today = today or datetime.datetime.now(tz=datetime.UTC).date()
    ready = _prepare(root, drafts=drafts, today=today)
    written = write_site(out, list(_outputs(ready, today)), _about(ready))
    return Built(
        pages=len(ready.rendered),
        written=written.written,
        removed=written.removed,
        unchanged=written.unchanged,
        warnings=tuple(warnings(ready.content)),
    )


def check(root: Path, *, drafts: bool = False, today: datetime.date | None = None) -> Built:
    """Find the faults that `build` would, and write nothing. Raises `Faults`."""
    today = today or datetime.datetime.now(tz=datetime.UTC).date()
    ready = _prepare(root, drafts=drafts, today=today)
    return Built(len(ready.rendered), 0, 0, 0, tuple(warnings(ready.content)))


def _prepare(root: Path, *, drafts: bool, today: datetime.date) -> _Ready:
    site = read_site(root.resolve())
    assets, asset_faults = load_assets(site)
    content, content_faults = load_content(site, drafts=drafts, today=today)
    content = replace(content, pages={**content.pages, **version_pages(site), **audit_page(site)})
    results = list(render_all(Renderer(site, content, assets), content, site))
    rendered = [each for each in results if isinstance(each, Rendered)]
    faults = [
        *asset_faults,
        *content_faults,
        *budget_faults(site, content),
        *(each for each in results if isinstance(each, Fault)),
        *check_pages(site, content, rendered),
    ]
    if faults:
        raise Faults(faults)
    return _Ready(site, content, assets, rendered)


def _outputs(ready: _Ready, today: datetime.date) -> Iterator[Output]:
    default = ready.site.audiences.default
    for address, data in ready.assets.files.items():
        yield Output(address, address.lstrip("/"), data, immutable=True)
    for address, file in ready.content.files.items():
        yield Output(address, address.lstrip("/"), file.read_bytes())
    for each in ready.rendered:
        path = each.page.url.lstrip("/")
        path = path if path.endswith(".html") else f"{path}index.html"
        for name, html in each.html.items():
            audience = "" if name == default else name
            place = f"_variants/{audience}/{path}" if audience else path
            yield Output(each.page.url, place, html.encode("utf-8"), audience)
    for address, data in machine_files(ready.site, ready.content, today):
        yield Output(address, address.lstrip("/"), data)


def _about(ready: _Ready) -> About:
    forms = {form.page: form.name for form in ready.site.forms.values()}
    return About(
        register=ready.site.register.version,
        pages={
            each.page.url: Page(
                each.page.front.title, forms.get(each.page.url), counted=_is_counted(each)
            )
            for each in ready.rendered
            if not each.page.url.endswith(".html")
        },
        assets=ready.assets.urls,
        redirects={
            alias: page.url for page in ready.content.pages.values() for alias in page.front.aliases
        },
    )


def _is_counted(rendered: Rendered) -> bool:
    """Whether the page's script counts it. The page of thanks is not: its hour would be that of the
    submission, of which only the day is kept."""
    return all(COUNTED.search(html) for html in rendered.html.values())
