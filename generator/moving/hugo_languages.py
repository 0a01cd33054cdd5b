"""The languages of a site of Hugo: where the pages of each are, and where they stand in the new
site."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from generator.content.urls import is_reserved
from generator.moving.by_hand import ByHand
from generator.moving.hugo_config import of_language
from generator.moving.hugo_folders import content_folder, own_folder
from generator.moving.old_site import OtherLanguage, origin_and_base
from generator.moving.source import files_below, one_line, truth, without_tags
from policy.languages import Language, folder_of, usual_tag

__all__ = ["OldLanguage", "languages_of", "own_origins", "parted", "said_of", "tell_words"]

_ENDING = re.compile(r"^(.+)\.([A-Za-z0-9_-]+)(\.(?:md|markdown|html))$", re.IGNORECASE)
_OFF = "a language is switched off: its pages did not come over"
_NO_TAG = "a language has no tag that a browser knows: its pages did not come over"
_RESERVED = "a language has the address of the service: its pages did not come over"
_TWICE = "a language has the tag of another: its pages did not come over"
_WORDS = "words of the old templates are to be said in site/locale/, where new ones say them"
_ORIGIN = "a language had an origin of its own: lead its addresses to the new ones"


@dataclass(frozen=True, slots=True)
class OldLanguage:
    """One of them: its `key` in the configuration, the `tag` of the new site, the `content` folder
    with its pages, the configuration as it holds for it; and where its pages stood (`home`) and
    stand (`prefix`): "/fr", or "" for the root."""

    key: str
    tag: str
    content: str
    config: dict[str, Any]
    home: str
    prefix: str


def languages_of(root: Path, config: dict[str, Any], by_hand: ByHand) -> list[OldLanguage]:
    """Those whose pages come over, the default one first. Raises `Unread` without a folder for
    that."""
    default = str(config.get("defaultcontentlanguage") or "en").lower()
    content = content_folder(root, config, default)
    is_below = truth(config.get("defaultcontentlanguageinsubdir")) and bool(config["languages"])
    tag = usual_tag(default) or "en"
    first = OldLanguage(
        default, tag, content, of_language(config, default), f"/{default}" if is_below else "", ""
    )
    return [first, *_others(root, config, first, by_hand)]


def own_origins(config: Mapping[str, Any], languages: Iterable[OldLanguage]) -> dict[str, str]:
    """The origins that languages have of their own, and where their pages are taken to have stood
    on that of the default one."""
    given = ((each, config["languages"][each.key].get("baseurl")) for each in languages)
    found = ((origin_and_base(str(url))[0], each.home) for each, url in given if url)
    return {origin: home for origin, home in found if origin}


def tell_words(root: Path, languages: Iterable[OldLanguage], by_hand: ByHand) -> None:
    """Tell of what the old templates said in the languages that come over."""
    keys = {each.key for each in languages}
    for name in files_below(root, "i18n"):
        if PurePosixPath(name).name.partition(".")[0].lower() in keys:
            by_hand.add(_WORDS, name)


def _others(
    root: Path, config: dict[str, Any], default: OldLanguage, by_hand: ByHand
) -> Iterator[OldLanguage]:
    off = config.get("disablelanguages")
    off = [str(each).lower() for each in off] if isinstance(off, list) else []
    taken = {default.tag}
    for key, said in sorted(config["languages"].items(), key=_weight):
        if key == default.key:
            continue
        tags = (key, said.get("languagecode"), said.get("locale"))
        tag = next(filter(None, (usual_tag(str(each).replace("_", "-")) for each in tags)), "")
        if key in off or truth(said.get("disabled")):
            by_hand.add(_OFF, "the configuration", 0, key)
        elif not tag:
            by_hand.add(_NO_TAG, "the configuration", 0, key)
        elif is_reserved(f"/{folder_of(tag)}/"):
            by_hand.add(_RESERVED, "the configuration", 0, key)
        elif tag in taken:
            by_hand.add(_TWICE, "the configuration", 0, key)
        else:
            taken.add(tag)
            prefix = f"/{folder_of(tag)}"
            if origin := said.get("baseurl"):
                by_hand.add(_ORIGIN, "the configuration", 0, f"{origin} -> {prefix}/")
            content = own_folder(root, config, key) or default.content
            yield OldLanguage(key, tag, content, of_language(config, key), f"/{key}", prefix)


def _weight(item: tuple[str, Mapping[str, Any]]) -> tuple[bool, float, str]:
    """The order of a language: those without a weight come last."""
    weight = item[1].get("weight")
    number = float(weight) if isinstance(weight, int | float) else 0.0
    return not number, number, item[0]


def parted(path: str, keys: Collection[str]) -> tuple[str, str]:
    """The path of a page without the language that its name ends in, and the key of that: "" where
    it names none of them."""
    found = _ENDING.match(path)
    if found and found[2].lower() in keys:
        return found[1] + found[3], found[2].lower()
    return path, ""


def said_of(language: OldLanguage, default: OldLanguage, said: Mapping[str, Any]) -> OtherLanguage:
    """What the new site says of one that is not the default."""
    found: dict[str, Any] = {}
    if label := one_line(said.get("languagename") or said.get("label")):
        found["label"] = label
    direction = str(said.get("languagedirection") or said.get("direction") or "").lower()
    if direction in ("ltr", "rtl"):
        found["direction"] = direction
    code = said.get("languagecode") or said.get("locale") or ""
    locale = usual_tag(str(code).replace("_", "-"))
    if locale and locale != language.tag:
        found["locale"] = locale
    for key, of in (("name", _title), ("description", _description)):
        if (value := of(language.config)) and value != of(default.config):
            found[key] = value
    return OtherLanguage(language.tag, dict(_valid(found)))


def _valid(said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What the settings can hold."""
    for key, value in said.items():
        with suppress(ValidationError):
            Language.model_validate({key: value})
            yield key, value


def _title(config: Mapping[str, Any]) -> str:
    return one_line(config.get("title"))


def _description(config: Mapping[str, Any]) -> str:
    given = config.get("params")
    return without_tags(one_line(given.get("description"))) if isinstance(given, dict) else ""
