"""Sources: which of a finite list of names a referring host belongs to."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

__all__ = ["ANOTHER_SITE", "DIRECT", "MOST_CHARACTERS", "source_names", "source_of"]

DIRECT = "Direct"
ANOTHER_SITE = "Another site"
MOST_CHARACTERS = 253
"""Of a host name, written out (RFC 1035, section 2.3.4)."""

COUNTRY = re.compile(r"\.(com?\.)?[a-z]{2}$|\.com$")
"""A country's ending, such as ".de", ".co.uk" or ".com.br"."""


def source_of(host: str) -> str:
    """The source that a referring host belongs to; "" (no referrer) is "Direct"."""
    if not host:
        return DIRECT
    host = host.lower().rstrip(".")
    return _longest(host) or _longest(COUNTRY.sub(".*", host)) or ANOTHER_SITE


def source_names() -> frozenset[str]:
    """Every name that `source_of` can return."""
    return frozenset({DIRECT, ANOTHER_SITE, *_hosts().values()})


def _longest(host: str) -> str | None:
    labels = host.split(".")
    domains = (".".join(labels[start:]) for start in range(len(labels)))
    return next((name for domain in domains if (name := _hosts().get(domain))), None)


@cache
def _hosts() -> Mapping[str, str]:
    listed = tomllib.loads(Path(__file__).with_name("referrers.toml").read_text(encoding="utf-8"))
    return {host: source["name"] for source in listed["source"] for host in source["hosts"]}
