"""Whether the pages and files are there that goals and funnels name, and can be counted."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from generator.content.library import Content
from generator.content.urls import closest
from policy import Fault, Site
from policy.goals import FILE, is_page, matches

__all__ = ["goal_address_faults"]


def goal_address_faults(site: Site, content: Content) -> Iterator[Fault]:
    """A fault for each address in `site/goals.toml` that nothing has, or that is never counted."""
    pages, files = {site.plain(page) for page in content.pages}, set(content.files)
    thanks = {form.thanks: name for name, form in site.forms.items()}
    for index, goal in enumerate(site.goals.goals):
        for deed, known in (("page", pages), ("download", files)):
            line = site.line(FILE, "goal", index, deed)
            for message, hint in _wrong(getattr(goal, deed), deed, known, thanks):
                yield Fault(FILE, line, f'goal "{goal.name}": {message}', hint)
    for index, funnel in enumerate(site.goals.funnels):
        line = site.line(FILE, "funnel", index, "steps")
        for step in filter(is_page, funnel.steps):
            for message, hint in _wrong(step, "page", pages, thanks):
                yield Fault(FILE, line, f'funnel "{funnel.name}": {message}', hint)


def _wrong(
    pattern: str | None, what: str, known: Collection[str], thanks: dict[str, str]
) -> Iterator[tuple[str, str]]:
    if pattern is None or not pattern.startswith("/"):
        return
    what = "page" if what == "page" else "file"
    found = [each for each in known if matches(pattern, each)]
    if not found:
        hint = closest(pattern, known) or f"name a {what} of this site, as visitors see its address"
        yield f'there is no {what} "{pattern}"', hint
    elif what == "page" and all(each in thanks for each in found):
        hint = f'name the form, and not its thanks: "{thanks[found[0]]}"'
        yield f"{found[0]} is not counted, as its hour would be that of somebody's submission", hint
