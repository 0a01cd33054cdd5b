"""`build.py new`: a page, a section, or a whole site."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from generator.content.urls import permalink
from generator.starting import ABOUT, add_feature, new_page, new_section, new_site, page_file
from policy.faults import Faults
from policy.features import FEATURES, FeatureName, read_features
from policy.places import Places
from policy.section_schemas import FILE as SECTIONS
from policy.section_schemas import OwnKey, SectionSchemas
from policy.settings import Settings
from policy.toml_source import read_toml
from policy.typed import as_typed

__all__ = ["new"]


@click.group("new")
def new() -> None:
    """Make a page, a section or a whole site that passes every check. Nothing is overwritten."""


@new.command()
@click.argument("name")
@click.option("--title", help="Its headline; without it, you are asked, or it is made of the name.")
@click.pass_obj
def page(places: Places, name: str, title: str | None) -> None:
    """Make the page NAME, as services or news/snow-days, with the keys that it needs.

    It is a draft: see it by `serve --drafts`, and remove the line to publish it.
    """
    file = page_file(name)
    values = {"title": title or _title(file), "description": ABOUT}
    if _is_article(places.root, file):
        values["date"] = _today(places.root).isoformat()
    own = _required(places.root, file)
    values |= _answers(places.root, own)
    made = new_page(places.root, file, {**values, "draft": "true"})
    click.echo(
        f"Made {made.relative_to(places.root)}: a draft, to be at {permalink(name_of(file))}"
    )
    for key in own:
        if key.kind == "file" and not (made.parent / values[key.name]).is_file():
            beside = made.parent.relative_to(places.root)
            click.echo(
                f'Put {values[key.name]} into {beside}/, or name another file in "{key.name}".'
            )
    click.echo("Next: write it, and remove the line draft: true.")


@new.command()
@click.argument("name")
@click.option("--title", help="Its headline; without it, you are asked, or it is made of the name.")
@click.pass_obj
def section(places: Places, name: str, title: str | None) -> None:
    """Make the section NAME: a folder with a page that lists the others in it."""
    file = page_file(name)
    values = {"title": title or _title(file), "description": ABOUT, "draft": "true"}
    made = new_section(places.root, name, values)
    url = permalink(name_of(made.relative_to(places.root).as_posix()))
    click.echo(f"Made {made.relative_to(places.root)}: a draft, to be at {url}")
    following = f"Next: build.py new page {url.strip('/')}/a-page, and an entry in the menu:"
    click.echo(as_typed(following, places.root))
    click.echo(f'  {{ label = "…", page = "{url}" }}  in site/navigation.toml')


@new.command()
@click.argument("name", type=click.Choice(FEATURES))
@click.pass_obj
def feature(places: Places, name: FeatureName) -> None:
    """Make the pages and templates that the feature NAME needs, where the site lacks them.

    A site that `new site` made has them all.
    """
    made = add_feature(places.root, read_features()[name].layouts)
    for each in made:
        click.echo(f"Made {each}")
    click.echo(as_typed(f"{len(made)} files made. Next: build.py check", places.root))


@new.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", help="What the site is called.")
@click.option("--url", help="Where it will be, as https://www.example.com.")
@click.option("--organization", help="Who runs it.")
@click.option("--email", help="Where they read mail.")
def site(
    folder: Path, name: str | None, url: str | None, organization: str | None, email: str | None
) -> None:
    """Make a whole small site in FOLDER, which is empty or not there yet.

    Whatever is not said is asked on a terminal, or filled with words to be replaced.
    """
    facts = {
        "name": name or _asked("What is the site called?"),
        "url": url or _asked("Where will it be? (https://…)"),
        "organization": organization or _asked("Who runs it?"),
        "email": email or _asked("Where do they read mail?"),
    }
    made = new_site(folder, facts, _today(folder))
    try:
        read_toml(folder.resolve(), "site/settings.toml", Settings)
    except Faults as error:
        click.echo(f"To be mended in {folder}:\n{error}\n", err=True)
    following = (
        f"Made {folder}: {len(made)} files. Next:\n"
        "  build.py serve          see it, and write\n"
        "  build.py new page NAME  make a page\n"
        "  build.py check          find what is to be mended"
    )
    click.echo(as_typed(following, folder))
    click.echo(f"{folder}/README.md says the same.")


def name_of(file: str) -> str:
    """A page's file, relative to content/."""
    return file.removeprefix("content/")


def _asked(question: str, default: str = "") -> str:
    """The answer of whoever sits at a terminal."""
    if not sys.stdin.isatty():
        return default
    answer: str = click.prompt(question, default=default, show_default=bool(default))
    return answer.strip()


def _title(file: str) -> str:
    steps = name_of(file).removesuffix(".md").removesuffix("/index").split("/")
    words = steps[-1].replace("-", " ").replace("_", " ").strip() or "Untitled"
    return _asked("Its title?", words[:1].upper() + words[1:])


def _is_article(root: Path, file: str) -> bool:
    """Whether a page there is one of the feed's. A site with faults may have no settings."""
    try:
        feed = read_toml(root, "site/settings.toml", Settings).feed
    except Faults:
        return False
    return bool(feed) and file.startswith(f"content/{feed}/") and file.count("/") == 2


def _required(root: Path, file: str) -> tuple[OwnKey, ...]:
    """The keys that the page's section asks for."""
    try:
        schemas = read_toml(root, SECTIONS, SectionSchemas)
    except Faults:
        return ()
    folder = name_of(file).rpartition("/")[0]
    keys = (key for section in schemas.above(folder) for key in section.keys if key.required)
    return tuple({key.name: key for key in keys}.values())


def _answers(root: Path, keys: Iterable[OwnKey]) -> dict[str, str]:
    """A value for each: as answered, or one that is allowed."""
    return {key.name: _asked(f"{key.name} ({key.kind})?", _allowed(root, key)) for key in keys}


def _allowed(root: Path, key: OwnKey) -> str:  # noqa: PLR0911  (a table)
    """A value of that kind, to be replaced. Which file it is, only who writes the page knows."""
    match key.kind:
        case "choice":
            return key.values[0]
        case "date":
            return _today(root).isoformat()
        case "file":
            return f"{key.name}.pdf"
        case "integer" | "number":
            return "0"
        case "boolean":
            return "false"
        case "list":
            return "[first]"
        case "link":
            return "/"
        case _:
            return "To be written"


def _today(root: Path) -> datetime.date:
    """The day where the site is at home: one that is a day ahead would keep a page back."""
    try:
        zone = read_toml(root, "site/settings.toml", Settings).zone
    except Faults:
        zone = ZoneInfo("UTC")
    return datetime.datetime.now(tz=zone).date()
