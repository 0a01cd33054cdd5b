"""`build.py policy`: release a version of the register, and explain what differs between two."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click

from policy.addresses import Address, addressed, written
from policy.differences import differences
from policy.faults import Fault, Faults, closest
from policy.origins import Origin
from policy.register import Register
from policy.sum import REGISTER, read_any, read_sum
from policy.toml_source import read_toml
from policy.versions import FOLDER
from policy.versions import release as release_version


@click.group("policy")
def policy() -> None:
    """Release versions of the privacy register, and explain what they changed."""


@policy.command()
@click.option(
    "--again",
    is_flag=True,
    help="Replace the newest version instead of making another: for one that nobody has seen.",
)
@click.pass_context
def release(context: click.Context, again: bool) -> None:
    """Keep the register as a version of its own, whole.

    Where its material terms changed since the newest version, it gets the next number and today's
    date, and visitors are asked again. Both files belong into version control.
    """
    today = datetime.datetime.now(tz=datetime.UTC).date()
    made = release_version(context.obj.root, today, again=again)
    if not made.written:
        click.echo(f"Nothing to release: the terms are those of version {made.number}.")
        return
    click.echo(f"Released version {made.number}: {FOLDER}/{made.number}.toml")
    _say(made.changes)


@policy.command()
@click.argument("old")
@click.argument("new", default="now")
@click.pass_context
def diff(context: click.Context, old: str, new: str) -> None:
    """Explain what NEW allows that OLD did not, and the other way round.

    Each is the number of a released version, a register's file, or "now" for the site's.
    """
    changes = differences(_read(context.obj.root, old), _read(context.obj.root, new))
    if changes:
        _say(changes)
    else:
        click.echo("They allow the same. Only words differ, if anything.")


@policy.command()
@click.pass_context
def show(context: click.Context) -> None:
    """Print the whole register, each entry with the file and line that it comes from."""
    for address, text, origin in _entries(context.obj.root):
        click.echo(f"{written(address):40} {origin}  {text}")


@policy.command()
@click.argument("entry")
@click.pass_context
def explain(context: click.Context, entry: str) -> None:
    """Say what ENTRY is (as cookie.visit or table.submissions.phone), and where it is declared."""
    found = {written(address): rest for address, *rest in _entries(context.obj.root)}
    if entry not in found:
        hint = f"{closest(entry, found)}build.py policy show lists all"
        raise Faults([Fault(REGISTER, None, f'the register has no entry "{entry}"', hint)])
    for address, (text, origin) in found.items():
        if address == entry or address.startswith(f"{entry}."):
            click.echo(f"{address}\n  {text}\n  declared in {origin}")


def _entries(root: Path) -> list[tuple[Address, str, Origin]]:
    """Each entry of the sum: its address, what visitors read of it, and its origin."""
    summed = read_sum(root)
    register = summed.register.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    found = []
    for address, location in addressed(register):
        entry: Any = register
        for step in location:
            entry = entry[step]
        texts = (entry.get(key) for key in ("holds", "text", "carries", "when", "receives", "says"))
        text = next((each for each in texts if each), "")
        found.append((address, text, summed.origins.of(location)))
    return found


def _read(root: Path, name: str) -> Register:
    if name == "now":
        return read_sum(root).register
    if not name.isdecimal():
        path = Path(name).resolve()
        return read_any(path)
    file = f"{FOLDER}/{name}.toml"
    if not (root / file).is_file():
        numbers = sorted(int(path.stem) for path in (root / FOLDER).glob("*.toml"))
        known = ", ".join(map(str, numbers)) or "none"
        raise Faults([Fault(file, None, f"no version {name} was released", f"released: {known}")])
    return read_toml(root, file, Register)


def _say(changes: tuple[str, ...]) -> None:
    for change in changes:
        click.echo(f"- {change}")
