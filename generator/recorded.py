"""What a piece of HTML holds that can be wrong, with the place of each thing.

Rendered HTML is parsed here, once, and as browsers do (WHATWG HTML, section 13.2, by lexbor); every
check works on what was recorded.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from selectolax.lexbor import LexborHTMLParser

from generator.content.pages import Page
from generator.graph.reads import Key
from generator.marks import place, unmarked
from generator.pictures.cards import Wanted
from policy.features import shown_attributes

REFUSED = frozenset(
    {"applet", "base", "embed", "frame", "frameset", "iframe", "object", "portal", "template"}
)
"""Elements that stand in no page: what is in them could not be checked, or the policy of the
headers does not let it through."""

OF_TEMPLATES = frozenset(
    {"link", "meta", "noembed", "noframes", "plaintext", "script", "style", "textarea", "title"}
    | {"xmp"}
)
"""Elements that only a template may use: what follows one that has no end would be lost in it."""

DECORATIVE = "decorative"
"""The class of a picture that has no words, since it says nothing."""

FAULT = "plainsite-fault"
"""An element that tells of a fault of a page's text: `about` is the message, `hint` how to mend."""

_BY_NAME = REFUSED | OF_TEMPLATES | {FAULT}
"""Elements that say something even without an attribute."""

_LOADS = ("src", "poster", "data", "action", "formaction", "background", "ping", "manifest")
_SETS = ("srcset", "imagesrcset")
_LINKS = frozenset({"a", "area"})
_NAMING = frozenset(
    {"alternate", "amphtml", "author", "bookmark", "canonical", "help", "license", "me", "next"}
    | {"prev", "privacy-policy", "search", "self", "shortlink", "tag", "terms-of-service"}
)
"""Kinds of <link> that only name an address; all others make browsers ask for it."""

_SCRIPT_TYPES = re.compile(r"(?:text|application)/(?:x-)?(?:java|ecma)script\b|module|importmap|$")


class Place(NamedTuple):
    """A file, relative to the root, and a line in it; `own`: in the page's text, no template."""

    path: str
    line: int | None
    own: bool


class Found(NamedTuple):
    """A thing in HTML, as it is written there, and where it comes from."""

    value: str
    place: Place


class WrongPicture(NamedTuple):
    """What is wrong with a picture, how it is mended, where it is used, and its file."""

    message: str
    hint: str
    place: Place
    path: str


@dataclass(frozen=True)
class Recorded:
    """What a page holds: links, what it loads, ids, pictures without words, refused things."""

    links: tuple[Found, ...]
    loads: tuple[Found, ...]
    ids: tuple[Found, ...]
    refused: tuple[Found, ...]
    bare_pictures: tuple[Found, ...] = ()
    of_text: tuple[Found, ...] = ()
    """Faults of the text itself, each a message, a line end and a hint."""
    wrong_pictures: tuple[WrongPicture, ...] = ()
    events: tuple[Found, ...] = ()
    """What elements say that is counted when they are used (`data-event`)."""
    shows: tuple[Found, ...] = ()
    """The attributes that are there of those in which features are shown (`policy.features`)."""
    counted: bool = False
    """Whether its script counts the page, which then says which one it is."""
    is_text_lost: bool = False
    """Whether its template shows nothing of its text."""


@dataclass(frozen=True)
class Rendered:
    """A page's HTML by `policy.manifest.variant_key`: as everybody sees it first, as "", and those
    that differ from it.

    `recorded` is what each of them holds, `reads` what they were made of, `pictures` what is to be
    made for them.
    """

    page: Page
    html: Mapping[str, str]
    recorded: Mapping[str, Recorded]
    reads: frozenset[Key] = frozenset()
    pictures: tuple[Wanted, ...] = ()
    is_whole: bool = True
    """Whether its template has a part in it."""

    body: str = ""
    """The HTML of its text alone, as everybody reads it."""


Sources = Callable[[int], str]
"""The path of the file that a mark's number stands for; 0 is the page itself."""


def record(
    html: str, page: str, sources: Sources, *, allowed: frozenset[str] = frozenset()
) -> Recorded:
    """Parse HTML that has marks in it. What has none is taken for the page's own.

    `allowed` are elements of `OF_TEMPLATES` that the page's own text may use.
    """
    only_templates = OF_TEMPLATES - allowed
    found = defaultdict[str, list[Found]](list)
    counted = False
    own = Place(page, None, own=True)
    root = LexborHTMLParser(html).root
    for node in root.traverse(include_text=False) if root else ():
        tag, given = node.tag or "", node.attributes
        if not given and tag not in _BY_NAME:
            continue
        at, things, names_page = _held(tag, tuple(given.items()), only_templates)
        where = Place(sources(at[0]) or page, at[1], own=at[0] == 0) if at else own
        for kind, value in things:
            found[kind].append(Found(value, where))
        counted = counted or names_page
    return Recorded(
        links=tuple(found["links"]),
        loads=tuple(found["loads"]),
        ids=tuple(found["ids"]),
        refused=tuple(found["refused"]),
        bare_pictures=tuple(found["bare_pictures"]),
        of_text=tuple(found["of_text"]),
        events=tuple(found["events"]),
        shows=tuple(found["shows"]),
        counted=counted,
    )


@lru_cache(maxsize=20_000)
def _held(
    tag: str, written: tuple[tuple[str, str | None], ...], only_templates: frozenset[str]
) -> tuple[tuple[int, int] | None, tuple[tuple[str, str], ...], bool]:
    """(source and line of an element's mark or None, what the element holds that can be wrong,
    whether it says which page this is). Most elements of a template stand in every page."""
    given, where = {}, None
    for name, value in written:
        at = place(name, value)
        if at is None:
            given[name] = unmarked(value or "")
        else:
            where = at
    is_own = where is None or where[0] == 0
    things = tuple(_things(tag, given, only_templates if is_own else frozenset()))
    return where, things, tag == "html" and "data-page" in given


def _things(
    tag: str, given: Mapping[str, str], refused: frozenset[str]
) -> Iterator[tuple[str, str]]:
    if "id" in given:
        yield "ids", given["id"]
    if tag == FAULT:
        yield "of_text", f"{given.get('about')}\n{given.get('hint')}"
    if tag == "img" and refused and given.get("src") and not _has_words(given):
        yield "bare_pictures", given["src"]
    if tag in REFUSED or tag in refused or _is_inline(tag, given):
        yield "refused", tag
    if "data-event" in given:
        yield "events", given["data-event"]
    yield from (("shows", each) for each in _shown(given))
    for name, value in given.items():
        if name == "style" or name.startswith("on") or name in ("srcdoc", "http-equiv"):
            yield "refused", name
        elif name in _SETS:
            yield from (("loads", each) for each in _candidates(value))
        elif name in _LOADS:
            yield "loads", value
        elif name in ("href", "xlink:href"):
            yield _link_or_load(tag, given), value
        elif name.lower() == "attributename" and value.lower().endswith("href"):
            yield "refused", f"{tag} of an address"


def _shown(given: Mapping[str, str]) -> Iterator[str]:
    """The attributes by which an element shows a feature."""
    for shown in shown_attributes():
        name, _, value = shown.partition("=")
        if name in given and (not value or given[name] == value):
            yield shown


def _has_words(given: Mapping[str, str]) -> bool:
    """Whether a picture has words, or is said to need none."""
    return bool(given.get("alt", "").strip()) or DECORATIVE in given.get("class", "").split()


def _is_inline(tag: str, given: Mapping[str, str]) -> bool:
    """Whether an element holds a script or a style of its own, which the headers forbid."""
    if tag == "style":
        return True
    kind = given.get("type", "").strip().lower()
    return tag == "script" and "src" not in given and bool(_SCRIPT_TYPES.match(kind))


def _link_or_load(tag: str, given: Mapping[str, str]) -> str:
    if tag in _LINKS:
        return "links"
    kinds = given.get("rel", "").lower().split()
    return "links" if tag == "link" and kinds and _NAMING.issuperset(kinds) else "loads"


def _candidates(value: str) -> Iterator[str]:
    """The addresses of a srcset (WHATWG HTML, 4.8.4.2)."""
    for each in re.finditer(r"[\s,]*(\S*[^\s,])(?:\s[^,]*)?", value):
        yield each[1]


def split_address(address: str) -> SplitResult | None:
    """The parts of an address as browsers read it (WHATWG URL, 4.4): blanks at its ends, tabs and
    line ends in it do not count, and a backslash is a slash. None where it is no address."""
    text = re.sub(r"[\t\n\r]", "", address.strip("".join(map(chr, range(0x21)))))
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text)
    if not scheme or scheme[0].lower() in ("http:", "https:"):
        text = text.replace("\\", "/")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts


def is_elsewhere(parts: SplitResult) -> bool:
    """Whether a browser that loads the address would ask another machine."""
    return bool(parts.netloc) or parts.scheme in ("http", "https", "ftp", "ws", "wss")


def unplaced(found: Iterable[Found], named: Mapping[str, Sequence[Found]]) -> Iterator[Found]:
    """What templates made of nothing that is `named`."""
    values = {each.value for each in (*named["link"], *named["file"])}
    return (each for each in found if each.place.own or each.value not in values)
