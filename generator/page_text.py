"""The text of a page, and what templates made of HTML, as templates have it: shown, it keeps its
marks; whoever looks into it or changes it, by a method or a filter of Jinja, finds the HTML that
people get."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Self

from jinja2 import Environment, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Macro, markup_join
from markupsafe import Markup

from generator.marks import marks_in, unmarked

__all__ = ["PageText", "with_texts"]

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--")

_METHODS = (
    *("__contains__", "__eq__", "__ne__", "count", "endswith", "find", "index"),
    *("lstrip", "partition", "removeprefix", "removesuffix", "rfind", "rindex", "rpartition"),
    *("rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "striptags"),
)
"""Those that look into a text, and find it as people get it."""

_JOINING = ("__add__", "__mod__", "__mul__", "__radd__", "__rmul__", "format", "format_map", "join")
"""Those that put texts together, each with its marks."""

_FILTERS = (
    *("batch", "center", "count", "first", "format", "last", "length", "list", "replace"),
    *("reverse", "slice", "striptags", "tojson", "truncate", "urlencode", "urlize", "wordcount"),
    "wordwrap",
)
"""Those in which it matters which letters a text has. Others leave marks where they are."""

_SHOWING = ("e", "escape", "forceescape", "indent", "join", "safe", "xmlattr")
"""Those that make HTML of what they get, with the marks that this has."""


class PageText(Markup):
    """HTML that a template gets. `marked` is the same with marks, which stay where the template
    shows it as it is, and in each piece of it."""

    _marked: Markup
    _marks: tuple[list[int], list[int]] | None

    def __new__(cls, marked: str) -> Self:
        """Of HTML with marks."""
        html = marked.__html__() if hasattr(marked, "__html__") else marked
        made = super().__new__(cls, unmarked(html))
        made._marked = Markup(html)  # noqa: S704  (as this is)
        made._marks = None
        return made

    def __html__(self) -> Markup:  # type: ignore[override]  # with marks it is no such text
        """What is shown."""
        return self._marked

    def __hash__(self) -> int:
        """That of the text."""
        return hash(str(self))

    def __getitem__(self, key: Any) -> Self:
        """A piece. Raises `IndexError` for one letter where none is."""
        asked = range(len(self))[key]
        if isinstance(asked, int):
            asked = range(asked, asked + 1)
        if asked.step != 1:
            return type(self)(str(self)[key])
        return self._piece(asked.start, max(asked.start, asked.stop))

    def replace(self, old: str, new: str, count: Any = -1, /) -> Self:
        """Another text. Words are escaped, as everywhere; a tag that a template writes is one."""
        plain = unmarked(str(new.__html__() if hasattr(new, "__html__") else new))
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
        if len(self._marked) == len(self):
            return made
        text = str(self)
        if isinstance(made, list | tuple):
            found, at = [], 0
            for each in made:
                start = text.find(each, at)
                at = start + len(each)
                found.append(self._piece(start, at))
            return type(made)(found)
        if not isinstance(made, Markup):
            return made
        start = text.find(made)
        return made if start < 0 else self._piece(start, start + len(made))


def _looking(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method, of what is asked without marks. What it makes of the text can be asked again."""

    @wraps(method)
    def asked(self: PageText, *given: Any, **named: Any) -> Any:
        return self._pieces(method(self, *map(_plain, given), **_plain_of(named)))

    return asked


def _joining(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def joined(self: PageText, *given: Any, **named: Any) -> Any:
        return _text(method(self.__html__(), *given, **named))

    return joined


for _name in _METHODS:
    setattr(PageText, _name, _looking(getattr(Markup, _name)))
for _name in _JOINING:
    setattr(PageText, _name, _joining(getattr(Markup, _name)))


def _plain(value: Any) -> Any:
    """What a template names, without the marks that its tags got."""
    if isinstance(value, PageText) or not isinstance(value, str):
        return value
    return PageText(value) if isinstance(value, Markup) else unmarked(value)


def _plain_of(named: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in named.items()}


def _text(made: Any) -> Any:
    """HTML that a template made, as a text: it may have marks, or get some."""
    return PageText(made) if type(made) is Markup else made


class _Macro(Macro):
    @pass_eval_context
    def __call__(self, *given: Any, **named: Any) -> Any:
        return _text(super().__call__(*given, **named))


_MAKING = {"Markup": PageText, "markup_join": lambda seq: _text(markup_join(seq)), "Macro": _Macro}
"""What the code of a template makes HTML with, by the names that it has there."""


def with_texts(jinja: Environment) -> Environment:
    """Let filters of Jinja find texts as people get them, also those that templates made."""
    for name in (*_FILTERS, *_SHOWING):
        jinja.filters[name] = _filter(jinja.filters[name], is_plain=name in _FILTERS)
    jinja.filters["replace"] = _replacing(jinja.filters["replace"])

    class Texts(jinja.template_class):  # type: ignore[name-defined, misc]  # that of this Jinja
        @classmethod
        def from_code(cls, *given: Any, **named: Any) -> Any:
            made = super().from_code(*given, **named)
            made.root_render_func.__globals__.update(_MAKING)
            return made

    jinja.template_class = Texts
    return jinja


def _filter(function: Callable[..., Any], *, is_plain: bool) -> Callable[..., Any]:
    @wraps(function)  # Which says as well what else Jinja is to hand over.
    def asked(*given: Any, **named: Any) -> Any:
        if is_plain:
            return _text(function(*map(_plain, given), **_plain_of(named)))
        return _text(function(*given, **named))

    return asked


def _replacing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Where what is looked for is HTML, Jinja takes the text for words, and escapes it: of HTML
    that makes HTML again, which is no such text."""

    @pass_eval_context
    def replaced(context: EvalContext, text: Any, old: Any, *given: Any, **named: Any) -> Any:
        text = _plain(text)
        old = str(_plain(old)) if isinstance(text, PageText) else old
        return function(context, text, old, *given, **named)

    return replaced
