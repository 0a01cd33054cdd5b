"""What a page says of itself to programs, in the words of schema.org (JSON-LD 1.1): who runs the
site, what the page is, where it stands, and which questions it answers.

It is a data block and no script (WHATWG HTML, 4.12.1), so the policy of the headers has nothing to
say about it.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser

from generator.content.sections import OwnView, Sections
from generator.marks import unmarked
from generator.pictures.pages import SharedCard
from policy.sentences import sentence
from policy.settings import Settings

__all__ = ["FAQ", "QUESTION", "structured_data", "written"]

FAQ, QUESTION = "faq", "question"
"""The block of a question and its answer, and the argument that is the question."""

Node = Mapping[str, Any]
Shown = Mapping[str, Sequence[Mapping[str, Any]]]

_ESCAPED = {ord(each): f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}
"""What could end the element that the text stands in, or a line of it."""


def structured_data(
    settings: Settings,
    page: OwnView,
    sections: Sections,
    blocks: Shown,
    card: SharedCard | None,
) -> Node:
    """All of it. What is read of other pages and of the site is noted by `sections`."""
    for key in ("url", "name", "description", "organization"):
        sections.reads.add("site", "site", key)
    publisher = {"@id": f"{settings.url}/#organization"}
    graph: list[Node] = [_organization(settings), _website(settings, page.language, publisher)]
    if page.layout == "article" and page.date:
        graph.append(_article(page, publisher, card))
    graph.extend(_breadcrumbs(sections.home(page.language), page))
    if asked := blocks.get(FAQ):
        graph.append(_questions(page, asked))
    return {"@context": "https://schema.org", "@graph": graph}


def written(data: Node) -> Markup:
    """As the text of a `<script>`: whatever a title holds, it ends nothing."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.translate(_ESCAPED))  # noqa: S704  (as said)


def _organization(settings: Settings) -> Node:
    organization = settings.organization
    address = {
        "streetAddress": organization.street,
        "addressLocality": organization.locality,
        "addressRegion": organization.region,
        "postalCode": organization.postal_code,
        "addressCountry": organization.country,
    }
    return {
        "@type": "Organization",
        "@id": f"{settings.url}/#organization",
        "name": organization.name,
        "url": f"{settings.url}/",
        "email": organization.email,
        "telephone": organization.phone,
        "address": {
            "@type": "PostalAddress",
            **{key: value for key, value in address.items() if value},
        },
    }


def _website(settings: Settings, language: str, publisher: Node) -> Node:
    return {
        "@type": "WebSite",
        "@id": f"{settings.url}/#website",
        "url": f"{settings.url}/",
        "name": settings.name,
        "description": settings.description,
        "inLanguage": language,
        "publisher": publisher,
    }


def _article(page: OwnView, publisher: Node, card: SharedCard | None) -> Node:
    changed = page.updated_at or page.published_at
    return {
        "@type": "Article",
        "headline": page.title,
        "description": page.description or page.summary,
        "url": page.canonical,
        "mainEntityOfPage": page.canonical,
        "inLanguage": page.language,
        "datePublished": _stated(page.published_at),
        "dateModified": _stated(changed),
        "author": publisher,
        "publisher": publisher,
        **({"image": card.url} if card else {}),
    }


def _stated(moment: datetime.datetime | None) -> str:
    """A moment; where that is the beginning of a day, the day."""
    if moment is None:
        return ""
    has_hour = moment.time() != datetime.time()
    return moment.isoformat() if has_hour else moment.date().isoformat()


def _breadcrumbs(home: str, page: OwnView) -> Iterator[Node]:
    """The pages that a page is in, from the home page of its language on, in the words in which the
    template of a new site shows them; none for the home page."""
    trail = [
        (sentence("Home") if each.url == home else each.title, each.canonical)
        for each in page.breadcrumbs
    ]
    if not trail or page.url.endswith(".html"):
        return
    items = [*trail, (page.title, page.canonical)]
    yield {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": address}
            for position, (name, address) in enumerate(items, 1)
        ],
    }


def _questions(page: OwnView, asked: Sequence[Mapping[str, Any]]) -> Node:
    return {
        "@type": "FAQPage",
        "url": page.canonical,
        "mainEntity": [
            {
                "@type": "Question",
                "name": each[QUESTION],
                "acceptedAnswer": {"@type": "Answer", "text": _text(each["body"])},
            }
            for each in asked
        ],
    }


def _text(html: str) -> str:
    """What HTML says."""
    root = LexborHTMLParser(unmarked(html)).body
    return " ".join(root.text(separator=" ").split()) if root else ""
