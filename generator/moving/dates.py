"""Dates of pages that move: the day, the hour and the zone, as far as somebody wrote them."""

from __future__ import annotations

import calendar
import datetime
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from generator.content.moments import as_day_or_moment, beginning
from generator.moving.by_hand import ByHand

__all__ = ["COMES", "DATES", "GOES", "UPDATES", "Dates", "zone_of"]

DATES = ("date", "publishdate", "pubdate")
COMES, GOES = ("publishdate",), ("expirydate", "unpublishdate")
UPDATES = ("lastmod", "last_modified_at", "updated", "modified")

_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_OFFSET = re.compile(
    r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)? *(Z|[+-][0-9]{2}(?::?[0-9]{2})?)$"
)
_NAME = re.compile(r" *(?:UTC|GMT)$")


def zone_of(named: object, fronts: Iterable[Mapping[str, Any]], by_hand: ByHand) -> ZoneInfo:
    """The zone in which the old site tells its hours: the one that it names, else the one of most
    of its dates, which is told; UTC where no date has another."""
    if named:
        try:
            return ZoneInfo(str(named))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            by_hand.add("the time zone is not known", "the configuration", 0, str(named))
    written = (str(front["date"]).strip() for front in fronts if front.get("date"))
    found = (each[1] for one in written if (each := _OFFSET.search(one)))
    offsets = Counter(hours for each in found if (hours := _hours(each)) is not None)
    # Of two that are as many, that of winter: days stay what they were all year.
    hours = min(offsets, key=lambda each: (-offsets[each], each), default=0)
    if not hours:
        return ZoneInfo("UTC")
    name = f"Etc/GMT{-hours:+}"
    by_hand.add("the time zone was guessed from dates", "site/settings.toml", 0, name)
    return ZoneInfo(name)


def _hours(offset: str) -> int | None:
    """How many whole hours it is; None where it is none."""
    if offset == "Z":
        return 0
    minutes = int(offset[1:3]) * 60 + int(offset[3:].lstrip(":") or 0)
    hours = minutes // 60 * (-1 if offset[0] == "-" else 1)
    return hours if minutes % 60 == 0 and -12 <= hours <= 14 else None


class Dates:
    """Writes dates for a site in a time zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def read(self, written: object) -> datetime.date | None:
        """A day, or a moment as clocks of the site show it; None where it is no date."""
        text = _NAME.sub("Z", str(written).strip())
        try:
            return as_day_or_moment(text, self._zone)
        except ValueError:
            pass
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return _day(text)
        return beginning(moment, self._zone) if moment.tzinfo else moment.date()

    def told(self, written: object) -> str:
        """As it is written in a page; "" where it is no date.

        The day stays the one that somebody wrote, and that readers saw: where it is another one on
        the clocks of the site, or where a day was meant, there is no hour.
        """
        found = self.read(written)
        if found is None:
            return ""
        if not isinstance(found, datetime.datetime):
            return found.isoformat()
        day = _day(str(written).strip()) or found.date()
        if found.date() != day or found == beginning(day, self._zone):
            return day.isoformat()
        return self._moment(found)

    def moment(self, written: object) -> str:
        """As `told`, of what happens at that moment, be it on another day; "" where it is none."""
        found = self.read(written)
        if isinstance(found, datetime.datetime) and found != beginning(found.date(), self._zone):
            return self._moment(found)
        return found.isoformat()[:10] if found else ""

    def is_over_first(self, comes: datetime.date, goes: datetime.date) -> bool:
        """Whether what comes then is gone by then."""
        return beginning(goes, self._zone) <= beginning(comes, self._zone)

    def _moment(self, found: datetime.datetime) -> str:
        bare = found.replace(tzinfo=None)
        return bare.isoformat(" ", "seconds" if bare.second else "minutes")


def _day(text: str) -> datetime.date | None:
    """The day with which a text begins, if there is such a day."""
    found = _DAY.match(text)
    if not found:
        return None
    year, month, day = map(int, found.groups())
    if not (year and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return None
    return datetime.date(year, month, day)
