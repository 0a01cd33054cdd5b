"""Hugo's shortcodes: those that it brings along, and those of the site that are plain HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.moving.by_hand import ByHand
from generator.moving.by_hugo import Span
from generator.moving.code import fenced, outside_code
from generator.moving.source import Source
from policy.site_files import read_file

__all__ = ["Shortcodes"]

_TOKEN = re.compile(
    r"\{\{([<%])(?!/\*)\s*(/?)\s*([\w./-]+)((?:[^>%]|[>%](?!\}\}))*?)\s*(/?)[>%]\}\}"
)
_ESCAPED = re.compile(r"\{\{([<%])/\*(.*?)\*/([>%])\}\}", re.DOTALL)
_ATTRIBUTES = re.compile(r"^[ \t]*\{[.#]?[\w-]+(?:[ =][^{}\n]*)?\}[ \t]*$\n?", re.MULTILINE)
"""Attributes of the block above."""

_ARGUMENT = re.compile(r"""(?:([\w-]+)=)?("(?:\\.|[^"\\])*"|`[^`]*`|'[^']*'|[^\s"`']+)""")
_SIMPLE = re.compile(
    r"\{\{-?\s*(?:/\*.*?\*/|\.Inner(?:\s*\|\s*(?:markdownify|safeHTML|\.Page\.RenderString))?"
    r"|\.Page\.RenderString \.Inner|(?:\.Get|index \.Params)\s+(?:\"([\w-]+)\"|(\d+)))\s*-?\}\}",
    re.DOTALL,
)
DEEPEST = 5
NOTES = frozenset(
    {"note", "tip", "warning", "alert", "callout", "notice", "info", "caution", "important", "hint"}
    | {"admonition", "danger", "success"}
)
_ELSEWHERE = {
    "youtube": ("Watch the video on YouTube", "https://www.youtube.com/watch?v={}"),
    "vimeo": ("Watch the video on Vimeo", "https://vimeo.com/{}"),
    "instagram": ("See it on Instagram", "https://www.instagram.com/p/{}/"),
}
_PLACES = ("layouts/_shortcodes/{}.html", "layouts/shortcodes/{}.html")


@dataclass(slots=True)
class _Call:
    name: str
    arguments: list[str]
    named: dict[str, str]
    line: int
    start: int = 0
    end: int = 0
    """Where it stands in its text, with what stands in it."""

    inner: list[str | _Call] = field(default_factory=list)
    is_pair: bool = False

    def get(self, *keys: str | int) -> str:
        for key in keys:
            if isinstance(key, int) and key < len(self.arguments):
                return self.arguments[key]
            if isinstance(key, str) and key in self.named:
                return self.named[key]
        return ""


class Shortcodes:
    """Writes Markdown for the shortcodes of one site.

    `address` finds where a reference leads, by the page that has it; `parameters` are the site's.
    """

    def __init__(
        self,
        root: Path,
        content: str,
        address: Callable[[Source, str], str | None],
        parameters: dict[str, Any],
        by_hand: ByHand,
    ) -> None:
        self._root = root
        self._content = content
        self._address = address
        self._parameters = parameters
        self._by_hand = by_hand
        self._templates: dict[str, str | None] = {}
        self.shown: Mapping[tuple[str, int], str] = {}
        """What calls show, by the path of the page and where they begin, where that is known."""

    def own_calls(self, page: Source) -> list[Span]:
        """The calls in a page that stand in no other, of what the site has a program for."""
        return [
            Span(each.start, each.end)
            for each in _tree(page, page.text)
            if isinstance(each, _Call) and self._is_program(each)
        ]

    def _is_program(self, call: _Call) -> bool:
        name = call.name.lower()
        if name in _OWN or name in _ELSEWHERE or (name in NOTES and call.is_pair):
            return False
        template = self._template(name)
        return template is not None and _filled(template, call, "") is None

    def converted(self, page: Source, text: str | None = None, depth: int = 0) -> str:
        """The text of a page, or of what it includes, without shortcodes."""
        text = page.text if text is None else text
        parts = self._written(page, _tree(page, text), depth)
        parts = _ESCAPED.sub(lambda found: f"{{{{{found[1]}{found[2]}{found[3]}}}}}", parts)
        return outside_code(parts, lambda each: _ATTRIBUTES.sub("", each))

    def _written(self, page: Source, parts: list[str | _Call], depth: int) -> str:
        return "".join(
            each if isinstance(each, str) else self._call(page, each, depth) for each in parts
        )

    def _call(self, page: Source, call: _Call, depth: int) -> str:  # noqa: PLR0911  (a table)
        inner = self._written(page, call.inner, depth)
        name = call.name.lower()
        if depth > DEEPEST:
            return inner
        if depth == 0 and (shown := self.shown.get((page.path, call.start))) is not None:
            return shown
        if (known := getattr(self, f"_{name.replace('-', '_')}", None)) and name in _OWN:
            written: str = known(page, call, inner)
            return written
        if name in _ELSEWHERE:
            words, address = _ELSEWHERE[name]
            self._by_hand.add(f'a "{name}" became a link', page.path, call.line, call.get("id", 0))
            return f"[{call.get('title') or words}]({address.format(call.get('id', 0))})"
        template = self._template(name)
        if template is not None and (filled := _filled(template, call, inner)) is not None:
            return filled
        if name in ("include", "readfile", "include-file"):
            return self._included(page, call, depth)
        if name.startswith("code") and call.is_pair:
            cause = f'what the shortcode "{name}" showed is code now'
            self._by_hand.add(cause, page.path, call.line)
            return f"\n{fenced(inner, call.get('file', 'lang', 'language').rpartition('.')[2])}\n"
        if name in NOTES and call.is_pair:
            title = call.get("title")
            return f"\n/// note{f' | {title}' if title else ''}\n{inner.strip()}\n///\n"
        cause = f'the shortcode "{name}" is the site\'s own'
        self._by_hand.add(cause, page.path, call.line, f"{' '.join(call.arguments)}")
        return inner

    def _template(self, name: str) -> str | None:
        if name not in self._templates:
            self._templates[name] = None
            for place in _PLACES:
                path = self._root / place.format(name)
                if ".." not in name and path.is_file() and not path.is_symlink():
                    text = read_file(path).decode("utf-8", errors="replace")
                    self._templates[name] = text if len(text) < 20_000 else None
                    break
        return self._templates[name]

    def _included(self, page: Source, call: _Call, depth: int) -> str:
        name = call.get(0, "file", "path").strip("/")
        for folder in (self._content, "", str(Path(page.path).parent)):
            for ending in ("", ".md"):
                path = self._root / folder / f"{name}{ending}"
                inside = ".." not in name and path.resolve().is_relative_to(self._root.resolve())
                if name and inside and path.is_file():
                    text = read_file(path).decode("utf-8", errors="replace").replace("\r\n", "\n")
                    text = re.sub(r"\A---\n.*?^---\n", "", text, flags=re.DOTALL | re.MULTILINE)
                    return self.converted(page, text, depth + 1).strip("\n")
        self._by_hand.add("a file that is included was not found", page.path, call.line, name)
        return ""

    def _figure(self, page: Source, call: _Call, _inner: str) -> str:
        source, caption, title = (call.get(key) for key in ("src", "caption", "title"))
        alt = call.get("alt") or caption or title
        if not alt:
            self._by_hand.add("a picture has no words", page.path, call.line, source)
        picture = f"![{_text(alt)}]({_spaced(source)})" + ("" if alt else "{.decorative}")
        if link := call.get("link"):
            picture = f"[{picture}]({_spaced(link)})"
        below = [f"**{title}**" if title else "", caption, call.get("attr")]
        return "\n\n".join(["", picture, " ".join(each for each in below if each), ""])

    def _ref(self, page: Source, call: _Call, _inner: str) -> str:
        wanted = call.get(0, "path")
        address = self._address(page, wanted)
        if address is None:
            self._by_hand.add("a reference leads to no page", page.path, call.line, wanted)
        return address or wanted

    _relref = _ref

    def _highlight(self, _page: Source, call: _Call, inner: str) -> str:
        return f"\n{fenced(inner, call.get(0, 'lang'))}\n"

    def _param(self, page: Source, call: _Call, _inner: str) -> str:
        name = call.get(0).lower()
        own = page.front.get("params")
        own = own if isinstance(own, dict) else {}
        for values in (page.front, own, page.inherited, self._parameters):
            found = {str(key).lower(): value for key, value in values.items()}
            if name in found and not isinstance(found[name], dict | list):
                return str(found[name])
        self._by_hand.add("a parameter was not found", page.path, call.line, name)
        return ""

    def _details(self, _page: Source, call: _Call, inner: str) -> str:
        summary = html.escape(call.get("summary") or "Details", quote=False)
        return f"\n<details>\n<summary>{summary}</summary>\n\n{inner.strip()}\n\n</details>\n"

    def _comment(self, _page: Source, _call: _Call, _inner: str) -> str:
        return ""


_OWN = frozenset({"figure", "ref", "relref", "highlight", "param", "details", "comment"})


def _tree(page: Source, text: str) -> list[str | _Call]:
    """Texts and calls, each pair with what stands in it."""
    closed = {found[3] for found in _TOKEN.finditer(text) if found[2]}
    top: list[str | _Call] = []
    stack: list[tuple[_Call | None, list[str | _Call]]] = [(None, top)]
    at = 0
    for found in _TOKEN.finditer(text):
        stack[-1][1].append(text[at : found.start()])
        at = found.end()
        name = found[3]
        if found[2]:
            if any(call and call.name == name for call, _ in stack):
                while stack[-1][0] and stack[-1][0].name != name:
                    stack.pop()
                if (ended := stack.pop()[0]) is not None:
                    ended.end = at
            continue
        arguments, named = _arguments(found[4])
        line = page.first + text.count("\n", 0, found.start())
        call = _Call(name, arguments, named, line, found.start(), at)
        stack[-1][1].append(call)
        if name in closed and not found[5] and _closes(text, found.end(), name):
            call.is_pair = True
            stack.append((call, call.inner))
    stack[-1][1].append(text[at:])
    return top


def _closes(text: str, at: int, name: str) -> bool:
    """Whether the call before `at` has an end: one of the same name may be without."""
    depth = 0
    for found in _TOKEN.finditer(text, at):
        if found[3] == name and found[2]:
            if not depth:
                return True
            depth -= 1
    return False


def _arguments(text: str) -> tuple[list[str], dict[str, str]]:
    plain: list[str] = []
    named: dict[str, str] = {}
    for found in _ARGUMENT.finditer(text):
        value = found[2]
        if value[0] in "\"'`":
            value = value[1:-1]
            value = re.sub(r"\\(.)", r"\1", value) if found[2][0] == '"' else value
        if found[1]:
            named[found[1].lower()] = value
        else:
            plain.append(value)
    return plain, named


def _filled(template: str, call: _Call, inner: str) -> str | None:
    """A template that only places its arguments, with them; None where it does more."""

    def value(found: re.Match[str]) -> str:
        if ".Inner" in found[0]:
            return f"\n\n{inner.strip()}\n\n" if "\n" in inner.strip() else inner.strip()
        if found[1] or found[2]:
            return html.escape(call.get(found[1] or int(found[2])), quote=False)
        return ""

    filled = _SIMPLE.sub(value, template)
    return None if "{{" in filled else filled.strip()


def _text(words: str) -> str:
    return re.sub(r"([\[\]])", r"\\\1", " ".join(words.split()))


def _spaced(address: str) -> str:
    return f"<{address}>" if " " in address else address
