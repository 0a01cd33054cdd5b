"""Agents: the kinds of browser, system and device that a User-Agent header describes.

Nothing here keeps a header: the parser is built without the cache that ua-parser adds by default.
An iPad that asks for desktop pages says that it is a Mac, and is counted as one.
"""

import re
from threading import Lock

from ua_parser import Domain
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver

from analytics.visits.state import Agent

__all__ = ["BROWSERS", "DEVICES", "SYSTEMS", "agent_of", "prepare"]

OTHER = "Other"
MOST_CHARACTERS = 1_000

FAMILIES = {
    "Amazon Silk": "Amazon Silk",
    "Brave": "Brave",
    "Chrome": "Chrome",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile WebView": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chromium": "Chrome",
    "DuckDuckGo": "DuckDuckGo",
    "DuckDuckGo Mobile": "DuckDuckGo",
    "Ecosia Android": "Ecosia",
    "Ecosia iOS": "Ecosia",
    "Edge": "Edge",
    "Edge Mobile": "Edge",
    "Facebook": "Facebook app",
    "Facebook Messenger": "Facebook app",
    "Firefox": "Firefox",
    "HeadlessChrome": "Chrome",
    "Firefox Alpha": "Firefox",
    "Firefox Beta": "Firefox",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Google": "Google app",
    "Huawei Browser": "Huawei Browser",
    "IE": "Internet Explorer",
    "IE Mobile": "Internet Explorer",
    "Instagram": "Instagram app",
    "LinkedIn": "LinkedIn app",
    "MiuiBrowser": "Mi Browser",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Opera": "Opera",
    "Opera GX": "Opera",
    "Opera Mini": "Opera",
    "Opera Mobile": "Opera",
    "Opera Touch": "Opera",
    "Safari": "Safari",
    "Samsung Internet": "Samsung Internet",
    "UC Browser": "UC Browser",
    "Vivaldi": "Vivaldi",
    "Whale": "Whale",
    "Yandex Browser": "Yandex Browser",
}
BROWSERS = frozenset({OTHER, *FAMILIES.values()})

SYSTEM_FAMILIES = {
    "Android": "Android",
    "Chrome OS": "ChromeOS",
    "Debian": "Linux",
    "Fedora": "Linux",
    "FreeBSD": "BSD",
    "Linux": "Linux",
    "Mac OS X": "macOS",
    "OpenBSD": "BSD",
    "Red Hat": "Linux",
    "Ubuntu": "Linux",
    "Windows": "Windows",
    "iOS": "iOS",
}
SYSTEMS = frozenset({OTHER, *SYSTEM_FAMILIES.values()})

DESKTOP, PHONE, TABLET, TELEVISION = "Desktop", "Phone", "Tablet", "Television"
DEVICES = frozenset({OTHER, DESKTOP, PHONE, TABLET, TELEVISION})

PROGRAM = re.compile(
    r"(?<!cu)bot\b|crawl|spider|phantom|lighthouse|pagespeed|pingdom|preview|prerender"
    r"|monitor|scan|synthetic|http-?client|\+?https?://",
    re.IGNORECASE,
)
"""What no browser of a person says of itself. Cubot makes telephones."""

TELEVISION_WORDS = re.compile(
    r"(?i:smart-?tv|appletv|googletv|android tv|bravia|hbbtv|crkey)|\bAFT[A-Z]"
)


def agent_of(header: str) -> Agent | None:
    """The agent that sent a User-Agent header; None if it is a program, not a person's browser.

    Every browser of a person has begun its header with "Mozilla/" or "Opera/" for decades.
    """
    header = header[:MOST_CHARACTERS]
    if not header.startswith(("Mozilla/", "Opera/")) or PROGRAM.search(header):
        return None
    parsed = _parser()(header, Domain.ALL)
    if parsed.device and parsed.device.family == "Spider":
        return None
    system = SYSTEM_FAMILIES.get(parsed.os.family, OTHER) if parsed.os else OTHER
    browser = FAMILIES.get(parsed.user_agent.family, OTHER) if parsed.user_agent else OTHER
    return Agent(browser, system, _device(header, system))


def _device(header: str, system: str) -> str:
    if TELEVISION_WORDS.search(header):
        return TELEVISION
    match system:
        case "Windows" | "macOS" | "Linux" | "ChromeOS" | "BSD":
            return DESKTOP
        case "iOS":
            return TABLET if "iPad" in header else PHONE
        case "Android":
            # https://developer.chrome.com/docs/multidevice/user-agent: only telephones say so.
            return PHONE if "Mobile" in header or "Opera Mini" in header else TABLET
        case _:
            return OTHER


def prepare() -> None:
    """Make the parser, which takes time and memory, before the first request needs it.

    The expressions are compiled when a header first meets them, so one meets them all here.
    """
    _parser()("Mozilla/5.0 (Unknown) Unknown/1.0", Domain.ALL)


def _parser() -> Resolver:
    # `functools.cache` would let each of several first requests make a parser of its own.
    with _making:
        if not _made:
            _made.append(Resolver(load_lazy_builtins()))
        return _made[0]


_making = Lock()
_made: list[Resolver] = []
