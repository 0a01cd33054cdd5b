"""Colors of code, by Pygments. Imported where a page has code in a language that has a name."""

from __future__ import annotations

from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

_FORMATTER = HtmlFormatter(nowrap=True)


def highlighted(code: str, language: str) -> str | None:
    """The code as HTML with a class around each kind of word; None where nobody knows the
    language."""
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    colored: str = highlight(code, lexer, _FORMATTER)
    return colored
