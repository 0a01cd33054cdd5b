"""The blocks of one page after another: rendered, and noted with what they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from jinja2 import Environment
from markupsafe import Markup

from generator.content.block_values import block_values
from generator.content.blocks import ARGUMENTS, FORM, BlockLine
from generator.content.pages import Page
from generator.graph.reads import of_language
from generator.page_text import PageText
from generator.recorded import Found, Place
from policy import Site
from policy.block_schemas import BlockSchema

__all__ = ["BlockPages", "Here"]


class Here(Protocol):
    """What pages in one language are rendered with."""

    @property
    def language(self) -> str: ...
    @property
    def site(self) -> Site: ...
    @property
    def jinja(self) -> Environment: ...


class BlockPages:
    """Renders the blocks of one page after another.

    After a page's text was read, `shown` has what each block was given, by its name, in their
    order, and `named` the pages and files that arguments name, by the kind ("link", "file").
    `note` hears of all that was read (`generator.graph.reads`).
    """

    def __init__(self, note: Callable[..., None], address: Callable[[str], str]) -> None:
        self._note = note
        self._address = address

    def begin(self, page: Page, here: Here, audience: object) -> None:
        """A page, or its variant for an audience, begins."""
        self._page, self._here, self._audience = page, here, audience
        self.shown: dict[str, list[Mapping[str, Any]]] = {}
        self.named: dict[str, list[Found]] = {"link": [], "file": []}

    def render(self, line: BlockLine, body: Markup) -> str:
        """One block. Of what is wrong with it the check of the page tells."""
        name = line.name
        if name == FORM:
            return self._form(line.argument)
        self._note("block", name)
        schema = self._here.site.blocks.get(name)
        if schema is None and name not in ARGUMENTS:
            return body
        template = self._here.jinja.get_template(f"blocks/{name}.html")
        if schema is None:
            return template.render(
                title=line.argument, attribution=line.argument, body=PageText(body)
            )
        values, faults = block_values(self._page.path, line, schema, self._address)
        if faults:
            return body
        self._note_addresses(line, schema, values)
        self.shown.setdefault(name, []).append({**values, "body": body})
        return template.render(body=PageText(body), audience=self._audience, **values)

    def note(self, line: BlockLine, body: Markup) -> str:
        """Only note what a block of a page that waits names."""
        if schema := self._here.site.blocks.get(line.name):
            values, _ = block_values(self._page.path, line, schema, self._address)
            self._note_addresses(line, schema, values)
        return body

    def _form(self, name: str) -> str:
        self._note("site", of_language("forms", self._here.language))
        form = self._here.site.forms.get(name)
        if form is None:
            return ""
        template = self._here.jinja.get_template(f"blocks/{FORM}.html")
        html = template.render(form=form, values={}, errors={}, audience=self._audience)
        return f"<!-- form {name} -->\n{html}\n<!-- /form -->"

    def _note_addresses(
        self, line: BlockLine, schema: BlockSchema, values: Mapping[str, Any]
    ) -> None:
        lines = {each.name: each.line for each in line.options}
        for name, key in schema.keys.items():
            if key.kind in self.named and values[name]:
                place = Place(self._page.path, lines.get(name, line.line) + 1, own=True)
                self.named[key.kind].append(Found(values[name], place))
