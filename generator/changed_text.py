"""The text of a page as templates have it: shown, it keeps its marks; whoever looks into it or
changes it, by a method or a filter of Jinja, finds the HTML that people get."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any, Self

from jinja2 import Environment
from markupsafe import Markup

from generator.marks import marks_in, unmarked
from generator.recorded import Found, Recorded, unplaced

__all__ = ["PageText", "with_plain_filters", "with_text"]

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--")

_METHODS = (
    *("__contains__", "__eq__", "__ne__", "count", "endswith", "find", "index"),
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
    shows it as it is, and in each piece of it."""

    _marked: str
    _marks: tuple[list[int], list[int]] | None

    def __new__(cls, marked: str) -> Self:
        """Of HTML with marks."""
        html = marked.__html__() if hasattr(marked, "__html__") else marked
        made = super().__new__(cls, unmarked(html))
        made._marked = html
        made._marks = None
        return made

    def __html__(self) -> str:  # type: ignore[override]  # with marks it is no such text
        """What is shown."""
        return self._marked

    def __hash__(self) -> int:
        """That of the text."""
        return hash(str(self))

    def __getitem__(self, key: Any) -> Self:
        """A piece."""
        if isinstance(key, int):
            key = slice(key, key + 1 or None)
        elif key.step not in (None, 1):
            return type(self)(str(self)[key])
        start, end, _ = key.indices(len(self))
        return self._piece(start, max(start, end))

    def replace(self, old: str, new: str, count: Any = -1, /) -> Self:
        """Another text. Words are escaped, as everywhere; a tag that a template writes is one."""
        plain = unmarked(new.__html__() if hasattr(new, "__html__") else new)
        is_html = hasattr(new, "__html__") or _TAG.search(plain)
        html = plain if is_html else str(self.escape(plain))
        if not old:
            return type(self)(str(self).replace(old, html, count))
        return type(self)(html.join(each.__html__() for each in self.split(old, count)))

    def _piece(self, start: int, end: int) -> Self:
        """What stands between two places of the text, with its marks."""
        if self._marks is None:
            self._marks = marks_in(self._marked)
        where, lengths = self._marks

        def among_marks(at: int) -> int:
            before = bisect_left(where, at)
            return at + (lengths[before - 1] if before else 0)

        return type(self)(self._marked[among_marks(start) : among_marks(end)])

    def _pieces(self, made: Any) -> Any:
        """What a method made of the text: pieces of it, in their order, keep their marks."""
        if isinstance(made, list | tuple):
            found, at = [], 0
            for each in made:
                start = str(self).find(each, at)
                at = start + len(each)
                found.append(self._piece(start, at))
            return type(made)(found)
        if not isinstance(made, Markup):
            return made
        start = str(self).find(str(made))
        return type(self)(made) if start < 0 else self._piece(start, start + len(made))


def _of_plain(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method, of what is asked without marks. What it makes of the text can be asked again."""

    @wraps(method)
    def asked(self: PageText, *given: Any) -> Any:
        return self._pieces(method(self, *map(_plain, given)))

    return asked


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
    links, loads = tuple(unplaced(recorded.links, named)), tuple(unplaced(recorded.loads, named))
    of_text = (each for each in text.of_text if each not in recorded.of_text)
    return replace(
        recorded,
        links=_placed(links, recorded.links, text.links),
        loads=_placed(loads, recorded.loads, text.loads),
        ids=_placed(recorded.ids, recorded.ids, text.ids),
        refused=_placed(recorded.refused, recorded.refused, text.refused),
        events=_placed(recorded.events, recorded.events, text.events),
        bare_pictures=_placed(recorded.bare_pictures, recorded.bare_pictures, text.bare_pictures),
        of_text=(*recorded.of_text, *of_text),
    )


def _placed(
    kept: Sequence[Found], shown: Sequence[Found], text: Sequence[Found]
) -> tuple[Found, ...]:
    """Those that are kept; what is shown and lost its line, or is kept no more, as the text has
    it."""
    there, still = {each.value for each in shown}, {each.value for each in kept}
    there -= {each.value for each in kept if each.place.own and each.place.line}
    again = [
        each
        for each in text
        if each.value in there and (each.place.line or each.value not in still)
    ]
    names = {each.value for each in again}
    lost = (each.place.own and not each.place.line and each.value in names for each in kept)
    return (*(each for each, is_lost in zip(kept, lost, strict=True) if not is_lost), *again)
