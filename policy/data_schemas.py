"""What a site's data files hold, as `site/data.toml` says: the keys of each of their records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from policy.section_schemas import KeyName, OwnKey, Place
from policy.toml_source import Declared

__all__ = ["FILE", "FOLDER", "DataSchema", "DataSchemas", "data_schema_faults"]

FILE, FOLDER = "site/data.toml", "site/data"


class DataSchema(Declared):
    """Of the file `name`, which is a list of records: each has these keys, and no other."""

    name: KeyName
    keys: Annotated[tuple[OwnKey, ...], Field(alias="key", min_length=1)]


class DataSchemas(Declared):
    """Of all files that have one."""

    files: Annotated[tuple[DataSchema, ...], Field(alias="file")] = ()


def data_schema_faults(schemas: DataSchemas) -> Iterator[tuple[Place, str, str]]:
    """What the schemas allow one by one, but not together: (place, message, hint)."""
    seen: set[str] = set()
    for index, schema in enumerate(schemas.files):
        if schema.name in seen:
            message = f'the data "{schema.name}" is declared twice'
            yield ("file", index, "name"), message, "join the two"
        seen.add(schema.name)
        for number, key in enumerate(schema.keys):
            if key.kind == "file":
                message = f'"{key.name}" names a file, and data stand beside no page'
                hint = 'write kind = "link": a file beside pages has an address, like a page'
                yield ("file", index, "key", number, "kind"), message, hint
