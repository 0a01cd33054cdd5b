"""What went wrong while a page was rendered, at the line of the template that caused it.

A template is a program: it can divide by nought, add a number to a word, or include itself. All of
that is the site's. What no template had a part in is a mistake of ours, and is raised as it is.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import replace

from jinja2 import TemplateError
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError, UndefinedError

from generator.assets import MissingAsset
from generator.content.pages import Page
from policy import Fault, Faults, nearest

__all__ = ["each_once", "faults_of"]

_NO_TEMPLATE = "there is no template"
_OBJECT = re.compile(r"^'[\w. ]+ object' has no attribute '(\w+)'$")


def faults_of(error: Exception, page: Page) -> Iterator[Fault]:
    """The faults behind an error of rendering a page. Raises the error itself where it is ours."""
    if isinstance(error, Faults):
        yield from error.faults
        return
    if isinstance(error, TemplateSyntaxError):
        name = f"templates/{error.name}"
        yield Fault(name, error.lineno, f"{error.message}", "mend the template's syntax")
        return
    place = _place(error)
    if place is None and isinstance(error, RecursionError):
        hint = "let fewer lists, quotes or blocks stand in each other"
        yield Fault(page.path, None, "the page is nested too deeply to be rendered", hint)
    elif place is None and not isinstance(error, TemplateError | MissingAsset):
        error.add_note(f"while rendering {page.path}")
        raise error
    else:
        yield Fault(*(place or (page.path, None)), *_message(error, page))


def each_once(faults: Iterable[Fault]) -> Iterator[Fault]:
    """What has one mend as one fault: pages share templates, and templates share a base.

    Of a template that is missing, the first place that asks for it is told, and how many others do.
    """
    places: dict[str, list[Fault]] = {}
    # Of a fault that several pages meet, the first page is told.
    once = {(each.path, each.line, each.message): each for each in reversed(list(faults))}
    for fault in once.values():
        if fault.message.startswith(_NO_TEMPLATE):
            places.setdefault(fault.message, []).append(fault)
        else:
            yield fault
    for asking in places.values():
        first, *others = sorted(asking)
        also = {0: "", 1: " and in 1 other place"}.get(len(others), f" and in {len(others)} others")
        yield replace(first, hint=f"{first.hint}{also}")


def _message(error: Exception, page: Page) -> tuple[str, str]:
    seen = f"seen while rendering {page.path}"
    match error:
        case MissingAsset():
            return str(error), nearest(error.name, error.known)
        case TemplateNotFound():
            hint = "add it to templates/, or correct the name here"
            return f'{_NO_TEMPLATE} "{error.name}"', hint
        case UndefinedError():
            hint = f'correct the name, or ask whether it "is defined"; {seen}'
            return _OBJECT.sub('there is no "\\1" here', error.message or ""), hint
        case RecursionError():
            return "this includes or calls itself without an end", f"let it end; {seen}"
        case TemplateError():
            return str(error), seen
        case _:
            hint = f"correct what stands in this line; {seen}"
            return f"this cannot be worked out: {type(error).__name__}: {error}", hint


def _place(error: Exception) -> tuple[str, int | None] | None:
    """The innermost line of a template in an error's trace: the only files named within a site."""
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        name = frame.f_code.co_filename
        if name.startswith("templates/"):
            return name, line
    return None
