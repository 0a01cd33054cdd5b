"""Data files: what a site keeps in tables and not in texts, for templates to show.

`site/data/offices.csv` is `data.offices`; TOML, YAML, JSON and CSV are read. Where `site/data.toml`
says which keys a record has, each value is what its kind says, whatever it looks like, and every
fault has its line; else values are those of the file's own language, and text where that would
guess.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from generator.content.front_matter_toml import as_written
from generator.content.own_keys import example, read_value, wrong_value
from generator.content.urls import permalink
from generator.content.written import Entry
from generator.graph.reads import Reads
from policy import Fault, Faults, Site, nearest
from policy.data_schemas import FILE, FOLDER, DataSchema
from policy.site_files import names_in
from policy.toml_source import Lines, frozen, read_text, syntax_fault

__all__ = ["Data", "DataFile", "read_data"]

Line = Callable[[int, str], int]
"""The line of a key of a record, by the record's place; of the record where the key is ""."""


@dataclass(frozen=True)
class DataFile:
    """What is in a file, and a digest of all that it is made of."""

    value: Any
    digest: bytes


class Data:
    """The data files of a site, as templates see them. Which are read is noted."""

    def __init__(self, files: Mapping[str, DataFile], reads: Reads) -> None:
        self._files, self._reads = files, reads

    def __getattr__(self, name: str) -> Any:
        self._reads.add("data", name)
        if name not in self._files:
            raise AttributeError(name)
        return self._files[name].value

    def __getitem__(self, name: str) -> Any:
        try:
            return self.__getattr__(name)
        except AttributeError:
            raise KeyError(name) from None


def read_data(site: Site) -> tuple[dict[str, DataFile], list[Fault]]:
    """All data files by their names, and what is wrong with them."""
    found: dict[str, DataFile] = {}
    faults: list[Fault] = []
    schemas = {each.name: each for each in site.data_schemas.files}
    owners: dict[str, str] = {}
    for file in names_in(site.root, FOLDER, ""):
        path = f"{FOLDER}/{file}"
        name, ending = PurePosixPath(file).stem, PurePosixPath(file).suffix
        if file.startswith("."):
            continue
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or ending not in _READERS:
            hint = (
                f"name it in small letters, digits and _, ending in {', '.join(sorted(_READERS))}"
            )
            faults.append(Fault(path, None, "this is no name of a data file", hint))
        elif name in owners:
            message = f'{owners[name]} is "{name}" as well'
            faults.append(Fault(path, None, message, "rename one of them"))
        else:
            owners[name] = path
            try:
                text = read_text(site.root, path)
                schema = schemas.get(name)
                value, wrong = _READERS[ending](path, text, schema)
            except Faults as error:
                faults.extend(error.faults)
                continue
            faults.extend(wrong)
            made_of = f"{schema!r}\0{text}".encode("utf-8", "surrogatepass")
            found[name] = DataFile(value, hashlib.blake2b(made_of, digest_size=16).digest())
    for index, each in enumerate(site.data_schemas.files):
        if each.name not in owners:
            line = site.line(FILE, "file", index, "name")
            message = f'there is no data file "{each.name}"'
            faults.append(Fault(FILE, line, message, nearest(each.name, owners)))
    return found, faults


Read = tuple[Any, Sequence[Fault]]


def _csv(path: str, text: str, schema: DataSchema | None) -> Read:
    reader = csv.reader(io.StringIO(text), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        before = 0
        for row in reader:
            if row:
                rows.append((before + 1, row))
            before = reader.line_num
    except csv.Error as error:
        message = f"this is not CSV: {error}"
        hint = 'put values with commas, quotes or line ends in "quotes", and double quotes in them'
        raise Faults([Fault(path, reader.line_num, message, hint)]) from None
    head = rows[0][1] if rows else []
    for number, row in rows[1:]:
        if len(row) != len(head):
            message = f"this row has {len(row)} values, and the first one {len(head)}"
            hint = "give each row as many; a value with a comma in it needs quotes"
            raise Faults([Fault(path, number, message, hint)])
    records = [dict(zip(head, row, strict=True)) for _, row in rows[1:]]
    if schema is None:
        return tuple(records), ()
    # An empty cell says nothing.
    said = [{key: value for key, value in each.items() if value} for each in records]
    return _checked(path, said, schema, lambda at, _key: rows[at + 1][0])


def _toml(path: str, text: str, schema: DataSchema | None) -> Read:
    try:
        value = tomllib.loads(text, parse_float=str if schema else float)
    except tomllib.TOMLDecodeError as error:
        raise Faults([syntax_fault(path, text, str(error))]) from None
    if schema is None:
        return frozen(value), ()
    name, lines = schema.name, Lines(text)
    if list(value) != [name] or not isinstance(value[name], list):
        message = "the records stand somewhere else"
        raise Faults([Fault(path, 1, message, f"begin each with a line [[{name}]]")])
    return _checked(
        path, as_written(value[name]), schema, lambda at, key: lines.of((name, at, key))
    )


def _json(path: str, text: str, schema: DataSchema | None) -> Read:
    hooks: dict[str, Any] = {"parse_int": str, "parse_float": str} if schema else {}
    try:
        value = json.loads(text, **hooks)
    except json.JSONDecodeError as error:
        message = f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        hint = 'texts and keys stand in "quotes", with commas between, and none behind the last'
        raise Faults([Fault(path, error.lineno, message, hint)]) from None
    if schema is None:
        return frozen(value), ()
    return _checked(path, as_written(value), schema, _yaml_lines(text))


def _yaml(path: str, text: str, schema: DataSchema | None) -> Read:
    import yaml  # noqa: PLC0415  (most sites have none)

    try:
        value = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  (it makes texts only)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = f"this is not YAML: {getattr(error, 'problem', None) or 'a character'}"
        hint = "write each line as a key, a colon, a space and a value"
        raise Faults([Fault(path, mark.line + 1 if mark else None, message, hint)]) from None
    if schema is None:
        return frozen(value), ()
    return _checked(path, value, schema, _yaml_lines(text))


def _yaml_lines(text: str) -> Line:
    """JSON is YAML as well, as far as places go."""
    import yaml  # noqa: PLC0415  (as above)

    def of(at: int, key: str) -> int:
        try:
            top: Any = yaml.compose(text, Loader=yaml.BaseLoader)
            record = top.value[at]
            names = {name.value: name for name, _ in record.value} if key else {}
        except (yaml.YAMLError, AttributeError, IndexError, TypeError, ValueError):
            return 1
        return int(names.get(key, record).start_mark.line) + 1

    return of


_READERS: Mapping[str, Callable[[str, str, DataSchema | None], Read]] = {
    ".csv": _csv,
    ".json": _json,
    ".toml": _toml,
    ".yaml": _yaml,
}


def _checked(path: str, records: Any, schema: DataSchema, line_of: Line) -> Read:
    """The records with their values typed, and what is wrong with them."""
    if not isinstance(records, list):
        message = f"this is no list of records, as {FILE} says"
        return (), [Fault(path, 1, message, "make it a list, each item with its keys")]
    faults: list[Fault] = []
    typed = tuple(
        dict(_values(path, record, at, schema, line_of, faults))
        for at, record in enumerate(records)
    )
    return typed, faults


def _values(  # noqa: PLR0913, PLR0917  (each is another thing)
    path: str, record: Any, at: int, schema: DataSchema, line_of: Line, faults: list[Fault]
) -> Iterator[tuple[str, Any]]:
    """The keys of a record; None for one that it lacks."""
    if not isinstance(record, dict):
        hint = "give it keys: " + ", ".join(key.name for key in schema.keys)
        line = line_of(at, "")
        faults.append(Fault(path, line, "this is no record with keys", hint))
        return
    names = [key.name for key in schema.keys]
    for name in record:
        if name not in names:
            message = f'unknown key "{name}"'
            line = line_of(at, name)
            faults.append(Fault(path, line, message, nearest(name, names)))
    for key in schema.keys:
        if key.name not in record:
            if key.required:
                hint = f"give it one, like {example(key)}"
                message = f'the key "{key.name}" is missing'
                faults.append(Fault(path, line_of(at, ""), message, hint))
            yield key.name, None
            continue
        value = record[key.name]
        if key.kind == "list" and isinstance(value, str):
            value = [each.strip() for each in value.split(";") if each.strip()]  # As in a table.
        try:
            yield key.name, read_value(path, key, value, permalink)
        except ValueError as error:
            entry = Entry(record[key.name], line_of(at, key.name))
            faults.append(wrong_value(path, key.name, entry, str(error)))
