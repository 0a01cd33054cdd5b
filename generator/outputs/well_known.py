"""What stands at addresses that are set by standards: security.txt, gpc.json, privacy.json."""

from __future__ import annotations

import datetime
import json

from generator.budget import bits
from generator.content.library import Content
from policy import Site
from policy.privacy_json import published, schema
from policy.well_known import GPC, PRIVACY, SCHEMA, SECURITY

__all__ = ["well_known"]


def well_known(site: Site, content: Content, today: datetime.date) -> dict[str, str]:
    """Their texts by address."""
    return {
        SECURITY: security(site, today),
        GPC: gpc(site),
        PRIVACY: privacy(site, content),
        SCHEMA: _json(schema(site.settings.url)),
    }


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
        f"Preferred-Languages: {', '.join(site.settings.all_languages.tags)}\n"
        f"Canonical: {url}{SECURITY}\n"
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
