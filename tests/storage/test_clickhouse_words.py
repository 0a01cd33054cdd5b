"""What the store says to a database, as it is put to ClickHouse: pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.storage.clickhouse_changes import Change, Written, change_of, filled
from analytics.storage.clickhouse_layout import CELLS, DURABLE, Layout, Place
from analytics.storage.clickhouse_selects import select_of
from analytics.storage.clickhouse_words import NotWritten, conjuncts, literal, words_of
from analytics.storage.schema import metadata
from policy import read_site
from tests.fixtures.small_site import ROOT

LAYOUT = Layout(metadata(read_site(ROOT).register, "counters"))
IS_THERE = "HAVING sum(times_sum) != 0 OR sum(there_sum) != 0"


class Sources:
    """All rows are those of the table."""

    layout = LAYOUT

    def source(self, place: Place, where: list[str]) -> str:
        return LAYOUT.source(place, where)


def asked(statement: str) -> str:
    return select_of(words_of(statement), Sources())


@given(st.text())
def test_a_text_stays_one_word_whatever_is_in_it(text: str) -> None:
    said = literal(text)
    assert words_of("a = ? AND b", [text]) == ["a", "=", said, "AND", "b"]
    assert words_of(f"a = {said} AND b") == ["a", "=", said, "AND", "b"]


def test_conditions_are_parted_where_all_must_be_met() -> None:
    def parts(statement: str) -> list[str]:
        return [" ".join(each) for each in conjuncts(words_of(statement))]

    assert parts("a = 1 AND b BETWEEN 2 AND 3 AND c IN (1, 2)") == [
        "a = 1",
        "b BETWEEN 2 AND 3",
        "c IN ( 1 , 2 )",
    ]
    assert parts("a = 1 OR b = 2") == ["a = 1 OR b = 2"]
    assert parts("x AND (a OR b AND c)") == ["x", "( a OR b AND c )"]
    assert parts("") == []


@pytest.mark.parametrize(
    ("statement", "flat"),
    [
        (
            "SELECT value, sum(times) FROM rare WHERE pair = 1 GROUP BY value",
            "SELECT value_number AS value, sum(times_sum) FROM {} AND pair_number = 1"
            " GROUP BY value_number {}",
        ),
        (
            "SELECT times AS n FROM rare WHERE first > 5 ORDER BY first LIMIT 2",
            "SELECT sum(times_sum) AS n FROM {} AND first_number > 5 GROUP BY pair_number,"
            " step_text, first_number, value_number {} ORDER BY first_number LIMIT 2",
        ),
        (
            "SELECT DISTINCT pair FROM rare",
            "SELECT pair_number AS pair FROM {} GROUP BY pair_number {}",
        ),
    ],
)
def test_a_question_of_one_table_is_put_to_its_rows_as_they_stand(
    statement: str, flat: str
) -> None:
    assert asked(statement) == flat.format(f"{CELLS} WHERE of_table = 'rare'", IS_THERE)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM rare WHERE pair = 1",
        "SELECT min(first) FROM rare WHERE pair = 1",
        "SELECT * FROM rare WHERE pair = 1",
        "SELECT value FROM rare WHERE times > 3 AND pair = 1",
        "SELECT sum(times) FROM rare WHERE pair = 1 HAVING count(*) > 0",
        "SELECT name FROM rare JOIN names ON value = number WHERE rare.pair = 1",
    ],
)
def test_what_needs_rows_that_are_summed_has_its_conditions_on_the_key_where_they_are_read(
    statement: str,
) -> None:
    said = asked(statement)
    inner = said[said.index("(SELECT") : said.index("AS rare")]
    assert "pair_number = 1 GROUP BY" in inner
    assert "times > 3" not in inner


def test_what_has_no_row_has_no_least() -> None:
    assert "( toNullable ( hour ) )" in asked("SELECT min(hour) FROM totals")


def test_a_condition_that_asks_itself_is_asked_of_rows_too() -> None:
    said = asked("SELECT sum(visits) FROM totals WHERE hour NOT IN (SELECT hour FROM struck_hours)")
    assert "hour_number NOT IN (SELECT hour_number AS hour FROM" in said


def test_what_is_written_is_taken_apart() -> None:
    gone = change_of(words_of("DELETE FROM names WHERE number = 5"))
    assert gone == Change("names", ["number", "=", "5"], {})
    changed = change_of(words_of("UPDATE names SET month = 7, number = number + 1"))
    assert isinstance(changed, Change)
    assert changed.sets == {"month": ["7"], "number": ["number", "+", "1"]}
    put = change_of(words_of("INSERT INTO names (name, number) VALUES (?, -5)"))
    assert put == Written("names", ["name", "number"], ["?", "-5"], adds=False)
    assert filled(put.values, ["x"]) == ["x", -5]
    assert change_of(words_of("SELECT 1")) is None
    with pytest.raises(NotWritten):
        change_of(words_of("INSERT INTO names SELECT 1"))


def test_a_server_that_can_wait_for_the_disk_does() -> None:
    assert "fsync" not in LAYOUT.create(CELLS)
    assert "fsync_after_insert = 1" in LAYOUT.create(CELLS, DURABLE)


def test_every_declared_column_has_a_place_of_its_own_in_its_table() -> None:
    for place in LAYOUT.places.values():
        assert len({*place.columns.values()}) == len(place.columns)
        assert {*place.columns.values()} <= {*LAYOUT.columns}
    assert len({*LAYOUT.columns}) == len(LAYOUT.columns)
