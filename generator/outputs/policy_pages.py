"""Pages that the generator makes of the register besides the privacy page: its details, in each
language that has that page; one for each released version; and that of the audit."""

from __future__ import annotations

from collections.abc import Iterator

from generator.content.front_matter import FrontMatter, Parsed
from generator.content.pages import Origin, Page
from policy import Site
from policy.audited import FILE
from policy.localized import speech_of
from policy.privacy_pages import PRIVACY, details_of
from policy.sentences import sentence, speaking
from policy.site_files import is_file

LAYOUT = "privacy-version"
AUDIT, AUDIT_LAYOUT = "/privacy/audit/", "audit"


def policy_pages(site: Site) -> dict[str, Page]:
    """These pages by address; a kind of which the site has no template is left out."""
    pages = {page.url: page for page in _detail_pages(site)}
    pages |= _version_pages(site) if _has(site, LAYOUT) else {}
    return pages | (_audit_page(site) if _has(site, AUDIT_LAYOUT) else {})


def _detail_pages(site: Site) -> Iterator[Page]:
    languages = site.settings.all_languages
    for tag in languages.tags:
        is_default = tag == languages.default
        file = f"{PRIVACY.strip('/')}.md" if is_default else f"{PRIVACY.strip('/')}.{tag}.md"
        if not is_file(site.root, f"content/{file}"):
            continue
        with speaking(speech_of(site, tag)):
            for detail in details_of(site):
                path = f"templates/{detail.layout}.html"
                url = detail.url if is_default else f"/{tag}{detail.url}"
                yield Page(
                    path=path,
                    url=url,
                    parsed=_parsed(
                        sentence(detail.title), sentence(detail.description), sentence("Privacy")
                    ),
                    layout=detail.layout,
                    origin=Origin("" if is_default else tag, path, detail.url),
                )


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


def _parsed(title: str, description: str, eyebrow: str = "Privacy") -> Parsed:
    return Parsed(FrontMatter(title=title, description=description, eyebrow=eyebrow), "")
