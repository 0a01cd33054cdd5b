"""Which country an address belongs to: the table, how it is made, and what may be wrong with it."""

from __future__ import annotations

import functools
import gc
import lzma
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest
from babel import Locale
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from analytics.visits.countries import (
    EMBEDDED,
    OWN,
    Countries,
    UnusableTable,
    names,
    open_countries,
)
from analytics.visits.country_table import runs_of
from build import main
from policy.country_codes import UNKNOWN, codes
from tests.fixtures.small_site import ROOT

KNOWN = {
    "8.8.8.8": "US",  # Google's resolvers
    "2001:4860:4860::8888": "US",
    "193.0.6.139": "NL",  # the RIPE NCC, in Amsterdam
    "2001:67c:2e8:22::c100:68b": "NL",
    "130.226.0.1": "DK",  # the Danish universities
    "202.12.29.1": "AU",  # APNIC, in Brisbane
    "200.160.0.8": "BR",  # nic.br
    "196.216.2.1": "ZA",  # AFRINIC’s servers
    "133.11.0.1": "JP",  # the University of Tokyo
    "::ffff:130.226.0.1": "DK",
}

NOBODYS = (
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.1.1", "127.0.0.1", "0.0.0.0",
    "192.0.2.1", "198.51.100.7", "203.0.113.200", "198.18.0.1", "224.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1", "3fff::1",
    "2002:808:808::1", "2001::1", "64:ff9b::8.8.8.8", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
)  # fmt: skip

NO_ADDRESSES = (
    "", "unknown", "_hidden", "8.8.8.8:443", "[2001:4860:4860::8888]", "8.8.8.8, 8.8.4.4",
    "8.8.8", "8.8.8.8.8", "08.8.8.8", "134744072", "1e9", "::ffff:8.8.8.8.8", "DK", "\0", "é",
    "8.8.8.8\n", "9" * 5_000, "2001:" * 2_000,
)  # fmt: skip


@pytest.fixture(scope="module")
def table() -> Countries:
    return Countries.read(EMBEDDED)


@pytest.mark.parametrize(("address", "country"), KNOWN.items())
def test_well_known_networks_have_their_country(
    table: Countries, address: str, country: str
) -> None:
    assert table.of(address) == country


@pytest.mark.parametrize("address", [*NOBODYS, *NO_ADDRESSES])
def test_what_is_nobodys_or_no_address_is_unknown(table: Countries, address: str) -> None:
    assert table.of(address) == UNKNOWN


def test_the_set_is_closed_and_each_country_has_a_name(table: Countries) -> None:
    assert {UNKNOWN, *codes()} >= {*table.listed}
    assert len(codes()) == 250, "ISO 3166-1, and Kosovo"
    assert names("en")["DK"] == "Denmark"
    assert names("es")["DK"] == "Dinamarca"
    assert names().keys() == codes() <= Locale("en").territories.keys()


def test_it_is_small() -> None:
    assert EMBEDDED.stat().st_size < 400_000


def test_what_it_is_made_of_is_told_with_its_license(table: Countries) -> None:
    assert table.told in EMBEDDED.with_suffix(".LICENSE").read_text("utf-8")


ENDS = st.tuples(st.integers(0, 4_000), st.integers(0, 1_500))
WIDTH = 12
"""Of addresses in this test: few enough to ask for each of them."""


def _inner(ranges: list[tuple[int, int]]) -> list[tuple[int, int, str]]:
    """Of these ranges (first, and how many more), those that cross none before."""
    found: list[tuple[int, int, str]] = []
    for (first, more), country in zip(ranges, sorted(codes()), strict=False):
        last = min(first + more, (1 << WIDTH) - 1)
        if not any(
            a < first <= b < last or first < a <= last < b or (a, b) == (first, last)
            for a, b, _ in found
        ):
            found.append((first, last, country))
    return found


@given(st.lists(ENDS, max_size=12), st.integers(0, 5))
def test_each_network_is_whose_most_of_it_is(ranges: list[tuple[int, int]], bits: int) -> None:
    """Held against a look at every address, each of which is whose the shortest range is."""
    rows = _inner(ranges)
    whose = []
    for address in range(1 << WIDTH):
        around = [
            (last - first, country) for first, last, country in rows if first <= address <= last
        ]
        whose.append(min(around)[1] if around else UNKNOWN)
    runs = runs_of(rows, (), bits, WIDTH)
    assert [start for start, _ in runs] == sorted({start for start, _ in runs})
    for network in range(1 << (WIDTH - bits)):
        told = [country for start, country in runs if start <= network][-1]
        there = whose[network << bits : (network + 1) << bits]
        assert there.count(told) == max(map(there.count, set(there)))


def test_what_is_set_apart_is_nobodys_whatever_a_public_table_says(tmp_path: Path) -> None:
    done = make(tmp_path, "0.0.0.0,255.255.255.255,DK", f"::,{'f' * 4}{':ffff' * 7},DK")
    assert done.exit_code == 0, done.output
    made = Countries.read(tmp_path / "made.xz")
    assert {made.of(address) for address in NOBODYS} == {UNKNOWN}
    assert {made.of(address) for address in KNOWN} == {"DK"}
    assert made.told == "Ours 1"


def make(folder: Path, ipv4: str, ipv6: str, *more: str) -> Result:
    """The command, of two files with these rows."""
    (folder / "4.csv").write_text(ipv4, encoding="utf-8")
    (folder / "6.csv").write_text(ipv6, encoding="utf-8")
    words = ("--root", str(ROOT), "data", "countries", str(folder / "4.csv"), str(folder / "6.csv"))
    to = ("--told", "Ours 1", "--to", str(folder / "made.xz"))
    return CliRunner().invoke(main, [*words, *to, *more])


V4, V6 = "130.226.0.0,130.226.255.255,DK\n", "2001:878::,2001:878:ffff:ffff::,DK\n"


def test_the_same_files_make_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for _ in range(2):
        assert make(tmp_path, V4, V6).exit_code == 0
        made.append((tmp_path / "made.xz").read_bytes())
    numbers = [f"{int(ip_address(first))},{int(ip_address(last))},DK" for first, last, _ in
               (V4.split(","), V6.split(","))]  # fmt: skip
    assert make(tmp_path, *numbers).exit_code == 0
    assert {*made, (tmp_path / "made.xz").read_bytes()} == {made[0]}


def test_what_is_no_country_is_unknown(tmp_path: Path) -> None:
    rows = V4 + "8.8.8.0,8.8.8.255,ZZ\n9.9.9.0,9.9.9.255,\n7.0.0.0,7.0.0.255,<b>"
    assert make(tmp_path, rows, V6).exit_code == 0
    made = Countries.read(tmp_path / "made.xz")
    assert made.listed == (UNKNOWN, "DK")
    assert made.of("8.8.8.8") == UNKNOWN


@pytest.mark.parametrize(
    ("ipv4", "ipv6", "said"),
    [
        (V6, V6, "4.csv:1: no range"),
        (V4, V4, "6.csv:1: no range"),
        (V4 + "x", V6, "4.csv:2: no range"),
        (V4 + "8.8.8.8,8.8.8.0,US", V6, "4.csv:2: no range"),
        (V4 + "1,99999999999,US", V6, "4.csv:2: no range"),
    ],
)
def test_what_is_no_table_is_told_with_its_line(
    tmp_path: Path, ipv4: str, ipv6: str, said: str
) -> None:
    done = make(tmp_path, ipv4, ipv6)
    assert done.exit_code == 1
    assert said in done.output
    assert not (tmp_path / "made.xz").exists()


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    words = ["--root", str(ROOT), "data", "countries", str(tmp_path / "no.csv"), str(tmp_path)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert "no.csv: No such file" in done.output


def _damaged() -> Iterator[bytes]:
    whole = EMBEDDED.read_bytes()
    raw = lzma.decompress(whole)
    yield b""
    yield b"x"
    yield whole[: len(whole) // 2]
    yield whole[:5_000] + b"\0" + whole[5_001:]
    for other in (
        b"", b"\n\n", raw[:-1], raw + b"\0", raw.replace(b"plainsite", b"elsewhere", 1),
        raw.replace(b'"AD"', b'"@@"', 1), raw.replace(b'"Unknown"', b'"Unseen!"', 1),
        raw[:-1] + b"\xff", raw.replace(b'"ipv4": ', b'"ipv4":-', 1),
        b'plainsite countries 1\n[]\n', b'plainsite countries 1\n{"countries": []}\n',
        b'plainsite countries 1\n{"countries": ["Unknown"], "ipv4": 0, "ipv6": 0, "told": ""}\n',
    ):  # fmt: skip
        yield lzma.compress(other, preset=0)


@pytest.mark.parametrize("packed", [*_damaged()], ids=len)
def test_a_damaged_table_is_told_and_counts_nobodys_country(packed: bytes, tmp_path: Path) -> None:
    (tmp_path / OWN).write_bytes(packed)
    with pytest.raises(UnusableTable, match="is damaged"):
        Countries.read(tmp_path / OWN)
    opened = open_countries(tmp_path)
    assert opened.trouble == f"the table {OWN} is damaged"
    assert {opened.of(address) for address in KNOWN} == {UNKNOWN}


def test_a_table_of_the_sites_own_comes_before_the_engines(tmp_path: Path) -> None:
    assert open_countries(tmp_path).told == Countries.read(EMBEDDED).told
    assert make(tmp_path, V4, V6, "--to", str(tmp_path / OWN)).exit_code == 0
    opened = open_countries(tmp_path)
    assert (opened.told, opened.trouble) == ("Ours 1", "")
    assert opened.of("130.226.0.1") == "DK"
    assert opened.of("8.8.8.8") == UNKNOWN


def test_a_table_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / OWN).mkdir()
    assert open_countries(tmp_path).trouble.startswith(f"the table {OWN} cannot be read: ")


def test_nothing_keeps_an_address(table: Countries) -> None:
    """`ipaddress` keeps the last ones that it is asked `is_private` of, and the like."""
    rare = [f"130.226.{n}.{n + 1}" for n in range(64, 200)]
    before = _cached_by_ipaddress()
    assert {table.of(address) for address in rare} == {"DK"}
    assert {table.of(f"2001:878::{n}:1") for n in range(200)} == {"DK"}
    assert _cached_by_ipaddress() == before
    gc.collect()
    kept = [each for each in gc.get_objects() if isinstance(each, IPv4Address | IPv6Address)]
    assert not {str(each) for each in kept} & {*rare}


def _cached_by_ipaddress() -> int:
    """How often anything was asked of a cache of that module."""
    caches = [each for each in gc.get_objects() if isinstance(each, functools._lru_cache_wrapper)]
    counts = [each.cache_info() for each in caches if each.__module__ == "ipaddress"]
    return sum(info.hits + info.misses for info in counts)


@given(st.text() | st.ip_addresses().map(str) | st.from_regex(r"[0-9a-fA-F:.%]{1,60}"))
def test_whatever_is_asked_is_answered(asked: str) -> None:
    assert _embedded().of(asked) in {UNKNOWN, *codes()}


@functools.lru_cache(maxsize=1)
def _embedded() -> Countries:
    return Countries.read(EMBEDDED)
