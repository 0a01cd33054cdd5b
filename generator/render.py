"""Pages and templates to text, once for each audience and variant that changes a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from jinja2 import Environment, TemplateNotFound, TemplateSyntaxError
from markupsafe import Markup

from generator.block_pages import BlockPages
from generator.budget import bits
from generator.changed_text import with_text
from generator.check.of_templates import left_open
from generator.content.audience_blocks import select
from generator.content.blocks import Blocks, names
from generator.content.data import Data, Unread
from generator.content.derived import Derived
from generator.content.languages import address_of, named
from generator.content.library import Content, written
from generator.content.own_keys import SiteKeys
from generator.content.pages import Page
from generator.content.sections import OwnView, Sections, is_text_lost
from generator.graph.reads import Reads
from generator.markdown import Hooks, reader
from generator.marks import place_before, unmarked
from generator.page_text import PageText, with_texts
from generator.pictures.cards import CardStyle
from generator.pictures.found import Pictures
from generator.pictures.pages import PagePictures
from generator.recorded import Found, Place, Recorded, Rendered, record, unplaced
from generator.watched_templates import WatchedTemplates, environment
from policy import Fault, Faults, Site, templates
from policy.block_schemas import FOLDER as BLOCKS
from policy.localized import Counterpart, in_language, speech_of
from policy.manifest import variant_key
from policy.register import Cookie, Storage
from policy.sentences import Speech, speaking
from policy.toml_source import has_controls

_UNSHOWN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class _Audience:
    """The audience a page is rendered for. It notes whether a template asked."""

    def __init__(self, site: Site, name: str) -> None:
        self._values = {
            "name": name,
            "label": site.audiences.label(name),
            "is_default": name == site.audiences.default,
            "sees": site.audiences.sees(name),
        }
        self.asked = False

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_") or key not in self._values:
            raise AttributeError(key)
        self.asked = True
        return self._values[key]


@dataclass(frozen=True, slots=True)
class _InLanguage:
    """What pages in a language are rendered with: the site as it is in it, and its templates."""

    language: str
    site: Site
    speech: Speech
    jinja: Environment
    marks_ends: bool = False


@dataclass(frozen=True, slots=True)
class _Variant:
    """A page as an audience sees it: its HTML, what that holds, and the HTML of its text alone.
    `asked`: its template asked for the audience."""

    html: str
    recorded: Recorded
    body: str
    asked: bool


class Renderer:
    """Renders the pages of one site, and notes what each has read.

    Where marks are asked for, everything that the page's own text made has its line; that costs as
    much again, and only who has a fault to tell needs it.
    """

    def __init__(
        self,
        site: Site,
        content: Content,
        assets: Mapping[str, str],
        pictures: Pictures,
        style: CardStyle | None,
    ) -> None:
        self.reads = Reads()
        self._site = site
        self._assets = assets
        self._sections = Sections(site, content, self.reads)
        self._data = Data(content.data, self.reads)
        self._bits = self._watched_bits(bits(site, content))
        self._paths = [""]  # Number 0 is the page itself.
        self._languages = site.settings.all_languages
        self._spoken: dict[tuple[str, bool], _InLanguage] = {}
        self._here = self._in_language("")
        self._pictures = PagePictures(pictures, site.settings.url, style, self.reads.add)
        self._keys = SiteKeys(site)
        self._blocks = BlockPages(self.reads.add, self._keys.address)
        self._waiting = PagePictures(pictures.as_they_are(), "", None, self.reads.add)
        engine = site.settings.markdown
        self._markdown = reader(engine, Hooks(self._blocks.render, self._pictures.render))
        self._plain_markdown = reader(engine, Hooks(self._blocks.note, self._waiting.render))

    def render(self, page: Page, *, marked: bool = False) -> Rendered:
        """Every variant of a page. Raises `TemplateError`, `MissingAsset`, or `Faults`."""
        self.reads.taken()
        self._here = self._in_language(page.language)
        self.reads.add("catalogue", page.language)
        with speaking(self._here.speech):
            try:
                return self._rendered(page, marked=marked)
            except (Faults, TemplateSyntaxError, TemplateNotFound):
                raise
            except Exception as error:
                if not (self._site.wrong or isinstance(error, Unread)):
                    raise
                # What a template makes of what is wrong says nothing about this page.
                return self.text_alone(page)

    def text_alone(self, page: Page) -> Rendered:
        """What a page's own text holds, for each audience; no template has a part in it."""
        self.reads.taken()
        recorded = {
            str(number or ""): each
            for number, each in enumerate(self.record_text(page, marked=True))
        }
        return Rendered(page, dict.fromkeys(recorded, ""), recorded, is_whole=False)

    def _rendered(self, page: Page, *, marked: bool) -> Rendered:
        self.reads.add("site", "site", "markdown")
        self.reads.add("site", "site", "output")
        default = self._site.audiences.default
        _, blocks = written(self._site, page)
        first, *others = self._variants(page, blocks)
        for_all = {
            variant: self._variant(page, default, variant or first, marked=marked)
            for variant in ["", *others]
        }
        html, body = for_all[""].html, for_all[""].body
        rendered, recorded = dict[str, str](), dict[str, Recorded]()
        audiences = [""]
        if any(each.asked for each in for_all.values()) or blocks.for_audiences:
            self.reads.add("site", "audiences")
            audiences += self._site.audiences.names
        for (variant, made), name in product(for_all.items(), audiences):
            key = variant_key(name, variant)
            other = self._variant(page, name, variant or first, marked=marked) if name else made
            if not key or other.html != html:
                rendered[key], recorded[key] = other.html, other.recorded
        if any(each.events for each in recorded.values()):
            self.reads.add("events")
        unknown = self._site.wrong_in(BLOCKS) if self._site.wrong else ()
        is_whole = not any(line.name in unknown for line in blocks.lines)
        reads, pictures = self.reads.taken(), self._pictures.taken()
        return Rendered(page, rendered, recorded, reads, pictures, is_whole, body)

    def _variants(self, page: Page, blocks: Blocks) -> tuple[str, ...]:
        """Those of the page's experiments that its blocks are for, and the page as it is; "" where
        it has none."""
        if not blocks.for_variants:
            return ("",)
        self.reads.add("experiments")
        first, *others = self._site.experiments.variants(page.url) or ("",)
        named = {name for each in blocks.for_variants for name in names(each.opening.argument)}
        return (first, *(each for each in others if each in named))

    def body(self, page: Page) -> Markup:
        """A page's text alone, as everybody reads it."""
        self._here = self._in_language(page.language)
        text, blocks = written(self._site, page)
        default = self._site.audiences.default
        self._pictures.begin(page)
        self._blocks.begin(page, self._here, _Audience(self._here.site, default))
        chosen = select(text, blocks, default, self._variants(page, blocks)[0])
        html = self._markdown.read(chosen, self._resolver(page)).html
        page.forget_text()
        self.reads.taken()
        self._pictures.taken()
        return Markup(unmarked(html))  # noqa: S704  (the site's own)

    def record_text(self, page: Page, *, marked: bool = False) -> Iterator[Recorded]:
        """What a page holds in its own text, for each audience."""
        self._here = self._in_language(page.language)
        text, blocks = written(self._site, page)
        names = (self._site.audiences.default, *self._site.audiences.names)
        for name, variant in product(names, self._variants(page, blocks)):
            self._waiting.begin(page)
            self._blocks.begin(page, self._here, _Audience(self._here.site, name))
            chosen = select(text, blocks, name, variant)
            html = self._plain_markdown.read(chosen, self._resolver(page), marked=marked).html
            recorded = self._waiting.recorded(record(html, page.path, self._path))
            yield self._with_own_addresses(page, recorded)
            if not (blocks.for_audiences or blocks.for_variants):
                return

    def _variant(self, page: Page, name: str, variant: str, *, marked: bool) -> _Variant:
        audience = _Audience(self._here.site, name)
        text, blocks = written(self._site, page)
        self._pictures.begin(page)
        self._blocks.begin(page, self._here, audience)
        resolve = self._resolver(page)
        chosen = select(text, blocks, name, variant)
        body = self._markdown.read(chosen, resolve, marked=marked)
        view = self._sections.own(page, PageText(body.html), body.headings)
        previous, following = self._sections.neighbours(page)
        lists = self._sections.lists
        html = self._here.jinja.get_template(f"{page.layout}.html").render(
            page=view,
            section=self._sections.get(page.of if isinstance(page, Derived) else page.url),
            previous=previous,
            next=following,
            pager=lists.pager(page),
            term=lists.term(page),
            taxonomy=lists.taxonomy_at(page.url),
            audience=audience,
            blocks=self._blocks.shown,
            structured_data=lambda: self._structured_data(view),
            lead_picture=self._pictures.lead,
            social_card=self._pictures.card,
        )
        self._refuse_lost(html, page)
        recorded = self._pictures.recorded(record(html, page.path, self._path))
        recorded = self._with_own_addresses(page, recorded)
        lost = is_text_lost(view) and not self._blocks.shown
        if not lost and body.html not in html:
            recorded = with_text(recorded, record(body.html, page.path, self._path))
        wrong = () if recorded.of_text else tuple(self._wrong_tags(html, page))
        if wrong and not self._here.marks_ends:
            self._here = self._in_language(page.language, marks_ends=True)
            placed = self._variant(page, name, variant, marked=marked)
            if placed.recorded.of_text:
                return placed
        if lost or wrong:
            of_text = (*recorded.of_text, *wrong)
            recorded = replace(recorded, is_text_lost=lost, of_text=of_text)
        return _Variant(unmarked(html), recorded, unmarked(body.html), asked=audience.asked)

    def _structured_data(self, view: OwnView) -> Markup:
        # A site whose templates do not ask for it needs none of it.
        from generator.structured_data import structured_data, written  # noqa: PLC0415  (as said)

        settings, blocks = self._here.site.settings, self._blocks.shown
        card = self._pictures.card
        return written(structured_data(settings, view, self._sections, blocks, card))

    def _with_own_addresses(self, page: Page, recorded: Recorded) -> Recorded:
        """With the pages and files that the page's own keys and its blocks name, whether a template
        shows them or not; each is told at the author's line, and not at the template's."""
        named = {kind: list(found) for kind, found in self._blocks.named.items()}
        for key in self._keys.of(page.path).addresses if page.extra else ():
            if key.name in page.extra:
                place = Place(page.path, page.lines.get(key.name), own=True)
                named[key.kind].append(Found(page.extra[key.name], place))
        if not any(named.values()):
            return recorded
        return replace(
            recorded,
            links=(*unplaced(recorded.links, named), *named["link"]),
            loads=(*unplaced(recorded.loads, named), *named["file"]),
        )

    def _refuse_lost(self, html: str, page: Page) -> None:
        """Raise `Faults` for half of a character (U+D800 to U+DFFF), which no file can hold, for a
        control character, which HTML forbids, and for a comment without an end, in which browsers
        lose the rest of a page."""
        try:
            is_lost = has_controls(html.encode("utf-8"))  # Bytes are looked through much quicker.
        except UnicodeEncodeError:
            is_lost = True
        if is_lost and (found := _UNSHOWN.search(html)):
            message = f"this holds a character that cannot be shown: {ascii(found[0])[1:-1]}"
            hint = "write the character itself, or remove it"
            raise self._fault(html, found.start(), page, message, hint)
        if (at := templates.open_comment(html)) is not None:
            raise self._fault(html, at, page, "a comment has no end", "write --> where it ends")

    def _wrong_tags(self, html: str, page: Page) -> Iterator[Found]:
        """What templates leave open, each with its place; and that a page is empty."""
        if not html.strip():
            message = "it makes an empty page"
            hint = "write HTML in it, with {{ page.body }} for the text"
            where = Place(f"templates/{page.layout}.html", None, own=False)
            yield Found(f"{message}\n{hint}", where)
        for at, message, hint in left_open(html):
            yield Found(f"{message}\n{hint}", self._place(html, at, page))

    def _place(self, html: str, at: int, page: Page) -> Place:
        number, line = place_before(html, at) or (0, None)
        return Place(self._path(number) or page.path, line, own=number == 0)

    def _fault(self, html: str, at: int, page: Page, message: str, hint: str) -> Faults:
        path, line, _ = self._place(html, at, page)
        return Faults([Fault(path, line, message, hint)])

    def _path(self, number: int) -> str:
        """The path, relative to the root, of the template that a mark's number stands for."""
        return self._paths[number]

    def _resolver(self, page: Page) -> Callable[[str], str]:
        """What a link in a page's text means. One to the file of a page leads to its translation
        into the language of this page, where there is one, unless it names that of another."""
        if not self._languages:
            return page.resolve

        def address(path: str) -> str:
            found = address_of(self._languages, path)
            if named(self._languages, path).language:
                return found
            return self._sections.counterpart(found, page.language)

        return lambda link: page.resolve(link, address)

    def _in_language(self, language: str, *, marks_ends: bool = False) -> _InLanguage:
        """What pages in a language are rendered with; made when the first of them is."""
        key = language, marks_ends
        if key not in self._spoken:
            self._spoken[key] = self._made_for(language, marks_ends=marks_ends)
        return self._spoken[key]

    def _made_for(self, language: str, *, marks_ends: bool) -> _InLanguage:
        tag = language or self._site.settings.language
        site = in_language(self._site, tag, self._counterpart(language))
        loader = WatchedTemplates(
            site.root, self.reads, self._paths, language, marks_ends=marks_ends
        )
        jinja = with_texts(environment(site, self._assets, loader, self.reads, language))
        jinja.globals["data"] = self._data
        jinja.globals["get_section"] = self._sections.get
        jinja.globals["bits"] = self._bits
        jinja.globals["get_taxonomy"] = lambda name: self._sections.lists.taxonomy(name, language)
        jinja.globals["translated"] = lambda url: self._sections.counterpart(url, language)
        jinja.globals["service"] = lambda path: self._languages.at_service(path, tag)
        return _InLanguage(language, site, speech_of(site, tag), jinja, marks_ends)

    def _counterpart(self, language: str) -> Counterpart:
        """Without a note of what is read: fingerprints of menus and forms tell of it."""
        if not language:
            return lambda address: address
        return self._sections.translations.counterpart(language)

    def _watched_bits(
        self, count: Callable[[Cookie | Storage], float]
    ) -> Callable[[Cookie | Storage], float]:
        def watched(entry: Cookie | Storage) -> float:
            self.reads.add("bits")
            return count(entry)

        return watched
