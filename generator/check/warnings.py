"""What does not stop a build, but search engines, readers or the next month would notice."""

from __future__ import annotations

from collections.abc import Iterator

from generator.content.front_matter import line_with
from generator.content.library import FOLDER, Content
from generator.content.urls import NOT_FOUND
from policy import Fault, Site
from policy.site_files import is_file


def description_warnings(content: Content) -> Iterator[Fault]:
    """Descriptions that search engines would not show as they are."""
    for page in content.pages.values():
        if page.is_derived:
            continue
        length = len(page.given.get("description", ""))
        line = page.lines.get("description")
        if not length:
            said = "What the page is about, in 50 to 160 characters"
            hint = f"add a line: {line_with(page.fence, 'description', said)}"
            yield Fault(page.path, line or 1, "the page has no description", hint)
        elif not 50 <= length <= 160:
            hint = "write 50 to 160 characters"
            yield Fault(page.path, line, f"the description has {length} characters", hint)


def missing_page_warnings(site: Site, content: Content) -> Iterator[Fault]:
    """A site that says nothing to those who ask for what is not there."""
    if NOT_FOUND in content.pages or NOT_FOUND in content.files:
        return
    message = "no page is shown for an address that is not there, but what the server says then"
    layout = "" if is_file(site.root, "templates/404.html") else "layout: page\n"
    text = f"---\ntitle: This page is not there\n{layout}---\nIt may have moved: ask [us](/)."
    hint = f"make this page, or publish it, for example with these lines:\n{text}"
    yield Fault(f"{FOLDER}/404.md", None, message, hint)
