"""Digests and alerts -> the parts of a message: plain text, and the same with a layout. Neither
holds anything that is fetched, nor a link that tells who followed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from analytics.staff import format as formats
from policy import Site, templates

__all__ = ["Render", "Written", "renderer", "shortened", "written"]

LONGEST = 100
"""Characters."""

Render = Callable[..., str]
"""The text of a template, by its name and its values."""


@dataclass(frozen=True)
class Written:
    """A message: its subject and its parts."""

    subject: str
    text: str
    html: str


def renderer(root: Path, site: Site, asset: Callable[[str], str]) -> Render:
    """Renders the templates of the site in `root`, where no request is answered."""
    loader = FileSystemLoader(root / "templates")
    options = templates.options()
    html = Environment(loader=loader, **options)  # noqa: S701  (escapes, as options say)
    text = Environment(loader=loader, **options, finalize=_in_one_line)  # noqa: S701  (the same)
    for each in (html, text):
        templates.prepare(each, site, asset)

    def render(template: str, **values: Any) -> str:
        of = text if template.endswith(".txt") else html
        return of.get_template(template).render(format=formats, **values)

    return render


def _in_one_line(value: Any) -> Any:
    """What stands in a text, so that no title makes a line of its own."""
    return " ".join(value.splitlines()) if isinstance(value, str) else value


def shortened(words: str) -> str:
    """For a subject: as much of it as lists of mail show."""
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def written(render: Render, template: str, subject: str, **values: Any) -> Written:
    """A message by the two templates of that name."""
    text, html = (render(f"staff/mail/{template}.{end}", **values) for end in ("txt", "html"))
    return Written(subject, text, html)
