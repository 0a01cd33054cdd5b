"""Brings what public lists know of referring hosts up to date.

    python -m policy.public_sources LISTS SPAM

LISTS is a checkout of matomo-org/searchengine-and-social-list and SPAM one of
matomo-org/referrer-spam-list; both are in the public domain (CC0 1.0). Only hosts are kept, by
channel: what a host is called is ours to say (`referrers.toml`).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

__all__ = ["main"]

TARGET = Path(__file__).with_name("public_sources.json")
VIDEO = frozenset({"Niconico", "Twitcast", "Vimeo", "YouTube", "bilibili", "Douyu", "Huya"})
ASSISTANTS = frozenset({"ChatGPT", "Perplexity", "You"})
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.([a-z0-9-]+|\*)")


def main(lists: Path, spam: Path) -> None:
    """Write the file anew."""
    social = _read(lists / "Socials.yml")
    engines = _read(lists / "SearchEngines.yml")
    found = {
        "AI assistants": _hosts(_read(lists / "AIAssistants.yml")),
        "search": _hosts({n: e for n, e in engines.items() if n not in {*social, *ASSISTANTS}}),
        "social": _hosts({name: each for name, each in social.items() if name not in VIDEO}),
        "spam": set((spam / "spammers.txt").read_text("utf-8").split()),
        "video": _hosts({name: each for name, each in social.items() if name in VIDEO}),
    }
    ordered = {channel: sorted(filter(HOST.fullmatch, each)) for channel, each in found.items()}
    TARGET.write_text(json.dumps(ordered, indent=0) + "\n", encoding="utf-8")
    print(", ".join(f"{channel}: {len(hosts)}" for channel, hosts in ordered.items()))


def _read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text("utf-8")))


def _hosts(listed: dict[str, Any]) -> set[str]:
    return {
        url.lower().removeprefix("www.").replace("{}", "*")
        for each in listed.values()
        for url in _urls(each)
        if "/" not in url
    }


def _urls(entry: list[Any]) -> Iterator[str]:
    for each in entry:
        yield from each.get("urls", ()) if isinstance(each, dict) else (each,)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
