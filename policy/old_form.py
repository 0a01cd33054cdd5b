"""A `site/policy.toml` of the form before version 0.2.0, which held the whole register."""

from __future__ import annotations

import tomllib
from pathlib import Path

from policy.declaration import REGISTER
from policy.faults import Fault, Faults
from policy.toml_lines import Lines
from policy.toml_source import read_text

__all__ = ["OLD_FORM", "old_kinds", "refuse_old_form"]

COMMAND = "python build.py policy migrate"

_BY_FEATURES = (
    'remove each: the features declare them; write features = ["visits", "forms"] instead'
)
OLD_FORM = {
    **dict.fromkeys(
        ("cookie", "storage", "endpoint", "event", "transient", "log", "header", "connection"),
        _BY_FEATURES,
    ),
    "exception": _BY_FEATURES,
    "table": f"{_BY_FEATURES}, and the columns that forms fill under [fields]",
    "purpose": "remove those of the features, and write an own one as [purposes.name]",
    "recipient": 'write each as [recipients."its name"]',
    "feature": 'write each under [browser_features], as camera = "its purpose"',
}
"""What to do with each kind of entry that a site's own file no longer has."""


def old_kinds(text: str) -> list[str]:
    """The kinds of entries in a register's text that a site's own file no longer has. None in what
    is no TOML, which is told by whoever reads it."""
    try:
        found = [kind for kind, value in tomllib.loads(text).items() if isinstance(value, list)]
    except (tomllib.TOMLDecodeError, RecursionError):
        return []
    return [kind for kind in found if kind in OLD_FORM]


def refuse_old_form(root: Path) -> None:
    """A file of the form before version 0.2.0 held the whole register. Raises `Faults`."""
    text = read_text(root, REGISTER)
    lines, old = Lines(text), old_kinds(text)
    if old:
        raise Faults(
            Fault(
                REGISTER,
                lines.of((kind, 0)),
                f"[[{kind}]] is of an old form",
                f"{OLD_FORM[kind]}; or have it written: {COMMAND}",
            )
            for kind in old
        )
