"""How many referring hosts of a list that was not read for it get the right name and channel.

    python bench/sources.py REFERERS

REFERERS is `resources/referers.yml` of a checkout of snowplow-referer-parser/referer-parser, which
is no part of this project. Its names are compared where reports have them too; its channels always.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from policy.referrers import ANOTHER, Sources

CHANNELS = {"search": "search", "social": "social", "email": "mail", "chatbot": "AI assistants"}
WORDS = re.compile(r"[^a-z0-9]|com$|ai$|^microsoft|^google(?=gemini)")
ALIKE = {"twitter": "x", "vkontakte": "vk", "brave": "bravesearch", "proton": "protonmail"}
SECTIONS = re.compile(r" (Images|Video|Blogsearch|Product Search)$")
"""What the list calls otherwise, and tells apart where reports do not."""


def main() -> None:
    """Print a line for each channel, and the hosts that are wrong."""
    sources, listed = Sources(), yaml.safe_load(Path(sys.argv[1]).read_text("utf-8"))
    ours = {WORDS.sub("", name.lower()): name for name in sources.names}
    asked, channels, named, right, wrong = Counter(), Counter(), Counter(), Counter(), []
    began = time.perf_counter()
    for medium, channel in CHANNELS.items():
        for name, entry in listed[medium].items():
            for host in {each.split("/")[0] for each in entry["domains"]}:
                source = sources.of(host)
                asked[channel] += 1
                found = sources.channel_of(source)
                # Videos are a channel of their own here.
                as_said = found == channel or (channel == "social" and found == "video")
                channels[channel] += as_said
                if not as_said:
                    wrong.append(f"{host}: {name} ({channel}) is {source}")
                word = WORDS.sub("", SECTIONS.sub("", name).lower())
                if known := ours.get(ALIKE.get(word, word)):
                    named[channel] += 1
                    right[channel] += source == known
                elif as_said and source not in ANOTHER.values():
                    wrong.append(f"{host}: {name} is {source}")
    spent = (time.perf_counter() - began) / sum(asked.values()) * 1e6
    print("| Channel | Hosts | Channel right | With our name | Name right |\n|---|---|---|---|---|")
    for channel, number in asked.items():
        share = f"{right[channel] / max(1, named[channel]):.1%}"
        part = f"{channels[channel] / number:.1%}"
        print(f"| {channel} | {number} | {part} | {named[channel]} | {share} |")
    print(f"{len(sources.names)} names; {spent:.1f} µs a host")
    print("\n".join(wrong))


if __name__ == "__main__":
    main()
