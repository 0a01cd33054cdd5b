"""The blocks that a site's own templates add: `templates/blocks/NAME.html`, with what authors may
write for it declared beside it, in `templates/blocks/NAME.toml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from policy.faults import Fault, nearest
from policy.section_schemas import OwnKey
from policy.site_files import is_file
from policy.toml_lines import Lines
from policy.toml_source import Declared

__all__ = ["FOLDER", "OF_THE_ENGINE", "BlockSchema", "block_file", "block_schema_faults"]

FOLDER = "templates/blocks"

OF_THE_ENGINE = ("audience", "feature", "form")
"""Blocks that do more than a template can, and are declared nowhere."""


class BlockSchema(Declared):
    """What stands in the lines of a block. `bar` is the argument that is written after the bar; the
    others stand in lines of their own. Of `one_of`, one must be there."""

    bar: str = ""
    one_of: tuple[str, ...] = ()
    arguments: Annotated[tuple[OwnKey, ...], Field(alias="argument")] = ()

    @property
    def keys(self) -> Mapping[str, OwnKey]:
        """The arguments by name."""
        return {each.name: each for each in self.arguments}


def block_file(name: str) -> str:
    """The path of the declaration of a block."""
    return f"{FOLDER}/{name}.toml"


def block_schema_faults(
    root: Path, name: str, schema: BlockSchema, lines: Lines
) -> Iterator[Fault]:
    """What is wrong with the declaration of a block as a whole."""
    path = block_file(name)
    if name in OF_THE_ENGINE:
        message = f'the block "{name}" belongs to the engine'
        yield Fault(path, 1, message, "give your own another name, and remove this file")
    elif not is_file(root, f"{FOLDER}/{name}.html"):
        hint = f"make {FOLDER}/{name}.html, or remove this file"
        yield Fault(path, 1, f'the block "{name}" has no template', hint)
    names = [each.name for each in schema.arguments]
    for index, each in enumerate(names):
        if each in names[:index] or each == "body":
            message = f'the argument "{each}" is there already'
            hint = 'give it another name; "body" is what stands in the block'
            line = lines.of(("argument", index))
            yield Fault(path, line, message, hint)
    for key, named in (("bar", (schema.bar,) if schema.bar else ()), ("one_of", schema.one_of)):
        for each in named:
            if each not in names:
                message = f'"{key}" names no argument: "{each}"'
                line = lines.of((key,))
                yield Fault(path, line, message, nearest(each, names))
