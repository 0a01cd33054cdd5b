"""Major versions of browsers and systems, and languages, as names from finite lists. Pure.

A header can say any number; so each browser has a first and a last version that is counted by
itself, and what is before and after them is "older" and "newer". Browsers made of Chromium say the
same Android, macOS and Windows whatever there is, so these have no version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["LANGUAGES", "SCREENS", "browser_version", "language_of", "screen_of", "system_version"]

VERSIONS: Mapping[str, tuple[str, int, int]] = {
    "Chrome": (r"(?:Chrome|CriOS)/(\d{1,4})", 100, 200),
    "Edge": (r"Edg(?:e|A|iOS)?/(\d{1,4})", 100, 200),
    "Firefox": (r"(?:Firefox|FxiOS)/(\d{1,4})", 100, 200),
    "Opera": (r"OPR/(\d{1,4})", 85, 180),
    "Safari": (r"Version/(\d{1,4})", 12, 40),
    "Samsung Internet": (r"SamsungBrowser/(\d{1,4})", 15, 50),
}
"""By browser: how its header says its version, and the first and last that is counted."""

IOS = re.compile(r"OS (\d{1,3})_")
FIRST_IOS, LAST_IOS = 12, 40
OLD_WINDOWS = re.compile(r"Windows (?:NT [1-6]\.|9|CE)")

LANGUAGES: Mapping[str, str] = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech",
    "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew",
    "hi": "Hindi", "hr": "Croatian", "ht": "Haitian Creole", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "km": "Khmer", "ko": "Korean",
    "lt": "Lithuanian", "lv": "Latvian", "ms": "Malay", "nb": "Norwegian", "nl": "Dutch",
    "nn": "Norwegian", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "so": "Somali", "sr": "Serbian",
    "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai",
    "tl": "Filipino", "fil": "Filipino", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
"""By the first part of a language tag (BCP 47). All others are "Other"."""

OTHER = "Other"

SCREENS: tuple[tuple[float, str], ...] = (
    (576, "Small (under 576 px)"),
    (992, "Medium (576 to 991 px)"),
    (1_440, "Large (992 to 1439 px)"),
)
"""The width of a screen in CSS pixels that is not in a class any more, and its name."""

WIDEST = "Very large (1440 px and more)"
NO_WIDTH = "Not said"


def browser_version(browser: str, header: str) -> str:
    """A browser with its major version, as "Chrome 140"; without one where that is not known."""
    if browser not in VERSIONS:
        return browser
    pattern, first, last = VERSIONS[browser]
    found = re.search(pattern, header)
    return _named(browser, int(found[1]), first, last) if found else browser


def system_version(system: str, header: str) -> str:
    """A system with its version, where its header says one that is true."""
    if system == "iOS" and (found := IOS.search(header)):
        return _named(system, int(found[1]), FIRST_IOS, LAST_IOS)
    if system == "Windows":
        return "Windows older" if OLD_WINDOWS.search(header) else "Windows 10 or 11"
    return system


def _named(name: str, version: int, first: int, last: int) -> str:
    if version < first:
        return f"{name} older"
    return f"{name} newer" if version > last else f"{name} {version}"


def language_of(header: str) -> str:
    """The language that an Accept-Language header names first, which browsers put there."""
    first = header[:100].partition(",")[0].partition(";")[0].strip()
    return LANGUAGES.get(first.partition("-")[0].lower(), OTHER)


def screen_of(width: float) -> str:
    """The class of a screen by its width in CSS pixels; 0 where the page did not say it."""
    if not width:
        return NO_WIDTH
    return next((name for limit, name in SCREENS if width < limit), WIDEST)
