"""The pictures of one page after another: rendered, and noted with all that is to be made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from markupsafe import Markup

from generator import marks
from generator.content.front_matter import line_with
from generator.content.pages import Page
from generator.markdown import Image
from generator.pictures.cards import Card, CardStyle, Wanted
from generator.pictures.derived import Derived, card, cut
from generator.pictures.found import Pictures
from generator.pictures.original import Original
from generator.pictures.picture import Narrow, Shown, element, plain
from generator.recorded import Found, Place, Recorded, WrongPicture

__all__ = ["PagePictures", "SharedCard"]

_RATIO = re.compile(r"([1-9]\d?):([1-9]\d?)")


@dataclass(frozen=True, slots=True)
class SharedCard:
    """What other sites show of a page: the whole address of a picture, its size, its words."""

    url: str
    width: int
    height: int
    alt: str


class PagePictures:
    """Renders the pictures of one page after another.

    After `begin`, `lead` is the picture that the page's front matter names (empty where it names
    none), and `card` what other sites show of the page (None where there is nothing to show).
    `note` hears of all that was read (`generator.graph.reads`).
    """

    def __init__(
        self, pictures: Pictures, origin: str, style: CardStyle | None, note: Callable[..., None]
    ) -> None:
        self.lead = Markup()
        self.card: SharedCard | None = None
        self._pictures = pictures
        self._origin = origin
        self._style = style
        self._note = note
        self._made: dict[str, Wanted] = {}
        self._begin_with_none()

    def begin(self, page: Page) -> None:
        """A page, or a variant of one, begins."""
        self._begin_with_none()
        self._page = page
        front, line = page.front, page.lines.get("image")
        self.lead = Markup()
        if front.image:
            if not front.image_alt:
                said = line_with(page.fence, "image_alt", "What the picture shows")
                hint = f"add a line: {said}"
                message = "the picture has no text for those who cannot see it"
                self._wrong.append(WrongPicture(message, hint, self._place(line), ""))
            given = {"narrow": front.image_narrow} if front.image_narrow else {}
            src = page.resolve(front.image)
            self._used.append(Found(src, self._place(line)))
            image = Image(src, front.image_alt or front.title, None, given, line)
            html = self._render(image, self._pictures.settings.lead_sizes)
            self.lead = Markup(marks.mark_tags(html, 0, line))  # noqa: S704  (made of escaped values)
        self.card = self._shared(page)

    def render(self, image: Image) -> str:
        """A picture of the page's text."""
        return self._render(image, self._pictures.settings.sizes)

    def recorded(self, recorded: Recorded) -> Recorded:
        """What a page holds, with the files of its pictures among what it loads, and those that
        cannot be shown."""
        places = {unquote(found.value): found.place for found in (*self._used, *recorded.loads)}
        wrong = (*self._wrong, *self._wrong_ones(places))
        return replace(recorded, loads=(*recorded.loads, *self._used), wrong_pictures=wrong)

    def taken(self) -> tuple[Wanted, ...]:
        """What is to be made for all that was rendered since this was last asked."""
        made, self._made = self._made, {}
        return tuple(made.values())

    def _begin_with_none(self) -> None:
        self._first = True
        self._used: list[Found] = []
        self._wrong: list[WrongPicture] = []

    def _place(self, line: int | None) -> Place:
        return Place(self._page.path, line, own=True)

    def _wrong_ones(self, places: Mapping[str, Place]) -> Iterator[WrongPicture]:
        for address, place in places.items():
            if path := self._pictures.path(address):
                self._note("file", path)
            if wrong := self._pictures.wrong(address):
                yield WrongPicture(*wrong, place, self._pictures.path(address) or "")

    def _shared(self, page: Page) -> SharedCard | None:
        if not self._pictures.derive or page.url.endswith(".html"):
            return None
        self._note("site", "site", "card")  # Also where there is none: there may be one next time.
        made: Wanted
        if page.front.image:
            original = self._pictures.original(unquote(page.resolve(page.front.image)))
            if original is None or original.moves:
                return None
            made = card(original)
        elif self._style:
            style = self._style.of_page(page.url)
            made = Card(page.front.title, style)
            for key in ("name", "language"):
                self._note("site", "site", key)
            for name in style.settings.assets:
                self._note("asset", name)
        else:
            return None
        self._have_made(made)
        self._note("site", "site", "url")
        alt = page.front.image_alt or page.front.title
        return SharedCard(self._origin + made.address, *made.size, alt)

    def _render(self, image: Image, sizes: str) -> Markup:
        pictures, own = self._pictures, dict(image.attributes)
        attributes = {"alt": image.alt, **({"title": image.title} if image.title else {})}
        narrow_text = own.pop("narrow", "")
        attributes |= self._loading() | own
        original = self._read(image.src, image.line)
        narrow = self._narrow(image, narrow_text, sizes) if narrow_text else None
        if original is None or original.moves or not pictures.derive:
            size = pictures.size(unquote(image.src))
            return plain({"src": image.src} | attributes, size, narrow)
        wide = Shown(original, sizes, pictures.settings.widths)
        self._have_made(*wide.all_made)
        return element(wide, attributes, narrow)

    def _read(self, src: str, line: int | None) -> Original | None:
        address = unquote(src)
        if path := self._pictures.path(address):
            self._note("file", path)
            self._note("site", "site", "pictures")
            self._used.append(Found(src, self._place(line)))
        return self._pictures.original(address)

    def _have_made(self, *wanted: Derived | Card) -> None:
        self._made |= {each.key: each for each in wanted}

    def _loading(self) -> dict[str, str]:
        """The first picture is seen at once, so it goes before what is loaded later."""
        first, self._first = self._first, False
        return {"fetchpriority": "high"} if first else {"loading": "lazy", "decoding": "async"}

    def _narrow(self, image: Image, narrow: str, sizes: str) -> Narrow | None:
        """For narrow screens: another file, or a part of the same with other proportions."""
        pictures = self._pictures
        original = pictures.original(unquote(image.src))
        widths, media = pictures.settings.widths, pictures.settings.narrow
        shown: Shown | str
        if ratio := _RATIO.fullmatch(narrow):
            if original is None or original.moves or not pictures.derive:
                return None
            shown = Shown(original, sizes, widths, cut(original, int(ratio[1]), int(ratio[2])))
        else:
            link = self._page.resolve(narrow)
            other = self._read(link, image.line)
            shown = quote(unquote(link), safe="/:?#%")
            if other and not other.moves and pictures.derive:
                shown = Shown(other, sizes, widths)
        if isinstance(shown, Shown):
            self._have_made(*shown.all_made)
        return Narrow(media, shown)
