"""Files of the old site: their front matter, whichever way it is written, and their text."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from generator.moving.by_hand import ByHand
from policy.site_files import read_file

__all__ = [
    "Source",
    "Unread",
    "files_below",
    "none_read",
    "one_line",
    "read_config",
    "read_data",
    "read_source",
    "read_text",
    "truth",
    "without_tags",
]

LARGEST = 5_000_000
"""Bytes of a page. Nobody writes more by hand."""

_UNREAD = "a page could not be read"
_FENCES = {"---": "yaml", "+++": "toml"}


class Unread(Exception):
    """A file that cannot be taken over, and why."""


@dataclass(slots=True)
class Source:
    """A page of the old site: `path` in its folder, `front` and `text`, which begins in the line
    `first` (from 1). `url` is the address that it had, `file` where it goes."""

    path: str
    front: dict[str, Any]
    text: str
    first: int = 1
    url: str = ""
    file: str = ""
    layout: str = ""
    folders: tuple[str, ...] = ("/",)
    """The addresses of the folder of its file, where people look for what lies beside it."""

    prefix: str = ""
    """Where pages in its language stand in the new site, "/es"; "" in the default language."""

    home: str = ""
    """Where they stood in the old one, without a slash at the end."""

    inside: str = ""
    """Its path in the folder of all pages in its language, without what says the language."""

    original: str = ""
    """The file of the page that it translates."""

    aliases: list[str] = field(default_factory=list)
    inherited: dict[str, Any] = field(default_factory=dict)
    """What the pages above it say for all that is below them."""

    listed: str = ""
    """The address of the page of the old site that listed it, as far as one did by itself."""

    section: str = ""
    """The address of the list that has it in the new site, where that is not the one of its
    folder."""

    feed_id: str = ""
    """What feed readers know it by, where that is not its address."""

    used: set[str] = field(default_factory=set)
    """The keys of which the reader of the old site made use."""

    leads: set[str] = field(default_factory=set)
    """The new addresses to which its text leads."""

    terms: dict[str, list[str]] = field(default_factory=dict)
    """What it is sorted by, by the name of the taxonomy."""

    @property
    def is_draft(self) -> bool:
        """Whether it says that it is not to be published."""
        return truth(self.front.get("draft")) or self.front.get("published") in (False, "false")

    @property
    def is_list(self) -> bool:
        """Whether it stands for all pages of its folder in the new site."""
        return self.file.endswith("/index.md")

    @property
    def translation_of(self) -> str:
        """The page that it translates, where its own file is called otherwise."""
        plain = self.file.removeprefix(f"content{self.prefix}/")
        named = self.original.removeprefix("content/")
        return named if named != plain else ""

    @property
    def is_home(self) -> bool:
        """Whether it is the home page of its language."""
        return self.file == f"content{self.prefix}/index.md"

    @property
    def is_not_found(self) -> bool:
        """Whether it is the page that is shown where there is none."""
        return self.file == f"content{self.prefix}/404.md"

    def line(self, at: int) -> int:
        """The line in which the character `at` of the text stands."""
        return self.first + self.text.count("\n", 0, at)


def one_line(value: object) -> str:
    """A value in one line, without what no page can hold."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", str(value))
    return " ".join(text.split())


def without_tags(words: str) -> str:
    """Words in one line, without the HTML around them."""
    return " ".join(re.sub(r"<[^<>]*>", "", re.sub(r"<(?:br|/p)\b", " <", words)).split())


def truth(value: object) -> bool:
    """Whether a value says yes."""
    return value is True or str(value).lower() in ("true", "yes", "on")


def read_source(root: Path, name: str) -> Source:
    """Read a page. Raises `Unread`."""
    path = root / name
    try:
        if not path.resolve().is_relative_to(root.resolve()):
            raise Unread("a link that leads out of the site")
        data = read_file(path)
    except (OSError, RuntimeError) as error:
        raise Unread(f"it cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > LARGEST:
        raise Unread(f"larger than {LARGEST // 1_000_000} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unread("not UTF-8 text") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return _split(name, text)


def _split(name: str, whole: str) -> Source:
    """A page of a text. Hugo reads front matter behind empty lines, Jekyll one that `...` ends."""
    text = whole.lstrip()
    before = whole.count("\n", 0, len(whole) - len(text))
    first, _, rest = text.partition("\n")
    if kind := _FENCES.get(first.rstrip()):
        last = r"(?:---|\.\.\.)" if kind == "yaml" else r"\+\+\+"
        found = re.search(rf"^{last}[ \t]*$\n?", rest, re.MULTILINE)
        if not found:
            raise Unread("its front matter has no end")
        front = _front(rest[: found.start()], kind)
        lines = before + 2 + rest.count("\n", 0, found.end())
        return Source(name, front, rest[found.end() :], lines)
    if text.startswith("{"):
        try:
            front, end = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            return Source(name, {}, whole)
        lines = before + 1 + text.count("\n", 0, end) + 1
        return Source(name, _keys(front), text[end:].lstrip("\n"), lines)
    return Source(name, {}, whole)


def _front(text: str, kind: str) -> dict[str, Any]:
    try:
        value = tomllib.loads(text) if kind == "toml" else _yaml(text)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise Unread(f"its front matter cannot be read: {str(error).splitlines()[0]}") from None
    return _keys(value)


def _yaml(text: str) -> Any:
    # An alias that multiplies could fill the memory, and no page needs one.
    if len(re.findall(r"(?:^|[\s\[,])\*\w+", text)) > 100:
        raise ValueError("it repeats itself")
    return yaml.load(text, Loader=_Loader)  # noqa: S506  (a safe one, see below)


class _Loader(yaml.SafeLoader):
    """Plain values, and dates as they are written: one that does not exist must not end it."""


_Loader.add_constructor(
    "tag:yaml.org,2002:timestamp",
    lambda loader, node: str(loader.construct_scalar(node)),  # type: ignore[arg-type]  # a scalar
)


def _keys(value: Any) -> dict[str, Any]:
    """Keys in small letters, as both systems find them."""
    if not isinstance(value, dict):
        return {}
    return {str(key).lower(): each for key, each in value.items()}


def read_data(root: Path, *names: str) -> dict[str, Any]:
    """The first of these files that is there, as TOML, YAML or JSON by its ending; else nothing."""
    for name in names:
        path = root / name
        if not path.is_file():
            continue
        try:
            text = read_file(path).decode("utf-8-sig")
            if name.endswith(".toml"):
                return tomllib.loads(text)
            found = json.loads(text) if name.endswith(".json") else _yaml(text)
        except (OSError, ValueError, yaml.YAMLError, RecursionError):
            continue
        return found if isinstance(found, dict) else {"": found}
    return {}


def read_text(path: Path) -> str:
    """What stands in a file, as far as it is text; "" where it cannot be read."""
    try:
        return read_file(path).decode("utf-8-sig", errors="replace") if path.is_file() else ""
    except OSError:
        return ""


def read_config(root: Path, by_hand: ByHand, *names: str) -> dict[str, Any]:
    """The configuration, as `read_data` reads it. One that cannot be read is told."""
    found = read_data(root, *names)
    there = next((name for name in names if (root / name).is_file()), "")
    if there and not found:
        by_hand.add("the configuration could not be read, so nothing of it came over", there)
    return found


def none_read(by_hand: ByHand, otherwise: str) -> Unread:
    """Why there is no page."""
    causes = (cause for cause, _ in by_hand.causes if cause.startswith(_UNREAD))
    return Unread(next(causes, otherwise))


def files_below(root: Path, folder: str) -> Iterator[str]:
    """Every ordinary file below a folder, relative to `root`, in order; no link is followed."""
    base = root / folder
    if not base.is_dir() or base.is_symlink():
        return
    waiting = [base]
    while waiting:
        here = waiting.pop()
        try:
            entries = sorted(here.iterdir(), reverse=True)
        except OSError:
            continue
        for path in entries:
            try:
                path.name.encode()
            except UnicodeEncodeError:
                continue
            if path.is_dir() and not path.is_symlink():
                waiting.append(path)
            elif path.is_file() and not path.is_symlink():
                yield path.relative_to(root).as_posix()
