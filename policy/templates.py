"""How Jinja reads a site's templates, for whoever renders them: the generator and the service.

One template may be rendered by both, a form for one, and must then mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, pass_context, select_autoescape
from jinja2.runtime import Context

from policy import sentences
from policy.languages import direction_of
from policy.site import Site

__all__ = ["open_comment", "options", "prepare", "shared_values", "without_comments"]

_BEGINNINGS = re.compile(r"<!(?!doctype)|<\?", re.IGNORECASE)
_COMMENTS = re.compile(
    r"(?P<kept><!--[ ](?:form[ ][\w-]+|/form)[ ]-->|<!doctype\b[^>]*(?:>|\Z)"
    r"|<(?P<name>script|style|textarea|title|xmp|iframe|noembed|noframes)\b.*?(?:</(?P=name)\b|\Z)"
    r"""|<[a-z/](?>[^>"']|"[^"]*(?:"|\Z)|'[^']*(?:'|\Z))*+(?:>|\Z))"""
    r"|<!--(?:-?>|.*?--!?>)|(?P<open><!--.*)|<(?:\?|!(?!\[CDATA\[))[^>]*(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
"""What browsers take for a comment (WHATWG HTML, 13.2.5.41 to 13.2.5.53), outside of what seems
to be one: values of attributes, and elements of plain text. The marks of a form are no comments: by
them the service puts what was typed, and what is wrong with it, into the page of the form. What
has no end goes to the end of the page, so that each character is looked at once."""


def options() -> dict[str, Any]:
    """Those of `jinja2.Environment`, but for where the templates are."""
    return {
        # All but the text of an email, which is no HTML.
        "autoescape": select_autoescape(disabled_extensions=("txt",), default=True),
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "keep_trailing_newline": True,
        "extensions": ["jinja2.ext.i18n"],
    }


def prepare(jinja: Environment, site: Site, asset: Callable[[str], str]) -> None:
    """Give templates what each may use. `asset` gives the address of an asset by its name."""
    jinja.template_class = _Published
    jinja.globals.update(shared_values(site), asset=asset)
    jinja.globals.update(translated=_as_it_is, service=_as_it_is)
    jinja.globals["direction_of"] = direction_of
    # Said when they are asked for: Jinja would put what is said of a constant into the code, which
    # is that of every language.
    jinja.filters["day"] = _in_its_language(sentences.day)
    jinja.filters["number"] = _in_its_language(sentences.number)
    jinja.policies["ext.i18n.trimmed"] = True
    jinja.install_gettext_callables(  # type: ignore[attr-defined]  # the extension's
        _gettext, _ngettext, newstyle=True
    )


def _in_its_language(says: Callable[[Any], str]) -> Callable[[Context, Any], str]:
    @pass_context
    def said(_: Context, value: Any) -> str:
        return says(value)

    return said


def _as_it_is(address: str) -> str:
    """An address, in the language of the site itself."""
    return address


def _gettext(sentence: str) -> str:
    return sentences.spoken().sentences.gettext(sentence)


def _ngettext(one: str, many: str, number: int) -> str:
    return sentences.spoken().sentences.ngettext(one, many, number)


def shared_values(site: Site) -> dict[str, Any]:
    """What of a site's declarations every template may use, by the name it has there."""
    return {
        "site": site.settings,
        "navigation": site.navigation,
        "register": site.register,
        "versions": site.versions,
        "audit": site.audit,
        "forms": site.forms,
        "audiences": site.audiences,
    }


def without_comments(html: str) -> str:
    """A page without comments: they are for those who write, in templates as in texts."""
    if not _BEGINNINGS.search(html):
        return html
    return _COMMENTS.sub(lambda found: found["kept"] or found["open"] or "", html)


def open_comment(html: str) -> int | None:
    """Where a comment begins that has no end, and in which browsers lose the rest of the page."""
    if "<!--" not in html:
        return None
    return next((found.start() for found in _COMMENTS.finditer(html) if found["open"]), None)


class _Published(Template):
    """A template whose text reaches people as it is rendered: without comments."""

    def render(self, *args: Any, **values: Any) -> str:
        """As `jinja2.Template.render`."""
        text = super().render(*args, **values)
        return text if (self.name or "").endswith(".txt") else without_comments(text)
