"""Entries of the register for what goes to and fro: what browsers ask, what is counted of it, what
the answers carry, what is written to the log, which other machines are involved, and what the files
of the databases tell for a while."""

from __future__ import annotations

import re
from string import Formatter
from typing import Annotated, Literal, get_args

from pydantic import Field

from policy.durations import Length
from policy.origin_addresses import OriginAddress
from policy.sentences import sentence
from policy.toml_source import Declared

__all__ = ["BROWSER_FEATURES", "BrowserFeature", "Connection", "Endpoint", "Event", "Header"]
__all__ += ["LogField", "LogLine", "PageException", "Recipient", "Window"]

_LANGUAGE = re.compile(r"(?:/[a-z]{2,3}(?:-[a-z0-9]{2,8})*)?")
"""The folder of a language (BCP 47), or none."""

Name = Annotated[str, Field(pattern=r"^[a-z_]+$")]


class Endpoint(Declared):
    """An address that the service answers itself, and what for. Every other one is a page or file.

    `path` ends in "/" where it stands for all below it. `purposes` are those of which one must be
    agreed, or begun by the visitor, before a browser may ask. `asks` is what scripts may add to the
    address after a question mark, word by word: the same for everybody.
    """

    method: Literal["GET", "POST", "any"]
    path: Annotated[str, Field(pattern=r"^/[a-z]+/[a-z]*$", examples=["/visit/view", "/form/"])]
    purposes: Annotated[tuple[str, ...], Field(min_length=1)]
    carries: str
    asks: tuple[str, ...] = ()

    def answers(self, method: str, path: str) -> bool:
        """Whether a request goes to this address."""
        here = path.startswith(self.path) if self.path.endswith("/") else path == self.path
        return here and self.method in (method, "any")


class Event(Declared):
    """Something that is counted when `sent_by` is asked: it adds to the measures `adds`, in the
    dimensions `to`, of the counters."""

    name: str
    purpose: str
    sent_by: str
    when: str
    adds: Annotated[tuple[str, ...], Field(min_length=1)]
    to: Annotated[tuple[str, ...], Field(min_length=1)]


class Header(Declared):
    """A header that answers may carry, besides the security headers and `Set-Cookie`."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z-]+$")]
    holds: str


class BrowserFeature(Declared):
    """A browser feature that pages may use, of those that a Permissions-Policy can deny. All others
    are denied."""

    name: Literal[
        "accelerometer",
        "autoplay",
        "camera",
        "clipboard-read",
        "clipboard-write",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "gamepad",
        "geolocation",
        "gyroscope",
        "hid",
        "idle-detection",
        "local-fonts",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "publickey-credentials-create",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "storage-access",
        "usb",
        "window-management",
        "xr-spatial-tracking",
    ]
    purpose: str


BROWSER_FEATURES: tuple[str, ...] = get_args(BrowserFeature.model_fields["name"].annotation)
"""Every feature that can be declared (W3C, Permissions Policy)."""


class LogField(Declared):
    """What a line of the log may hold. A "word" has letters, digits, dots, dashes and underscores,
    a "place" is a file and a line: neither has room for an address."""

    name: Name
    kind: Literal["number", "word", "place", "time"]
    holds: str

    @property
    def pattern(self) -> str:
        """A regular expression for every value that the field can have."""
        return {
            "number": r"\d{1,15}",
            "word": r"[A-Za-z_][A-Za-z0-9_.-]{0,63}",
            "place": r"[\w.-]{1,64}:\d{1,6}",
            "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d",
        }[self.kind]

    @property
    def possible(self) -> str:
        """Every kind of value, in words."""
        return {
            "number": sentence("A whole number"),
            "word": sentence("A word from this site’s own programs"),
            "place": sentence("A line of this site’s own programs"),
            "time": sentence("A day and a time"),
        }[self.kind]


class LogLine(Declared):
    """A line that may be written to a log. `says` has each field's name in braces.

    The service can write no other line. What a web server before it writes is declared too, and
    its configuration held to it by a test.
    """

    name: str
    writer: Literal["service", "web server"] = "service"
    purpose: str
    level: Literal["info", "warning", "error"]
    says: str
    fields: tuple[LogField, ...] = ()

    @property
    def placed(self) -> tuple[str, ...]:
        """The names in braces."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.says) if name is not None)

    @property
    def pattern(self) -> re.Pattern[str]:
        """What a line of this kind looks like."""
        fields = {field.name: field.pattern for field in self.fields}
        parts = [
            re.escape(text) + (f"(?:{fields[name]}|\\?)" if name else "")
            for text, name, _, _ in Formatter().parse(self.says)
        ]
        return re.compile("".join(parts))


class PageException(Declared):
    """What the security headers let one page do, and no other: the page at `page`, in whatever
    language.

    `asks` are addresses with something after a question mark that it asks for, word by word: the
    same for everybody.
    """

    name: str
    page: Annotated[str, Field(pattern=r"^/[a-z-]+/$")]
    purpose: str
    allows: tuple[Literal["WebAssembly"], ...]
    asks: tuple[str, ...] = ()
    holds: str

    def covers(self, path: str) -> bool:
        """Whether it holds at an address: `/search/`, `/es/search/`."""
        language = path.removesuffix(self.page)
        return path.endswith(self.page) and bool(_LANGUAGE.fullmatch(language))


class Connection(Declared):
    """A connection that the service itself makes to another machine."""

    name: str
    purpose: str
    to: str
    carries: str


class Recipient(Declared):
    """Somebody else who receives something. P6 and P9 leave next to no room for any."""

    name: Annotated[str, Field(min_length=1)]
    origin: OriginAddress
    purpose: str
    receives: str


class Window(Declared):
    """What the files of a database tell besides its rows, such as in which order the newest came,
    for `keep` at most after each change: then the service has overwritten it.

    A service that is killed overwrites nothing; the next one does when it starts.
    """

    name: str
    database: Literal["counters", "records"]
    purpose: str
    keep: Length
    holds: str

    @property
    def keep_words(self) -> str:
        """For how long, as the privacy page says it."""
        return sentence(
            "%(time)s at most; where the service is killed, until it is started again",
            time=self.keep,
        )
