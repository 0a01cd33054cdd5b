"""The files that programs read: sitemap, robots.txt, feed, security.txt, gpc.json."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from generator.content.library import Content, Page
from generator.content.sections import Sections
from generator.content.urls import NOT_FOUND, SERVICE, encoded
from generator.outputs.policy_pages import bits
from policy import Site
from policy.privacy_json import SCHEMA, published, schema

ADDRESSES = (
    "/sitemap.xml",
    "/robots.txt",
    "/.well-known/security.txt",
    "/.well-known/gpc.json",
    "/.well-known/privacy.json",
    SCHEMA,
)


def machine_files(
    site: Site, content: Content, today: datetime.date
) -> Iterator[tuple[str, bytes]]:
    """Each file's address and bytes."""
    texts = {
        "/sitemap.xml": sitemap(site, content),
        "/robots.txt": robots(site),
        "/.well-known/security.txt": security(site, today),
        "/.well-known/gpc.json": gpc(site),
        "/.well-known/privacy.json": privacy(site, content),
        SCHEMA: _json(schema(site.settings.url)),
    }
    if site.settings.feed:
        texts[_feed_address(site)] = feed(site, content)
    for address in machine_addresses(site):
        yield address, texts[address].encode("utf-8")


def machine_addresses(site: Site) -> tuple[str, ...]:
    """Where the files that programs read stand, so that pages can link to them."""
    return (*ADDRESSES, _feed_address(site)) if site.settings.feed else ADDRESSES


def _feed_address(site: Site) -> str:
    return f"/{site.settings.feed}/feed.xml"


def sitemap(site: Site, content: Content) -> str:
    """The pages to be found (sitemaps.org protocol 0.9)."""
    listed = [
        page
        for page in sorted(content.pages.values(), key=lambda page: page.url)
        if page.url != NOT_FOUND and not page.front.unlisted
    ]
    entries = "".join(
        f"<url><loc>{escape(site.settings.url + encoded(page.url))}</loc>{_changed(page)}</url>\n"
        for page in listed
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{entries}</urlset>\n"
    )


def _changed(page: Page) -> str:
    day = page.front.updated or page.front.date
    return f"<lastmod>{day.isoformat()}</lastmod>" if day else ""


def robots(site: Site) -> str:
    """What crawlers may read (RFC 9309)."""
    closed = "".join(f"Disallow: {address}\n" for address in SERVICE)
    return f"User-agent: *\n{closed}\nSitemap: {site.settings.url}/sitemap.xml\n"


def security(site: Site, today: datetime.date) -> str:
    """Whom to tell about a weakness, or complain to (RFC 9116; P12).

    It expires some eleven months after the month of the build, so a build repeated within a month
    gives the same bytes.
    """
    organization, url = site.settings.organization, site.settings.url
    last = datetime.date(today.year + 1, today.month, 1) - datetime.timedelta(days=1)
    return (
        f"Contact: mailto:{organization.email}\n"
        f"Contact: tel:{_dialled(organization.phone, organization.country)}\n"
        f"Expires: {last.isoformat()}T00:00:00Z\n"
        f"Preferred-Languages: {site.settings.language}\n"
        f"Canonical: {url}/.well-known/security.txt\n"
        f"Policy: {url}/privacy/\n"
    )


def _dialled(phone: str, country: str) -> str:
    return f"+1-{phone}" if country == "US" and not phone.startswith("+") else phone


def gpc(site: Site) -> str:
    """Says that the Global Privacy Control signal is honored (W3C GPC, section 4)."""
    return json.dumps({"gpc": True, "lastUpdate": site.register.date.isoformat()}) + "\n"


def privacy(site: Site, content: Content) -> str:
    """The register for machines, in the terms of the W3C Data Privacy Vocabulary."""
    count = bits(site, content)
    carried = {each.name: count(each) for each in site.register.cookies}
    carried |= {each.name: count(each) for each in site.register.storages}
    made = published(site.settings, site.register, site.versions, carried)
    return _json(made.model_dump(mode="json", by_alias=True, exclude_none=True))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def feed(site: Site, content: Content) -> str:
    """The feed section's articles, newest first (Atom, RFC 4287)."""
    settings = site.settings
    home = f"{settings.url}/{settings.feed}/"
    section = Sections(site, content).get(f"/{settings.feed}/")
    articles = [page for page in section.pages if page.date] if section else []
    changed = [page.updated or page.date for page in articles]
    latest = max((day for day in changed if day), default=site.register.date)
    entries = "".join(
        "<entry>\n"
        f"<title>{escape(page.title)}</title>\n"
        f"<link href={quoteattr(page.canonical)}/>\n"
        f"<id>{escape(page.canonical)}</id>\n"
        f"<published>{_instant(page.date)}</published>\n"
        f"<updated>{_instant(page.updated or page.date)}</updated>\n"
        f"<summary>{escape(page.summary or page.description)}</summary>\n"
        "</entry>\n"
        for page in articles
        if page.date
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(settings.language)}>\n'
        f"<title>{escape(settings.name)}</title>\n"
        f"<id>{escape(home)}</id>\n"
        f'<link href={quoteattr(home)}/>\n<link rel="self" href={quoteattr(home + "feed.xml")}/>\n'
        f"<updated>{_instant(latest)}</updated>\n"
        f"<author><name>{escape(settings.organization.name)}</name></author>\n"
        f"{entries}</feed>\n"
    )


def _instant(day: datetime.date | None) -> str:
    return f"{day.isoformat()}T00:00:00Z" if day else ""
