"""What is published of a page, of assets and files, and what the manifest says of it all."""

from __future__ import annotations

import datetime
import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping

from generator.assets import Assets
from generator.content.library import Content
from generator.content.pages import Page as SitePage
from generator.content.translations import Translations
from generator.files import PlainFile
from generator.graph.all_made import AllMade
from generator.outputs.addresses import in_other_languages
from generator.outputs.redirects import gone, redirects
from generator.publish import About, Output
from generator.recorded import Rendered
from policy import Site
from policy.features import read_features
from policy.manifest import Page
from policy.site_files import read_file

__all__ = [
    "about",
    "asset_outputs",
    "file_outputs",
    "forms_by_page",
    "page_outputs",
    "page_path",
    "sources_of",
]


def asset_outputs(assets: Assets) -> Iterator[Output]:
    """The assets, whose addresses change with their bytes."""
    for address, data in assets.files.items():
        yield Output(address, address.lstrip("/"), data, immutable=True)


def file_outputs(files: Mapping[str, PlainFile]) -> Iterator[Output]:
    """The files beside pages."""
    for address, file in files.items():
        yield Output(address, address.lstrip("/"), file.data)


def page_path(url: str) -> str:
    """Where a page is published, under `public/`."""
    path = url.lstrip("/")
    return path if path.endswith(".html") else f"{path}index.html"


def page_outputs(
    rendered: Rendered, finish: Callable[[str], str] | None = None
) -> Iterator[Output]:
    """A page for everyone, and each other variant of it, as `finish` makes it."""
    path = page_path(rendered.page.url)
    for key, html in rendered.html.items():
        place = f"_variants/{key}/{path}" if key else path
        published = finish(html) if finish else html
        yield Output(rendered.page.url, place, published.encode("utf-8"), key)


def about(
    site: Site,
    content: Content,
    assets: Assets,
    made: AllMade | None,
    next_change: datetime.datetime | None,
) -> About:
    """The pages, assets and redirects of the site, and when it changes by itself. Without `made`,
    what was said of pages stays, but for `sources_of` those that were edited."""
    pages: dict[str, Page] | None = None
    if made is not None:
        forms = forms_by_page(site)
        for each in in_other_languages(site, content):
            forms |= forms_by_page(each)
        languages = site.settings.all_languages
        translations = Translations(languages, content.pages.values() if languages else ())
        pages = {
            url: Page(
                page.given["title"],
                forms.get(url),
                url in made.counted,
                translations.others(page),
                _source(page),
            )
            for url, page in content.pages.items()
            if not url.endswith(".html")
        }
    leads = redirects(site, content)
    return About(
        site.register.version,
        pages,
        assets.urls,
        leads,
        gone(content, leads),
        math.ceil(next_change.timestamp()) if next_change else 0,
        tuple(each.slots(site.settings.zone) for each in site.experiments.experiments),
        _look(site, assets),
    )


def sources_of(content: Content, urls: Iterable[str]) -> Mapping[str, str]:
    """What `policy.manifest.Page.source` is, of pages by their addresses."""
    return {url: _source(content.pages[url]) for url in urls if url in content.pages}


def _source(page: SitePage) -> str:
    return "" if page.is_derived else page.source.hex()[:16]


def _look(site: Site, assets: Assets) -> str:
    """What changes with the templates, styles and scripts of pages, but for those of staff."""
    of_staff = read_features()["staff"].scripts | {"staff.css"}
    folder = site.root / "templates"
    files = sorted(path for path in folder.rglob("*.html") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in files]
    made_of: list[object] = [
        (name, read_file(path))
        for name, path in zip(names, files, strict=True)
        if not name.startswith("staff/")
    ]
    made_of += [
        each
        for each in sorted(assets.urls.items())
        if each[0].endswith((".css", ".js")) and each[0] not in of_staff
    ]
    return hashlib.blake2b(repr(made_of).encode(), digest_size=16).hexdigest()


def forms_by_page(site: Site) -> dict[str, str]:
    """The name of the form that each page shows, by the page's address."""
    return {form.page: form.name for form in site.forms.values()}
