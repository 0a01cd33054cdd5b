"""Pages that the generator makes of the register besides the privacy page: one for each released
version, and that of the audit."""

from __future__ import annotations

from generator.content.front_matter import FrontMatter, Parsed
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
            parsed=_parsed(
                f"Privacy register, version {version.number}",
                f"Version {version.number} of the register behind our privacy policy, "
                f"word for word as it was released on {version.register.date}.",
            ),
            layout=LAYOUT,
        )
        for version in site.versions
    }


def _audit_page(site: Site) -> dict[str, Page]:
    if site.audit is None:
        return {}
    parsed = _parsed(
        "The audit of this site",
        f"On {site.audit.at.date()} real browsers went through this site, and what "
        "they kept, sent and showed was compared with our privacy register.",
    )
    return {AUDIT: Page(FILE, AUDIT, parsed, AUDIT_LAYOUT)}


def _parsed(title: str, description: str) -> Parsed:
    return Parsed(FrontMatter(title=title, description=description, eyebrow="Privacy"), "")
