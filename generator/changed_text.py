"""The text of a page as templates have it: shown, it keeps its marks; whoever looks into it or
changes it, by a method or a filter of Jinja, finds the HTML that people get."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Self

from jinja2 import Environment
from markupsafe import Markup

from generator.marks import unmarked
from generator.recorded import Recorded, unplaced

__all__ = ["PageText", "with_plain_filters", "with_text"]

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--")

_METHODS = (
    *("__contains__", "__eq__", "__getitem__", "__ne__", "count", "endswith", "find", "index"),
    *("lstrip", "partition", "removeprefix", "removesuffix", "rfind", "rindex", "rpartition"),
    *("rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "striptags"),
)
_FILTERS = (
    *("batch", "center", "count", "first", "format", "last", "length", "list", "replace"),
    *("reverse", "slice", "striptags", "tojson", "truncate", "urlencode", "urlize", "wordcount"),
    "wordwrap",
)
"""Those in which it matters which letters a text has. Others leave marks where they are."""


class PageText(Markup):
    """HTML that a template gets. `marked` is the same with marks, which stay where the template
    shows it as it is."""

    _marked: str

    def __new__(cls, marked: str) -> Self:
        """Of HTML with marks."""
        html = marked.__html__() if hasattr(marked, "__html__") else marked
        made = super().__new__(cls, unmarked(html))
        made._marked = html
        return made

    def __html__(self) -> str:  # type: ignore[override]  # with marks it is no such text
        """What is shown."""
        return self._marked

    def __hash__(self) -> int:
        """That of the text."""
        return hash(str(self))

    def replace(self, old: str, new: str, count: Any = -1, /) -> Self:
        """Another text. Words are escaped, as everywhere; a tag that a template writes is one."""
        plain = unmarked(new.__html__() if hasattr(new, "__html__") else new)
        is_html = hasattr(new, "__html__") or _TAG.search(plain)
        text = str(self).replace(
            unmarked(old), plain if is_html else str(self.escape(plain)), count
        )
        return type(self)(text)


def _of_plain(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method, of what is asked without marks. What it makes of the text can be asked again."""

    @wraps(method)
    def asked(self: PageText, *given: Any) -> Any:
        return _again(method(self, *map(_plain, given)))

    return asked


def _again(made: Any) -> Any:
    if isinstance(made, Markup):
        return PageText(made)
    return type(made)(map(_again, made)) if isinstance(made, list | tuple) else made


for _name in _METHODS:
    setattr(PageText, _name, _of_plain(getattr(Markup, _name)))


def _plain(value: Any) -> Any:
    """What a template names, without the marks that its tags got."""
    if isinstance(value, PageText) or not isinstance(value, str):
        return value
    return PageText(value) if isinstance(value, Markup) else unmarked(value)


def with_plain_filters(jinja: Environment) -> None:
    """Let filters of Jinja find texts as people get them."""
    for name in _FILTERS:
        jinja.filters[name] = _on_plain(jinja.filters[name])


def _on_plain(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)  # Which says as well what else Jinja is to hand over.
    def asked(*given: Any, **named: Any) -> Any:
        plain = {key: _plain(value) for key, value in named.items()}
        return function(*map(_plain, given), **plain)

    return asked


def with_text(recorded: Recorded, text: Recorded) -> Recorded:
    """What a page holds whose template changed its text: what is in both is told of the text, and
    all that is wrong in that."""
    named = {"link": text.links, "file": text.loads}
    there = {each.value for each in (*recorded.links, *recorded.loads)}
    of_text = (each for each in text.of_text if each not in recorded.of_text)
    return replace(
        recorded,
        links=(*unplaced(recorded.links, named), *(e for e in text.links if e.value in there)),
        loads=(*unplaced(recorded.loads, named), *(e for e in text.loads if e.value in there)),
        of_text=(*recorded.of_text, *of_text),
    )
