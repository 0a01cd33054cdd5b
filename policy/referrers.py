"""Sources: which of a finite list of names a referring host belongs to, and of which channel it is.

`referrers.toml` has the names that are ours to keep, `public_sources.json` what public lists know
besides (`python -m policy.public_sources`), and `site/sources.toml` a site's own partners.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from policy.names import Name, Names, as_read
from policy.toml_lines import Location
from policy.toml_source import Declared

__all__ = [
    "ANOTHER_SITE",
    "CAMPAIGN",
    "CHANNELS",
    "DIRECT",
    "FILE",
    "MOST_CHARACTERS",
    "Channel",
    "Sources",
    "source_faults",
]

FILE = "site/sources.toml"

Channel = Literal["search", "AI assistants", "social", "mail", "video", "referral"]
DIRECT = "Direct"
ANOTHER_SITE = "Another site"
CAMPAIGN = "campaign"
CHANNELS = frozenset({*get_args(Channel), CAMPAIGN, "direct"})
"""A visit whose first page was reached with a declared campaign is of the channel "campaign",
whatever its source; every other one is of that of its source."""

ANOTHER: Mapping[str, str] = {
    "search": "Another search engine",
    "AI assistants": "Another assistant",
    "social": "Another social network",
    "mail": "Another mail service",
    "video": "Another video site",
}
"""What a host is called that only a public list knows, by channel: so many names there are."""

MOST_CHARACTERS = 253
"""Of a host name, written out (RFC 1035, section 2.3.4)."""

MOST_OWN = 32
"""Five bits of the visit cookie at most, beside the names of the engine."""

COUNTRY = re.compile(r"\.(?:com?\.)?[a-z]{2}$|\.(?:com|net|cat)$")
"""A country's ending, such as ".de", ".co.uk" or ".com.br"."""

HOST = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$"
PLAIN = re.compile(r"[a-z0-9._-]+")

WEBMAIL = re.compile(
    r"^(?:\w*web|e-?|box|post|my|basic|old)?-?mail(?:er|box|s)?\d*[.-]"
    r"|^(?:owa|exchange|roundcube|zimbra|squirrelmail|horde|rainloop|poczta|posta|correo|inbox)\d*\."
    r"|^(?:courrier|messagerie|messageriepro\d*|mbox|nmail|email\d*|communicator)\."
)
"""How organizations call the host of their own mail."""

SEARCH = re.compile(
    r"^(?:web|m|image)?-?(?:search|suche|buscador|busca|recherche|szukaj|hledat)\d*\."
)
"""How providers call the host of their search."""


class Source(Declared):
    """A partner of the site: a name, the domains that it has, and its channel."""

    name: Annotated[Name, Field(max_length=40)]
    hosts: Annotated[tuple[Annotated[str, Field(pattern=HOST)], ...], Field(min_length=1)]
    channel: Channel = "referral"


class Sources(Declared):
    """What a site declares of its own, before what the engine knows."""

    own: Annotated[tuple[Source, ...], Field(alias="source", max_length=MOST_OWN)] = ()

    def of(self, referrer: str) -> str:
        """The source that a referring host belongs to; "" (no referrer) is "Direct".

        An app is written as Android does: `android-app://com.slack`, or its name alone.
        """
        if not referrer:
            return DIRECT
        host = _host(referrer)
        own = next((name for domain in _domains(host) if (name := self._hosts.get(domain))), None)
        return own or _known(host) or ANOTHER_SITE

    @property
    def names(self) -> frozenset[str]:
        """Every name that `of` can return."""
        ours = {each["name"] for each in _listed()}
        own = {source.name for source in self.own}
        return frozenset({DIRECT, ANOTHER_SITE, *ANOTHER.values(), *ours, *own})

    def channel_of(self, source: str) -> str:
        """The channel of a source, one of CHANNELS. Any text gives one: names come and go."""
        if source == DIRECT:
            return "direct"
        return self._channels.get(source) or _channels().get(source, "referral")

    def is_spam(self, referrer: str) -> bool:
        """Whether a referring host is one that sends false visits to be seen in reports."""
        host = _host(referrer)
        if any(domain in self._hosts for domain in _domains(host)) or _known(host):
            return False
        return any(domain in _public()["spam"] for domain in _domains(host))

    @cached_property
    def _hosts(self) -> Mapping[str, str]:
        return {host: source.name for source in self.own for host in source.hosts}

    @cached_property
    def _channels(self) -> Mapping[str, str]:
        return {source.name: source.channel for source in self.own}


def source_faults(sources: Sources) -> Iterator[tuple[Location, str, str]]:
    """The place, the message and the hint of each source that cannot be told from another."""
    names, hosts = Names("source", (DIRECT, ANOTHER_SITE, *ANOTHER.values())), dict[str, str]()
    known = {as_read(each["name"]): (each["name"], each["channel"]) for each in _listed()}
    for index, source in enumerate(sources.own):
        place = "source", index
        if wrong := names.wrong(source.name):
            yield (*place, "name"), *wrong
        ours, channel = known.get(as_read(source.name), (source.name, source.channel))
        if ours != source.name:
            message = f'"{source.name}" is written "{ours}" everywhere'
            yield (*place, "name"), message, f'write name = "{ours}", or name it otherwise'
        elif channel != source.channel:
            message = f'"{source.name}" is of the channel "{channel}" everywhere'
            yield (*place, "name"), message, "leave the channel as it is, or name it otherwise"
        for host in source.hosts:
            if host in hosts:
                message = f'"{host}" belongs to "{hosts[host]}" already'
                yield (*place, "hosts"), message, "leave it in one of the two"
            hosts[host] = source.name


def _host(referrer: str) -> str:
    """A host in lower case, without port, "www." and what an app's address has around it."""
    host = referrer[: 2 * MOST_CHARACTERS].lower()
    for scheme in ("android-app://", "ios-app://"):
        host = host.removeprefix(scheme)
    host = host.partition("/")[0].partition(":")[0].rstrip(".").removeprefix("www.")
    return host if PLAIN.fullmatch(host) else ""


def _domains(host: str) -> Iterator[str]:
    labels = host.split(".")
    return (".".join(labels[start:]) for start in range(len(labels)))


def _known(host: str) -> str | None:
    anywhere = COUNTRY.sub(".*", host)
    exact, domains = _exact(), _domain_names()
    if name := exact.get(host) or exact.get(anywhere):
        return name
    tried = (*_domains(host), *_domains(anywhere))
    name = next((name for domain in tried if (name := domains.get(domain))), None)
    if SEARCH.match(host) and _channels().get(name or "") not in {"search", "AI assistants"}:
        return ANOTHER["search"]
    return name or _from_public_lists(host, anywhere)


def _from_public_lists(host: str, anywhere: str) -> str | None:
    if WEBMAIL.match(host):
        return ANOTHER["mail"]
    public = _public()
    for channel in ("AI assistants", "social", "video", "search"):
        listed = public[channel]
        # A search engine is at the host that is listed; what else its portal has is another site.
        tried = (host, anywhere, host.removeprefix("m.")) if channel == "search" else ()
        if any(each in listed for each in tried or (*_domains(host), *_domains(anywhere))):
            return ANOTHER[channel]
    return None


@cache
def _listed() -> list[dict[str, Any]]:
    text = Path(__file__).with_name("referrers.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["source"])


@cache
def _exact() -> Mapping[str, str]:
    return {host: each["name"] for each in _listed() for host in each.get("exact", ())}


@cache
def _domain_names() -> Mapping[str, str]:
    return {host: each["name"] for each in _listed() for host in each.get("hosts", ())}


@cache
def _channels() -> Mapping[str, str]:
    others = {name: channel for channel, name in ANOTHER.items()}
    return others | {each["name"]: each["channel"] for each in _listed()}


@cache
def _public() -> Mapping[str, frozenset[str]]:
    text = Path(__file__).with_name("public_sources.json").read_text(encoding="utf-8")
    return {channel: frozenset(hosts) for channel, hosts in json.loads(text).items()}
