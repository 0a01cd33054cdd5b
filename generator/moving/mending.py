"""What a check finds in pages that came over: mended where that loses no word, else set aside."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from html.entities import codepoint2name
from pathlib import Path
from urllib.parse import quote

import tomli_w

import generator
from generator.building import PictureWork
from generator.moving.by_hand import ByHand
from generator.moving.source import Source
from policy.faults import Fault, Faults

__all__ = ["ASIDE", "mended"]

ROUNDS = 12
ASIDE = "set-aside"
NAVIGATION = "site/navigation.toml"
_NO_ENTRY = re.compile(r"^the menu leads to no page: (\S+)$")


def mended(
    into: Path,
    pages: Mapping[str, Source],
    by_hand: ByHand,
    origin: str,
    say: Callable[[str], None],
) -> int:
    """Mend the site in `into` until a check finds nothing; how many pages wait as drafts.

    Raises `Faults` with what is not a page's, or cannot be set aside.
    """
    drafts: set[str] = set()
    mend = _Mending(into, pages, by_hand, origin)
    for turn in range(ROUNDS):
        try:
            generator.check(into, pictures=PictureWork(originals=True))
        except Faults as error:
            faults = error.faults
        else:
            return len(drafts)
        say(f"  {len(faults)} mistakes to mend")
        by_page: dict[str, list[Fault]] = {}
        for fault in faults:
            by_page.setdefault(fault.path, []).append(fault)
        for name, found in by_page.items():
            if name == NAVIGATION and mend.menus(found):
                continue
            if not name.startswith("content/"):
                raise Faults(faults)
            left = mend.page(name, found)
            if left and turn > 1:
                what = mend.set_aside(name)
                by_hand.add(f"{what}: {left[0].kind}", left[0].path, left[0].line)
                drafts.add(name)
    raise Faults(faults)


def _plain_front(front: str) -> str:
    """What a page needs, and no more."""
    return "".join(re.findall(r"^(?:---|title: .*|layout: .*)\n", front, re.MULTILINE))


class _Left:
    """A fault that nobody but a person can mend, where it was in the old site."""

    def __init__(self, kind: str, path: str, line: int) -> None:
        self.kind, self.path, self.line = kind, path, line


class _Mending:
    def __init__(
        self, into: Path, pages: Mapping[str, Source], by_hand: ByHand, origin: str
    ) -> None:
        self._into, self._pages, self._by_hand = into, pages, by_hand
        self._origin = origin or "https://example.com"

    def page(self, name: str, faults: list[Fault]) -> list[_Left]:
        """Mend a page; what is left."""
        path = self._into / name
        if not path.is_file():
            return []
        if not name.endswith(".md"):
            path.unlink()  # A picture that is none, a file that may not stand there.
            self._by_hand.add(
                "a file is damaged or cannot be published", name, 0, faults[0].message
            )
            return []
        lines = path.read_text(encoding="utf-8").split("\n")
        before = list(lines)
        left = []
        for fault in sorted(faults, key=lambda each: -(each.line or 0)):
            at = (fault.line or 1) - 1
            if at >= len(lines) or not self._mend(lines, at, fault, name):
                left.append(_Left(_kind(fault), *self._old(name, lines, at)))
        if lines != before:
            path.write_text("\n".join(lines), encoding="utf-8")
        return left

    def menus(self, faults: list[Fault]) -> bool:
        """Take entries out that lead to no page; whether there were any."""
        path = self._into / NAVIGATION
        lost = {found[1] for each in faults if (found := _NO_ENTRY.search(each.message))}
        navigation = tomllib.loads(path.read_text(encoding="utf-8"))
        kept = {
            key: [each for each in items if each["page"] not in lost]
            for key, items in navigation.items()
        }
        path.write_text(tomli_w.dumps(kept), encoding="utf-8")
        for each in sorted(lost):
            self._by_hand.add(
                "an entry of the menu leads to a page that waits", NAVIGATION, 0, each
            )
        return kept != navigation

    def set_aside(self, name: str) -> str:
        """Make a page a draft, and leave only words that no check follows in it; what was done. All
        that is below a list would wait with it, so that a list stays, and its text waits first."""
        path = self._into / name
        if not name.endswith(".md") or not path.is_file():
            path.unlink(missing_ok=True)
            return "a file is left out"
        text = path.read_text(encoding="utf-8")
        front = text[: text.index("\n---\n", 3) + 5]
        if name.endswith("/index.md"):
            if not self._aside(
                name
            ).exists():  # What waits there already is more than is left here.
                self._aside(name).write_text(text, encoding="utf-8")
            kept = front if text != front else _plain_front(front)
            if kept != text:
                path.write_text(kept, encoding="utf-8")
                what = "text" if text != front else "front matter"
                return f"the {what} of a list waits in {ASIDE}/"
        if "\ndraft: true\n" not in text:
            path.write_text(text.replace("\n", "\ndraft: true\n", 1), encoding="utf-8")
        else:  # Even a draft is read, so it waits outside.
            path.rename(self._aside(name))
        return "a page waits as a draft"

    def _aside(self, name: str) -> Path:
        target = self._into / ASIDE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _old(self, name: str, lines: list[str], at: int) -> tuple[str, int]:
        """The file and line of the old site for a line of the new one."""
        page = self._pages.get(name)
        if page is None:
            return name, at + 1
        text = lines[at].strip() if at < len(lines) else ""
        found = page.text.find(text) if text else -1
        return page.path, page.line(found) if found >= 0 else 0

    def _mend(self, lines: list[str], at: int, fault: Fault, name: str) -> bool:
        for pattern, mend in _MENDS:
            if found := re.search(pattern, f"{fault.message}\n{fault.hint}"):
                # A link or a tag may begin in one line and go on in the next.
                for here in range(at, min(at + 6, len(lines))):
                    new = mend(lines[here], found, self._origin)
                    if new is not None and new != lines[here]:
                        path, line = self._old(name, lines, here)
                        self._by_hand.add(f"mended: {_kind(fault)}", path, line, lines[here])
                        lines[here] = new
                        return True
                return False
        return False


def _kind(fault: Fault) -> str:
    """What is wrong, without what varies."""
    text = re.sub(r'"[^"]*"|“[^”]*”|\[[^\]]*\](?:\([^)]*\))?', "…", fault.message)
    return re.sub(r"(?<!\w)[/<{][^\s]*|https?:\S+", "…", text)


def _spelled(text: str) -> str:
    """A pattern for an address, each letter of it in any way in which people write it: composed or
    not, as it is or percent-encoded."""
    return "".join(re.escape(each) if each.isascii() else _any_of(each) for each in text)


def _any_of(letter: str) -> str:
    forms = {letter, unicodedata.normalize("NFD", letter)}
    ways = [re.escape(each) for each in sorted(forms)]
    ways += [f"(?i:{re.escape(quote(each, safe=''))})" for each in sorted(forms)]
    if name := codepoint2name.get(ord(letter)):
        ways.append(f"&{name};")
    return f"(?:{'|'.join(ways)})"


def _dead_link(line: str, found: re.Match[str], origin: str) -> str | None:
    """A link to the old site, which may still have it."""
    pattern = rf"""(\]\(<?|["']|\]: ){_spelled(found[1])}"""
    new = re.sub(pattern, lambda each: each[1] + origin + each[0][len(each[1]) :], line, count=1)
    return new if new != line else None


def _dead_anchor(line: str, found: re.Match[str], _: str) -> str | None:
    """The heading that has these letters, whatever its accents and hyphens; else the page alone."""
    page, anchor = _spelled(found[1]), _spelled(found[2])
    near = found["near"] or ""
    right = f"#{near}" if near and _bare(near) == _bare(found[2]) else ""
    whole = re.sub(rf"({page})#{anchor}(?=[\s)\"'>]|$)", rf"\g<1>{right}", line, count=1)
    if whole != line:
        return whole
    if right:
        pattern = rf"(\]\(<?|\]:\s*|href=[\"'])#{anchor}(?=[\s)\"'>]|$)"
        alone = re.sub(pattern, rf"\g<1>{right}", line, count=1)
        return alone if alone != line else None
    alone = re.sub(rf"\[((?:[^\[\]]|\[[^\]]*\])*)\]\(#{anchor}(?:\s[^)]*)?\)", r"\1", line, count=1)
    if alone != line:
        return alone
    alone = re.sub(rf"(\]:\s*|href=[\"'])#{anchor}", rf"\g<1>{found[1]}", line, count=1)
    return alone if alone != line else None


def _bare(name: str) -> str:
    """The letters and digits of a name, without accents: what two systems make of one heading."""
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in parts if each.isalnum()).replace("ı", "i")


def _lower(line: str, _found: re.Match[str], _: str) -> str | None:
    return re.sub(r"^(\s*)#(?=\s)", r"\1##", line, count=1)


def _higher(line: str, _found: re.Match[str], _: str) -> str | None:
    return re.sub(r"^(\s*(?:[->*+]\s+)*)##(#+\s)", r"\1#\2", line, count=1)


def _decorative(line: str, _found: re.Match[str], _: str) -> str | None:
    new = re.sub(r"(!\[\s*\]\((?:[^()]|\([^()]*\))*\))(?!\{)", r"\1{.decorative}", line, count=1)
    return _without_words(line) if new == line else new


_IMG = re.compile(r"<img\b[^<>]*", re.IGNORECASE)
"""A picture, which may go on in the next line."""

_WORDS = re.compile(r"""\salt(?:\s*=\s*("[^"]*"|'[^']*'|[^"'\s>]*))?(?=[\s/>]|$)""", re.IGNORECASE)
_CLASS = re.compile(r"""\sclass\s*=\s*(?:"([^"]*)"|'([^']*)'|([^"'\s>]+))""", re.IGNORECASE)


def _without_words(line: str) -> str | None:
    """The first picture in HTML that has no words says so."""
    for found in _IMG.finditer(line):
        tag = found[0]
        words, named = _WORDS.search(tag), _CLASS.search(tag)
        names = next((each for each in named.groups() if each is not None), "") if named else ""
        if (words and (words[1] or "").strip("\"' ")) or "decorative" in names.split():
            continue
        bare = _CLASS.sub("", _WORDS.sub("", tag))
        classes = " ".join(["decorative", *names.split()])
        said = f'<img alt="" class="{classes}"{bare[4:]}'
        return line[: found.start()] + said + line[found.end() :]
    return None


def _escaped(line: str, found: re.Match[str], _: str) -> str | None:
    """What was shown as it stands is shown so on purpose."""
    shown = found[1].removesuffix("…")
    signs = (shown, "[", "{{", "{%", "::", "**", "~~") if shown not in line else (shown,)
    at = next((at for each in signs if (at := _bare_place(line, each)) is not None), None)
    if at is None:
        return None
    if shown.startswith(("{{", "{%")):
        return f"{line[:at]}`{shown}`{line[at + len(shown) :]}"
    return f"{line[:at]}\\{line[at:]}"


def _bare_place(line: str, sign: str) -> int | None:
    """Where a sign stands first without a backslash before it."""
    found = re.search(rf"(?<!\\){re.escape(sign)}", line)
    return found.start() if found else None


def _without_tag(line: str, found: re.Match[str], _: str) -> str | None:
    """A tag without its other half: browsers show no sign of it."""
    name = re.escape(found[1].strip("</>").split()[0])
    slash = "/" if found[1].startswith("</") else ""
    return re.sub(rf"<{slash}{name}\b[^<>]*>", "", line, count=1)


def _without_attributes(line: str, found: re.Match[str], _: str) -> str | None:
    return line.replace(found[1], "", 1)


def _without_word(line: str, found: re.Match[str], _: str) -> str | None:
    word = re.escape(found[1])
    new = re.sub(rf"<{word}\b[^<>]*>|</{word}\s*>", "", line, flags=re.IGNORECASE)
    return (
        new
        if new != line
        else re.sub(rf"\s{word}\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", "", line, flags=re.IGNORECASE)
    )


def _without_id(line: str, found: re.Match[str], _: str) -> str | None:
    name = re.escape(found[1])
    return re.sub(rf"\s*\{{#{name}\}}|\s(?:id|name)=[\"']?{name}[\"']?", "", line, count=1)


def _no_load(line: str, found: re.Match[str], _: str) -> str | None:
    """A picture from elsewhere as a link."""
    address = re.escape(found[1])
    new = re.sub(rf"!\[([^\]]*)\]\(<?{address}>?([^)]*)\)", rf"[\1]({found[1]}\2)", line, count=1)
    return new if new != line else re.sub(rf"<\w+\b[^<>]*{address}[^<>]*>", "", line, count=1)


def _no_block(line: str, _found: re.Match[str], _: str) -> str | None:
    return re.sub(r"^(\s*)///", r"\1\\///", line)


_MENDS: tuple[tuple[str, Callable[[str, re.Match[str], str], str | None]], ...] = (
    (r"^the link (\S.*) leads to no page", _dead_link),
    (r'^the page (\S+) has no heading "#(.*)"\n(?:did you mean "(?P<near>.+)"\?)?', _dead_anchor),
    (r"is a second title\n", _lower),
    (r"leaves out a level\n", _higher),
    (r"^what explains a term has several parts", lambda line, _f, _o: f"\n{line}"),
    (r"^the picture has no text", _decorative),
    (r'^"(.+)" is left over from another system', _escaped),
    (r'^"(.+)" is shown as it stands', _escaped),
    (r"^no line says where (\[.+\]) leads", _escaped),
    (r"^this is not read as a link: (.+)", _escaped),
    (r"^the footnote (\[\^.+\]) is (?:explained|used) nowhere", _escaped),
    (r"^the attributes (\{.+\}) belong to nothing", _without_attributes),
    (r"^(</?[\w-]+>) (?:has no end|ends nothing|stands in the middle)", _without_tag),
    (r"^(\w+) cannot stand in a page", _without_word),
    (r'^the id "(.+)" (?:stands twice|could be one)', _without_id),
    (r'^"(.*)" is no id', _without_id),
    (r"^(\S+) would be loaded from elsewhere", _no_load),
    (r"^(\S+) would not be shown", _no_load),
    (r"^there is no file (\S+)", _no_load),
    (r"^(?:unknown block|the block|/// ends no block)", _no_block),
    (r"^(\S.*) is no address", lambda line, found, _: line.replace(found[1], "/", 1)),
    (
        r"^a link cannot begin with (\S+)",
        lambda line, found, _: line.replace(found[1], "https:", 1),
    ),
)
"""What a message says, and the line without it. The first that fits is tried."""
