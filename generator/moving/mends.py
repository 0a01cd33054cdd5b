"""How a line of a page is mended, by what a check says of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from html.entities import codepoint2name
from urllib.parse import quote

__all__ = ["MENDS", "decorative"]


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


def decorative(line: str, _found: re.Match[str], _: str) -> str | None:
    """A picture without words says that it says nothing."""
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


MENDS: tuple[tuple[str, Callable[[str, re.Match[str], str], str | None]], ...] = (
    (r"^the link (\S.*) leads to no page", _dead_link),
    (r'^the page (\S+) has no heading "#(.*)"\n(?:did you mean "(?P<near>.+)"\?)?', _dead_anchor),
    (r"is a second title\n", _lower),
    (r"leaves out a level\n", _higher),
    (r"^what explains a term has several parts", lambda line, _f, _o: f"\n{line}"),
    (r"^the picture has no text", decorative),
    (r'^"(.+)" is left over from another system', _escaped),
    (r'^"(.+)" is shown as it stands', _escaped),
    (r"^no line says where (\[.+\]) leads", _escaped),
    (r"^this is not read as a link: (.+)", _escaped),
    (r"^the footnote (\[\^.+\]) is (?:explained|used) nowhere", _escaped),
    (r"^the attributes (\{.+\}) belong to nothing", _without_attributes),
    (r"^(</?[\w-]+>) (?:has no end|ends nothing|begins in|stands in the middle)", _without_tag),
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
