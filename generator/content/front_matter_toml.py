"""Front matter in TOML, between two lines `+++`: each value as it was written, with its line.

What TOML has types for is text again: the schema of a page says what a value is, as in YAML.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

from generator.content.written import UNSHOWN, Entry, Unreadable
from policy import Fault
from policy.toml_lines import Lines
from policy.toml_words import long_number_fault, syntax_fault

__all__ = ["as_written", "entries"]


def entries(path: str, lines: Sequence[str], end: int) -> dict[str, Entry]:
    """What stands in `lines` from 1 to `end`. Raises Unreadable where that is no TOML."""
    # The line of the first fence is an empty one, so that lines are those of the file.
    text = "\n".join(("", *lines[1:end]))
    try:
        values = tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise Unreadable([syntax_fault(path, text, str(error))]) from None
    except ValueError:
        raise Unreadable([long_number_fault(path, text)]) from None
    except RecursionError:
        hint = "write each line as a key, = and a value"
        raise Unreadable([Fault(path, 2, "the front matter is nested too deeply", hint)]) from None
    places = Lines(text)
    forbidden = [
        Fault(
            path,
            places.of((key,)),
            f"this holds a character that cannot be shown: {ascii(found[0])[1:-1]}",
            "write the character itself, or remove it",
        )
        for key, value in values.items()
        for each in _texts(value)
        if (found := UNSHOWN.search(each))
    ]
    if forbidden:
        raise Unreadable(forbidden)
    return {key: Entry(as_written(value), places.of((key,))) for key, value in values.items()}


def as_written(value: Any) -> Any:
    """A value of TOML, or of JSON, with texts for all that has another type."""
    if isinstance(value, list):
        return [as_written(each) for each in value]
    if isinstance(value, dict):
        return {key: as_written(each) for key, each in value.items()}
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _texts(each)
