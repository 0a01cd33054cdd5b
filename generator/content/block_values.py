"""What an author wrote for a block, typed as its declaration says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from generator.content.blocks import BlockLine
from generator.content.own_keys import example, read_value
from policy import Fault, nearest
from policy.block_schemas import BlockSchema

__all__ = ["block_values"]


def block_values(
    path: str, line: BlockLine, schema: BlockSchema, address: Callable[[str], str]
) -> tuple[dict[str, Any], list[Fault]]:
    """The values by name, and what is wrong with them. What may be left out, and is, is None.

    `path` is the page's file, and `address` gives the address of a page by its path.
    """
    keys, faults = schema.keys, list[Fault]()
    values: dict[str, Any] = dict.fromkeys(keys)
    for name, (at, text) in _written(line, schema).items():
        key = keys.get(name)
        if key is None:
            hint = nearest(name, keys) if keys else "remove the line"
            message = f'the block "{line.name}" has no argument "{name}"'
            faults.append(Fault(path, at + 1, message, hint))
            continue
        try:
            values[name] = read_value(path, key, text, address)
        except ValueError as error:
            shown = f'cannot be "{text}"' if text else "has no value"
            message = f'the argument "{name}" of the block "{line.name}" {shown}'
            faults.append(Fault(path, at + 1, message, str(error)))
    if line.argument and not schema.bar:
        hint = "remove the bar and what follows it"
        message = f'the block "{line.name}" has nothing after a bar'
        faults.append(Fault(path, line.line + 1, message, hint))
    for name, key in keys.items():
        if key.required and name not in _written(line, schema):
            if name == schema.bar:
                message = f'the block "{line.name}" says nothing after the bar'
                hint = f"add | and its {name}"
            else:
                message = f'the block "{line.name}" lacks the argument "{name}"'
                hint = f"add below it a line that begins with four spaces: {name}: {example(key)}"
            faults.append(Fault(path, line.line + 1, message, hint))
    if schema.one_of and _written(line, schema).keys().isdisjoint(schema.one_of):
        message = f'the block "{line.name}" has none of: {", ".join(schema.one_of)}'
        first = schema.one_of[0]
        hint = f"add below it a line that begins with four spaces: {first}: {example(keys[first])}"
        faults.append(Fault(path, line.line + 1, message, hint))
    return values, faults


def _written(line: BlockLine, schema: BlockSchema) -> Mapping[str, tuple[int, str]]:
    """Each argument that was written: its line, from 0, and its text."""
    own = {each.name: (each.line, each.value) for each in line.options}
    if schema.bar and line.argument:
        own = {schema.bar: (line.line, line.argument), **own}
    return own
