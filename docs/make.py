"""Makes the documentation into a site of Plainsite: `python docs/make.py [DIR]`.

The guides are the Markdown files of this folder, which read as well on a code host; the reference
is made of `--help` and of the schemas that check sites. DIR gets the site's sources and, in
`public/`, the pages; without it, `var/docs` does.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click
from pydantic import BaseModel

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import build
import generator
from generator.building import PictureWork
from generator.content.front_matter import FrontMatter
from generator.content.front_matter_yaml import quoted
from policy.audiences import Audiences
from policy.block_schemas import BlockSchema
from policy.campaigns import Campaigns
from policy.data_schemas import DataSchemas
from policy.declaration import Declaration
from policy.events import Events
from policy.experiments import Experiments
from policy.forms import Form
from policy.goals import Goals
from policy.navigation import Navigation
from policy.redirects import Redirects
from policy.referrers import Sources
from policy.section_schemas import OwnKey, SectionSchema
from policy.segments import Segments
from policy.settings import Settings
from policy.taxonomies import Taxonomies

ROOT = Path(build.__file__).parent
GUIDES = {
    "docs/writing.md": ("guides/writing", "Pages, links, pictures and blocks: for who writes."),
    "docs/templates.md": ("guides/templates", "Layouts, blocks and styles: for who designs."),
    "docs/commands.md": ("guides/commands", "What each command does, for people and programs."),
    "docs/register.md": ("guides/register", "What a site collects and keeps, declared once."),
    "deploy/README.md": ("guides/running", "Servers, backups and reloads: for who runs it."),
    "docs/visits.md": ("guides/visits", "How visits are counted, and what is not."),
    "docs/countries.md": ("guides/countries", "From which countries visits come, once it is on."),
    "docs/imports.md": ("guides/imports", "Figures of another tool, shown beside our own."),
    "docs/comparison.md": ("guides/comparison", "What the reports can, beside four other tools."),
    "docs/sizes.md": ("guides/sizes", "Bytes and times of each engine, as views grow."),
    "docs/figures.md": ("guides/figures", "What programs read of the figures, with a token."),
    "docs/audit.md": ("guides/audit", "Real browsers compare a site with its register."),
    "docs/architecture.md": (
        "inside/architecture",
        "Where things are, and how they work together.",
    ),
    "CONTRIBUTING.md": ("inside/contributing", "What to touch for which change."),
    "docs/dependencies.md": ("inside/dependencies", "Every package, and why it is there."),
    "CHANGELOG.md": ("inside/changes", "What is new, for whom."),
}
"""The file of each page, its address and what it is, in the order of the lists."""

SECTIONS = {
    "guides": ("Guides", "For people who write, design and run a site."),
    "reference": ("Reference", "Made of the code: it says what is so in this version."),
    "inside": ("Inside", "For engineers who carry the code on."),
    "inside/decisions": ("Decisions", "What was chosen, and what was rejected."),
}
"""The title of each section and what it is, in the order of the lists; one in another follows its
pages."""

HOME = """Plainsite builds a marketing site and its privacy page from Markdown, and counts,
remembers and personalizes only what its own register declares. A real browser proves it.

/// call-to-action | Begin
`build.py new site DIR` makes a small site; `build.py import hugo PATH --into DIR` brings yours
along. Then read [how pages are written](/guides/writing/).
///

"""
_ADDRESS = re.compile(r"\{% with org.*?\{% endwith %\}\n", re.DOTALL)
_TITLE = re.compile(r"\A# (.+)\n+")
_LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\]]*\])*\])\(([^()\s]+)\)")
_FENCED = re.compile(r"(^(`{3,}).*?^\2\s*$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)

_PARTS = re.compile(
    r"^(?P<fence>`{3,}).*?^(?P=fence)\s*$|^#+ (?P<heading>[^\n]+)$"
    r"|^(?P<table>\|(?:[^|\n]*\|){4,}\n\|[-:| ]+\|(?:\n\|[^\n]*)+)",
    re.MULTILINE | re.DOTALL,
)
"""Code, headings, and tables of four columns or more."""


def make(folder: Path) -> Path:
    """Write the sources of the site into an empty `folder`, and build it. Raises `Faults`."""
    for name in ("templates", "site"):
        shutil.copytree(ROOT / "starter" / name, folder / name)
    shutil.copytree(ROOT / "docs/site", folder / "site", dirs_exist_ok=True)
    base = folder / "templates/base.html"
    # A site says at its foot who runs it; the documentation is everybody's.
    base.write_text(_ADDRESS.sub("", base.read_text(encoding="utf-8")), encoding="utf-8")
    pages = dict(_pages())
    for address, text in pages.items():
        path = folder / "content" / f"{address}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for picture in sorted((ROOT / "docs/img").iterdir()):
        target = folder / "content/img" / picture.name
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(picture, target)
    work = PictureWork(folder / "var", originals=True)
    generator.build(folder, folder / "public", pictures=work)
    return folder / "public"


def _pages() -> Iterator[tuple[str, str]]:
    """Each page's name below content/, and its text."""
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    places = {source: address for source, (address, _) in GUIDES.items()}
    places |= {
        f"docs/decisions/{path.name}": f"inside/decisions/{path.stem}"
        for path in decisions
        if path.stem != "README"
    }
    for order, (source, address) in enumerate(places.items(), 1):
        text = (ROOT / source).read_text(encoding="utf-8")
        title, body = _titled(text)
        summary = GUIDES[source][1] if source in GUIDES else ""
        body = _scrolling(title, _linked(body, source, places))
        yield address, _page(title, body, summary, order=order)
    for order, (name, (title, summary)) in enumerate(SECTIONS.items(), len(places) + 1):
        yield f"{name}/index", _page(title, "", summary, order=order)
    for order, (name, title, body) in enumerate(_reference(), 1):
        yield f"reference/{name}", _page(title, body, "", order=order)
    yield "index", _page("Plainsite", HOME, "What you declare is all that happens.")
    yield (
        "404",
        _page("There is no such page", "[The first page](/) leads on.", "", unlisted="true"),
    )


def _titled(text: str) -> tuple[str, str]:
    found = _TITLE.match(text)
    if not found:
        raise ValueError(f"a page begins with its title: # {text[:80]}")
    return found[1], text[found.end() :]


def _page(title: str, body: str, summary: str, **more: Any) -> str:
    words = re.sub(r"[`*\[\]]|\]\([^)]*\)", "", summary or body.strip().split("\n\n")[0])
    description = " ".join(words.split())[:150].strip() or title
    lines = [f"title: {quoted(title.replace('`', ''))}", f"description: {quoted(description)}"]
    lines += [f"summary: {quoted(summary)}"] if summary else []
    lines += [f"{key}: {value}" for key, value in more.items()]
    return "\n".join(["---", *lines, "---", "", body])


def _scrolling(title: str, text: str) -> str:
    """The text with wide tables as blocks, which scroll on a narrow screen; each is about what the
    heading above it says, or the page's title."""

    about, number = title, 0

    def block(found: re.Match[str]) -> str:
        nonlocal about, number
        if found["heading"]:
            about, number = found["heading"], 0
        if not found["table"]:
            return found[0]
        number += 1
        name = about if number == 1 else f"{about}, part {number}"
        return f"/// table | {name}\n{found[0]}\n///"

    return _PARTS.sub(block, text)


def _linked(text: str, source: str, places: dict[str, str]) -> str:
    """The text with links to files as links to pages; to what is no page, as its name."""

    def link(found: re.Match[str]) -> str:
        words, address = found.groups()
        path, mark, anchor = address.partition("#")
        if re.match(r"[a-z]+:|/", address) or not path:
            return found[0]
        file = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        if file in places:
            return f"{words}(/{places[file]}/{mark}{anchor})"
        if file.startswith("docs/img/"):
            return f"{words}(/img/{posixpath.basename(file)})"
        if file in ("docs/decisions/README.md", "docs/decisions"):
            return f"{words}(/inside/decisions/)"
        return words[1:-1]

    parts = _FENCED.split(text)
    # Of three parts, the second is code and the third its fence.
    return "".join(
        part if at % 3 == 1 else _LINK.sub(link, part)
        for at, part in enumerate(parts)
        if at % 3 < 2
    )


def _reference() -> Iterator[tuple[str, str, str]]:
    """(name, title, text) of each page that is made of the code."""
    yield "commands", "Commands and their options", "\n".join(_help(build.main, "build.py"))
    for name, title, model, words in (
        ("front-matter", "Front matter", FrontMatter, "What a page can say of itself."),
        ("settings", "site/settings.toml", Settings, "What a site says of itself."),
        ("navigation", "site/navigation.toml", Navigation, "What the menus can say."),
        ("sections", "site/sections.toml", SectionSchema, "What a `[[section]]` can say."),
        ("own-keys", "Keys of a section", OwnKey, "What a `[[section.key]]` can say."),
        ("taxonomies", "site/taxonomies.toml", Taxonomies, "How terms sort pages."),
        ("data", "site/data.toml", DataSchemas, "Which keys the records of data files have."),
        ("redirects", "site/redirects.toml", Redirects, "Where old addresses lead."),
        ("blocks", "templates/blocks/NAME.toml", BlockSchema, "What a block takes."),
        ("forms", "site/forms/NAME.toml", Form, "What a form asks, and what becomes of it."),
        ("audiences", "site/audiences.toml", Audiences, "Whom pages can be written for."),
        ("policy", "site/policy.toml", Declaration, "What a site collects and keeps."),
        ("sources", "site/sources.toml", Sources, "Other sites that reports name."),
        ("campaigns", "site/campaigns.toml", Campaigns, "Links whose visits are told apart."),
        ("events", "site/events.toml", Events, "What else is counted on pages."),
        ("goals", "site/goals.toml", Goals, "What visitors should come to do."),
        ("segments", "site/segments.toml", Segments, "Filters of the reports with a name."),
        (
            "experiments",
            "site/experiments.toml",
            Experiments,
            "Which wordings are tried, and when.",
        ),
    ):
        yield (
            name,
            title,
            "\n".join([words, "", *_schema(model, title[:1].lower() + title[1:]), ""]),
        )


def _help(command: click.Command, name: str, depth: int = 2) -> Iterator[str]:
    """What `--help` says, of a command and those in it."""
    context = click.Context(command, info_name=name)
    yield f"{'#' * depth} {name}\n\n```\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            if inner := command.get_command(context, each):
                yield from _help(inner, f"{name} {each}", min(depth + 1, 4))


def _schema(
    model: type[BaseModel], called: str, above: tuple[type[BaseModel], ...] = ()
) -> Iterator[str]:
    """A table of a model's keys, as it is `called`, and below it those of the models in it; one
    that can hold itself stands there once."""
    yield f"/// table | Keys of {called}\n\n| Key | Kind | Needed |\n|---|---|---|"
    inner: dict[str, type[BaseModel]] = {}
    for name, field in model.model_fields.items():
        key = field.alias or name
        models = list(_models(field.annotation))
        if models:
            inner[key] = models[0]
        kind = "a table of its own" if models else _kind(field.annotation)
        yield f"| `{key}` | {kind} | {'yes' if field.is_required() else 'no'} |"
    yield "///"
    for key, each in inner.items():
        yield f"\n## {key}\n"
        if each in (*above, model):
            yield "The same keys again."
        else:
            yield from _schema(each, key, (*above, model))


_KINDS = {str: "text", int: "whole number", float: "number", bool: "true or false"}


def _kind(annotation: Any) -> str:
    if annotation in _KINDS:
        return _KINDS[annotation]
    name = getattr(annotation, "__name__", "")
    if name == "date":
        return "date"
    if name == "Literal" or "Literal" in str(annotation)[:20]:
        return " or ".join(f"`{each}`" for each in get_args(annotation))
    inner = [each for each in get_args(annotation) if each not in (type(None), Ellipsis)]
    kind = _kind(inner[0]) if inner else name or "text"
    return f"list of {kind}" if "tuple" in str(annotation)[:12] else kind


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _models(each)


if __name__ == "__main__":
    if any(each.startswith("-") for each in sys.argv[1:]):
        sys.exit("Usage: python docs/make.py [DIR]")
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "var/docs"
    if len(sys.argv) == 1:
        shutil.rmtree(target, ignore_errors=True)
    print(f"The documentation is in {make(target)}")
