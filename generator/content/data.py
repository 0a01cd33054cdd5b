"""Data files: what a site keeps in tables and not in texts, for templates to show.

`site/data/offices.csv` is `data.offices`; TOML, YAML, JSON and CSV are read. Where `site/data.toml`
says which keys a record has, each value is what its kind says, whatever it looks like, and every
fault has its line; else values are those of the file's own language, and text where that would
guess.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from generator.content.data_formats import READERS, Held
from generator.content.own_keys import example, read_value, stand_in, wrong_value
from generator.content.urls import permalink
from generator.content.written import Entry
from generator.graph.reads import Reads
from policy import Fault, Faults, Site, nearest
from policy.data_schemas import FILE, FOLDER, DataSchema
from policy.site_files import names_in
from policy.toml_source import read_text

__all__ = ["Data", "DataFile", "Unread", "read_data"]


class Unread(Exception):
    """A template asks for a file that could not be read, which is told already."""


@dataclass(frozen=True)
class DataFile:
    """What is in a file, and a digest of all that it is made of, which is empty where nothing
    could be read."""

    value: Any = None
    digest: bytes = b""


class Data:
    """The data files of a site, as templates see them. Which are read is noted."""

    def __init__(self, files: Mapping[str, DataFile], reads: Reads) -> None:
        self._files, self._reads = files, reads

    def __getattr__(self, name: str) -> Any:
        self._reads.add("data", name)
        if name not in self._files:
            raise AttributeError(name)
        if not self._files[name].digest:
            raise Unread(name)
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
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or ending not in READERS:
            hint = f"name it in small letters, digits and _, ending in {', '.join(sorted(READERS))}"
            faults.append(Fault(path, None, "this is no name of a data file", hint))
        elif name in owners:
            message = f'{owners[name]} is "{name}" as well'
            faults.append(Fault(path, None, message, "rename one of them"))
        else:
            owners[name] = path
            try:
                text = read_text(site.root, path)
                schema = schemas.get(name)
                held = READERS[ending](path, text, name if schema else "")
                value = _checked(path, held, schema, faults) if schema else held.value
            except Faults as error:
                faults.extend(error.faults)
                found[name] = DataFile()
                continue
            made_of = f"{schema!r}\0{text}".encode("utf-8", "surrogatepass")
            found[name] = DataFile(value, hashlib.blake2b(made_of, digest_size=16).digest())
    for index, each in enumerate(site.data_schemas.files):
        if each.name not in owners:
            line = site.line(FILE, "file", index, "name")
            message = f'there is no data file "{each.name}"'
            faults.append(Fault(FILE, line, message, nearest(each.name, owners)))
    return found, faults


def _checked(path: str, held: Held, schema: DataSchema, faults: list[Fault]) -> Any:
    """The records with their values typed; what is wrong with them is put to the `faults`.

    Raises `Faults` where there are no records.
    """
    if not isinstance(held.value, list):
        message = f"this is no list of records, as {FILE} says"
        raise Faults([Fault(path, 1, message, "make it a list, each item with its keys")])
    return tuple(
        dict(_values(path, record, at, schema, held, faults))
        for at, record in enumerate(held.value)
    )


def _values(  # noqa: PLR0913, PLR0917  (each is another thing)
    path: str, record: Any, at: int, schema: DataSchema, held: Held, faults: list[Fault]
) -> Iterator[tuple[str, Any]]:
    """The keys of a record; None for one that it lacks."""
    if not isinstance(record, dict):
        hint = "give it keys: " + ", ".join(key.name for key in schema.keys)
        line = held.line_of((at,))
        faults.append(Fault(path, line, "this is no record with keys", hint))
        return
    names = [key.name for key in schema.keys]
    for name in record:
        if name not in names:
            message = f'unknown key "{name}"'
            line = held.line_of((at, name))
            faults.append(Fault(path, line, message, nearest(name, names)))
    for key in schema.keys:
        if key.name not in record:
            if key.required:
                hint = f"give it one, like {example(key)}"
                message = f'the key "{key.name}" is missing'
                faults.append(Fault(path, held.line_of((at,)), message, hint))
            yield key.name, stand_in(key) if key.required else None
            continue
        value = record[key.name]
        if key.kind == "list" and isinstance(value, str):
            value = [each.strip() for each in value.split(";") if each.strip()]  # As in a table.
        try:
            yield key.name, read_value(path, key, value, permalink)
        except ValueError as error:
            entry = Entry(record[key.name], held.line_of((at, key.name)))
            faults.append(wrong_value(path, key.name, entry, str(error)))
            yield key.name, stand_in(key)
