"""Which weeks, months and days have closed, and are due to be mailed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from analytics.staff.by_mail.model import Sent
from analytics.staff.reports.periods import DAY, Period, month_after

__all__ = ["MORNING", "closed", "closed_by", "days_due", "month_due", "month_of", "week_due"]
__all__ += ["week_of"]

MORNING = 7
"""The hour of the day after, in the site's zone, from which on mail is sent."""

WEEK_AHEAD, MONTH_AHEAD, DAY_AHEAD = timedelta(days=7), timedelta(days=31), DAY
"""So far ahead another service may be, at most: by one of them. What was sent later than that after
what is due was noted by a clock that ran ahead."""

DAYS_MADE_UP = 7
"""So many days that nobody judged in time are judged still, each for itself."""


def closed(today: date) -> Sent:
    """The week (Monday to Sunday), the month and the day that ended last before a day."""
    week = today - timedelta(days=today.weekday() + 7)
    month = (today.replace(day=1) - DAY).replace(day=1)
    return Sent(week, month, today - DAY)


def closed_by(now: int, zone: tzinfo) -> Sent:
    """What is due at a moment, in seconds since 1970: what ended last, once it is morning."""
    local = datetime.fromtimestamp(now, UTC).astimezone(zone).replace(tzinfo=None)
    return closed((local - timedelta(hours=MORNING)).date())


def week_due(first: date, sent: date) -> bool:
    """Whether the week that begins with a day is to be sent where `sent` was before."""
    return sent < first or sent > first + WEEK_AHEAD


def month_due(first: date, sent: date) -> bool:
    """The same of a month."""
    return sent < first or sent > first + MONTH_AHEAD


def days_due(closed: date, judged: date) -> Sequence[date]:
    """The days that are to be judged where `judged` was before, and `closed` ended last."""
    if judged > closed:
        return (closed,) if judged > closed + DAY_AHEAD else ()
    missed = min((closed - judged).days, DAYS_MADE_UP)
    return [closed - timedelta(days=back) for back in reversed(range(missed))]


def week_of(first: date) -> Period:
    """The week that begins with a day."""
    return Period("custom", first, first + timedelta(days=6))


def month_of(first: date) -> Period:
    """The month that begins with a day."""
    return Period("custom", first, month_after(first) - DAY)
