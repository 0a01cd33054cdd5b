"""What does not stop a build, but search engines, readers or the next month would notice."""

from __future__ import annotations

from collections.abc import Iterator

from generator.content.front_matter import line_with
from generator.content.library import Content
from policy import Fault


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
