"""The pages of a site of Hugo in each of its languages, and those that it makes by itself."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.moving.by_hand import ByHand
from generator.moving.hugo_addresses import PAGE, joined
from generator.moving.hugo_folders import second_folders
from generator.moving.hugo_languages import OldLanguage, parted
from generator.moving.old_site import without_list
from generator.moving.source import Source, Unread, files_below, read_source, truth

__all__ = ["is_rendered", "pages_of", "translated"]

_OTHER_MARKUP = re.compile(r"\.(?:org|adoc|asciidoc|ad|rst|pdc|pandoc|mmark)$", re.IGNORECASE)


def pages_of(
    root: Path, config: Mapping[str, Any], languages: Sequence[OldLanguage], by_hand: ByHand
) -> dict[str, list[Source]]:
    """Those of each language, by its key."""
    found: defaultdict[str, list[Source]] = defaultdict(list)
    by_folder: dict[str, OldLanguage] = {}
    keys = {*config["languages"], languages[0].key}
    for each in languages:
        by_folder.setdefault(each.content, each)
    for folder, language in by_folder.items():
        for name in files_below(root, folder):
            # A folder of one language may stand in that of another.
            nearest = max((each for each in by_folder if _is_in(name, each)), key=len)
            if nearest == folder and (page := _read(root, name, config, by_hand)):
                page.inside, key = parted(posixpath.relpath(name, folder), keys)
                if _place(page, languages, key or language.key):
                    found[key or language.key].append(page)
    for folder in second_folders(config, [each.key for each in languages], by_folder):
        for name in filter(PAGE.search, files_below(root, folder)):
            by_hand.add("a page in a second folder of pages did not come over", name)
    for language in languages:
        if pages := found[language.key]:
            pages += _made(config, language, pages)
            pages.sort(key=lambda page: page.path)
    return {key: pages for key, pages in found.items() if pages}


def _is_in(name: str, folder: str) -> bool:
    return name.startswith(f"{folder}/")


def _read(root: Path, name: str, config: Mapping[str, Any], by_hand: ByHand) -> Source | None:
    if name.endswith("_content.gotmpl"):
        by_hand.add("a program made pages, which did not come over", name)
    if not PAGE.search(name):
        if _OTHER_MARKUP.search(name):
            by_hand.add("a page that is not in Markdown did not come over", name)
        return None
    try:
        page = read_source(root, name)
    except Unread as error:
        by_hand.add(f"a page could not be read: {error}", name)
        return None
    if name.endswith(".html") and not page.front:
        return None  # A file as it stands.
    return page


def _place(page: Source, languages: Sequence[OldLanguage], key: str) -> bool:
    """Say where the language of a page stands; whether that comes over, which is told of it."""
    for each in languages:
        if each.key == key:
            _say(page, each)
            return True
    return False


def _say(page: Source, language: OldLanguage) -> None:
    page.home, page.prefix = language.home, language.prefix
    folder = joined(posixpath.dirname(page.inside).split("/"))
    page.folders = tuple(dict.fromkeys((f"{page.home}{folder}", folder)))


def _made(
    config: Mapping[str, Any], language: OldLanguage, pages: Sequence[Source]
) -> Iterator[Source]:
    """The pages that Hugo makes by itself: of a folder, where its pages stay in it, and the home
    page of a language."""
    disabled = config.get("disablekinds")
    has_lists = not (isinstance(disabled, list) and "section" in disabled)
    keys = {*config["languages"]} if len(config["languages"]) > 1 else set()
    found = without_list([page.inside for page in pages]) if has_lists else []
    # Where a language has its home page, the list of a folder had none.
    names = [each for each in found if each.lower() not in keys]
    inside = {page.inside.rpartition(".")[0] for page in pages}
    if language.prefix and not inside & {"index", "_index"}:
        names.append("")
    taken = {page.path for page in pages}
    for name in names:
        title = {} if name else {"title": str(language.config.get("title") or language.tag)}
        inside_of = posixpath.join(name, "_index.md")
        made = Source(f"{language.content}/{inside_of}", title, "", inside=inside_of)
        if language.prefix and made.path not in taken:
            made.path = f"{made.path.removesuffix('.md')}.{language.key}.md"
        _say(made, language)
        yield made


def is_rendered(root: Path, content: str, page: Source) -> bool:
    """Whether a page had an address: parts of others have none."""
    if truth(page.front.get("headless")):
        return False
    build = page.front.get("build") or page.front.get("_build")
    build = build or page.inherited.get("build") or page.inherited.get("_build")
    render = build.get("render") if isinstance(build, dict) else None
    if render in (False, "never", "false", "link"):
        return False
    # Within the folder of a page, others are its resources.
    folder, name = posixpath.split(page.path)
    while folder.startswith(f"{content}/"):
        if not name.startswith(("index.", "_index.")) and any(
            (root / folder / f"index{kind}").is_file() for kind in (".md", ".html")
        ):
            return False
        if (root / folder / "_index.md").is_file():
            break
        folder, name = posixpath.dirname(folder), posixpath.basename(folder)
    return True


def translated(pages: Mapping[str, Sequence[Source]], default: str) -> None:
    """Tell pages what they translate: that of their path, or of their `translationKey`, in the
    default language."""
    originals: dict[str, Source] = {}
    for page in pages.get(default, ()):
        originals.setdefault(_key(page), page)
    for key, each in pages.items():
        for page in each if key != default else ():
            if original := originals.get(_key(page)):
                page.original = original.file
                # What stands beside a page is that of its translations, too.
                page.folders = (*page.folders, *original.folders)


def _key(page: Source) -> str:
    given = page.front.get("translationkey")
    return f"={given}" if given else re.sub(r"(?:^|/)_?index$", "", page.inside.rpartition(".")[0])
