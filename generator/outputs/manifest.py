"""What is published of a page, of assets and files, and what the manifest says of it all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.assets import Assets
from generator.content.library import Content
from generator.content.translations import Translations
from generator.files import PlainFile
from generator.graph.all_made import AllMade
from generator.outputs.addresses import in_other_languages
from generator.outputs.redirects import redirects
from generator.publish import About, Output
from generator.recorded import Rendered
from policy import Site
from policy.manifest import Page

__all__ = [
    "about",
    "asset_outputs",
    "file_outputs",
    "forms_by_page",
    "page_outputs",
    "page_path",
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


def page_outputs(rendered: Rendered) -> Iterator[Output]:
    """A page for everyone, and for each audience that has its own."""
    path = page_path(rendered.page.url)
    for audience, html in rendered.html.items():
        place = f"_variants/{audience}/{path}" if audience else path
        yield Output(rendered.page.url, place, html.encode("utf-8"), audience)


def about(site: Site, content: Content, assets: Assets, made: AllMade | None) -> About:
    """The pages, assets and redirects of the site. Without `made`, what was said of pages stays."""
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
            )
            for url, page in content.pages.items()
            if not url.endswith(".html")
        }
    return About(site.register.version, pages, assets.urls, redirects(site, content))


def forms_by_page(site: Site) -> dict[str, str]:
    """The name of the form that each page shows, by the page's address."""
    return {form.page: form.name for form in site.forms.values()}
