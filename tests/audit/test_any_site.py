"""Any site: its register is drafted, and the site held to it; wrong set-ups are named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from werkzeug.wrappers import Request, Response

import audit.any_site.options
from audit.any_site.draft import drafted
from audit.any_site.journeys import JOURNEYS
from audit.any_site.register import Consent, SiteRegister, read_register
from audit.any_site.rules import compare
from audit.any_site.run import Plan, visit_site
from audit.any_site.sightings import sightings
from audit.any_site.walk import Walk
from audit.browsers.visitor import Access
from audit.observations import Observed, Snapshot
from audit.rules.findings import Finding

from . import any_sites
from .any_sites import AnySite, Made
from .test_publishing import invoke

FIRST, ASKED = ("first visit",), ("accept", "reject", "withdraw")


@pytest.fixture(autouse=True)
def browsers(chromium: str) -> None:
    """They are there."""


def visited(
    made: Made, *journeys: str, browser: str = "chromium", **plan: object
) -> tuple[Observed, Walk]:
    """A visit of a site by some journeys."""
    chosen = tuple(each for each in JOURNEYS if each.name in journeys)
    values = {"pages": ("/",), "asks": True, "consent": Consent(wait_seconds=8), **plan}
    return visit_site(Plan(made.origin, browsers=(browser,), journeys=chosen, **values))  # type: ignore[arg-type]  # any of its fields


def whole(observed: Observed) -> Observed:
    """The same, where every journey came to its end."""
    stops = [each.stop for each in observed.journeys if each.stop]
    missed = [each.missed for each in observed.journeys if each.missed]
    assert (stops, missed, observed.missed) == ([], [], ())
    return observed


def gone_over(made: Made, observed: Observed, folder: Path) -> SiteRegister:
    """The register of what was seen, when its owner has gone over it: what waits for a yes is for
    counting, and what does not is needed."""
    walk = Walk(made.origin, 1, paths=["/"])
    text = drafted(
        made.origin, sightings(observed), walk, file="x", tool="t", day="2026-03-01", notes=()
    )
    text = re.sub(
        r'purpose = "\?"\nfirst_seen = "before', 'purpose = "needed"\nfirst_seen = "before', text
    )
    text = text.replace('purpose = "?"', 'purpose = "analytics"')
    text += '[[purpose]]\nname = "needed"\nneeds = "nothing"\n'
    if 'name = "analytics"' not in text:
        text += '[[purpose]]\nname = "analytics"\nneeds = "consent"\n'
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return read_register(path)


def rules(found: tuple[Finding, ...]) -> set[str]:
    return {each.rule for each in found}


@pytest.mark.parametrize(
    ("site", "named"),
    [
        (
            any_sites.with_vanilla,
            {
                "request without consent",
                "cookie without consent",
                "box ticked beforehand",
                "unequal buttons",
            },
        ),
        (any_sites.with_klaro, {"box ticked beforehand", "unequal buttons"}),
        (any_sites.with_tarteaucitron, {"unequal buttons", "wall"}),
    ],
)
def test_the_banners_that_are_most_used(
    site: Callable[..., AnySite], named: set[str], tmp_path: Path
) -> None:
    """Set up right, the site is as it was seen; set up wrong, it differs from that register."""
    with site(right=True).served() as made:
        seen = whole(visited(made, *ASKED)[0])
        declared = gone_over(made, seen, tmp_path)
        assert compare(declared, seen) == ()
        assert "analytics" in {each.purpose for each in declared.register.cookies}
        assert made.counter in {each.origin for each in declared.register.hosts}
    with site(right=False).served() as wrong:
        moved = replace(
            declared,
            register=declared.register.model_copy(
                update={
                    "hosts": tuple(
                        each.model_copy(update={"origin": wrong.counter})
                        for each in declared.register.hosts
                    )
                }
            ),
        )
        observed, _ = visited(wrong, "reject")
        assert named <= rules(compare(moved, observed))


def test_a_draft_is_what_the_second_run_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = tuple(each for each in JOURNEYS if each.name in (*FIRST, "accept", "reject"))
    monkeypatch.setattr(audit.any_site.options, "Plan", partial(Plan, journeys=chosen))
    file = tmp_path / "site.toml"
    words = ("--browser", "chromium", "--pages", "/", "--register", str(file))
    with any_sites.with_banner().served() as made:
        told = invoke(["audit", made.origin, "--draft", *words])
        assert told.exit_code == 0, told.output
        assert "chromium 3 of 3: " in told.output
        assert "1 cookies, 1 storage keys, 1 other hosts; it asks for consent" in told.output
        again = invoke(["audit", made.origin, "--draft", *words])
        assert again.exit_code == 2
        assert "is already there" in again.output
        hold = ["audit", *words, "--output", str(tmp_path / "out")]
        told = invoke(hold)
        assert told.exit_code == 0, told.output
        assert "purposes are guesses that nobody has confirmed" in told.output
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace('name = "_ga"', 'name = "_gone"'), encoding="utf-8")
        told = invoke(hold)
        assert told.exit_code == 1
        assert "keeps a cookie _ga, which is not declared" in told.output
        assert "the cookie _gone is declared, but no journey came by it" in told.output
        assert f"{file}:" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("site", "browser"),
    [
        (any_sites.in_a_shadow_root, "chromium"),
        (any_sites.in_a_frame, "chromium"),
        (partial(any_sites.with_banner, late=2_500), "chromium"),
        (any_sites.in_a_frame, "firefox"),
    ],
)
def test_a_banner_is_found_wherever_it_is(site: Callable[[], AnySite], browser: str) -> None:
    with site().served() as made:
        observed = whole(visited(made, "reject", browser=browser)[0])
    snapshots = observed.journeys[0].snapshots
    (answer,) = [each for each in snapshots if each.step == "reject"]
    assert answer.clicks == 1
    assert snapshots[-1].banner is None or not snapshots[-1].banner.asks


LINK = '<button onclick="say(\'yes\')">Accept all</button> <a href="#" onclick="say(\'no\')">Reject all</a>'
BOXES = (
    '<label><input type="checkbox" checked> Statistics</label>'
    '<label><input type="checkbox" checked> Measuring (legitimate interest)</label>'
    '<label><input type="checkbox" checked disabled> Needed</label>'
)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (
            {
                "style": "#no { padding: 0 !important; font-size: 10px !important; color: #ccc !important }"
            },
            (
                r"the button is \d+\.\d times as large",
                "the letters are 16 against 10 pixels high",
                r"its letters is less than 4\.5: 21\.0 against 1\.6",
            ),
        ),
        (
            {"buttons": LINK + BOXES, "nags": True},
            (
                "one is a button, the other a link",
                "the box “Statistics” is on beforehand",
                "“Measuring .legitimate interest.” is on beforehand, as a legitimate interest",
                "the site asks again, though the visitor refused",
            ),
        ),
        (
            {
                "style": "#ask { inset: 0 !important } body { overflow: hidden; height: 3000px }",
                "buttons": "<button onclick=\"say('yes')\">OK</button>",
            },
            (
                "the banner covers 100% of the window, and cannot be refused there",
                "the journey “reject” could not be finished: there is no way to reject",
            ),
        ),
    ],
)
def test_dark_patterns_are_measured(
    wrong: dict[str, object], words: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "site.toml"
    with any_sites.with_banner(**wrong).served() as made:  # type: ignore[arg-type]  # any of its fields
        observed, _ = visited(made, "reject")
        path.write_text(f'url = "{made.origin}"\n[consent]\n', encoding="utf-8")
    messages = [each.message for each in compare(read_register(path), observed)]
    for each in words:
        assert any(re.search(each, message) for message in messages), (each, messages)


def test_one_page_is_used_by_its_links_and_keeps_what_it_keeps() -> None:
    with any_sites.of_one_page().served() as made:
        pages = ("/", "/about/", "/contact/")
        seen = sightings(visited(made, "phone", pages=pages)[0])
        kept = {(each.kind, each.name) for each in seen.storages}
        assert kept == {("IndexedDB", "visits"), ("Cache", "offline"), ("service worker", "*/")}
        assert made.counter.replace("http", "ws") in {each.name for each in seen.hosts}


def test_frames_and_cookies_of_others_are_looked_into() -> None:
    with any_sites.as_wordpress().served() as made:
        seen = sightings(whole(visited(made, *FIRST)[0]))
    names = {each.name: each for each in seen.cookies}
    # What another site sets in its frame is kept, as in a window of a person's.
    assert names["fr_id"].where == "127.0.0.3"
    assert list(names["PHPSESSID"].set_by) == ["answer /"]
    assert [(each.kind, each.name, each.where) for each in seen.storages] == [
        ("localStorage", "frame-id", made.pixel)
    ]


def test_maps_documents_downloads_and_pages_that_lead_on() -> None:
    with any_sites.with_odd_pages().served() as made:
        observed, walk = visited(
            made, *FIRST, pages=(), asks=False, consent=Consent(wait_seconds=0.2)
        )
    whole(observed)
    assert walk.paths == ["/", "/packed/", "/moving/"]
    assert walk.others == ["/guide.pdf", "/save"]
    assert [each.page for each in observed.journeys[0].snapshots] == ["/", "/packed/", "/packed/"]


def test_a_page_that_never_stays_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.any_site.visit.PATIENCE_SECONDS", 2)
    site = AnySite({"/": "<script>setTimeout(() => location.reload(), 30)</script>"})
    with site.served() as made:
        observed, _ = visited(made, *FIRST, asks=False, consent=Consent(wait_seconds=0.2))
    (journey,) = observed.journeys
    assert any("leads on and on by itself" in each for each in (*journey.missed, journey.stopped))


def times() -> Iterator[tuple[str, str]]:
    yield "a minute later", 'setTimeout(() => { document.cookie = "late=1; path=/" }, 70_000)'
    yield (
        "days later",
        """const first = Number(localStorage.getItem("first") ?? Date.now()); localStorage.setItem("first", first);
           if (Date.now() - first > 2.5 * 86_400_000) document.cookie = "late=1; path=/";""",
    )


@pytest.mark.parametrize(("journey", "script"), list(times()))
def test_what_comes_later_is_seen(journey: str, script: str) -> None:
    with AnySite({"/": f"<script>{script}</script>"}).served() as made:
        observed, _ = visited(made, journey, asks=False, consent=Consent(wait_seconds=0.2))
    assert "late" in {each.name for each in whole(observed).journeys[0].snapshots[-1].cookies}


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_what_is_sent_while_one_types_is_seen(browser: str) -> None:
    script = (
        'addEventListener("input", ({ target }) => navigator.sendBeacon("/typed", target.value));'
    )
    page = f'<form><input name="name"><input type="email" id="e"></form><script>{script}</script>'
    site = AnySite({"/": page}, answers={"/typed": lambda _: Response("", 204)})
    with site.served() as made:
        observed, _ = visited(
            made, "fields filled in", browser=browser, asks=False, consent=Consent(wait_seconds=0.2)
        )
    assert [each.name for each in sightings(whole(observed)).messages] == ["/typed"]


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_what_is_sent_as_a_page_is_left_is_seen(browser: str) -> None:
    script = """addEventListener("pagehide", () => { navigator.sendBeacon("/left", "1");
      fetch("%C/gone", { method: "POST", mode: "no-cors", keepalive: true }); });"""
    site = AnySite(any_sites.three(f"<script>{script}</script>"))
    site.answers["/left"] = lambda _: Response("", 204)
    with site.served() as made:
        observed, _ = visited(
            made, "another language", browser=browser, asks=False, pages=("/", "/about/")
        )
        seen = sightings(whole(observed))
        assert [each.name for each in seen.messages] == ["/left"]
        assert made.counter in {each.name for each in seen.hosts}


def test_what_looks_for_an_advertisement_sees_one() -> None:
    script = """const click = /gclid=([^&]+)/.exec(location.search);
      if (click && document.referrer.includes("google")) document.cookie = `_gcl_aw=${click[1]}; path=/`;"""
    with AnySite({"/": f"<script>{script}</script>"}).served() as made:
        observed, _ = visited(made, "from elsewhere", asks=False, consent=Consent(wait_seconds=0.2))
    assert [each.name for each in _last(observed).cookies] == ["_gcl_aw"]


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_a_page_that_looks_for_a_program_sees_a_person(browser: str) -> None:
    script = """document.cookie = `seen=${navigator.webdriver}|${/Headless|Audit/.test(navigator.userAgent)}; path=/`"""
    with AnySite({"/": f"<script>{script}</script>"}).served() as made:
        observed, _ = visited(
            made, *FIRST, browser=browser, asks=False, consent=Consent(wait_seconds=0.2)
        )
    assert [each.value for each in _last(observed).cookies] == ["false|false"]


def _last(observed: Observed) -> Snapshot:
    return whole(observed).journeys[0].snapshots[-1]


def test_what_lets_one_in_is_told_to_the_site_alone() -> None:
    asked: list[tuple[str, str | None, bool]] = []

    def door(request: Request) -> Response:
        asked.append(("site", request.headers.get("X-Preview"), request.authorization is not None))
        if request.authorization is None or request.headers.get("X-Preview") != "yes":
            return Response("", 401, headers={"WWW-Authenticate": 'Basic realm="x"'})
        if request.path == "/away":
            return Response("", 302, headers={"Location": f"{other}/away"})
        return Response(
            f'<title>In</title><img src="{other}/px.gif"><img src="/away">', mimetype="text/html"
        )

    def elsewhere(request: Request) -> Response:
        asked.append(("other", request.headers.get("X-Preview"), request.authorization is not None))
        return Response("")

    site = AnySite({}, answers={"/": door, "/away": door})
    with (
        any_sites.answering(any_sites.always(elsewhere), host="127.0.0.4") as other,
        site.served() as made,
    ):
        access = Access(made.origin, (("X-Preview", "yes"),), ("ada", "lovelace"))
        observed, _ = visited(
            made, *FIRST, asks=False, access=access, consent=Consent(wait_seconds=0.2)
        )
    assert _last(observed).page == "/"
    assert [each for each in asked if each[0] == "other"] == [("other", None, False)] * 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--draft"], "needs the address of a site"),
        (["https://www.example.org/page", "--draft"], "is one page"),
        (["http://127.0.0.1:9", "--draft", "--pages", "none"], "says neither how many nor which"),
        (["http://127.0.0.1:9", "--draft", "--header", "nothing"], "is no header"),
        (["http://127.0.0.1:9", "--draft", "--basic-auth", "ada"], "a name and a password"),
        (["--register", "nowhere.toml"], "nowhere.toml"),
        (["http://127.0.0.1:9", "--draft", "--evidence"], "--evidence does nothing with --draft"),
        (["http://127.0.0.1:9", "--draft", "--output", "x"], "--output does nothing with --draft"),
        (["--register", "x.toml", "--publish"], "--publish does nothing with --register"),
        (["--pages", "/"], "--pages does nothing without --draft or --register"),
    ],
)
def test_what_cannot_be_done_is_said(words: list[str], message: str) -> None:
    told = invoke(["audit", *words])
    assert told.exit_code == 2
    assert message in told.output
    assert "Traceback" not in told.output


def test_the_words_of_a_banner_may_be_the_owners() -> None:
    buttons = '<button class="fine" onclick="say(\'yes\')">Splendid</button> <button onclick="say(\'no\')">Rather not today</button>'
    consent = Consent(accept=("css=.fine",), reject=("Rather not today",))
    with any_sites.with_banner(buttons=buttons).served() as made:
        observed = whole(visited(made, "accept", "reject", consent=consent)[0])
    assert all(each.snapshots[1].clicks == 1 for each in observed.journeys)
