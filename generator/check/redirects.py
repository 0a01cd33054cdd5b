"""Old addresses, in `site/redirects.toml` and in the `aliases` of pages: each leads to one page or
file, belongs to nothing else, and none that was published is lost."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.content.fates import waiting_section
from generator.content.front_matter import TOML, line_with
from generator.content.library import Content
from generator.content.pages import Page
from generator.content.timetable import goes
from generator.content.urls import as_old_address, closest, is_reserved, was_address
from generator.outputs.redirects import redirects
from policy import Fault, Site
from policy.manifest import Damaged, NotBuilt, OtherForm, read_build
from policy.manifest import Page as Published
from policy.redirects import FILE, as_asked

__all__ = ["redirect_faults", "vanished_since", "vanished_warnings"]


@dataclass(frozen=True)
class _Old:
    """An old address as it is written, where it leads, where that is, and what it is called."""

    address: str
    leads: str
    path: str
    line: int | None
    kind: str

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


def redirect_faults(site: Site, content: Content, taken: Collection[str]) -> Iterator[Fault]:
    """Old addresses that are no addresses, belong to something else, or lead nowhere. `taken` are
    the addresses that pages and files beside them do not have."""
    # What will be over may have said already where it leads then; what cannot be read, perhaps.
    lasting = (page for page in content.pages.values() if goes(page) is None and page.is_known)
    owners = {page.url: page.path for page in lasting} | dict(content.files)
    owners |= dict.fromkeys(taken, "the site itself")
    kept = dict(owners)
    first: dict[str, _Old] = {}
    for old in _all(site, content):
        asked = as_asked(old.address)
        path, _, query = asked.partition("?")
        if not was_address(path) or any(each.isspace() for each in query):
            message = f'the {old.kind} "{old.address}" is no address'
            yield Fault(old.path, old.line, message, f"write {as_old_address(path)}")
        elif is_reserved(path) or _place(asked) in kept or asked in owners:
            owner = owners.get(asked) or kept.get(_place(asked), "the service")
            message = f"the {old.kind} {old.address} is taken by {owner}"
            yield Fault(old.path, old.line, message, "remove it from one of them")
        elif (same := first.setdefault(asked.rstrip("/"), old)).leads != old.leads:
            message = f"the {old.kind} {old.address} is that of {same.place}, {same.address}"
            hint = "let both lead to one page: the last slash makes no difference"
            yield Fault(old.path, old.line, message, hint)
        owners.setdefault(asked, old.place)
    kept |= {page.url: page.path for page in content.read if page.url in content.gone}
    kept |= {url: page.path for url, page in content.pages.items()}
    kept |= {page.url: page.path for page in content.waiting if page.url in content.timed}
    yield from _leading_nowhere(site, kept, redirects(site, content))


def _place(address: str) -> str:
    """Where a page would answer: an address without its last slash leads there already."""
    is_file = "?" in address or "." in address[address.rfind("/") :]
    return address if is_file else f"{address.rstrip('/')}/"


def _leading_nowhere(
    site: Site, kept: Mapping[str, str], leads: Mapping[str, str]
) -> Iterator[Fault]:
    for old, new in site.redirects.items():
        line = site.line(FILE, "redirects", old)
        if new.partition("#")[0] in kept:
            continue
        if further := _end(leads, new):
            message = f"the redirect {old} leads to another old address: {new}"
            if further in kept:
                yield Fault(FILE, line, message, f"write {further}")
            else:
                yield Fault(FILE, line, f"{message}, and from there nowhere", "name a page")
        else:
            hint = closest(new, kept) or "name a page or a file of this site"
            yield Fault(FILE, line, f"the redirect {old} leads to no page: {new}", hint)


def _end(leads: Mapping[str, str], address: str) -> str:
    """Where a chain ends; the address where it goes round in a circle; "" where there is none."""
    seen = list[str]()
    while (asked := as_asked(address)) in leads and asked not in seen:
        seen.append(asked)
        address = leads[asked]
    return address if seen else ""


def _all(site: Site, content: Content) -> Iterator[_Old]:
    for page in content.pages.values():
        for alias in page.given.get("aliases", ()):
            yield _Old(alias, page.url, page.path, page.lines.get("aliases"), "alias")
    for old, new in site.redirects.items():
        yield _Old(old, new, FILE, site.line(FILE, "redirects", old), "redirect")


def vanished_since(public: Path, site: Site, content: Content) -> tuple[Fault, ...]:
    """The warnings that a build into `public` would give; none where nothing readable is there."""
    try:
        before = read_build(public).pages
    except (NotBuilt, Damaged, OtherForm):
        return ()
    return tuple(vanished_warnings(before, site, content))


def vanished_warnings(
    before: Mapping[str, Published], site: Site, content: Content
) -> Iterator[Fault]:
    """A warning for each page that was published, and is not any more, and leads nowhere: also for
    one whose file is there, and which waits as a draft or for a day."""
    leads = redirects(site, content)
    there = {*content.pages, *leads, *content.files, *content.off, *content.gone}
    waiting = {page.url: page for page in content.waiting}
    titles = {
        each: content.pages[each].given["title"] for each in content.pages.keys() - before.keys()
    }
    for url in before:
        if url in there:
            continue
        message = f"{url} was published (“{before[url].title}”), and leads nowhere now"
        if url in waiting:
            yield _taken_back(waiting[url], content, message)
            continue
        near = _moved_to(url, before[url].title, titles)
        path, hint = _line_to_add(url, near, content)
        yield Fault(path, None, message, f"where it moved, {hint}")


def _taken_back(page: Page, content: Content, message: str) -> Fault:
    """What is said of a page that waits: at the line for which it does, or with its section."""
    sections = [each.plain for each in content.waiting if each.language == page.language]
    key = next((each for each in ("draft", "publish", "date") if page.given.get(each)), "")
    if key == "draft":
        how = "take out the line draft"
    elif section := waiting_section(page.plain, sections):
        key, how = "", f"publish its section, {section},"
    else:
        how = f"write a day that has come in the line {key}"
    hint = f"{how} to publish it again; or say where it leads, in {FILE} under [redirects]: "
    return Fault(page.path, page.lines.get(key), message, f'{hint}"{page.url}" = "/"')


def _moved_to(url: str, title: str, new: Mapping[str, str]) -> str:
    """The address of a page that was not there before, of which there are the titles: that has the
    same one, or nearly the same name. "" where there is none."""
    same = [each for each in new if new[each] == title]
    names = {_name(each): each for each in sorted(same or new, reverse=True)}
    near = difflib.get_close_matches(_name(url), names, n=1, cutoff=0 if same else 0.6)
    return names[near[0]] if near else ""


def _name(url: str) -> str:
    """The last part of an address."""
    return url.rstrip("/").rpartition("/")[2]


def _line_to_add(url: str, near: str, content: Content) -> tuple[str, str]:
    """The file in which the old address `url` of the page `near` may stand, and how.

    One that has a date may be in feeds, whose readers know it by its old address.
    """
    page = content.pages.get(near)
    if page is None or not page.given.get("date"):
        return FILE, f'add to {FILE} under [redirects]: "{url}" = "{near or "/"}"'
    old = ", ".join(f'"{each}"' for each in (*page.given.get("aliases", ()), url))
    gives = "aliases =" if page.fence == TOML else "aliases:"
    line = f"{gives} [{old}]"
    if not page.given.get("feed_id"):
        line += f"\n{line_with(page.fence, 'feed_id', url)}"
    return page.path, f"write in {page.path}:\n{line}"
