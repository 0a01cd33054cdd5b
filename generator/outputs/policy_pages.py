"""Pages that the generator makes of the register besides the privacy page: one for each released
version, and that of the audit."""

from __future__ import annotations

from generator.content.front_matter import FrontMatter
from generator.content.pages import Page
from policy import Site
from policy.audited import FILE
from policy.site_files import is_file

LAYOUT = "privacy-version"
AUDIT, AUDIT_LAYOUT = "/privacy/audit/", "audit"


def policy_pages(site: Site) -> dict[str, Page]:
    """These pages by address; a kind of which the site has no template is left out."""
    pages = _version_pages(site) if _has(site, LAYOUT) else {}
    return pages | (_audit_page(site) if _has(site, AUDIT_LAYOUT) else {})


def _has(site: Site, layout: str) -> bool:
    return is_file(site.root, f"templates/{layout}.html")


def _version_pages(site: Site) -> dict[str, Page]:
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


def _audit_page(site: Site) -> dict[str, Page]:
    if site.audit is None:
        return {}
    front = FrontMatter(
        title="The audit of this site",
        description=f"On {site.audit.at.date()} real browsers went through this site, and what "
        "they kept, sent and showed was compared with our privacy register.",
        eyebrow="Privacy",
    )
    page = Page(path=FILE, url=AUDIT, front=front, text="", lines={}, layout=AUDIT_LAYOUT)
    return {AUDIT: page}
