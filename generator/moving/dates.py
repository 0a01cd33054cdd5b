"""Dates of pages that move: the day, the hour and the zone, as far as somebody wrote them."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from generator.content.moments import beginning
from generator.moving.by_hand import ByHand
from generator.moving.clocks import Written, read_written

__all__ = ["COMES", "DATES", "GOES", "UPDATES", "Dates", "first_of", "zone_of"]

DATES = ("date", "publishdate", "pubdate", "published")
COMES = DATES[1:]
GOES = ("expirydate", "unpublishdate")
UPDATES = ("lastmod", "last_modified_at", "updated", "modified")


def first_of(front: Mapping[str, Any], names: Iterable[str]) -> object | None:
    """What stands under the first of these keys that says more than yes or no; None without any."""
    given = (front.get(name) for name in names)
    return next((each for each in given if each and not _is_truth(each)), None)


def _is_truth(value: object) -> bool:
    return isinstance(value, bool) or str(value).strip().lower() in ("true", "false")


def zone_of(named: object, fronts: Iterable[Mapping[str, Any]], by_hand: ByHand) -> ZoneInfo:
    """The zone in which the old site tells its hours: the one that it names, else the one of most
    of its dates, which is told; UTC where no date has another."""
    if named:
        try:
            return ZoneInfo(str(named))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            by_hand.add("the time zone is not known", "the configuration", 0, str(named))
    written = (read_written(front["date"]) for front in fronts if front.get("date"))
    offsets = Counter(hours for each in written if each and (hours := _hours(each)) is not None)
    # Of two that are as many, that of winter: days stay what they were all year.
    hours = min(offsets, key=lambda each: (-offsets[each], each), default=0)
    if not hours:
        return ZoneInfo("UTC")
    name = f"Etc/GMT{-hours:+}"
    by_hand.add("the time zone was guessed from dates", "site/settings.toml", 0, name)
    return ZoneInfo(name)


def _hours(written: Written) -> int | None:
    """How many whole hours its clock is ahead of UTC; None where it is none, or nobody says."""
    if written.zone is None:
        return None
    ahead = written.at.replace(tzinfo=written.zone).utcoffset() or datetime.timedelta()
    minutes = int(ahead.total_seconds()) // 60
    return minutes // 60 if minutes % 60 == 0 and -12 * 60 <= minutes <= 14 * 60 else None


class Dates:
    """Writes dates for a site in a time zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def read(self, written: object) -> datetime.date | None:
        """A day, or a moment as clocks of the site show it; None where it is no date."""
        found = read_written(written)
        return self._shown(found) if found else None

    def _shown(self, written: Written) -> datetime.date:
        if not written.has_hour:
            return written.at.date()
        return beginning(written.at.replace(tzinfo=written.zone or self._zone), self._zone)

    def told(self, written: object) -> str:
        """As it is written in a page; "" where it is no date.

        The day stays the one that somebody wrote, and that readers saw: where it is another one on
        the clocks of the site, or where a day was meant, there is no hour.
        """
        found = read_written(written)
        if found is None:
            return ""
        shown, day = self._shown(found), found.at.date()
        if not isinstance(shown, datetime.datetime):
            return shown.isoformat()
        if shown.date() != day or shown == beginning(day, self._zone):
            return day.isoformat()
        return _as_written(shown)

    def moment(self, written: object) -> str:
        """As `told`, of what happens at that moment, be it on another day; "" where it is none."""
        found = self.read(written)
        if isinstance(found, datetime.datetime) and found != beginning(found.date(), self._zone):
            return _as_written(found)
        return found.isoformat()[:10] if found else ""

    def lost(self, written: object, *, keeps_day: bool) -> str:
        """Why `told`, or where it does not keep the day, `moment` says less than what is written;
        "" where it says all."""
        found = read_written(written)
        if found is None:
            return ""
        if found.rest:
            return "a date was read in part"
        is_other = keeps_day and found.has_hour and self._shown(found).day != found.at.day
        if is_other and found.at.time() != datetime.time():
            return "the hour of a date was left out: on the clocks of the site it is another day"
        return ""

    def is_over_first(self, comes: datetime.date, goes: datetime.date) -> bool:
        """Whether what comes then is gone by then."""
        return beginning(goes, self._zone) <= beginning(comes, self._zone)


def _as_written(moment: datetime.datetime) -> str:
    bare = moment.replace(tzinfo=None)
    return bare.isoformat(" ", "seconds" if bare.second else "minutes")
