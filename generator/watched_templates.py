"""Templates as the generator reads them: each tag has its line, and what they read is noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, Template
from jinja2.exceptions import TemplateNotFound

from generator.assets import MissingAsset
from generator.compiled_templates import COMPILED
from generator.graph.reads import Reads, Watched, of_language
from generator.marks import NONCHARACTERS, mark_ends, mark_tags, place_before, unmarked
from policy import Site, templates
from policy.sentences import spoken
from policy.toml_source import read_text, refuse_controls, refuse_two_versions

__all__ = ["WatchedTemplates", "environment"]

FIELD_BY_FIELD = ("site", "navigation")
"""What of the site's declarations is noted field by field; the rest is noted as a whole."""

_WHOLE = re.compile(r"\b(?:register|versions|audit|forms|audiences)\b")


class WatchedTemplates(FileSystemLoader):
    """Templates in which every tag has a mark, so that what they add to a page has its place.

    End tags have one only where a fault is looked for: no page needs them as long as all is right.
    Which ones a page uses is noted, and what they name of what the site declares.
    """

    def __init__(
        self,
        root: Path,
        reads: Reads,
        paths: list[str],
        language: str,
        *,
        marks_ends: bool = False,
    ) -> None:
        super().__init__(root / "templates")
        self._root = root
        self._reads = reads
        self._paths = paths
        self._language = language
        self._mark = mark_ends if marks_ends else mark_tags
        self._loaded: dict[str, Template] = {}
        self._named: dict[str, frozenset[str]] = {}

    def load(
        self,
        environment: Environment,
        name: str,
        globals: Any = None,
    ) -> Template:
        """As `FileSystemLoader`, once for each template."""
        self._reads.add("template", name)
        template = self._loaded.get(name)
        if template is None:
            template = self._loaded[name] = super().load(environment, name, globals)
            # A chain of two, by now, which each rendering would look through name by name.
            template.globals = dict(template.globals)
        for each in self._named.get(name, ()):
            self._reads.add("site", of_language(each, self._language))
        template._module = None  # Else what it reads when it is imported was noted only once.
        return template

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """As `FileSystemLoader`, with the file's name within the site, so that it is compiled to
        the same wherever the site is. Raises `Faults` for a template that cannot be read."""
        path = f"templates/{template}"
        try:
            source, _, is_current = super().get_source(environment, template)
        except TemplateNotFound:
            raise
        except (OSError, UnicodeDecodeError):
            read_text(self._root, path)  # It raises what is wrong.
            raise
        self._named[template] = frozenset(_WHOLE.findall(source))
        self._paths.append(path)
        refuse_controls(path, source.encode("utf-8"))
        refuse_two_versions(path, source)
        source = NONCHARACTERS.sub("", source)
        return self._mark(source, len(self._paths) - 1), path, is_current


def environment(
    site: Site,
    assets: Mapping[str, str],
    loader: FileSystemLoader | None = None,
    reads: Reads | None = None,
    language: str = "",
) -> Environment:
    """Jinja for this site, with what every page may use; what it reads is noted in `reads`."""
    noted = reads or Reads()

    def asset(name: str) -> str:
        noted.add("asset", name)
        if name not in assets:
            raise MissingAsset(name, assets)
        return assets[name]

    jinja = Environment(  # noqa: S701  (the shared options escape)
        loader=loader or FileSystemLoader(site.root / "templates"),
        cache_size=0,  # Our loader keeps them, and hears of each use.
        bytecode_cache=COMPILED,
        **templates.options(),
    )
    templates.prepare(jinja, site, asset)
    jinja.install_gettext_callables(  # type: ignore[attr-defined]  # the extension's
        _gettext, _ngettext, newstyle=True
    )
    for name in FIELD_BY_FIELD:
        jinja.globals[name] = Watched(jinja.globals[name], of_language(name, language), noted)
    return jinja


def _gettext(words: str) -> str:
    """A sentence of a template, whose tags have marks, which no catalogue has."""
    return _marked(words, spoken().sentences.gettext(unmarked(words)))


def _ngettext(one: str, many: str, number: int) -> str:
    said = spoken().sentences.ngettext(unmarked(one), unmarked(many), number)
    return _marked(one if number == 1 else many, said)


def _marked(original: str, said: str) -> str:
    """What is said, with the marks of the line that the original came from."""
    place = place_before(original, len(original))
    return mark_tags(said, *place) if place else said
