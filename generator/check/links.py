"""What can only be seen once pages are rendered: links, anchors, pictures, foreign things."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from generator.content.blocks import without_code
from generator.content.library import Content, Page
from generator.content.urls import SERVICE, closest
from generator.outputs.machine_files import machine_addresses
from generator.render import Rendered
from policy import Fault, Site
from policy.forms import missing_pages
from policy.toml_source import Lines, read_text

LOADS = {"src", "poster", "data", "action", "formaction"}
SCHEMES = {"", "http", "https", "mailto", "tel"}
"""What a link may begin with; a script or data in a link is refused."""

FORBIDDEN = {"script", "style", "iframe", "object", "embed", "base", "link", "meta"}


@dataclass
class _Seen(HTMLParser):
    """What a piece of HTML holds that can be wrong."""

    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    bare_pictures: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "img" and not given.get("alt") and given.get("src"):
            self.bare_pictures.append(given["src"])
        if tag in FORBIDDEN:
            self.forbidden.append(f"<{tag}")
        for name, value in given.items():
            if name == "style" or name.startswith("on"):
                self.forbidden.append(f"{name}=")
            elif name == "srcset":
                self.loads.extend(each.split()[0] for each in value.split(",") if each.split())
            elif name in LOADS:
                self.loads.append(value)


def _seen(html: str) -> _Seen:
    parser = _Seen()
    parser.feed(html)
    parser.close()
    return parser


def check_pages(site: Site, content: Content, rendered: Sequence[Rendered]) -> Iterator[Fault]:
    """Every fault that the rendered pages show."""
    default = site.audiences.default
    # The text of a page, and the template around it, are each looked at once.
    bodies, frames = {}, {}
    for each in rendered:
        for audience, text in each.bodies.items():
            place = each.page.url, audience
            bodies[place] = _seen(text)
            frames[place] = _seen(each.html[audience].replace(text, "", 1))
    ids = {place: {*body.ids, *frames[place].ids} for place, body in bodies.items()}
    addresses = _Addresses(content, ids, default, machine_addresses(site))
    around: dict[str, tuple[str, str, Page]] = {}
    for each in rendered:
        for audience in each.bodies:
            place = each.page.url, audience
            body, frame = bodies[place], frames[place]
            yield from _body_faults(each.page, body, audience, addresses)
            for link in set(frame.links) - set(body.links):
                wrong = addresses.wrong(each.page, link, audience)
                if wrong:
                    around.setdefault(link, (*wrong, each.page))
    yield from _template_faults(site, around)
    yield from _alias_faults(content)
    yield from _site_faults(site, content)


class _Addresses:
    """What a link may lead to."""

    def __init__(
        self,
        content: Content,
        ids: Mapping[tuple[str, str], set[str]],
        default: str,
        machine: Iterable[str],
    ) -> None:
        self._ids = ids
        self._default = default
        self.known = {*content.pages, *content.files, *machine}

    def wrong(self, page: Page, link: str, audience: str) -> tuple[str, str] | None:
        """What is wrong with a link, and the hint; None when it leads somewhere."""
        parts = urlsplit(link)
        if parts.scheme not in SCHEMES:
            return f"a link cannot begin with {parts.scheme}:", "link to a page, or remove the link"
        if parts.scheme or parts.netloc or parts.path.startswith(SERVICE):
            return None
        target = unquote(parts.path) or page.url
        if target not in self.known:
            near = closest(target, self.known)
            return f"the link {link} leads to no page", near or "correct or remove the link"
        anchor = unquote(parts.fragment)
        ids = self._ids.get((target, audience), self._ids.get((target, self._default)))
        if anchor and ids is not None and anchor not in ids:
            near = closest(anchor, ids)
            return f'the page {target} has no heading "#{anchor}"', near or "correct the link"
        return None


def _body_faults(page: Page, seen: _Seen, audience: str, addresses: _Addresses) -> Iterator[Fault]:
    lines = _Places(page)
    for link in seen.links:
        wrong = addresses.wrong(page, link, audience)
        if wrong:
            yield from lines.faults(link, *wrong)
    for source in seen.bare_pictures:
        hint = "write what it shows between the square brackets: ![A school gate](gate.jpg)"
        yield from lines.faults(source, "the picture has no text for those who cannot see it", hint)
    for source in seen.loads:
        parts = urlsplit(source)
        if parts.netloc:
            hint = "keep a copy beside the page, and use that"
            yield from lines.faults(source, f"{source} would be loaded from elsewhere", hint)
        elif parts.path.startswith((*SERVICE, "/assets/")):
            continue
        elif parts.path.startswith("/") and unquote(parts.path) not in addresses.known:
            near = closest(unquote(parts.path), addresses.known)
            yield from lines.faults(source, f"there is no file {source}", near)
    for name, count in Counter(seen.ids).items():
        if count > 1:
            hint = "give each its own: every address with # leads to one place"
            yield from lines.faults(name, f'the id "{name}" stands twice', hint)
    for found in seen.forbidden:
        hint = "remove it: scripts and styles belong in site/assets"
        yield from lines.faults(found, f"{found.strip('<=')} cannot stand in a page", hint)


def _template_faults(site: Site, around: Mapping[str, tuple[str, str, Page]]) -> Iterator[Fault]:
    """Links that templates add around a page's own text. Menus are told at their own lines."""
    menus = (*site.navigation.header, *site.navigation.footer, site.navigation.action)
    named = {item.page for item in menus if item}
    for link, (message, hint, page) in sorted(around.items()):
        if link not in named:
            path, line = _in_templates(site, link) or (page.path, None)
            yield Fault(path, line, message, hint)


def _in_templates(site: Site, link: str) -> tuple[str, int] | None:
    """The first line of a template that holds a link as it is."""
    for path in sorted((site.root / "templates").rglob("*.html")):
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if f'"{link}"' in line:
                return path.relative_to(site.root).as_posix(), number
    return None


class _Places:
    """Finds the lines of a page's own text in which a thing stands."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._lines = without_code(page.text).split("\n")

    def faults(self, wanted: str, message: str, hint: str) -> Iterator[Fault]:
        lines = [number for number, line in enumerate(self._lines, 1) if self._names(line, wanted)]
        for number in lines:
            yield Fault(self._page.path, number, message, hint)
        if not lines:
            yield Fault(self._page.path, None, message, hint)

    def _names(self, line: str, wanted: str) -> bool:
        if wanted.lower() in unescape(line).lower():
            return True
        written = re.findall(r"\]\(\s*<?([^)\s>]+)|^\s*\[[^\]]+\]:\s*<?([^\s>]+)", line)
        return any(self._page.resolve(one or other) == wanted for one, other in written)


def _alias_faults(content: Content) -> Iterator[Fault]:
    taken: dict[str, str] = {}
    for page in content.pages.values():
        for alias in page.front.aliases:
            line = page.lines.get("aliases")
            if not alias.startswith("/"):
                hint = f"write /{alias.strip('/')}/"
                yield Fault(page.path, line, f'the alias "{alias}" is no address', hint)
            elif alias in content.pages or alias in taken:
                owner = content.pages[alias].path if alias in content.pages else taken[alias]
                message = f"the alias {alias} is taken by {owner}"
                yield Fault(page.path, line, message, "remove it from one of them")
            taken.setdefault(alias, page.path)


def _site_faults(site: Site, content: Content) -> Iterator[Fault]:
    """Menus, forms and the feed name pages that exist."""
    name = "site/navigation.toml"
    lines = Lines(read_text(site.root, name))
    menus = [
        *(("header", index, item) for index, item in enumerate(site.navigation.header)),
        *(("footer", index, item) for index, item in enumerate(site.navigation.footer)),
    ]
    for menu, index, item in menus:
        if item.page not in content.pages:
            line = lines.of((menu, index, "page"))
            hint = closest(item.page, content.pages)
            yield Fault(name, line, f"the menu leads to no page: {item.page}", hint)
    action = site.navigation.action
    if action and action.page not in content.pages:
        hint = closest(action.page, content.pages)
        line = lines.of(("action", "page"))
        yield Fault(name, line, f"the button leads to no page: {action.page}", hint)
    for form in site.forms.values():
        path = f"site/forms/{form.name}.toml"
        places = Lines(read_text(site.root, path))
        for key, page in missing_pages(form, content.pages):
            hint = closest(page, content.pages)
            yield Fault(path, places.of((key,)), f'"{key}" names no page: {page}', hint)
    feed = site.settings.feed
    if feed and f"/{feed}/" not in content.pages:
        line = Lines(read_text(site.root, "site/settings.toml")).of(("feed",))
        hint = f"make content/{feed}/index.md, or remove the line"
        yield Fault("site/settings.toml", line, f'there is no section "{feed}"', hint)


def warnings(content: Content) -> Iterator[Fault]:
    """What does not stop a build, but search engines and readers would notice."""
    for page in content.pages.values():
        length = len(page.front.description)
        line = page.lines.get("description")
        if not length:
            hint = "add a line: description: What the page is about, in 50 to 160 characters"
            yield Fault(page.path, line or 1, "the page has no description", hint)
        elif not 50 <= length <= 160:
            hint = "write 50 to 160 characters"
            yield Fault(page.path, line, f"the description has {length} characters", hint)
