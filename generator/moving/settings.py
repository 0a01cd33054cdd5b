"""What the old site says of itself, in the settings of the new one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import tomli_w

from generator.moving.by_hand import ByHand
from generator.moving.lists import in_order_of_days
from generator.moving.old_site import OldSite
from generator.moving.paged import paged_folders
from generator.moving.source import without_tags

__all__ = ["plain", "write_settings"]

_HOME = "templates/home.html"


def write_settings(old: OldSite, into: Path, zone: ZoneInfo, feed: str, by_hand: ByHand) -> None:
    """Write who it is, in which language and zone, how it is sorted, and the section that has the
    feed, "" for none, which the template of the home page shows."""
    path = into / "site/settings.toml"
    text = path.read_text(encoding="utf-8")
    line = f'feed = "{feed}"\n' if feed else ""
    text = re.sub(r'^feed = ".*"\n', line, text, flags=re.MULTILINE)
    text = re.sub(r'^language = ".*"', f'language = "{plain(old.language)}"', text, flags=re.M)
    text = re.sub(r'^timezone = ".*"', f'timezone = "{zone.key}"', text, flags=re.MULTILINE)
    if old.description:
        line = tomli_w.dumps({"description": without_tags(old.description)}).strip()
        text = re.sub(r"^description = .*", lambda _: line, text, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")
    if feed:
        home = into / _HOME
        shown = home.read_text(encoding="utf-8").replace('"/news/"', f'"/{feed}/"')
        home.write_text(shown, encoding="utf-8")
    if old.taxonomies:
        size = {"page_size": old.page_size} if old.page_size else {}
        declared = {"taxonomy": [{**each.declared, **size} for each in old.taxonomies]}
        (into / "site/taxonomies.toml").write_text(tomli_w.dumps(declared), encoding="utf-8")
    sections: dict[str, dict[str, Any]] = {
        each: {"folder": each, "sort": "date"} for each in sorted(in_order_of_days(old))
    }
    for each in paged_folders(old, feed):
        sections.setdefault(each, {"folder": each})["page_size"] = old.page_size
    if sections:
        text = tomli_w.dumps({"section": list(sections.values())})
        (into / "site/sections.toml").write_text(text, encoding="utf-8")
    if old.others:
        said = {each.tag: each.said for each in old.others}
        text = path.read_text(encoding="utf-8").rstrip("\n")
        text = f"{text}\n\n{tomli_w.dumps({'languages': said})}"
        path.write_text(text, encoding="utf-8")
    by_hand.add("who runs the site is not known", "site/settings.toml", 0, "[organization]")


def plain(text: str) -> str:
    """Words that can stand between two quotation marks."""
    return re.sub(r'[\x00-\x1f"\\]', " ", text)
