"""How exact the table of countries is, how large, and what a look-up costs.

    python bench/countries.py IPV4.csv IPV6.csv [IPV4.csv IPV6.csv ...]

Each pair of files is another public table, which ours was not made of: rows of first and last
address and country. Addresses are drawn from what the first of them gives to a country: best one
of what registries gave out. Of IPv4 each is as likely as any other, of IPv6 each /32 of a row (at
most 4,096 of it). Of the last two it is also told where they agree with each other.
"""

from __future__ import annotations

import csv
import random
import sys
import time
import tracemalloc
from bisect import bisect_right
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from analytics.visits.countries import EMBEDDED, Countries
from policy.country_codes import UNKNOWN, codes

Ranges = list[tuple[int, int, str]]
MANY = 200_000
MOST_32S = 4_096
"""Of a row: without that, half of all addresses would be those of the ten largest."""


def main() -> None:
    """Print what was found."""
    random.seed(7)
    table, paths = _measured(), [*map(Path, sys.argv[1:])]
    others = [tuple(map(_ranges, pair)) for pair in zip(paths[::2], paths[1::2], strict=True)]
    for version, kind in enumerate((IPv4Address, IPv6Address)):
        asked = _drawn(others[0][version], version)
        ours = [table.of(str(kind(each))) for each in asked]
        theirs = [list(map(_looker(other[version]), asked)) for other in others]
        agreed = [_share(ours, each) for each in theirs]
        print(
            f"{kind.__name__}: unknown {ours.count(UNKNOWN) / MANY:.1%};", *agreed, "agree with it"
        )
        if len(theirs) > 1:
            one, other = theirs[-2:]
            both = [at for at in range(MANY) if one[at] == other[at]]
            right = sum(ours[at] == one[at] for at in both) / len(both)
            print(f"  the last two with each other {len(both) / MANY:.1%}; there, ours {right:.1%}")


def _measured() -> Countries:
    tracemalloc.start()
    began = time.perf_counter()
    table = Countries.read(EMBEDDED)
    spent = time.perf_counter() - began
    kept = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    began = time.perf_counter()
    Countries.read(EMBEDDED)
    spent = time.perf_counter() - began
    size = EMBEDDED.stat().st_size
    print(f"{table.told}: {size:,} bytes, read in {spent * 1e3:.0f} ms, {kept:.1f} MB of memory")
    for kind, bits in ((IPv4Address, 32), (IPv6Address, 128)):
        asked = [str(kind(random.getrandbits(bits))) for _ in range(MANY)]
        began = time.perf_counter()
        for each in asked:
            table.of(each)
        print(f"{kind.__name__}: {(time.perf_counter() - began) / MANY * 1e6:.1f} µs a look-up")
    return table


def _ranges(path: Path) -> Ranges:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            (_number(first), _number(last), country) for first, last, country in csv.reader(file)
        ]
    return sorted((each for each in rows if each[2] in codes()), key=lambda row: (row[0], -row[1]))


def _number(written: str) -> int:
    return int(written) if written.isdecimal() else int(ip_address(written))


def _drawn(ranges: Ranges, version: int) -> list[int]:
    weights = [
        min(MOST_32S, ((last - first) >> 96) + 1) if version else last - first + 1
        for first, last, _ in ranges
    ]
    chosen = random.choices(ranges, cum_weights=list(accumulate(weights)), k=MANY)
    return [random.randint(first, last) for first, last, _ in chosen]


def _looker(ranges: Ranges) -> Callable[[int], str]:
    starts = [first for first, _, _ in ranges]

    def look(address: int) -> str:
        at = bisect_right(starts, address) - 1
        return ranges[at][2] if at >= 0 and address <= ranges[at][1] else UNKNOWN

    return look


def _share(ours: list[str], theirs: list[str]) -> str:
    return f"{sum(a == b for a, b in zip(ours, theirs, strict=True)) / MANY:.1%}"


if __name__ == "__main__":
    main()
