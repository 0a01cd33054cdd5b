"""What may not stand in a page's HTML: scripts, styles, ids that are there twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from generator.recorded import Found, Place, Recorded, Rendered
from policy import Fault

TEMPLATES = "--"
"""Two hyphens stand in each id of a template and in none of a page's text, so that no heading can
double an id of the template around it. An id that is made of a heading never has two."""


def html_faults(rendered: Sequence[Rendered]) -> Iterator[Fault]:
    """Every fault of the HTML itself."""
    for each in rendered:
        for recorded in each.recorded.values():
            yield from _faults(recorded)


def _faults(recorded: Recorded) -> Iterator[Fault]:
    yield from refused_faults(recorded)
    yield from _id_faults(recorded)
    for found in recorded.bare_pictures:
        hint = (
            "write what it shows between the square brackets: ![A school gate](gate.jpg); "
            "behind one that says nothing, write {.decorative}"
        )
        message = "the picture has no text for those who cannot see it"
        yield Fault(found.place.path, found.place.line, message, hint)
    for wrong in recorded.wrong_pictures:
        yield Fault(wrong.place.path, wrong.place.line, wrong.message, wrong.hint)
    for found in recorded.of_text:
        message, _, hint = found.value.partition("\n")
        yield Fault(found.place.path, found.place.line, message, hint)


def needs_marks(recorded: Recorded) -> bool:
    """Whether something may be wrong, of which only marks in the page's own text tell the line.

    An id of the page's own that is none, or looks like one of a template, may be one that Markdown
    made.
    """
    return any(True for _ in _faults(recorded)) or any(
        found.place.own and (TEMPLATES in found.value or _is_none(found.value))
        for found in recorded.ids
    )


def refused_faults(recorded: Recorded) -> Iterator[Fault]:
    """What browsers may not find in anything that is published."""
    for found in recorded.refused:
        hint = "remove it: scripts and styles belong in site/assets"
        message = f"{found.value} cannot stand in a page"
        yield Fault(found.place.path, found.place.line, message, hint)


def _id_faults(recorded: Recorded) -> Iterator[Fault]:
    places: defaultdict[str, list[Place]] = defaultdict(list)
    for found in recorded.ids:
        places[found.value].append(found.place)
        yield from _wrong_name(found)
    for name, where in places.items():
        if len(where) > 1:
            hint = "give each its own: every address with # leads to one place"
            for place in where:
                yield Fault(place.path, place.line, f'the id "{name}" stands twice', hint)


def _wrong_name(found: Found) -> Iterator[Fault]:
    path, line, own = found.place
    if own and line is None:
        return  # Markdown made it, of a footnote's name.
    if _is_none(found.value):
        yield Fault(path, line, f'"{found.value}" is no id', "write letters, digits and hyphens")
    elif own and TEMPLATES in found.value:
        hint = f"write one hyphen: {found.value.replace(TEMPLATES, '-')}"
        yield Fault(path, line, f'the id "{found.value}" could be one of a template', hint)
    elif not own and TEMPLATES not in found.value:
        hint = f'write two hyphens in it, as in "page--{found.value}"'
        yield Fault(path, line, f'the id "{found.value}" could be one of a heading', hint)


def _is_none(name: str) -> bool:
    return not name or any(letter.isspace() for letter in name)
