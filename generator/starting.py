"""New sites, sections and pages: files that pass every check at once, and overwrite nothing."""

from __future__ import annotations

import datetime
import os
import re
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

import tomli_w

from generator.content.files import list_files
from generator.content.front_matter import read_front_matter
from generator.content.front_matter_yaml import quoted
from generator.content.library import page_text
from generator.content.urls import awkward, is_reserved, permalink
from policy import Faults
from policy.failures import Refusal

__all__ = [
    "ABOUT",
    "STARTER",
    "Facts",
    "add_feature",
    "new_page",
    "new_section",
    "new_site",
    "page_file",
    "starter_files",
]

ENGINE = Path(__file__).parents[1]
STARTER = ENGINE / "starter"
SHARED = (
    "templates/blocks/email.html",
    "templates/blocks/form.html",
    "templates/blocks/own-cookies.html",
    "templates/blocks/your-data.html",
    "templates/email.html",
    "templates/mail/*.txt",
    "templates/partials/choices.html",
    "templates/partials/due.html",
    "templates/partials/notice.html",
    "templates/partials/register.html",
    "templates/partials/search.html",
    "templates/partials/why.html",
    "templates/staff/**/*.html",
    "templates/staff/mail/*.txt",
    "templates/your-data.html",
    "site/assets/staff.css",
)
"""What features show, which a new site gets as the first site has it: it names nobody, and depends
on the service more than on how a site looks."""

ABOUT = "Say in 50 to 160 characters what this page is about, for search engines."
_DATE = re.compile(r"^date(\s*[=:]\s*)[0-9-]{10}$", re.MULTILINE)
_DATED = ("site/policy.toml", "content/news/first.md")
_NAMES = {"gitignore": ".gitignore"}
"""What is called otherwise among our own files, so that git does not take it for its own."""

_BESIDE = (
    "site/assets/img/icon.svg",
    "site/assets/img/mark.svg",
    "templates/partials/dates.html",
    "templates/partials/form-page.html",
)
"""What the shared templates build on, and each site has as it likes."""

Facts = Mapping[str, str]
"""What is known of a new site: `name`, `url`, `organization`, `email`."""

_PLACEHOLDERS = {
    "name": "Your site",
    "url": "https://www.example.com",
    "organization": "Your organization",
    "email": "hello@example.com",
}


def new_site(folder: Path, facts: Facts, today: datetime.date) -> list[Path]:
    """Make a site in `folder`, which is empty or not there yet. Raises `Refusal` and OSError; what
    was made until then is gone."""
    if folder.is_dir() and any(folder.iterdir()):
        message = f"there is something in {folder} already"
        raise Refusal(message, "name a folder that is empty, or not there yet")
    if folder.is_symlink() and not folder.exists():
        raise Refusal(f"{folder} is a link that leads nowhere", "name another folder")
    was_there = folder.is_dir()
    made: list[Path] = []
    try:
        for name, source in sorted(starter_files().items()):
            path = folder / _NAMES.get(name, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            made.append(path)
            _write(path, _filled(name, source.read_text(encoding="utf-8"), facts, today))
    except BaseException:
        _remove(made, folder, keep=was_there)
        raise
    return made


def starter_files() -> dict[str, Path]:
    """What a new site consists of: each file's name in it, and where it is here."""
    own = (path for path in STARTER.rglob("*") if path.is_file() and _is_ours(path))
    shared = {
        path.relative_to(ENGINE).as_posix(): path
        for pattern in SHARED
        for path in ENGINE.glob(pattern)
    }
    return shared | {path.relative_to(STARTER).as_posix(): path for path in own}


def add_feature(root: Path, layouts: Collection[str]) -> list[str]:
    """Give a site what features show and it has not: the shared files, and the templates and pages
    of these layouts. What is there stays as it is. Raises `Refusal` and OSError."""
    if not (root / "content").is_dir():
        raise Refusal(f"{root} is no site: it has no content/", "name its folder: --root DIR")
    wanted = {f"templates/{each}.html" for each in layouts} | set(_BESIDE)
    wanted |= {f"content/{each}.md" for each in set(layouts) - _layouts(root)}
    made = []
    for name, source in sorted(starter_files().items()):
        is_wanted = name in wanted or not source.is_relative_to(STARTER)
        places = (root / name, (root / name).with_suffix("") / "index.md")
        if is_wanted and not any(map(os.path.lexists, places)):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            _write(root / name, source.read_text(encoding="utf-8"))
            made.append(name)
    return made


def _layouts(root: Path) -> set[str]:
    """Those that pages name, of whatever name they are. What cannot be read names none."""
    found = set()
    for name in list_files(root, "content", {".md"}).files:
        with suppress(Faults):
            found.add(read_front_matter(name, page_text(root, name)).front.layout)
    return found


def _is_ours(path: Path) -> bool:
    """Whether a file belongs to the starter: somebody may have built it where it is."""
    first = path.relative_to(STARTER).parts[0]
    return first not in ("public", "var") and not first.startswith(".")


def _filled(name: str, text: str, facts: Facts, today: datetime.date) -> str:
    """A file of the starter with what is known in the place of what stands for it."""
    if name in _DATED:
        return _DATE.sub(rf"date\g<1>{today}", text)
    if name == "site/settings.toml":
        for key, placeholder in _PLACEHOLDERS.items():
            if facts.get(key):
                text = text.replace(f'"{placeholder}"', _toml(facts[key]), 1)
    elif name == "content/index.md" and facts.get("name"):
        text = text.replace("title: Your site", f"title: {_yaml(facts['name'])}", 1)
    elif name == "README.md" and facts.get("name"):
        text = text.replace("# Your site", f"# {facts['name']}", 1)
    return text


def _toml(value: str) -> str:
    return tomli_w.dumps({"x": value}).removeprefix("x = ").rstrip("\n")


def _yaml(value: str) -> str:
    return value if re.fullmatch(r"[A-Za-z][\w ,.-]*", value) else quoted(value)


def page_file(name: str) -> str:
    """The file of a new page, from its file or its address. Raises `Refusal`."""
    path = name.removeprefix("./").removeprefix("content/").strip("/").removesuffix(".md")
    steps = path.split("/")
    if not path or ".." in steps or any(step.startswith(".") for step in steps):
        raise Refusal(f'"{name}" names no page', "name it like services, or news/snow-days")
    if letter := awkward(path):
        raise Refusal(f"{letter!r} cannot stand in an address", "letters, digits and hyphens can")
    if is_reserved(permalink(f"{path}.md")):
        raise Refusal(f"the address /{path}/ is taken by the service", "take another name")
    return f"content/{path}.md"


def new_page(root: Path, file: str, values: Mapping[str, str]) -> Path:
    """Write a draft with that front matter. Raises `Refusal` where something stands there."""
    lines = [f"{key}: {_value(key, value)}" for key, value in values.items()]
    text = "\n".join(["---", *lines, "---", "", "Write here.", ""])
    return _made(root, file, text)


def new_section(root: Path, name: str, values: Mapping[str, str]) -> Path:
    """Write the page of a new section. Raises `Refusal` where something stands there."""
    file = page_file(name).removesuffix(".md") + "/index.md"
    lines = [f"{key}: {_value(key, value)}" for key, value in values.items()]
    return _made(root, file, "\n".join(["---", *lines, "---", ""]))


def _value(key: str, value: str) -> str:
    is_plain = key in ("date", "draft") or re.fullmatch(r"[0-9-]+|true|false|\[\w+\]|/", value)
    return value if is_plain else _yaml(value)


def _made(root: Path, file: str, text: str) -> Path:
    path = root / file
    if not (root / "content").is_dir():
        raise Refusal(f"{root} is no site: it has no content/", "name its folder: --root DIR")
    same = file.removesuffix("/index.md") + ".md" if file.endswith("/index.md") else ""
    for other in (path, root / same if same else path, path.with_suffix("") / "index.md"):
        if os.path.lexists(other):
            raise Refusal(
                f"{other.relative_to(root)} is there already", "change that, or rename it"
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, text)
    return path


def _write(path: Path, text: str) -> None:
    """Write a new file. Raises OSError, also where one is there."""
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _remove(made: list[Path], folder: Path, *, keep: bool) -> None:
    """Take away what was made; what came from elsewhere meanwhile stays."""
    if not keep and folder.is_dir():
        shutil.rmtree(folder, ignore_errors=True)
        return
    for path in reversed(made):
        with suppress(OSError):
            path.unlink(missing_ok=True)
            for parent in path.relative_to(folder).parents:
                if parent.parts:
                    (folder / parent).rmdir()
