"""`build.py policy`: release a version of the register, and explain what differs between two."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from policy.addresses import Address, addressed, written
from policy.consequences import entry_at, facts, forms_of, of_the_whole, pages_naming, referring
from policy.differences import differences
from policy.faults import Fault, Faults, closest
from policy.forms import Form
from policy.manifest import read_build
from policy.migration import KEPT
from policy.migration import migrate as old_register
from policy.migration import write as write_new
from policy.origins import Origin
from policy.places import Places
from policy.reading import read_site
from policy.register import Register
from policy.sum import REGISTER, Sum, read_any, read_sum
from policy.toml_source import read_toml
from policy.typed import as_typed
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
@click.option("--dry-run", is_flag=True, help="Print the new file, and write nothing.")
@click.pass_context
def migrate(context: click.Context, dry_run: bool) -> None:
    """Write a register of version 0.1's form anew: which features are on, and what is the site's.

    The old file stays beside the new one, as site/policy.toml.old. What no site can change is left
    out, and told.
    """
    root: Path = context.obj.root
    made = old_register(root)
    if dry_run:
        click.echo(made.text, nl=False)
    else:
        write_new(root, made)
        click.echo(f"Wrote {REGISTER}. What was there is in {KEPT}, with its comments.")
        click.echo(as_typed("Next: build.py check, then build.py policy release", root))
    if made.left_out:
        click.echo("Left out:", err=dry_run)
    for each in made.left_out:
        click.echo(f"- {each}", err=dry_run)
    if made.to_mend:
        click.echo(f"To be mended in the new file:\n{Faults(made.to_mend)}", err=dry_run)


@policy.command()
@click.pass_context
def show(context: click.Context) -> None:
    """Print the whole register, each entry with the file and line that it comes from."""
    for address, text, origin in _entries(read_sum(context.obj.root)):
        click.echo(f"{written(address):40} {origin}  {text}")


@policy.command()
@click.argument("entry")
@click.pass_context
def explain(context: click.Context, entry: str) -> None:
    """Say what ENTRY is (as cookie.visit or table.submissions.phone), where it is declared, and
    what follows from it: what refers to it, which forms ask for it, which pages name it.

    Pages are those of the last build.
    """
    places: Places = context.obj
    summed = read_sum(places.root)
    found = {written(address): (text, origin) for address, text, origin in _entries(summed)}
    if entry not in found:
        hint = f"{closest(entry, found)}build.py policy show lists all"
        raise Faults([Fault(REGISTER, None, f'the register has no entry "{entry}"', hint)])
    register = _as_in_a_file(summed)
    locations = {written(address): (address, at) for address, at in addressed(register)}
    forms, pages = _forms(places.root), _pages(places.public)
    for name, (text, origin) in found.items():
        if name == entry or name.startswith(f"{entry}."):
            address, location = locations[name]
            click.echo(f"{name}\n  {text}\n  declared in {origin}")
            for title, lines in (
                ("", facts(entry_at(register, location))),
                ("", of_the_whole(register, location)),
                ("referred to by ", referring(register, address)),
                ("asked by ", forms_of(forms, address)),
                ("named on ", pages_naming(pages, text)),
            ):
                for line in lines:
                    click.echo(f"  {title}{line}")


def _forms(root: Path) -> Mapping[str, Form]:
    try:
        return read_site(root).forms
    except Faults as error:
        click.echo(f"Forms are left out, as the site has faults:\n{error}", err=True)
        return {}


def _pages(public: Path) -> dict[str, str]:
    """The text of each page that was built; none where no build can be read."""
    try:
        build = read_build(public)
        return {
            page: (public / build.file(page).path).read_text(encoding="utf-8")
            for page in build.pages
        }
    except (Faults, OSError):
        click.echo("Pages are left out, as no build can be read: build.py", err=True)
        return {}


def _as_in_a_file(summed: Sum) -> dict[str, Any]:
    return summed.register.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _entries(summed: Sum) -> list[tuple[Address, str, Origin]]:
    """Each entry of the sum: its address, what visitors read of it, and its origin."""
    register = _as_in_a_file(summed)
    found = []
    for address, location in addressed(register):
        entry = entry_at(register, location)
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
