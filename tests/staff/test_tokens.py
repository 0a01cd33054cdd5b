"""Programs read figures with a token: it is made, shown once, ends, and can be revoked."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result
from werkzeug.test import Client, TestResponse

import build
from analytics.staff.api import access
from analytics.staff.grants import GrantError
from analytics.staff.tokens import PREFIX
from analytics.visits.model import LISTED, MEASURES, Counts, Dimension, Increment
from analytics.visits.store.query import Row, Rows
from analytics.web.rate_limits import Limit
from tests.fixtures.form_site import form_site, rows
from tests.fixtures.small_site import HOST, SmallSite
from tests.fixtures.staff import add, signed_in
from tests.fixtures.staff import token as make

SERIES = "/staff/api/v1/series?from=2026-03-01&to=2026-03-02"


@pytest.fixture
def site(tmp_path: Path, quick_passwords: None) -> Iterator[SmallSite]:
    with form_site(tmp_path) as site:
        add(site, ada="admin", rosa="reports", carl="contacts")
        yield site


def read(site: SmallSite, secret: str, address: str = SERIES) -> TestResponse:
    client = site.app.test_client(use_cookies=False)
    return client.get(address, headers={"Authorization": f"Bearer {secret}"})


def post(client: Client, **typed: object) -> TestResponse:
    return client.post("/staff/tokens/", data=typed, headers={"Origin": HOST})


def test_a_token_is_shown_once_and_only_its_hash_is_kept(site):
    ada = signed_in(site, "ada")
    page = post(ada, name="Wallboard", role="reports", days="30").text
    secret = page.partition('class="secret">')[2].partition("<")[0]
    assert secret.startswith(PREFIX)
    assert secret not in ada.get("/staff/tokens/").text
    assert "wallboard" in ada.get("/staff/tokens/").text
    for path in Path(site.var).iterdir():
        assert secret.encode() not in path.read_bytes()
    assert read(site, secret).status_code == 200
    logged = rows(site, "SELECT username, action FROM access_log ORDER BY at, action DESC")
    assert ("ada", "made a token") in logged
    assert ("token wallboard", "read figures") in logged


def test_a_token_that_is_revoked_reads_nothing(site):
    secret, ada = make(site, "reports"), signed_in(site, "ada")
    assert read(site, secret).status_code == 200
    assert "Nothing can be read with" in post(ada, what="revoke", name="wallboard").text
    answer = read(site, secret)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert post(ada, what="revoke", name="wallboard").status_code == 422
    assert ("ada", "revoked a token") in rows(site, "SELECT username, action FROM access_log")


def test_a_token_is_good_to_the_end_of_its_last_day(site):
    secret = make(site, "reports", days=1)
    site.clock.forward(minutes=24 * 60)
    assert read(site, secret).status_code == 200
    site.clock.forward(minutes=24 * 60)
    assert read(site, secret).status_code == 401


def test_thirty_days_after_its_end_nothing_is_left_of_it(site):
    make(site, "reports", days=1)
    site.clock.forward(minutes=30 * 24 * 60)
    site.service.retention_thread.purge()
    assert rows(site, "SELECT name FROM tokens") == [("wallboard",)]
    site.clock.forward(minutes=24 * 60)
    site.service.retention_thread.purge()
    assert rows(site, "SELECT name FROM tokens") == []


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic cGxhaW5zaXRlXw=="},
        {"Authorization": f"Bearer {PREFIX}"},
        {"Authorization": f"Bearer {PREFIX}\u00e9\u00ff"},
        {"Authorization": "Bearer " + "x" * 5_000},
    ],
)
def test_without_a_token_nothing_is_read(site, sent):
    make(site, "reports")
    answer = site.app.test_client().get(SERIES, headers=sent)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="figures"')
    assert "rows" not in answer.text


def test_a_session_is_no_token_and_a_token_is_no_session(site):
    assert signed_in(site, "ada").get(SERIES).status_code == 401
    answer = read(site, make(site, "admin"), "/staff/reports/")
    assert (answer.status_code, "/staff/sign-in/" in answer.headers["Location"]) == (303, True)


def test_a_role_that_may_read_no_figures_is_no_token_s(site):
    with pytest.raises(GrantError, match="may not read figures"):
        make(site, "contacts")
    assert 'value="contacts"' not in signed_in(site, "ada").get("/staff/tokens/").text


def test_only_those_who_may_see_accounts_make_tokens(site):
    for name in ("rosa", "carl"):
        client = signed_in(site, name)
        assert client.get("/staff/tokens/").status_code == 403
        assert post(client, name="mine", role="reports", days="30").status_code == 403
    assert rows(site, "SELECT name FROM tokens") == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "", "role": "reports", "days": "30"}, "use 2 to 64 letters"),
        ({"name": "a\u202eb", "role": "reports", "days": "30"}, "use 2 to 64 letters"),
        ({"name": "wallboard", "role": "reports", "days": "30"}, "already a token"),
        ({"name": "other", "days": "30"}, "has no role"),
        ({"name": "other", "role": "king", "days": "30"}, "unknown role"),
        ({"name": "other", "role": "reports", "days": "99999999999"}, "let it end in 1 to 366"),
        ({"name": "other", "role": "reports", "days": "-1"}, "let it end in 1 to 366"),
    ],
)
def test_what_will_not_do_says_how_to_mend_it(site, typed, said):
    make(site, "reports")
    answer = post(signed_in(site, "ada"), **typed)
    assert answer.status_code == 422
    assert said in answer.text.lower()
    assert rows(site, "SELECT name FROM tokens") == [("wallboard",)]


def test_no_more_than_a_hundred_are_kept(site):
    for number in range(100):
        make(site, "reports", name=f"t{number}")
    with pytest.raises(GrantError, match="no more are kept"):
        make(site, "reports", name="one-more")


def test_a_program_that_asks_each_minute_is_noted_once_an_hour(site):
    secret = make(site, "reports")
    for _ in range(90):
        assert read(site, secret).status_code == 200
        site.clock.forward(minutes=1)
    assert rows(site, "SELECT count(*) FROM access_log WHERE action = 'read figures'") == [(2,)]


def test_guessing_is_slow_and_does_not_lock_out_who_has_a_token(site):
    secret = make(site, "reports")
    answers = [read(site, f"{PREFIX}{number}").status_code for number in range(60)]
    assert answers.count(401) == 40
    assert answers[40:] == [429] * 20
    assert read(site, secret).status_code == 200


def test_a_token_reads_so_often_and_no_more(site, monkeypatch):
    secret = make(site, "reports")
    monkeypatch.setattr(access, "FIGURES", Limit("figures", 5))
    answers = [read(site, secret) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


@pytest.fixture
def run(tmp_path):
    """Runs `build.py staff token …` on a site of its own."""
    for folder in ("content", "site", "templates"):
        (tmp_path / folder).symlink_to(build.ROOT / folder)

    def run(*words: str) -> Result:
        return CliRunner().invoke(build.main, ["--root", str(tmp_path), "staff", "token", *words])

    return run


def test_tokens_are_managed_on_the_command_line_too(run):
    assert run("list").output.startswith("There is no token.")
    made = run("make", "wallboard", "--role", "reports", "--days", "7")
    ends = datetime.datetime.now(tz=datetime.UTC).date()
    assert made.stdout.startswith(PREFIX)
    assert made.stdout.count("\n") == 1
    assert "wallboard is good until" in made.stderr
    assert run("list").output.startswith("wallboard  20")
    assert abs((datetime.date.fromisoformat(run("list").output.split()[1]) - ends).days - 7) <= 1
    refused = run("make", "wallboard", "--role", "reports")
    assert refused.exit_code == 1
    assert refused.output.startswith("error: there is already a token")
    assert "did you mean" in run("revoke", "walboard").output
    assert run("revoke", "wallboard").output == "Nothing can be read with wallboard any more.\n"
    assert run("list").output.startswith("There is no token.")


def test_figures_are_what_was_counted(site):
    for _ in range(2):
        visitor = site.visitor()
        visitor.view("/", given=True)
        visitor.view("/about/", "/")
    secret = make(site, "reports")
    found = read(site, secret).json
    assert (found["from"], found["to"], found["interval"]) == ("2026-03-01", "2026-03-02", "day")
    counted = {row["start"]: (row["visits"], row["views"]) for row in found["rows"]}
    assert counted == {"2026-03-01": (0, 0), "2026-03-02": (2, 4)}
    pages = read(site, secret, SERIES.replace("series", "breakdown/page") + "&format=csv")
    rows = list(csv.DictReader(pages.text.splitlines()))
    assert tuple(rows[0]) == ("cell", *MEASURES, "untold", "imported")
    assert [(row["cell"], row["views"], row["visits"]) for row in rows] == [
        ("/", "2", ""),
        ("/about/", "2", ""),
    ]


def test_what_has_no_views_is_ordered_by_how_often_it_was_counted(site):
    counted = [("a", 1), ("b", 3), ("c", 2)]
    added = [Increment(Dimension.OUTBOUND, cell, times=n) for cell, n in counted]
    site.service.counters.add(int(site.clock() // 3_600), added)
    address = SERIES.replace("series", "breakdown/outbound")
    found = read(site, make(site, "reports"), f"{address}&limit=2").json
    assert [(row["cell"], row["times"]) for row in found["rows"]] == [("b", 3), ("c", 2)]
    assert (found["cells"], found["rest"]) == (3, None)


def test_what_was_rare_is_told_as_the_rest(site):
    """Of a closed day: what no cell has, and what is untold of one that has some."""
    counters = site.service.counters
    found = Rows(
        (Row(cell="Firefox", visits=12, views=30, untold=2),),
        Counts(visits=3, views=3),
        LISTED[Dimension.BROWSER].measures,
    )
    with patch.object(type(counters), "rows", return_value=found):
        answer = read(site, make(site, "reports"), SERIES.replace("series", "breakdown/browser"))
    assert answer.json["rows"][0]["untold"] == 2
    assert (answer.json["rest"]["visits"], answer.json["cells"]) == (3, 1)
    assert answer.json["rest"]["times"] is None, "a browser has none"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["v1/series", "v1/breakdown/page", "v1/", "", "v2/x"])
def test_a_program_gets_problems_and_no_page(site, method, path):
    headers = {"Authorization": f"Bearer {make(site, 'reports')}", "Origin": HOST}
    answer = site.app.test_client().open(f"/staff/api/{path}", method=method, headers=headers)
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["", "v1", "v1/", "v2/series", "v1/breakdown/", "v1/series/"])
def test_where_nothing_is_a_program_is_told_so(site, path):
    answer = read(site, make(site, "reports"), f"/staff/api/{path}")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


DAYS = "from=2026-03-01&to=2026-03-02"
A_DAY = "Give a day, such as 2026-11-03."
A_NUMBER = "Give a whole number from 1 to 5000."


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (f"series?{DAYS}&from=2026-03-02", "from: Give it once."),
        (f"series?{DAYS}&interval=day&interval=hour", "interval: Give it once."),
        ("series?from=20260301&to=2026-03-02", f"from: {A_DAY}"),
        ("series?from=2026-W10-1&to=2026-03-02", f"from: {A_DAY}"),
        ("series?from=2026-03-01", f"to: {A_DAY}"),
        ("export?from=yesterday", f"from: {A_DAY}"),
        ("export?to=2026-02-31", f"to: {A_DAY}"),
        ("series?from=2026-02-30&to=2026-03-02", "Give the “from” day as a date"),
        (f"series?{DAYS}&interval=week", "interval: Give hour or day or month."),
        (f"series?{DAYS}&format=xml", "format: Give json or csv."),
        ("export?format=json", "format: Give csv or parquet."),
        (
            f"series?{DAYS}&intervall=day",
            'intervall: There is no such parameter. Did you mean "interval"? '
            "Allowed: format, from, interval, to.",
        ),
        (f"breakdown/page?{DAYS}&limit=1_0", f"limit: {A_NUMBER}"),
        (f"breakdown/page?{DAYS}&limit=%2B5", f"limit: {A_NUMBER}"),
        (f"breakdown/page?{DAYS}&limit=٣", f"limit: {A_NUMBER}"),
        (f"breakdown/page?{DAYS}&limit=0", f"limit: {A_NUMBER}"),
        (f"breakdown/page?{DAYS}&limit=5001", f"limit: {A_NUMBER}"),
    ],
)
def test_what_cannot_be_read_is_told(site, asked, said):
    answer = read(site, make(site, "reports"), f"/staff/api/v1/{asked}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert answer.json["detail"].startswith(said)
