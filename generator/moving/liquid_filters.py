"""Liquid's filters, as far as text needs them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

__all__ = ["filtered", "parts"]


def parts(expression: str) -> list[str]:
    """What stands between the bars, but for bars in quotes."""
    return [each.strip() for each in re.findall(r"""(?:"[^"]*"|'[^']*'|[^|])+""", expression)] or [
        ""
    ]


def filtered(  # noqa: PLR0911, PLR0912  (a table)
    value: Any, given: str, scope: dict[str, Any], looked_up: Callable[[str], Any]
) -> Any:
    """A value after one filter; None where that is not known."""
    name, _, rest = given.partition(":")
    text = str(value)
    arguments = [looked_up(each) for each in _commas(rest)]
    site = scope.get("site", {})
    match name.strip():
        case "relative_url":
            return f"{site.get('baseurl', '') or ''}/{text.lstrip('/')}"
        case "absolute_url":
            return f"{site.get('url', '')}{site.get('baseurl', '') or ''}/{text.lstrip('/')}"
        case "escape" | "xml_escape" | "escape_once":
            return html.escape(text)
        case "downcase":
            return text.lower()
        case "upcase":
            return text.upper()
        case "capitalize":
            return text[:1].upper() + text[1:]
        case "strip" | "lstrip" | "rstrip" | "strip_newlines":
            return text.strip()
        case "markdownify" | "smartify":
            return text
        case "url_encode" | "cgi_escape" | "uri_escape":
            return quote(text)
        case "jsonify":
            return json.dumps(text)
        case "prepend" if arguments and arguments[0] is not None:
            return f"{arguments[0]}{text}"
        case "append" if arguments and arguments[0] is not None:
            return f"{text}{arguments[0]}"
        case "replace" if len(arguments) == 2 and None not in arguments:
            return text.replace(str(arguments[0]), str(arguments[1]))
        case "remove" if arguments and arguments[0] is not None:
            return text.replace(str(arguments[0]), "")
        case "default":
            return value
    return None


def _commas(text: str) -> list[str]:
    return [each.strip() for each in re.findall(r"""(?:"[^"]*"|'[^']*'|[^,])+""", text)]
