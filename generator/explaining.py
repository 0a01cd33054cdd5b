"""What is known of a page: where its values come from, what it is made of, and who needs it.

All of it is read from what a build notes while it renders; nothing is rendered for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from generator.content.moments import beginning, told
from generator.content.own_keys import SiteKeys
from generator.content.pages import Page
from generator.content.timetable import comes, goes
from generator.content.urls import path_of, permalink
from generator.explaining_terms import about_made, naming, shown_terms, title_place
from generator.graph.state import State
from policy.experiments import FILE as EXPERIMENTS
from policy.manifest import Build, File
from policy.section_schemas import FILE as SECTIONS
from policy.taxonomies import FILE as TERMS

__all__ = ["Part", "explained", "explained_key", "found_page", "known_keys"]

SETTINGS = "site/settings.toml"
NAVIGATION = "site/navigation.toml"
MOST = 12
"""More than that are counted."""

_OWN = {
    "url": "the address, by the name of the file",
    "canonical": "the whole address, by url in site/settings.toml and the name of the file",
    "minutes": "how long reading takes, counted in the text",
    "body": "the text, rendered",
}
"""What templates see of a page that stands in no front matter."""


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and the lines below it."""

    title: str
    lines: tuple[str, ...]


def found_page(state: State, name: str) -> Page | None:
    """The page with that file or address, published or not; None where there is none."""
    pages = {page.url: page for page in (*state.content.waiting, *state.content.pages.values())}
    by_file = {page.path: page for page in pages.values()}
    address = path_of(name, state.site.settings.url)
    file = name.removeprefix("./").removeprefix(f"{state.root}/")
    for each in (file, f"content/{file}"):
        if each in by_file:
            return by_file[each]
    for each in (address, f"/{address.strip('/')}/", f"/{address.strip('/')}"):
        if each in pages:
            return pages[each]
    return pages.get(permalink(file)) if file.endswith(".md") else None


def explained(state: State, page: Page, build: Build | None) -> Iterator[Part]:
    """All that is known of a page. `build` is what is published, where that can be read."""
    yield Part(page.url, tuple(_about(state, page)))
    yield Part("values", tuple(_values(state, page)))
    for title, lines in shown_terms(state, page):
        yield Part(title, tuple(_shortened(lines)))
    if page.url in state.made:
        yield Part("made of", tuple(_made_of(state, page)))
    yield Part("linked from", tuple(_shortened(_linked_from(state, page))))
    yield Part("links to", tuple(_shortened(_links_to(state, page))))
    yield Part("breaks without it", tuple(_breaks(state, page)) or ("nothing",))
    if build:
        yield Part("published as", tuple(_outputs(build, page)) or ("nothing yet",))


def explained_key(state: State, page: Page, key: str) -> Iterator[Part]:
    """Where one value comes from, and which pages show it; nothing where there is no such key."""
    lines = [value for name, value in _places(state, page) if name == key]
    if key in _OWN:
        lines.append(_OWN[key])
    if not lines:
        return
    yield Part(f"{key} of {page.url}", tuple(lines))
    readers = [url for url, made in state.made.items() if ("page", page.url, key) in made.reads]
    if readers:
        yield Part("read by", tuple(_shortened(sorted(readers))))


def known_keys(state: State, page: Page) -> list[str]:
    """The keys that can be asked for."""
    return [*(name for name, _ in _places(state, page)), *_OWN]


def _about(state: State, page: Page) -> Iterator[str]:
    yield str(page.given.get("title", ""))
    if page.is_derived or not page.path.endswith(".md"):
        yield from about_made(state, page)
    else:
        yield f"written in {page.path}"
        yield "its address is made of the name of its file"
    for alias in page.given.get("aliases", ()):
        yield f"{alias} leads here, by {_place(page, 'aliases')}"
    yield from _experiment(state, page)
    if page.url in state.content.pages:
        return
    if page.given.get("draft"):
        yield f"not published: a draft, by {_place(page, 'draft')}"
    elif (moment := goes(page)) and page.url in state.content.gone:
        yield f"over since {told(moment)}, by {_place(page, 'expire')}"
    elif (moment := comes(page)) and beginning(moment, state.site.settings.zone) > state.now:
        key = "publish" if "publish" in page.given else "date"
        yield f"not published before {told(moment)}, by {_place(page, key)}"
    else:
        yield "not published: its section is not"


def _experiment(state: State, page: Page) -> Iterator[str]:
    for index, each in enumerate(state.site.experiments.experiments):
        if each.page == page.url:
            variants, days = ", ".join(each.variants), f"from {each.begins} to {each.ends}"
            line = state.site.line(EXPERIMENTS, "experiment", index)
            yield f'experiment "{each.name}", {days}: {variants}  {EXPERIMENTS}:{line}'


def _place(page: Page, key: str) -> str:
    return f"{page.path}:{page.lines[key]}" if key in page.lines else page.path


def _values(state: State, page: Page) -> Iterator[str]:
    found = list(_places(state, page))
    width = max((len(name) for name, _ in found), default=0)
    yield from (f"{name:{width}}  {text}" for name, text in found)


def _places(state: State, page: Page) -> Iterator[tuple[str, str]]:
    """Each key, with its value and where that comes from: what is written, then what is not."""
    own = SiteKeys(state.site).of(page.path).keys
    terms = {each.name for each in state.site.taxonomies.taxonomies}
    given = {key: value for key, value in page.given.items() if key != "extra"}
    for key, value in {**given, **page.extra}.items():
        declared = f", a key of {TERMS if key in terms else SECTIONS}" if key in own else ""
        is_made = page.is_derived and key == "title"
        place = title_place(state, page) if is_made else _place(page, key)
        yield key, f"{_shown(value)}  {place}{declared}"
    if "layout" not in page.given:
        yield "layout", f"{page.layout}  {_usual(state, page)}"
    for key, field in type(page.front).model_fields.items():
        if key not in page.given and key != "layout":
            default = _shown(field.get_default(call_default_factory=True))
            yield key, f"{default}  not written: the default"
    for key in own.keys() - page.extra.keys():
        yield key, f"(none)  not written: a key of {TERMS if key in terms else SECTIONS}"


def _usual(state: State, page: Page) -> str:
    feed = state.site.settings.feed
    if page.layout == "article" and feed:
        line = state.site.line(SETTINGS, "feed")
        return f'not written: the layout of pages in "{feed}", the feed by {SETTINGS}:{line}'
    if page.is_index and page.layout == "section":
        return "not written: the layout of an index.md"
    return "not written: the usual layout"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value in (None, "", ()):
        return "(none)"
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value))
    return str(value)


def _made_of(state: State, page: Page) -> Iterator[str]:
    """What was read while it was rendered, by kind."""
    read: defaultdict[str, set[str]] = defaultdict(set)
    of_pages: defaultdict[str, set[str]] = defaultdict(set)
    of_site: defaultdict[str, set[str]] = defaultdict(set)
    for kind, *names in state.made[page.url].reads:
        match kind, names:
            case "page", [url, field]:
                of_pages[url].add(field)
            case "site", [name, field]:
                of_site[name].add(field)
            case "site", [name]:
                of_site[name].add("")
            case "template", [name]:
                read["templates"].add(f"templates/{name}")
            case _:
                read[_KINDS.get(kind, kind)].add(" ".join(names) or "yes")
    for kind in sorted(read):
        yield f"{kind}: {', '.join(_shortened(sorted(read[kind])))}"
    for name, fields in sorted(of_site.items()):
        file = _FILES.get(name, f"what the site declares: {name}")
        fields.discard("")
        yield f"{file}: {', '.join(sorted(fields))}" if fields else file
    of_pages.pop(page.url, None)
    pages = [f"{url} ({', '.join(sorted(fields))})" for url, fields in sorted(of_pages.items())]
    yield from (f"the page {each}" for each in _shortened(pages))


_KINDS = {
    "asset": "assets",
    "file": "files",
    "section": "the order of sections",
    "beside": "the articles before and after",
    "bits": "how much cookies can carry",
    "events": "which events are declared",
    "experiments": "site/experiments.toml",
    "list": "which pages have a term",
    "slice": "which pages are listed",
    "pager": "how many pages a list has",
    "terms": "which terms are listed",
    "terms-of": "the terms of pages",
    "related": "pages that share terms",
    "taxonomies": "which taxonomies are declared",
    "data": "data files",
    "keys": "which keys of their own pages may have",
    "catalogue": "the sentences of a language",
    "translations": "which translations there are",
    "block": "what blocks take",
}
_FILES = {
    "site": SETTINGS,
    "navigation": NAVIGATION,
    "audiences": "site/audiences.toml",
    "register": "site/policy.toml",
    "forms": "site/forms/",
    "versions": "site/policy-versions/",
    "audit": "site/audit/",
}


def _linked_from(state: State, page: Page) -> list[str]:
    """The pages that lead there, without itself, and to which of its headings."""
    found = []
    for url, made in state.made.items():
        links = {link for each in made.summaries.values() for link in each.links}
        mine = sorted(link for link in links if link.partition("#")[0] == page.url)
        if mine and url != page.url:
            anchors = [link[len(page.url) :] for link in mine if "#" in link]
            found.append(f"{url} ({', '.join(anchors)})" if anchors else url)
    return ["every page"] if len(found) == len(state.made) - 1 > 1 else found


def _links_to(state: State, page: Page) -> list[str]:
    made = state.made.get(page.url)
    summaries = made.summaries.values() if made else ()
    links = {link for each in summaries for link in each.links}
    return sorted(link for link in links if link.partition("#")[0] != page.url)


def _breaks(state: State, page: Page) -> Iterator[str]:
    """What would have to be changed before the page could be removed."""
    site = state.site
    for place, item in site.navigation.entries:
        if item.address == page.url:
            line = site.line(NAVIGATION, *place, "page")
            is_button = place == ("action",)
            named = f'the button "{item.label}"' if is_button else f'"{item.label}" of the menu'
            yield f"{named}, {NAVIGATION}:{line}"
    for name, form in site.forms.items():
        file = f"site/forms/{name}.toml"
        for key in ("page", "thanks"):
            if getattr(form, key) == page.url:
                yield f'"{key}" of a form, {file}:{site.line(file, key)}'
    if linking := _linked_from(state, page):
        yield f"links on {linking[0] if len(linking) == 1 else f'{len(linking)} pages'}"
    if naming_it := len(list(naming(state, page))):
        pages = "one page says" if naming_it == 1 else f"{naming_it} pages say"
        yield f"what {pages} of themselves"
    if page.is_index:
        inside = sorted(each.path for each in state.content.read if each.parent == page.url)
        if inside:
            yield f"the list of the section's pages: {', '.join(_shortened(inside))}"
    for alias in page.given.get("aliases", ()):
        yield f"the old address {alias}"


def _outputs(build: Build, page: Page) -> Iterator[str]:
    file = build.files.get(page.url)
    if file is None:
        return
    yield _output(file, "")
    for key, variant in sorted(build.variants.get(page.url, {}).items()):
        audience, _, name = key.partition("+")
        whom = f', for the audience "{audience}"' if audience else ""
        yield _output(variant, f'{whom}, in the variant "{name}"' if name else whom)


def _output(file: File, whom: str) -> str:
    sizes = [f"{file.plain.size:,} bytes"]
    sizes += [f"{name} {stored.size:,}" for name, stored in sorted(file.encodings.items())]
    return f"public/{file.path}{whom}: {', '.join(sizes)}"


def _shortened(lines: Iterable[str]) -> list[str]:
    found = list(lines)
    if len(found) <= MOST:
        return found
    return [*found[:MOST], f"and {len(found) - MOST} more"]
