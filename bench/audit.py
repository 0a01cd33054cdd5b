"""Leaks and tools: who names which, who cries wolf, and who says that it could not tell.

    python -m bench.audit FOLDER [TOOL ...] [--sites NUMBERS]

Some twenty small sites on this machine (`leaks/sites.py`): one that keeps nothing and one with a
right banner, which are clean, and the second with one leak each. Ours holds each to a register:
what the site with the right banner tells its visitors. The others know lists of trackers, and judge
by what they think is right.

A tool names a leak (●) where it says that something is wrong with the site which it does not say
of the site without the leak. It shows it (◐) where only what it lists besides is another. Who says
of a clean site that something is wrong cries wolf. ? is what it could not tell. All that each said
stands in FOLDER/said.json, and what stands there is not measured again.

`PEERS` names the folder in which the others are installed, as bench/README.md says. The website
evidence collector of the EDPS is left out: npm did not have it.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from bench.leaks.sites import CLEAN, RIGHT, SITES, LeakingSite, served
from bench.leaks.tools import TOOLS, Said, Tool

Told = dict[str, dict[str, Said]]
"""By tool and site."""


def main() -> None:
    """Measure what is not measured yet, and print the table."""
    words = sys.argv[1:]
    sites = SITES
    if "--sites" in words:
        at = words.index("--sites")
        sites = tuple(SITES[int(each)] for each in words[at + 1].split(","))
        del words[at : at + 2]
    folder, *wanted = words
    peers = Path(os.environ.get("PEERS", "peers")).resolve()
    place = Path(folder).resolve()
    place.mkdir(parents=True, exist_ok=True)
    tools = [
        tool
        for each in TOOLS
        if (not wanted or each.name in wanted)
        and (tool := each(place / each.name, peers)).installed()
    ]
    told = read(place / "said.json")
    for tool in tools:
        for site in dict.fromkeys((CLEAN, RIGHT, *sites)):
            if site.name not in told.setdefault(tool.name, {}):
                told[tool.name][site.name] = said = look(tool, site, place)
                print(f"{tool.name}: {site.name}: {said.seconds:.0f} s", file=sys.stderr)
                write(place / "said.json", told)
    print(table(told))


def look(tool: Tool, site: LeakingSite, place: Path) -> Said:
    """What a tool says of a site."""
    with served(site, place) as made:
        return tool.timed(made)


def mark(said: dict[str, Said], site: LeakingSite) -> str:
    """How a tool takes one site."""
    one = said[site.name]
    untold = " ?" if one.untold and not said[RIGHT.name].untold else ""
    if site in (CLEAN, RIGHT):
        return (f"{len(one.wrong)} alarms" if one.wrong else "nothing") + (
            " ?" if one.untold else ""
        )
    if one.wrong - said[RIGHT.name].wrong:
        return "●" + untold
    return ("◐" if one.shown - said[RIGHT.name].shown else "–") + untold


def table(told: Told) -> str:
    """All of it, in Markdown."""
    rows = [["", *told], ["---"] * (len(told) + 1)]
    leaks = [site for site in SITES if site not in (CLEAN, RIGHT)]
    rows += (
        [site.name, *(mark(s, site) if site.name in s else "" for s in told.values())]
        for site in SITES
    )
    for title, sign in (("Named", "●"), ("Only shown", "◐")):
        counts = (
            sum(mark(s, e).startswith(sign) for e in leaks if e.name in s) for s in told.values()
        )
        rows.append([f"{title}, of {len(leaks)}", *map(str, counts)])
    times = (sorted(one.seconds for one in said.values()) for said in told.values())
    rows.append(["Seconds a site, in the middle", *(f"{t[len(t) // 2]:.0f}" for t in times)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def read(file: Path) -> Told:
    """What was measured before."""
    if not file.exists():
        return {}
    kept = json.loads(file.read_text(encoding="utf-8"))
    return {
        tool: {
            site: Said(
                frozenset(one["wrong"]),
                frozenset(one["shown"]),
                tuple(one["untold"]),
                one["seconds"],
            )
            for site, one in said.items()
        }
        for tool, said in kept.items()
    }


def write(file: Path, told: Told) -> None:
    """Keep what was measured."""
    kept = {tool: {site: asdict(one) for site, one in said.items()} for tool, said in told.items()}
    file.write_text(
        json.dumps(kept, default=sorted, indent=1, ensure_ascii=False), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
