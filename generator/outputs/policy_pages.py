"""What the generator makes of the register besides the privacy page: a page for each released
version, the page of the audit, the bits that cookies can carry, and the machine-readable policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from generator.content.front_matter import FrontMatter
from generator.content.library import Content, Page
from policy import Fault, Site
from policy.audited import FILE
from policy.referrers import source_names
from policy.register import Cookie, Storage
from policy.toml_source import Lines, read_text
from policy.values import Counted, most_bits
from policy.versions import REGISTER

LAYOUT = "privacy-version"
AUDIT, AUDIT_LAYOUT = "/privacy/audit/", "audit"


def version_pages(site: Site) -> dict[str, Page]:
    """A page for each released version, by address; none where the site has no template for it."""
    if not (site.root / "templates" / f"{LAYOUT}.html").is_file():
        return {}
    return {
        version.url: Page(
            path=f"site/policy-versions/{version.number}.toml",
            url=version.url,
            front=FrontMatter(
                title=f"Privacy register, version {version.number}",
                description=f"Version {version.number} of the register behind our privacy policy, "
                f"word for word as it was released on {version.register.date}.",
                eyebrow="Privacy",
            ),
            text="",
            lines={},
            layout=LAYOUT,
        )
        for version in site.versions
    }


def audit_page(site: Site) -> dict[str, Page]:
    """The page of the audit, by address; none where nothing is published, or no template for it."""
    if site.audit is None or not (site.root / "templates" / f"{AUDIT_LAYOUT}.html").is_file():
        return {}
    front = FrontMatter(
        title="The audit of this site",
        description=f"On {site.audit.at.date()} real browsers went through this site, and what "
        "they kept, sent and showed was compared with our privacy register.",
        eyebrow="Privacy",
    )
    page = Page(path=FILE, url=AUDIT, front=front, text="", lines={}, layout=AUDIT_LAYOUT)
    return {AUDIT: page}


def named(site: Site, content: Content) -> Counted:
    """What parts of cookies may name on this site."""
    return {
        "page": set(content.pages),
        "source": source_names(),
        "audience": set(site.audiences.names) | {site.audiences.default},
    }


def bits(site: Site, content: Content) -> Callable[[Cookie | Storage], float]:
    """A function that tells how many bits a cookie or storage key of this site can carry."""
    lists = named(site, content)
    return lambda entry: round(most_bits(entry, lists), 1)


def budget_faults(site: Site, content: Content) -> Iterator[Fault]:
    """A fault for each cookie that can carry more bits than its `most_bits`."""
    count = bits(site, content)
    for index, cookie in enumerate(site.register.cookies):
        carried = count(cookie)
        if cookie.most_bits is not None and carried > cookie.most_bits:
            line = Lines(read_text(site.root, REGISTER)).of(("cookie", index, "most_bits"))
            message = (
                f'cookie "{cookie.name}" can carry {carried} bits, '
                f"more than its most_bits = {cookie.most_bits}"
            )
            hint = "let a part hold fewer values, or remove one; 33 bits tell all people apart"
            yield Fault(REGISTER, line, message, hint)
