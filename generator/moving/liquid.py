"""Liquid, as far as it has one answer: variables, links, code, and files that are included."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from generator.moving.by_hand import ByHand
from generator.moving.code import fenced, outside_code
from generator.moving.kramdown import without_kramdown
from generator.moving.liquid_filters import filtered, parts
from generator.moving.source import Source
from policy.site_files import read_file

__all__ = ["Liquid"]

_TOKEN = re.compile(r"(\{%-?\s*(\w+)\s*(.*?)\s*-?%\}|\{\{-?\s*(.*?)\s*-?\}\})", re.DOTALL)
_RAW = re.compile(r"\{%-?\s*raw\s*-?%\}(.*?)\{%-?\s*endraw\s*-?%\}", re.DOTALL)
_COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}", re.DOTALL)
_KEPT = re.compile("\x02(\\d+)\x03")
_LOGIC = ("if", "unless", "for", "case", "capture", "tablerow", "cycle", "increment", "decrement")
_SILENT = ("seo", "feed_meta", "cycle", "increment", "decrement", "break", "continue", "csrf_meta")
DEEPEST = 5


class Liquid:
    """Works out the Liquid of one site's pages. `address` finds where a file's page is."""

    def __init__(
        self,
        root: Path,
        variables: dict[str, Any],
        address: Callable[[str, str], str | None],
        by_hand: ByHand,
    ) -> None:
        self._root = root
        self._variables = variables
        self._address = address
        self._by_hand = by_hand

    def converted(self, page: Source, text: str | None = None, depth: int = 0, **own: Any) -> str:
        """The text of a page, or of what it includes, without Liquid and kramdown's own signs."""
        text = page.text if text is None else text
        kept: list[str] = []

        def keep(found: re.Match[str]) -> str:
            kept.append(found[1])
            return f"\x02{len(kept) - 1}\x03"

        text = _COMMENT.sub("", _RAW.sub(keep, text))
        scope = {**self._variables, "page": {**page.front, "url": page.url}, **own}
        text = _Reading(self, page, text, scope, depth).written()
        text = _KEPT.sub(lambda found: kept[int(found[1])], text)
        return outside_code(text, without_kramdown, spans=True) if depth == 0 else text

    def note(self, cause: str, page: Source, at: int, what: str = "") -> None:
        """Something to be done by hand."""
        self._by_hand.add(cause, page.path, page.line(min(at, len(page.text))), what)

    def link(self, kind: str, name: str) -> str | None:
        """Where a file's page is."""
        return self._address(kind, name)

    def included(self, page: Source, name: str, folder: str, depth: int, values: Any) -> str | None:
        """What a file holds; None where it cannot be included."""
        path = self._root / folder / name
        inside = ".." not in name and path.resolve().is_relative_to(self._root.resolve())
        if not inside or depth >= DEEPEST or not path.is_file() or path.stat().st_size > 500_000:
            return None
        text = read_file(path).decode("utf-8", errors="replace").replace("\r\n", "\n")
        return self.converted(page, text, depth + 1, include=values)


class _Reading:
    """One text, from its beginning to its end."""

    def __init__(
        self, liquid: Liquid, page: Source, text: str, scope: dict[str, Any], depth: int
    ) -> None:
        self._liquid, self._page, self._text = liquid, page, text
        self._scope, self._depth = scope, depth

    def written(self) -> str:
        done, at = [], 0
        while found := _TOKEN.search(self._text, at):
            done.append(self._text[at : found.start()])
            at = found.end()
            if found[2] is None:
                done.append(self._value(found))
            else:
                written, at = self._tag(found)
                done.append(written)
        return "".join([*done, self._text[at:]])

    def _value(self, found: re.Match[str]) -> str:
        value = self._worked_out(found[4])
        if value is None:
            self._liquid.note("a value of Liquid is not known", self._page, found.start(), found[0])
            return ""
        return str(value)

    def _tag(self, found: re.Match[str]) -> tuple[str, int]:
        """What a tag becomes, and where the text goes on."""
        name, rest, at = found[2], found[3], found.end()
        if name == "highlight":
            end = re.compile(r"\{%-?\s*endhighlight\s*-?%\}").search(self._text, at)
            code = self._text[at : end.start() if end else len(self._text)]
            language = rest.split()[0] if rest.split() else ""
            return f"\n{fenced(code, language)}\n", end.end() if end else len(self._text)
        if name in ("post_url", "link"):
            address = self._liquid.link(name, str(self._worked_out(rest) or rest))
            if address is None:
                self._liquid.note("a link leads to no page", self._page, found.start(), rest)
            return address or "", at
        if name in ("include", "include_relative", "include_cached"):
            return self._include(found), at
        if name == "assign" and (given := re.match(r"([\w.-]+)\s*=\s*(.+)", rest, re.DOTALL)):
            value = self._worked_out(given[2])
            if value is not None:
                self._scope[given[1]] = value
            return "", at
        if name in _SILENT or name.startswith("end"):
            return "", at
        end_of = self._end_of(name, at)
        cause = (
            "what a program in Liquid made is missing"
            if name in _LOGIC
            else (f'the tag "{name}" is not known')
        )
        self._liquid.note(cause, self._page, found.start(), found[0])
        return "", end_of

    def _end_of(self, name: str, at: int) -> int:
        """Behind the end of a tag, where it has one."""
        depth = 0
        for found in _TOKEN.finditer(self._text, at):
            if found[2] == name:
                depth += 1
            elif found[2] == f"end{name}":
                if not depth:
                    return found.end()
                depth -= 1
        return at

    def _include(self, found: re.Match[str]) -> str:
        name, _, rest = found[3].partition(" ")
        values = {}
        for given in re.finditer(r"""([\w-]+)\s*=\s*("[^"]*"|'[^']*'|[\w.\[\]-]+)""", rest):
            values[given[1]] = self._worked_out(given[2])
        folder = "_includes"
        if found[2] == "include_relative":
            folder = str(Path(self._page.path).parent)
        text = self._liquid.included(self._page, name, folder, self._depth, values)
        if text is None:
            cause = "a file that is included was not found"
            self._liquid.note(cause, self._page, found.start(), name)
        return text or ""

    def _worked_out(self, expression: str) -> Any:
        """The value of an expression with filters; None where it is not known."""
        first, *filters = parts(expression)
        value = self._looked_up(first)
        for each in filters:
            if value is None:
                return None
            value = filtered(value, each, self._scope, self._looked_up)
        return value

    def _looked_up(self, name: str) -> Any:
        name = name.strip()
        if name[:1] in "\"'" and name[-1:] == name[:1]:
            return name[1:-1]
        if re.fullmatch(r"-?\d+(\.\d+)?", name):
            return name
        value: Any = self._scope
        for step in re.findall(r"[\w-]+", name):
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
                value = value[int(step)]
            else:
                return None
        return value if not isinstance(value, dict | list) else None
