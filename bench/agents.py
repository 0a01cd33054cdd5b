"""How well headers are read: people's browsers, systems' devices, and programs that look like them.

    python bench/agents.py FOLDER ...

Each folder is a checkout of a public collection of headers: matomo-org/device-detector,
WhichBrowser/Parser-PHP, ua-parser/uap-core, omrilotan/isbot or monperrus/crawler-user-agents.
Nothing of them is part of this project. The rules were drawn while looking at half of each, chosen
by a digest of the header; the figures that count are those of the other half (`--seen` shows the
half that was looked at, with what goes wrong in it).

Only headers that a page's script could be sent with are asked about: those that begin with
"Mozilla/" or "Opera/". Programs that do not are refused without being read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from analytics.visits.agent_patterns import FAMILIES
from analytics.visits.user_agents import BROWSERS, Hints, agent_of, prepare

BROWSER_LIKE = ("Mozilla/", "Opera/")
PHONE, TABLET, DESKTOP, TELEVISION, OTHER = "Phone", "Tablet", "Desktop", "Television", "Other"
DEVICES = {
    "smartphone": PHONE,
    "phablet": PHONE,
    "feature phone": PHONE,
    "mobile": PHONE,
    "tablet": TABLET,
    "desktop": DESKTOP,
    "tv": TELEVISION,
    "television": TELEVISION,
}
"""What the collections call a device. All they name besides is "Other"; "" is nothing said."""

NAMES = {
    "Android Browser": "Android Browser",
    "Chrome Dev": "Chrome",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Webview": "Chrome",
    "Chromium": "Chrome",
    "DuckDuckGo Privacy Browser": "DuckDuckGo",
    "Firefox Mobile": "Firefox",
    "Firefox Mobile iOS": "Firefox",
    "Firefox Focus": "Firefox",
    "HeyTapBrowser": "HeyTap Browser",
    "Oppo Browser": "HeyTap Browser",
    "OPPO Browser": "HeyTap Browser",
    "MIUI Browser": "Mi Browser",
    "Vivo Browser": "vivo Browser",
    "Huawei Browser Mobile": "Huawei Browser",
    "IE Mobile": "Internet Explorer",
    "Microsoft Edge": "Edge",
    "Mobile Internet Explorer": "Internet Explorer",
    "Mobile Safari": "Safari",
    "Mobile Silk": "Amazon Silk",
    "Silk": "Amazon Silk",
    "Opera Devices": "Opera",
    "Opera Mini": "Opera",
    "Opera Mini iOS": "Opera",
    "Opera Mobile": "Opera",
    "Opera Next": "Opera",
    "Opera Touch": "Opera",
    "Opera GX": "Opera",
    "QQ Browser Mini": "QQ Browser",
    "QQ Browser Lite": "QQ Browser",
    "Samsung Browser": "Samsung Internet",
    "Samsung Browser Lite": "Samsung Internet",
    "UC Browser HD": "UC Browser",
    "UC Browser Mini": "UC Browser",
    "UC Browser Turbo": "UC Browser",
    "Whale Browser": "Whale",
    "Naver Whale": "Whale",
    "Yandex Browser Lite": "Yandex Browser",
}
"""What a collection calls a browser, where our list calls it something else."""


@dataclass(frozen=True, slots=True)
class Case:
    """A header with what its collection says of it; "" is nothing, `program` None unknown."""

    collection: str
    header: str
    program: bool | None
    device: str = ""
    browser: str = ""
    hints: dict[str, str] = field(default_factory=dict)


def cases(folder: Path) -> Iterator[Case]:
    """All cases of one collection, told by what lies in its folder."""
    if (folder / "Tests/fixtures").is_dir():
        yield from _device_detector(folder / "Tests/fixtures")
    elif (folder / "tests/data").is_dir():
        yield from _which_browser(folder / "tests/data")
    elif (folder / "fixtures/crawlers.yml").is_file():
        yield from _isbot(folder / "fixtures")
    elif (folder / "crawler-user-agents.json").is_file():
        for each in json.loads((folder / "crawler-user-agents.json").read_text("utf-8")):
            for header in each["instances"]:
                yield Case("crawler-user-agents", header, True)
    elif (folder / "tests/test_ua.yaml").is_file():
        for each in _yaml(folder / "tests/test_ua.yaml")["test_cases"]:
            yield Case(
                "uap-core",
                each["user_agent_string"],
                None,
                browser=FAMILIES.get(each["family"], each["family"]),
            )
    else:
        sys.exit(f"{folder}: none of the collections that are known")


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _device_detector(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.glob("*.yml")):
        for each in _yaml(path):
            hints = {name: str(value) for name, value in (each.get("headers") or {}).items()}
            header = hints.get("User-Agent") or each["user_agent"]
            if "bot" in each:
                yield Case("device-detector", header, True, hints=hints)
                continue
            client = each.get("client") or {}
            kind = (each.get("device") or {}).get("type") or ""
            yield Case(
                "device-detector",
                header,
                False if client.get("type") == "browser" else None,
                DEVICES.get(kind, OTHER) if kind else "",
                client["name"] if client.get("type") == "browser" else "",
                hints,
            )


def _which_browser(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.rglob("*.yaml")):
        for each in _yaml(path) or ():
            sent = each["headers"]
            if isinstance(sent, str):
                sent = dict([sent.split(": ", 1)])
            result = each.get("result") or {}
            kind = (result.get("device") or {}).get("type") or ""
            browser = result.get("browser") or {}
            if "User-Agent" not in sent or set(sent) - {"User-Agent"}:
                continue  # Other headers of 2012, by which operators' proxies told what they hid.
            if kind == "bot":
                yield Case("WhichBrowser", sent["User-Agent"], True)
                continue
            person = browser.get("type") == "browser"
            yield Case(
                "WhichBrowser",
                sent["User-Agent"],
                False if person else None,
                DEVICES.get(kind, OTHER) if kind else "",
                browser.get("name", "") if person else "",
            )


def _isbot(folder: Path) -> Iterator[Case]:
    for name, program in (("crawlers", True), ("browsers", False)):
        for headers in _yaml(folder / f"{name}.yml").values():
            for header in headers or ():
                yield Case("isbot", header, program)


def is_held_out(header: str) -> bool:
    """Whether a header is of the half that no rule was drawn from."""
    return hashlib.sha256(header.encode()).digest()[0] % 2 == 1


@dataclass
class Tally:
    """What came out for one collection."""

    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    confused: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    def note(self, question: str, truth: str, answer: str, header: str) -> None:
        """One question's answer."""
        self.asked[question] += 1
        if truth == answer:
            self.right[question] += 1
        else:
            key = question, truth, answer
            self.confused[key] += 1
            self.examples.setdefault(key, []).append(header)


def ask(case: Case, tally: Tally) -> None:
    """Put one case to the code, and note what it said."""
    agent = agent_of(case.header, Hints.of(case.hints))
    if case.program is not None:
        question = "programs recognized" if case.program else "people kept"
        truth = "program" if case.program else "person"
        tally.note(question, truth, "program" if agent is None else "person", case.header)
    if agent is None or case.program:
        return
    if case.device:
        tally.note("device", case.device, agent.device, case.header)
    if case.browser:
        name = NAMES.get(case.browser, case.browser)
        tally.note("browser", name if name in BROWSERS else OTHER, agent.browser, case.header)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--seen", action="store_true", help="the half that rules were drawn from")
    parser.add_argument("--most", type=int, default=12, help="confusions to show of a question")
    parser.add_argument("--examples", type=int, default=0, help="headers to show of each")
    options = parser.parse_args()
    began = time.perf_counter()
    prepare()
    print(f"parser made in {time.perf_counter() - began:.2f} s")
    tallies: dict[str, Tally] = {}
    asked: list[str] = []
    for folder in options.folders:
        for header, case in {each.header: each for each in cases(folder)}.items():
            if header.startswith(BROWSER_LIKE) and is_held_out(header) != options.seen:
                ask(case, tallies.setdefault(case.collection, Tally()))
                asked.append(header)
    for collection, tally in tallies.items():
        show(collection, tally, options.most, options.examples)
    cost(asked)


def show(collection: str, tally: Tally, most: int, examples: int) -> None:
    """One collection's shares, then what was taken for what."""
    print(f"\n## {collection}\n\n| Question | Headers | Right |\n|---|---|---|")
    for question, number in sorted(tally.asked.items()):
        print(f"| {question} | {number} | {tally.right[question] / number:.2%} |")
    for question in sorted(tally.asked):
        wrong = [each for each in tally.confused.most_common() if each[0][0] == question]
        if wrong:
            print(f"\n| {question}: is | was taken for | headers |\n|---|---|---|")
        for (_, truth, answer), number in wrong[:most]:
            print(f"| {truth} | {answer} | {number} |")
            for header in tally.examples[question, truth, answer][:examples]:
                print(f"    {header}")


def cost(headers: list[str]) -> None:
    """Microseconds for a header that was never seen before."""
    spent = []
    for header in headers[:: max(1, len(headers) // 2_000)]:
        began = time.thread_time()
        agent_of(header)
        spent.append((time.thread_time() - began) * 1e6)
    if spent:
        spent.sort()
        print(f"\n{len(headers)} headers; each {statistics.median(spent):.0f} µs in the middle,")
        print(f"{spent[int(len(spent) * 0.99)]:.0f} µs for the slowest hundredth")


if __name__ == "__main__":
    main()
