"""Which country a network address belongs to, by a table that is part of the engine.

The table says of each IPv4 /24 and IPv6 /48 who has it; what is nobody's (private, loopback,
documentation), or not in it, is "Unknown". Nothing here keeps an address: no cache, no message that
has one. `ipaddress` itself caches what `is_private` and the like were asked of, so nothing here
asks that: `country_table` takes such networks out when it makes a table.
"""

from __future__ import annotations

import json
import lzma
import sys
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from itertools import accumulate
from pathlib import Path

from policy.country_codes import UNKNOWN, codes

__all__ = ["EMBEDDED", "FORMAT", "IPV4_BITS", "IPV6_BITS", "OWN"]
__all__ += ["Countries", "UnusableTable", "Whose", "names", "open_countries"]

FORMAT = "plainsite countries 1"
EMBEDDED = Path(__file__).with_name("countries.xz")
OWN = "countries.xz"
"""In the folder of the databases: one that `build.py data countries` made for this site."""

IPV4_BITS, IPV6_BITS = 8, 80
"""What is left out of addresses at their end, so that a line is a /24 or a /48."""

NOBODY = 0
"""The place in a table's list of countries that stands for none."""


class UnusableTable(ValueError):
    """A table that is missing or damaged. Its message names no address."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Where each run of networks begins, in order, and to which of a table's countries it
    belongs: the place in its list."""

    starts: array[int]
    places: bytes


@dataclass(frozen=True, slots=True)
class Countries:
    """A table. `told` says what it was made of; `trouble` why there is none. One that `is_own` is
    of the site, and not of the engine."""

    listed: tuple[str, ...]
    ipv4: Whose
    ipv6: Whose
    told: str = ""
    trouble: str = ""
    is_own: bool = False

    @classmethod
    def none(cls, trouble: str) -> Countries:
        """One by which each address is of an unknown country."""
        nothing = Whose(array("Q", [0]), bytes(1))
        return cls((UNKNOWN,), nothing, nothing, trouble=trouble)

    @classmethod
    def read(cls, path: Path) -> Countries:
        """That of a file. Raises UnusableTable."""
        try:
            packed = path.read_bytes()
        except OSError as error:
            raise UnusableTable(f"cannot be read: {error.strerror}") from None
        try:
            return _unpacked(lzma.decompress(packed, lzma.FORMAT_XZ, MOST_MEMORY))
        except (lzma.LZMAError, ValueError, LookupError, TypeError, EOFError, OverflowError):
            raise UnusableTable("is damaged") from None

    def of(self, address: str) -> str:
        """The ISO 3166-1 code of the country of an address, or "Unknown"."""
        try:
            found = ip_address(address)
        except ValueError:  # Its message has the address.
            return UNKNOWN
        if isinstance(found, IPv6Address):
            if (mapped := found.ipv4_mapped) is None:
                return self._of(self.ipv6, int(found) >> IPV6_BITS)
            found = mapped
        return self._of(self.ipv4, int(found) >> IPV4_BITS)

    def _of(self, whose: Whose, network: int) -> str:
        return self.listed[whose.places[bisect_right(whose.starts, network) - 1]]


MOST_MEMORY = 256 << 20
"""In bytes: what reading a file may take, whatever it says of itself."""


def open_countries(var: Path) -> Countries:
    """The site's own table in `var`, if there is one, else the engine's. One that cannot be used
    counts nobody's country, and says why."""
    is_own = (var / OWN).exists()
    path = var / OWN if is_own else EMBEDDED
    try:
        return replace(Countries.read(path), is_own=is_own)
    except UnusableTable as error:
        return Countries.none(f"the table {path.name} {error}")


def _unpacked(raw: bytes) -> Countries:
    """Raises ValueError, and others, where it is no table."""
    first, second, rest = raw.split(b"\n", 2)
    said = json.loads(second)
    listed, sizes = tuple(map(str, said["countries"])), (int(said["ipv4"]), int(said["ipv6"]))
    if first.decode() != FORMAT or listed[NOBODY] != UNKNOWN:
        raise ValueError
    if not {*listed} <= {UNKNOWN, *codes()} or len(rest) != 5 * sizes[0] + 9 * sizes[1]:
        raise ValueError
    ipv4, ipv6 = _parts(rest, sizes, len(listed))
    return Countries(listed, ipv4, ipv6, told=str(said["told"]))


def _parts(rest: bytes, sizes: tuple[int, int], most: int) -> Iterator[Whose]:
    """The steps from one start to the next, of four and of eight bytes, each with its places."""
    at = 0
    for kind, size in zip("IQ", sizes, strict=True):
        steps = array(kind)
        end = at + steps.itemsize * size
        steps.frombytes(rest[at:end])
        if sys.byteorder == "big":
            steps.byteswap()
        at = end + size
        places = rest[end:at]
        if steps[0] or not all(steps[1:]) or max(places) >= most:
            raise ValueError
        yield Whose(array(kind, accumulate(steps)), places)


@lru_cache(maxsize=4)
def names(language: str = "en") -> Mapping[str, str]:
    """What each country is called (Unicode CLDR), by its code."""
    from babel import Locale  # noqa: PLC0415  (a site that counts no countries waits for it)

    named: Callable[[str], str] = Locale.parse(language).territories.__getitem__
    return {code: named(code) for code in sorted(codes())}
