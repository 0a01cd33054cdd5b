"""Pages and templates to text, once for each audience that changes a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from jinja2.exceptions import TemplateNotFound
from markupsafe import Markup

from generator.assets import Assets, MissingAsset
from generator.budget import bits
from generator.content.audience_blocks import select
from generator.content.blocks import FORM, nested
from generator.content.library import Content
from generator.content.pages import Page
from generator.content.sections import Sections
from generator.markdown import Hooks, reader
from generator.marks import NONCHARACTERS, mark_tags, place_before, unmarked
from generator.recorded import Recorded, Rendered, record
from generator.template_faults import each_once, faults_of
from policy import Fault, Faults, Site, templates
from policy.site_files import is_file
from policy.toml_source import read_text, refuse_two_versions

ENGINE = "python-markdown"
_HALF = re.compile("[\ud800-\udfff]")


class _Audience:
    """The audience a page is rendered for. It notes whether a template asked."""

    def __init__(self, site: Site, name: str) -> None:
        self._values = {
            "name": name,
            "label": site.audiences.label(name),
            "is_default": name == site.audiences.default,
        }
        self.asked = False

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_") or key not in self._values:
            raise AttributeError(key)
        self.asked = True
        return self._values[key]


class Renderer:
    """Renders the pages of one site."""

    def __init__(self, site: Site, content: Content, assets: Assets) -> None:
        self._site = site
        self._sections = Sections(site, content)
        self._templates = _MarkedTemplates(site.root)
        self._jinja = environment(site, assets.urls, self._templates)
        self._jinja.globals["get_section"] = self._sections.get
        self._jinja.globals["bits"] = bits(site, content)
        self._markdown = reader(ENGINE, Hooks(self._block))
        self._plain_markdown = reader(ENGINE, Hooks(lambda _name, _argument, body: body))

    def render(self, page: Page) -> Rendered:
        """Every variant of a page. Raises `TemplateError`, or `MissingAsset`."""
        default = self._site.audiences.default
        html, record, asked = self._variant(page, default)
        rendered, recorded = {default: html}, {default: record}
        if asked or page.blocks.for_audiences:
            for name in self._site.audiences.names:
                variant, record, _ = self._variant(page, name)
                if variant != html:
                    rendered[name], recorded[name] = variant, record
        return Rendered(page, rendered, recorded)

    def record_text(self, page: Page) -> Iterator[Recorded]:
        """What a page that waits holds in its own text, for each audience."""
        for name in (self._site.audiences.default, *self._site.audiences.names):
            text = select(page.text, page.blocks, name)
            html = self._plain_markdown.read(
                nested(text, page.blocks), page.resolve, marked=True
            ).html
            yield record(html, page.path, self._templates.path)
            if not page.blocks.for_audiences:
                return

    def _variant(self, page: Page, name: str) -> tuple[str, Recorded, bool]:
        audience = _Audience(self._site, name)
        text = nested(select(page.text, page.blocks, name), page.blocks)
        body = self._markdown.read(text, page.resolve, marked=True)
        view = replace(self._sections.view(page), body=body.html, toc=body.headings)
        previous, following = self._sections.neighbours(page)
        html = self._jinja.get_template(f"{page.layout}.html").render(
            page=view,
            section=self._sections.get(page.url),
            previous=previous,
            next=following,
            audience=audience,
        )
        self._refuse_lost(html, page)
        return unmarked(html), record(html, page.path, self._templates.path), audience.asked

    def _refuse_lost(self, html: str, page: Page) -> None:
        """Raise `Faults` for half of a character (U+D800 to U+DFFF), which no file can hold, and
        for a comment without an end, in which browsers lose the rest of a page."""
        if found := _HALF.search(html):
            message = f"this holds a character that cannot be shown: {ascii(found[0])[1:-1]}"
            raise self._fault(
                html, found.start(), page, message, "write the character itself, or remove it"
            )
        if (at := templates.open_comment(html)) is not None:
            raise self._fault(html, at, page, "a comment has no end", "write --> where it ends")

    def _fault(self, html: str, at: int, page: Page, message: str, hint: str) -> Faults:
        number, line = place_before(html, at) or (0, None)
        return Faults([Fault(self._templates.path(number) or page.path, line, message, hint)])

    def _block(self, name: str, argument: str, body: Markup) -> str:
        template = self._jinja.get_template(f"blocks/{name}.html")
        if name == FORM:
            form = self._site.forms.get(argument)
            if form is None:  # The check of the page's blocks tells.
                return ""
            html = template.render(form=form, values={}, errors={})
            return f"<!-- form {argument} -->\n{html}\n<!-- /form -->"
        return template.render(title=argument, attribution=argument, body=body)


class _MarkedTemplates(FileSystemLoader):
    """Templates in which every tag has a mark, so that what they add to a page has its place."""

    def __init__(self, root: Path) -> None:
        super().__init__(root / "templates")
        self._root = root
        self._paths = [""]  # Number 0 is the page itself.

    def path(self, number: int) -> str:
        """The path, relative to the root, of the template that a mark's number stands for."""
        return self._paths[number]

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """As `FileSystemLoader`. Raises `Faults` for a template that cannot be read."""
        try:
            source, path, is_current = super().get_source(environment, template)
        except TemplateNotFound:
            raise
        except (OSError, UnicodeDecodeError):
            read_text(self._root, f"templates/{template}")  # It raises what is wrong.
            raise
        self._paths.append(f"templates/{template}")
        refuse_two_versions(f"templates/{template}", source)
        source = NONCHARACTERS.sub("", source)
        return mark_tags(source, len(self._paths) - 1), path, is_current


def environment(
    site: Site, assets: Mapping[str, str], loader: FileSystemLoader | None = None
) -> Environment:
    """Jinja for this site, with what every page may use."""

    def asset(name: str) -> str:
        if name not in assets:
            raise MissingAsset(name, assets)
        return assets[name]

    jinja = Environment(  # noqa: S701  (the shared options escape)
        loader=loader or FileSystemLoader(site.root / "templates"),
        **templates.options(),
    )
    templates.prepare(jinja, site, asset)
    return jinja


def render_all(renderer: Renderer, content: Content, site: Site) -> Iterator[Rendered | Fault]:
    """Every page, or what is wrong with the templates that render it, each thing once."""
    faults: list[Fault] = []
    for page in content.pages.values():
        if not is_file(site.root, f"templates/{page.layout}.html"):
            continue  # Told at the page's own line.
        try:
            yield renderer.render(page)
        # A template is a program of the site's: it can raise anything.
        except Exception as error:
            faults.extend(faults_of(error, site.root, page))
    yield from each_once(faults)
