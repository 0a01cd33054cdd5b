"""Which pages are in which languages, and which translations their original has left behind.

A translation notes, as `source_digest`, a digest of the original that it is of; `build.py
translations --current` writes it. Without that note nobody knows, and nothing is told.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterator, Mapping

from generator.content.library import Content, Others, load_content, page_text
from generator.content.pages import Page
from generator.outputs.addresses import addresses_for_programs
from policy import Fault, Faults, Site

__all__ = ["digest_of_source", "mark_current", "page_faults"]

_KEY = "source_digest"
_NOTE = re.compile(rf"^{_KEY}\s*[:=].*\n", re.MULTILINE)


def digest_of_source(text: str) -> str:
    """Twelve hexadecimal digits for the text of an original, front matter included; not for its
    blanks at the end of lines."""
    plain = "\n".join(line.rstrip() for line in text.split("\n")).strip()
    return hashlib.sha256(plain.encode()).hexdigest()[:12]


def page_faults(site: Site) -> Iterator[Fault]:
    """Pages without a translation, and translations that are older than their original."""
    languages = site.settings.all_languages
    content = _content(site)
    by_original: dict[str, dict[str, Page]] = {}
    for page in content.read:
        by_original.setdefault(page.original, {})[page.language or languages.default] = page
    for _, found in sorted(by_original.items()):
        original = found.get(languages.default)
        if original is None:
            continue
        for tag in languages.others:
            if tag not in found:
                path = f"{original.path.removesuffix('.md')}.{tag}.md"
                yield Fault(original.path, None, f"not in {tag}", f"write {path}")
            else:
                yield from _stale(site, original, found[tag])


def _stale(site: Site, original: Page, page: Page) -> Iterator[Fault]:
    noted = page.given.get(_KEY)
    digest = digest_of_source(page_text(site.root, original.path))
    if noted and noted != digest:
        message = f"{original.path} has changed since this was translated"
        hint = f"correct it, then: python build.py translations --current {page.path}"
        yield Fault(page.path, page.lines.get(_KEY), message, hint)


def mark_current(site: Site, path: str) -> None:
    """Note in a translation that its original is as it is now. Raises `Faults`."""
    content = _content(site)
    pages: Mapping[str, Page] = {page.path: page for page in content.read}
    page = pages.get(path)
    originals = {each.original: each for each in content.read if not each.language}
    original = originals.get(page.original) if page and page.language else None
    if page is None or original is None:
        hint = "name the file of a translation, as in content/about.es.md"
        raise Faults([Fault(path, None, "this is no translation of a page that is there", hint)])
    text = page_text(site.root, path)
    digest = digest_of_source(page_text(site.root, original.path))
    assigned = f'{_KEY} = "{digest}"' if text.startswith("+++") else f"{_KEY}: {digest}"
    fence = text[:3]
    head, _, rest = _NOTE.sub("", text, count=1)[4:].partition(f"\n{fence}")
    file = site.root / path
    part = file.with_name(f".{file.name}.part")
    part.write_text(f"{fence}\n{head}\n{assigned}\n{fence}{rest}", encoding="utf-8")
    part.replace(file)


def _content(site: Site) -> Content:
    others = Others({}, addresses_for_programs(site))
    now = datetime.datetime.now(tz=datetime.UTC)  # With its drafts, a site is the same at any time.
    content, faults = load_content(site, drafts=True, now=now, others=others)
    if faults:
        raise Faults(faults)
    return content
