"""What the shortcodes of a site of Hugo show, by Hugo itself, where somebody names the program.

A shortcode is a program in the language of Hugo's templates. So each call of one that is the site's
own gets marks around it in a copy of the site, Hugo renders the copy, and what stands between the
marks is taken over as HTML. The copy has no theme, no module and no layout that shows more than the
text of a page, so that nothing is fetched.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from generator.moving.code import fenced
from generator.moving.source import Source, files_below

__all__ = ["Span", "rendered_by_hugo"]

LONGEST_SECONDS = 300
MOST_TRIES = 30
"""Of a page that Hugo cannot render by itself, nothing is taken, and the others are tried again."""

_LAYOUT = "<!doctype html><title>x</title><main>{{ .Content }}</main>\n"
_KINDS = "taxonomy,term,RSS,sitemap,robotsTXT,404"
_LEFT_OUT = ("theme", "outputs", "module", "enablegitinfo", "security", "deployment")
_NOT_COPIED = (".git", "node_modules", "public", "themes")
_SECURITY = {"exec": {"allow": ["none"]}, "http": {"urls": ["none"]}, "allowContent": [".*"]}
"""Its templates start no program, and ask no server."""

_PARTS = {"shortcodes", "_shortcodes", "partials", "_partials", "_markup"}
"""Folders of layouts that make no page by themselves, at any depth."""

_INLINE = {"a", "abbr", "b", "br", "code", "em", "i", "img", "kbd", "s", "strong", "sub", "sup"}
_BLOCKS = {"blockquote", "dd", "details", "dl", "dt", "h2", "h3", "h4", "h5", "h6", "hr", "li"}
_BLOCKS |= {"ol", "p", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul"}
_DROPPED = {"iframe", "link", "object", "script", "style", "svg", "template"}
_KEPT = {"alt", "href", "id", "src", "title"}
_SIGNS = re.compile(r"[&<>*_`\[\]{}~|\\]")
"""What Markdown or HTML would take for its own."""


@dataclass(frozen=True, slots=True)
class Span:
    """A call of a shortcode in the text of a page, from its first to behind its last character."""

    start: int
    end: int


def rendered_by_hugo(
    binary: str,
    root: Path,
    config: Mapping[str, Any],
    pages: Iterable[tuple[Source, list[Span]]],
) -> dict[tuple[str, int], str]:
    """What each call shows, as Markdown with HTML in it, by the path of its page and where it
    begins; nothing for those that Hugo did not render."""
    with tempfile.TemporaryDirectory() as name:
        site = Path(name) / "site"
        _copy(root, site)
        _prepare(site, config)
        marked: dict[str, tuple[str, int]] = {}
        for page, spans in pages:
            if spans:
                (site / page.path).write_text(_marked(site, page, spans, marked), encoding="utf-8")
        out = Path(name) / "out"
        _run(binary, site, out)
        found: dict[tuple[str, int], str] = {}
        for path in out.rglob("*.html"):
            text = path.read_text(encoding="utf-8", errors="replace")
            for each in re.finditer(r"PLAINSITE(\d+)BEGIN(.*?)PLAINSITE\1END", text, re.DOTALL):
                found[marked[each[1]]] = _as_markdown(each[2])
        return found


def _copy(root: Path, site: Path) -> None:
    for name in files_below(root, ""):
        if name.partition("/")[0] not in _NOT_COPIED:
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, site / name)


def _prepare(site: Path, config: Mapping[str, Any]) -> None:
    layouts = site / "layouts"
    for path in layouts.rglob("*.html"):
        if not _PARTS.intersection(path.relative_to(layouts).parts[:-1]):
            path.unlink()
    (layouts / "_default").mkdir(parents=True, exist_ok=True)
    for kind in ("single", "list", "home", "_default/single", "_default/list", "index"):
        (layouts / f"{kind}.html").write_text(_LAYOUT)
    for path in site.rglob("_content.gotmpl"):
        path.unlink()  # A program that may ask other servers.
    for path in (*site.glob("hugo.*"), *site.glob("config.*")):
        path.unlink()
    kept = {key: value for key, value in config.items() if key not in _LEFT_OUT}
    kept["security"] = _SECURITY
    mounts = config.get("module")
    if isinstance(mounts, dict) and mounts.get("mounts"):
        kept["module"] = {"mounts": mounts["mounts"]}
    (site / "hugo.json").write_text(json.dumps(kept, default=str))
    shutil.rmtree(site / "config", ignore_errors=True)


def _marked(site: Path, page: Source, spans: list[Span], marked: dict[str, tuple[str, int]]) -> str:
    """The whole file of a page, with marks around each call: in lines of their own around one that
    stands alone in its lines."""
    whole = (site / page.path).read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    text, at = page.text, 0
    if not whole.endswith(text):
        return whole
    parts = [whole[: len(whole) - len(text)]]
    for span in spans:
        number = str(len(marked))
        marked[number] = page.path, span.start
        before, after = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
        line_end = text[span.end : after if after >= 0 else len(text)]
        alone = before == span.start and not line_end.strip()
        begin, end = f"PLAINSITE{number}BEGIN", f"PLAINSITE{number}END"
        around = ("\n\n", "\n\n") if alone else ("", "")
        parts += [text[at : span.start], around[0], begin, around[1], text[span.start : span.end]]
        parts += [around[0], end, around[1]]
        at = span.end
    return "".join([*parts, text[at:]])


def _run(binary: str, site: Path, out: Path) -> None:
    words = [binary, "--source", str(site), "--destination", str(out), "--buildFuture"]
    words += ["--buildExpired", "--buildDrafts", "--ignoreCache", "--disableKinds", _KINDS]
    for _ in range(MOST_TRIES):
        try:
            done = subprocess.run(  # noqa: S603  (what the user named)
                words, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS
            )
        except subprocess.TimeoutExpired:
            return
        failed = re.search(r'render of \\?"([^"\\]+)\\?" failed', done.stdout + done.stderr)
        if not failed or not Path(failed[1]).is_relative_to(site):
            return
        Path(failed[1]).unlink(missing_ok=True)


def _as_markdown(found: str) -> str:
    """HTML without styles and programs; code as a block of Markdown."""
    found = re.sub(r"^\s*</p>|<p>\s*$", "", found)
    root = LexborHTMLParser(f"<body>{found}</body>").body
    text = "".join(_written(each) for each in _children(root)) if root else ""
    if "\n" not in text.strip():
        return text.strip()
    # HTML goes on to the next empty line, and code stands between two.
    parts = re.split(r"\n\n(`{3,}.*?\n`{3,})\n\n", text, flags=re.DOTALL)
    parts[::2] = [re.sub(r"\n\s*", "\n", each).strip() for each in parts[::2]]
    return "\n\n" + "\n\n".join(each for each in parts if each) + "\n\n"


def _children(node: LexborNode) -> Iterable[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _written(node: LexborNode) -> str:
    tag = str(node.tag)
    if tag == "-text":
        return _SIGNS.sub(lambda each: f"&#{ord(each[0])};", " ".join(_words(node)))
    if tag in _DROPPED or tag.startswith(("!", "-")):
        return ""
    if tag == "pre":
        code = node.css_first("code")
        language = (code.attributes.get("data-lang") if code else "") or ""
        return f"\n\n{fenced(node.text(), language)}\n\n"
    inner = "".join(map(_written, _children(node)))
    if tag in _INLINE or tag in _BLOCKS:
        given = "".join(
            f' {name}="{html.escape(value or "")}"'
            for name, value in node.attributes.items()
            if name in _KEPT
        )
        closed = "" if tag in ("br", "hr", "img") else f"</{tag}>"
        written = f"<{tag}{given}>{inner}{closed}"
        return f"\n{written}\n" if tag in _BLOCKS else written
    if tag == "span":
        return inner
    return inner if "\n" in inner or not inner.strip() else f"\n<p>{inner.strip()}</p>\n"


def _words(node: LexborNode) -> list[str]:
    """A text with one blank for many; "" at an end keeps the blank there."""
    return re.split(r"\s+", node.text_content or "")
