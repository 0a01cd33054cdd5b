"""Everything that is published, and what the manifest says of it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from generator.outputs.for_programs import files_for_programs
from generator.outputs.redirects import redirects
from generator.prepare import Ready
from generator.publish import About, Output
from generator.recorded import Rendered
from policy.manifest import Page


def outputs(ready: Ready, today: datetime.date) -> Iterator[Output]:
    """Every file of `public/`, apart from the manifest itself."""
    for address, data in ready.assets.files.items():
        yield Output(address, address.lstrip("/"), data, immutable=True)
    for address, file in ready.files.items():
        yield Output(address, address.lstrip("/"), file.data)
    for each in ready.rendered:
        yield from _variants(each, ready.site.audiences.default)
    for address, data in files_for_programs(ready.site, ready.content, today).items():
        yield Output(address, address.lstrip("/"), data)


def _variants(rendered: Rendered, default: str) -> Iterator[Output]:
    path = rendered.page.url.lstrip("/")
    path = path if path.endswith(".html") else f"{path}index.html"
    for name, html in rendered.html.items():
        audience = "" if name == default else name
        place = f"_variants/{audience}/{path}" if audience else path
        yield Output(rendered.page.url, place, html.encode("utf-8"), audience)


def about(ready: Ready) -> About:
    """The pages, assets and redirects of the site."""
    forms = {form.page: form.name for form in ready.site.forms.values()}
    pages = {
        each.page.url: Page(
            each.page.front.title, forms.get(each.page.url), counted=_is_counted(each)
        )
        for each in ready.rendered
        if not each.page.url.endswith(".html")
    }
    register = ready.site.register.version
    return About(register, pages, ready.assets.urls, redirects(ready.content))


def _is_counted(rendered: Rendered) -> bool:
    """Whether the page's script counts it. The page of thanks is not: its hour would be that of the
    submission, of which only the day is kept."""
    return all(recorded.counted for recorded in rendered.recorded.values())
