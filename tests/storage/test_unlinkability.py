"""Unlinkability: whoever holds both databases and the log cannot tell which visit was whose.

Many visitors come on one day, each from a source and at a minute that the test knows, read pages,
and some send a form. Then the attacks that anybody would try: the order of rows, the order of
their bytes in the file, their IDs, and the time. Each is measured against the truth, and against
the same attack on a store that gives the truth away, so that it is known to work.
"""

from __future__ import annotations

import logging
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fixtures.form_site import REQUEST, form_site, send
from tests.fixtures.small_site import SmallSite, Visitor

SENDERS, OTHERS = 120, 40
SOURCES = ("www.google.com", "duckduckgo.com", "school.example", "")
DAY = 22 * 3600


@dataclass
class Truth:
    """Who sent a form, in the order in which they did."""

    email: str
    second: int
    source: str


@pytest.fixture(scope="module")
def day(tmp_path_factory) -> Iterator[tuple[SmallSite, list[Truth], list[str]]]:
    """A day of visits and submissions; what happened; what was logged."""
    chance = random.Random(11)  # The same day in every run.
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logging.getLogger().addHandler(handler)
    people = [Truth(f"{chance.getrandbits(40):x}@example.org", 0, "") for _ in range(SENDERS)]
    seconds = sorted(chance.sample(range(DAY), SENDERS + OTHERS))
    coming = [*people, *([None] * OTHERS)]
    chance.shuffle(coming)
    with form_site(tmp_path_factory.mktemp("day")) as site:
        site.service.retention_thread.close()
        begin = site.clock.now
        for second, person in zip(seconds, coming, strict=True):
            site.clock.now = begin + second
            source = chance.choice(SOURCES)
            visitor = Visitor(site.app.test_client())
            assert visitor.consent().status_code == 204
            assert visitor.view("/", source).status_code == 204
            if person:
                person.second, person.source = second, source
                site.service.rate_limiter.forget()
                sent = send(visitor.client, REQUEST | {"email": person.email})
                assert sent.status_code == 303
        people.sort(key=lambda person: person.second)
        yield site, people, lines
    logging.getLogger().removeHandler(handler)


def correlation(order: list[str], truth: list[Truth]) -> float:
    """Spearman's rank correlation of a guessed order with the true one, from -1 to 1."""
    place = {email: number for number, email in enumerate(order)}
    n = len(truth)
    squares = sum((place[person.email] - number) ** 2 for number, person in enumerate(truth))
    return 1 - 6 * squares / (n * (n * n - 1))


CHANCE = 3.5 / SENDERS**0.5
"""Further from nought than this, a correlation by chance is seen once in two thousand tries."""


def emails(site: SmallSite, query: str) -> list[str]:
    with sqlite3.connect(site.var / "records.sqlite3") as connection:
        return [str(row[0]) for row in connection.execute(query)]


def by_bytes(path: Path, truth: list[Truth]) -> list[str]:
    """The addresses by where they stand in their pages, the last place of a page first."""
    data = path.read_bytes()
    size = int.from_bytes(data[16:18], "big")
    places = {person.email: data.find(person.email.encode()) for person in truth}
    assert min(places.values()) >= 0
    return sorted(places, key=lambda email: (places[email] // size, -(places[email] % size)))


def within_pages(path: Path, truth: list[Truth]) -> float:
    """How far the places within pages tell the order: correlation of each page, averaged."""
    order = by_bytes(path, truth)
    size = int.from_bytes(path.read_bytes()[16:18], "big")
    data = path.read_bytes()
    pages: dict[int, list[str]] = {}
    for email in order:
        pages.setdefault(data.find(email.encode()) // size, []).append(email)
    known = {person.email: person for person in truth}
    total = weight = 0.0
    for found in pages.values():
        if len(found) > 2:
            here = sorted((known[email] for email in found), key=lambda person: person.second)
            total += len(found) * correlation(found, here)
            weight += len(found)
    return total / weight


@pytest.mark.promise("P4")
@pytest.mark.parametrize(
    "query",
    [
        "SELECT email FROM contacts",
        "SELECT email FROM contacts ORDER BY id",
        "SELECT email FROM contacts ORDER BY email",
        "SELECT c.email FROM submissions s JOIN contacts c ON c.id = s.contact",
        "SELECT c.email FROM submissions s JOIN contacts c ON c.id = s.contact ORDER BY s.id",
    ],
)
def test_the_order_of_rows_and_ids_tells_nothing(day, query):
    site, truth, _ = day
    assert abs(correlation(emails(site, query), truth)) < CHANCE


@pytest.mark.promise("P4")
def test_there_are_no_row_numbers(day):
    site, _, _ = day
    with pytest.raises(sqlite3.OperationalError, match="no such column: rowid"):
        emails(site, "SELECT rowid FROM contacts")


@pytest.mark.promise("P4")
def test_the_places_of_bytes_tell_nothing_once_the_day_is_over(day):
    """The records are written anew each day."""
    site, truth, _ = day
    site.service.stores.records.rewrite()
    assert abs(within_pages(site.var / "records.sqlite3", truth)) < CHANCE


@pytest.mark.promise("P4")
def test_the_time_tells_no_more_than_the_day(day):
    """The hour of a submission is guessed from the busiest hour: no column narrows it down."""
    site, truth, _ = day
    days = set(emails(site, "SELECT day FROM submissions"))
    assert len(days) <= 2, "one day, over midnight in the site's own zone"
    with sqlite3.connect(site.var / "records.sqlite3") as connection:
        rows = connection.execute("SELECT * FROM submissions").fetchall()
    for row in rows:
        assert len(set(map(str, row)) & {str(person.second) for person in truth}) == 0
    order = emails(site, "SELECT c.email FROM submissions s JOIN contacts c ON c.id = s.contact")
    guess = [person.second // 3600 for person in truth]
    hits = sum(
        guess[number] == {p.email: p.second // 3600 for p in truth}[email]
        for number, email in enumerate(order)
    )
    share = sum((guess.count(hour) / SENDERS) ** 2 for hour in set(guess))
    spread = (SENDERS * share * (1 - share)) ** 0.5
    assert abs(hits - SENDERS * share) < 4 * spread


@pytest.mark.promise("P4")
def test_no_value_of_one_store_stands_in_the_other(day):
    """No key, no address, no ID joins the two; sources are counted, and kept with nobody."""
    site, truth, lines = day
    counters = b"".join(path.read_bytes() for path in site.var.glob("counters.*"))
    records = b"".join(path.read_bytes() for path in site.var.glob("records.*"))
    for person in truth:
        assert person.email.encode() not in counters
    for identifier in emails(site, "SELECT id FROM contacts UNION SELECT id FROM submissions"):
        assert identifier.encode() not in counters
    for source in SOURCES[:-1]:
        assert source.encode() not in records
    said = "\n".join(lines)
    assert not any(person.email in said for person in truth)
