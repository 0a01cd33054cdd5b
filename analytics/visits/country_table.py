"""Makes the table of `countries` from a public one, in CSV: first and last address, country.

Where ranges lie within each other, the inner one holds. What the registries of IANA set apart for
no network of anybody's is taken out, whatever the public table says. Of a /24 (IPv6: a /48) that
several countries share, the one with the most addresses has it all. The same files make the same
bytes.
"""

from __future__ import annotations

import csv
import json
import lzma
import sys
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address, ip_network
from itertools import chain, pairwise
from pathlib import Path

from analytics.visits.countries import FORMAT, IPV4_BITS, IPV6_BITS
from policy.country_codes import UNKNOWN, codes

__all__ = ["BadRow", "Run", "made_of", "packed", "runs_of"]

Row = tuple[int, int, str]
"""The first and last address of a range, and its country."""

Run = tuple[int, str]
"""Where a run begins, and whose it is up to where the next begins."""

SPECIAL_IPV4 = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
)  # fmt: skip
SPECIAL_IPV6 = (
    "::/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "4000::/2", "8000::/1",
)  # fmt: skip
"""https://www.iana.org/assignments/iana-ipv4-special-registry/ and its sister for IPv6: private,
loopback, documentation, multicast, tunnels, and what is not given out."""


class BadRow(ValueError):
    """A row that is none: its file and number."""

    def __init__(self, path: Path, number: int) -> None:
        self.path, self.number = path, number
        super().__init__(path, number)


def made_of(ipv4: Path, ipv6: Path, told: str) -> bytes:
    """The table of two files. Raises OSError, BadRow, UnicodeDecodeError and csv.Error."""
    one = runs_of(_rows(ipv4, 4), SPECIAL_IPV4, IPV4_BITS, 32)
    other = runs_of(_rows(ipv6, 6), SPECIAL_IPV6, IPV6_BITS, 128)
    return packed(one, other, told)


def _rows(path: Path, version: int) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file), start=1):
            try:
                first, last, country = row
                one, other = (_number(each, version) for each in (first, last))
            except ValueError:
                raise BadRow(path, number) from None
            if not one <= other < 1 << (32 if version == 4 else 128):
                raise BadRow(path, number)
            yield one, other, country if country in codes() else UNKNOWN


def _number(written: str, version: int) -> int:
    if written.isdecimal():
        return int(written)
    address = ip_address(written)
    if address.version != version:
        raise ValueError
    return int(address)


def runs_of(rows: Iterable[Row], special: Iterable[str], bits: int, width: int) -> list[Run]:
    """The runs of networks without their last `bits`; addresses have `width`."""
    whole = _coarse(_flat(sorted(rows, key=lambda row: (row[0], -row[1]))), bits, width)
    free = [(int(each[0]), int(each[-1]), UNKNOWN) for each in map(ip_network, special)]
    runs = ((start << bits, country) for start, country in whole)
    ranges = _ranges(runs, 1 << width)
    cut = _flat(sorted(chain(_without(ranges, sorted(free)), free)))
    return [(start >> bits, country) for start, country in cut]


def _flat(rows: Iterable[Row]) -> list[Run]:
    """Ranges, sorted by their start and the longest first, as runs: the inner one holds."""
    found, around = [(0, UNKNOWN)], list[tuple[int, str]]()

    def close(before: int) -> None:
        while around and around[-1][0] < before:
            last, _ = around.pop()
            while around and around[-1][0] <= last:
                around.pop()
            _put(found, last + 1, around[-1][1] if around else UNKNOWN)

    for first, last, country in rows:
        close(first)
        _put(found, first, country)
        around.append((last, country))
    close(1 << 129)
    return found


def _put(runs: list[Run], start: int, country: str) -> None:
    if runs and runs[-1][0] == start:
        runs.pop()
    if not runs or runs[-1][1] != country:
        runs.append((start, country))


def _ranges(runs: Iterable[Run], end: int) -> Iterator[Row]:
    for (start, country), (after, _) in pairwise(chain(runs, [(end, "")])):
        if after > start:
            yield start, after - 1, country


def _without(ranges: Iterable[Row], free: list[Row]) -> Iterator[Row]:
    """What of the ranges lies outside of those that are `free`; both are in order."""
    for first, last, country in ranges:
        at = first
        for begins, ends, _ in free:
            if begins > last:
                break
            if ends < at:
                continue
            if begins > at:
                yield at, begins - 1, country
            at = ends + 1
        if at <= last:
            yield at, last, country


def _coarse(runs: Iterable[Run], bits: int, width: int) -> list[Run]:
    """The runs by networks: of one that several share, who has the most of it."""
    found, shared, network = list[Run](), Counter[str](), -1
    for first, last, country in _ranges(runs, 1 << width):
        begins, ends = first >> bits, last >> bits
        if begins != network:
            _settle(found, network, shared)
            network = begins
        shared[country] += min(last, ((begins + 1) << bits) - 1) - first + 1
        if ends > begins:
            _settle(found, network, shared)
            _put(found, begins + 1, country)
            network = ends
            shared[country] += last - (ends << bits) + 1
    _settle(found, network, shared)
    return found


def _settle(found: list[Run], network: int, shared: Counter[str]) -> None:
    if shared:
        _put(found, network, max(sorted(shared), key=shared.__getitem__))
        shared.clear()


def packed(ipv4: list[Run], ipv6: list[Run], told: str) -> bytes:
    """The file of a table."""
    listed = [UNKNOWN, *sorted({country for _, country in chain(ipv4, ipv6)} - {UNKNOWN})]
    said = {"told": told, "ipv4": len(ipv4), "ipv6": len(ipv6), "countries": listed}
    head = f"{FORMAT}\n{json.dumps(said)}\n".encode()
    place: Callable[[str], int] = {country: at for at, country in enumerate(listed)}.__getitem__
    parts = [head]
    for kind, runs in (("I", ipv4), ("Q", ipv6)):
        starts = [start for start, _ in runs]
        steps = array(kind, chain(starts[:1], (then - at for at, then in pairwise(starts))))
        if sys.byteorder == "big":
            steps.byteswap()
        parts += steps.tobytes(), bytes(place(country) for _, country in runs)
    return lzma.compress(b"".join(parts), lzma.FORMAT_XZ, preset=9 | lzma.PRESET_EXTREME)
