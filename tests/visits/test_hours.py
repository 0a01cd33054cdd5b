"""The name of an hour and the hour itself: exactly one of each, both ways, in every zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.visits.hours import NoSuchHour, comes_twice, hour_of, name_of, start_of

LOS_ANGELES, KOLKATA = ZoneInfo("America/Los_Angeles"), ZoneInfo("Asia/Kolkata")
ODD = ("Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns", "Europe/London")
ZONES = sorted(available_timezones())
SINCE, UNTIL = 420_000, 640_000  # 2017 to 2043


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp() // 3600)


@given(st.sampled_from(ZONES), st.integers(SINCE, UNTIL))
def test_a_name_leads_back_to_its_hour(zone: str, hour: int) -> None:
    assert hour_of(name_of(hour, ZoneInfo(zone)), ZoneInfo(zone)) == hour


@pytest.mark.parametrize("zone", [*ODD, "America/Los_Angeles", "Africa/Casablanca"])
def test_no_two_hours_of_years_have_one_name(zone: str) -> None:
    names = {name_of(hour, ZoneInfo(zone)) for hour in range(490_000, 516_000)}
    assert len(names) == 26_000
    plain = sum(name.count(":") == 0 or len(name) == 16 for name in names)
    assert plain > 25_900, "only where clocks go back does a name need more"


@pytest.mark.parametrize(
    ("name", "zone", "hour"),
    [
        ("2026-03-02T00", LOS_ANGELES, at(2026, 3, 2, 8)),
        ("2026-03-02T13:30", KOLKATA, at(2026, 3, 2, 8)),
        ("2026-03-02T13:45", ZoneInfo("Asia/Kathmandu"), at(2026, 3, 2, 8)),
        ("2026-11-01T01-07:00", LOS_ANGELES, at(2026, 11, 1, 8)),
        ("2026-11-01T01-08:00", LOS_ANGELES, at(2026, 11, 1, 9)),
    ],
)
def test_names(name: str, zone: ZoneInfo, hour: int) -> None:
    assert (name_of(hour, zone), hour_of(name, zone)) == (name, hour)


@pytest.mark.parametrize("name", ["2026-03-02T08Z", "2026-03-02T08:00Z", "2026-03-02T00:00-08:00"])
def test_an_hour_may_be_written_by_utc(name: str) -> None:
    assert hour_of(name, LOS_ANGELES) == at(2026, 3, 2, 8)


@pytest.mark.parametrize(
    ("name", "zone", "message", "hint"),
    [
        ("2026-03-08T02", LOS_ANGELES, "does not exist", "write 2026-03-08T03"),
        ("2026-11-01T01", LOS_ANGELES, "twice", "write 2026-11-01T01-07:00 or 2026-11-01T01-08:00"),
        ("2026-03-02T13", KOLKATA, "begins", "write 2026-03-02T12:30 or 2026-03-02T13:30"),
        ("2026-03-02T13:07", LOS_ANGELES, "begins", "write 2026-03-02T13 or 2026-03-02T14"),
        ("2026-03-02T13:30Z", LOS_ANGELES, "begins", "write 2026-03-02T05 or 2026-03-02T06"),
        ("2026-03-02", LOS_ANGELES, "is no hour", "write it so: 2026-11-26T14"),
        ("2026-03-02T", LOS_ANGELES, "is no hour", "write it so: 2026-11-26T14"),
        ("2026-03-02T24", LOS_ANGELES, "is no hour", "write it so: 2026-11-26T14"),
        ("2026-02-30T12", LOS_ANGELES, "is no hour", "write it so: 2026-11-26T14"),
        ("\u0662026-03-02T12", LOS_ANGELES, "is no hour", "write it so: 2026-11-26T14"),
        ("9999-12-31T23", LOS_ANGELES, "is no hour", "write it so: 2026-11-26T14"),
        ("0001-01-01T00", KOLKATA, "is no hour", "write it so: 2026-11-26T14"),
        ("2026-03-02T13\n", LOS_ANGELES, "is no hour", "write it so: 2026-11-26T14"),
    ],
)
def test_what_is_no_hour_is_told(name: str, zone: ZoneInfo, message: str, hint: str) -> None:
    with pytest.raises(NoSuchHour) as told:
        hour_of(name, zone)
    assert message in told.value.message
    assert told.value.hint == hint


@pytest.mark.parametrize("year", [1, 9999])
@pytest.mark.parametrize("zone", [LOS_ANGELES, KOLKATA])
def test_an_hour_at_the_end_of_the_calendar_has_a_name(year: int, zone: ZoneInfo) -> None:
    """A database may have one, which somebody struck before that was refused."""
    start = (
        datetime(year, 1, 1, tzinfo=UTC) if year == 1 else datetime(year, 12, 31, 23, tzinfo=UTC)
    )
    hour = int((start - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() // 3600)
    assert hour_of(name_of(hour, zone), zone) == hour


def test_clocks_show_an_hour_twice_where_they_go_back() -> None:
    twice = [
        hour
        for hour in range(at(2026, 11, 1), at(2026, 11, 2))
        if comes_twice(start_of(hour, LOS_ANGELES))
    ]
    assert twice == [at(2026, 11, 1, 8), at(2026, 11, 1, 9)]
