"""Read a TOML file into a frozen, checked value, with the lines at which faults of it stand."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from policy.faults import Fault, Faults
from policy.site_files import read_bytes
from policy.toml_lines import Lines, Location
from policy.toml_words import long_number_fault, syntax_fault
from policy.wrong_values import validation_faults

_CONTROLS = bytes(each for each in range(0x20) if each not in b"\t\n\f\r") + b"\x7f"
_CONTROL = re.compile(rb"[" + re.escape(_CONTROLS) + rb"]|\xc2[\x80-\x9f]")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_TWO_VERSIONS = re.compile(r"^<{7} .*?^={7}$.*?^>{7} ", re.MULTILINE | re.DOTALL)


class Declared(BaseModel):
    """A value read from a site file: frozen, and without room for unknown keys.

    Its checks are built when the first value is read: a build that finds nothing changed reads
    none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


Model = TypeVar("Model", bound=BaseModel)


def read_toml(root: Path, name: str, model: type[Model]) -> Model:
    """Read `root/name` as `model`. Raises `Faults` with everything that is wrong in the file."""
    value, _ = read_toml_with_lines(root, name, model)
    return value


def read_toml_with_lines(root: Path, name: str, model: type[Model]) -> tuple[Model, Lines]:
    """As `read_toml`, with the finder of lines for the checks that come after. Raises `Faults`."""
    return read_toml_text(name, read_text(root, name), model)


def read_toml_text(name: str, text: str, model: type[Model]) -> tuple[Model, Lines]:
    """As `read_toml_with_lines`, of the text of a file. Raises `Faults`.

    What is read is a value: whoever asks for the same again, as a preview does at each save, gets
    the same.
    """
    return _read(name, text, model)


def _value(name: str, text: str) -> Any:
    """The value of a TOML text, with tuples for lists. Raises `Faults` where it is none."""
    try:
        return frozen(tomllib.loads(text))
    except RecursionError:
        hint = "a list or table holds others, without an end: mend it"
        raise Faults([Fault(name, None, "it is nested too deeply to be read", hint)]) from None
    except tomllib.TOMLDecodeError as error:
        raise Faults([syntax_fault(name, text, str(error))]) from None
    except ValueError:  # Python reads no number of more than 4300 digits.
        raise Faults([long_number_fault(name, text)]) from None


@lru_cache(maxsize=256)
def _read(name: str, text: str, model: type[Any]) -> tuple[Any, Lines]:
    lines = Lines(text)
    value = _value(name, text)
    try:
        return model.model_validate(value, strict=True, by_alias=True, by_name=False), lines
    except ValidationError as error:

        def place_of(at: Location) -> tuple[str, int, str]:
            return name, lines.of(at), lines.text(at)

        raise Faults(validation_faults(error, place_of, model)) from None


def frozen(value: Any) -> Any:
    """The same with tuples for lists, which values that cannot change hold."""
    if isinstance(value, list):
        return tuple(map(frozen, value))
    if isinstance(value, dict):
        return {key: frozen(inner) for key, inner in value.items()}
    return value


def read_text(root: Path, name: str) -> str:
    """The text of `root/name`, with plain line ends and without the marks (U+FEFF) that some
    programs begin a file with. Raises `Faults` where it cannot be read."""
    data = read_bytes(root, name)
    try:
        text = data.decode("utf-8").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        hint = "save the file with the encoding UTF-8"
        raise Faults([Fault(name, line, "this is not UTF-8 text", hint)]) from None
    refuse_controls(name, data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    refuse_two_versions(name, text)
    return text


def refuse_controls(name: str, data: bytes) -> None:
    """Raise `Faults` where a text (UTF-8) holds a control character, which HTML, YAML and TOML
    forbid, and no editor shows."""
    if has_controls(data) and (found := _CONTROL.search(data)):
        line = len(_LINE_END.findall(data, 0, found.start())) + 1
        message = f"this holds a character that cannot be shown: {ascii(found[0].decode())[1:-1]}"
        hint = "remove it, or write the character that was meant"
        raise Faults([Fault(name, line, message, hint)])


def has_controls(data: bytes) -> bool:
    """Whether a text (UTF-8) may hold a control character: a quick look, which may be wrong only
    for letters from U+00A0 to U+00BF."""
    return len(data.translate(None, _CONTROLS)) != len(data) or b"\xc2" in data


def refuse_two_versions(name: str, text: str) -> None:
    """Raise `Faults` where git has left two versions of a passage, one below the other."""
    if "<<<<<<< " in text and (found := _TWO_VERSIONS.search(text)):
        line = text.count("\n", 0, found.start()) + 1
        hint = (
            "keep one of the two, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>"
        )
        message = "two versions of this file stand here, one below the other"
        raise Faults([Fault(name, line, message, hint)])
