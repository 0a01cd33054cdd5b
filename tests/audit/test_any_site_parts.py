"""The parts of the audit of any site that need no browser."""

from __future__ import annotations

import datetime
import gzip
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from audit.any_site.banner_rules import banner_findings
from audit.any_site.command import draft
from audit.any_site.cookie_names import guess_cookie, guess_host
from audit.any_site.draft import drafted
from audit.any_site.matching import fits
from audit.any_site.register import SiteRegister, read_register
from audit.any_site.rules import compare, unsaid
from audit.any_site.run import Plan
from audit.any_site.sightings import _rounded, sightings
from audit.any_site.walk import Walk
from audit.any_site.words import KINDS, WORDS
from audit.banners import Banner, Box, Control
from audit.journeys.sitemap import NoSitemap, Sitemaps, in_robots, is_page
from audit.observations import (
    Act,
    Headers,
    Journey,
    KeptCookie,
    KeptItem,
    Observed,
    SentRequest,
    SetCookie,
    Snapshot,
)
from audit.reports.formats import as_html, as_json, as_text
from audit.reports.junit import as_junit
from audit.reports.result import Result
from audit.reports.sarif import as_sarif
from policy import Faults
from tests.fixtures.odd_servers import down

SITE, TAG = "https://www.example.org", "https://tag.example.net"
NO, YES = frozenset({"choice"}), frozenset({"choice", "consent"})
DAY = 86_400.0


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("accept", "Accept all|I agree|OK|Got it!|Allow all cookies|OK, accept all|Yes, I accept"),
        ("accept", "Alle akzeptieren|Zustimmen|Tout accepter|J'accepte|Aceptar todo|Accetta tutti"),
        ("accept", "Alles accepteren|Godkänn alla|Accepter alle|Akceptuję|Přijmout vše|Aceitar"),
        ("reject", "Reject all|Decline|No, thanks|Only necessary|Accept only essential cookies"),
        ("reject", "Alle ablehnen|Nur notwendige Cookies|Tout refuser|Continuer sans accepter"),
        ("reject", "Rechazar todo|Rifiuta tutti|Alles weigeren|Avvisa alla|Odrzuć|Odmítnout vše"),
        ("settings", "Manage preferences|Cookie settings|Customise|Let me choose|Einstellungen"),
        ("settings", "Personnaliser|Paramètres des cookies|Configurar|Personalizza|Instellingen"),
        ("save", "Save preferences|Allow selection|Confirm my choices|Auswahl speichern"),
        ("save", "Enregistrer mes choix|Guardar preferencias|Salva preferenze|Opslaan"),
        ("withdraw", "Withdraw consent|Change your consent|Einwilligung widerrufen"),
        ("", "About us|Read more|Privacy policy|Contact|Buy now|Accept the terms of delivery"),
    ],
)
def test_labels_are_known_in_many_languages(kind: str, labels: str) -> None:
    for label in labels.split("|"):
        plain = label.lower().strip("!. ")
        found = (k for k in KINDS if any(re.fullmatch(each, plain) for each in WORDS[k]))
        assert next(found, "") == kind, label


def test_the_database_guesses_what_well_known_names_are_for() -> None:
    found = {
        name: getattr(guess_cookie(name, "www.example.org"), "purpose", None)
        for name in ("_ga", "_ga_ABC123", "_fbp", "PHPSESSID", "A", "nobody_knows_this")
    }
    assert found == {
        "_ga": "analytics",
        "_ga_ABC123": "analytics",
        "_fbp": "marketing",
        "PHPSESSID": "functional",
        "A": None,
        "nobody_knows_this": None,
    }
    # A name of one letter says something only where it is at home.
    assert guess_cookie("IDE", ".doubleclick.net") is not None
    assert guess_cookie("IDE", "www.example.org") is None
    assert guess_host("region1.google-analytics.com") or guess_host("www.googletagmanager.com")


def told(pages: dict[str, bytes]) -> Sitemaps:
    def get(path: str) -> bytes:
        if path not in pages:
            raise NoSitemap(f"{path} is answered with 404")
        return pages[path]

    return Sitemaps(get, (SITE,))


def urls(tag: str, *paths: str) -> bytes:
    inner = "".join(f"<url><loc> {SITE}{path} </loc></url>" for path in paths)
    return f'<{tag} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</{tag}>'.encode()


def test_an_index_is_read_with_all_that_it_names() -> None:
    maps = told(
        {
            "/sitemap.xml": urls(
                "sitemapindex", "/a.xml", "/b.xml.gz", "/gone.xml", "/sitemap.xml"
            ),
            "/a.xml": urls("urlset", "", "/about/", "/guide.pdf", "/photo.jpg"),
            "/b.xml.gz": gzip.compress(urls("urlset", "/list.php?page=2")),
        }
    )
    maps.read("/sitemap.xml")
    assert list(maps.paths) == ["/", "/about/", "/list.php?page=2"]
    assert maps.others == ["/guide.pdf", "/photo.jpg"]
    assert maps.missed == ["/gone.xml is answered with 404"]


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"\x1f\x8bnot packed", gzip.compress(b"x" * 9, mtime=0)[:-3]]
)
def test_what_is_no_sitemap_is_said(body: bytes) -> None:
    with pytest.raises(NoSitemap, match="is no sitemap"):
        told({"/sitemap.xml": body}).read("/sitemap.xml")


def test_a_chain_of_indexes_comes_to_an_end() -> None:
    endless = told({})
    endless.get = lambda path: urls("sitemapindex", f"{path}x", f"{path}y")
    endless.read("/a")
    assert "more than 50 sitemaps" in endless.missed[0]


def test_robots_and_endings() -> None:
    assert in_robots("User-agent: *\nSITEMAP: https://x.org/a.xml\nDisallow: /") == [
        "https://x.org/a.xml"
    ]
    assert [
        path
        for path in ("/", "/a.php", "/a.html", "/a.pdf", "/a.tar.gz", "/v1.2-notes")
        if is_page(path)
    ] == [
        "/",
        "/a.php",
        "/a.html",
        "/v1.2-notes",
    ]


@pytest.mark.parametrize(
    ("pattern", "name", "same"),
    [
        ("_ga", "_ga", True),
        ("_ga", "_ga_1", False),
        ("_ga_*", "_ga_1", True),
        ("cuid[1]", "cuid[1]", True),
        ("cuid[1]", "cuid1", False),
        ("a?", "ab", False),
        ("*", "", True),
    ],
)
def test_only_a_star_stands_for_something_else(pattern: str, name: str, same: bool) -> None:
    assert fits(pattern, name) is same


def cookie(name: str, days: float | None = 365, **changes: object) -> KeptCookie:
    values = {
        "value": "v",
        "domain": "www.example.org",
        "path": "/",
        "secure": False,
        "http_only": False,
        "same_site": "Lax",
        "expires": None if days is None else days * DAY,
    }
    return KeptCookie(name, **{**values, **changes})  # type: ignore[arg-type]  # any of its fields


def button(kind: str, name: str, **changes: float) -> Control:
    values = {"x": 0, "y": 0, "width": 120, "height": 40, "size": 16, "contrast": 12.0}
    return Control(kind, name, "button", **{**values, **changes})


FAIR = Banner(0, (button("accept", "Accept all"), button("reject", "Reject all")))
COUNTS = (SentRequest("GET", TAG, "/t.js", kind="script"),)


def journey(name: str, *snapshots: Snapshot, **more: object) -> Journey:
    return Journey(name, "chromium", snapshots, origin=SITE, **more)  # type: ignore[arg-type]  # any of its fields


def step(name: str, agreed: frozenset[str] = frozenset(), **what: object) -> Snapshot:
    return Snapshot(name, "/", 0, agreed, **what)  # type: ignore[arg-type]  # any of its fields


def honest() -> Observed:
    """A site that asks, and does what it is told."""
    answer, ga = cookie("answer", 180), cookie("_ga")
    wrote = Act("document.cookie", "_ga=1; path=/", f"{TAG}/t.js:4:9")
    item = KeptItem("localStorage", "visits", "1", SITE)
    return Observed(
        SITE,
        (
            journey("first visit", step("open", banner=FAIR)),
            journey(
                "accept",
                step("open", banner=FAIR),
                step("accept", YES, cookies=(answer, ga), requests=COUNTS, acts=(wrote,), clicks=1),
                step("read", YES, cookies=(answer, ga), items=(item,)),
            ),
            journey(
                "reject", step("open", banner=FAIR), step("reject", NO, cookies=(answer,), clicks=1)
            ),
        ),
        local=False,
    )


def register_of(observed: Observed, folder: Path, old: str = "", new: str = "") -> SiteRegister:
    """The draft of a site as its owner goes over it: what nobody knew is for counting."""
    walk = Walk(SITE, 1, paths=["/"])
    text = drafted(
        SITE, sightings(observed), walk, file="x.toml", tool="t", day="2026-03-01", notes=()
    )
    text = text.replace('"?"', '"analytics"')
    if 'name = "analytics"' not in text:
        text += '[[purpose]]\nname = "analytics"\nneeds = "consent"\n'
    assert old in text, text
    path = folder / "x.toml"
    path.write_text(text.replace(old, new) if old else text, encoding="utf-8")
    return read_register(path)


def test_a_draft_tells_what_was_seen_when_and_by_whom(tmp_path: Path) -> None:
    seen = sightings(honest())
    text = drafted(
        SITE,
        seen,
        Walk(SITE, 1, paths=["/"]),
        file="x.toml",
        tool="Plainsite",
        day="2026-03-01",
        notes=["a note\nof two lines"],
    )
    assert "# Note: a note of two lines\n" in text
    told = tomllib.loads(text)
    by_name = {each["name"]: each for each in told["cookie"]}
    assert by_name["_ga"]["first_seen"] == "after accept"
    assert by_name["_ga"]["set_by"] == [f"script {TAG}/t.js:4"]
    assert (by_name["_ga"]["purpose"], by_name["_ga"]["guessed"]) == ("analytics", True)
    assert (by_name["_ga"]["lifetime"], by_name["_ga"]["same_site"]) == ("365 days", "Lax")
    assert by_name["answer"]["first_seen"] == "after any answer"
    assert by_name["answer"]["purpose"] == "choice"
    # A host that is known for nothing is for what its script keeps.
    assert [(each["origin"], each["purpose"]) for each in told["host"]] == [(TAG, "analytics")]
    assert [(each["key"], each["purpose"]) for each in told["storage"]] == [("visits", "?")]
    assert told["consent"] == {"accept": ["Accept all"], "reject": ["Reject all"]}


def test_the_site_that_a_draft_was_made_of_differs_in_nothing(tmp_path: Path) -> None:
    assert compare(register_of(honest(), tmp_path), honest()) == ()


def test_what_nobody_knows_cannot_be_told(tmp_path: Path) -> None:
    declared = register_of(
        honest(), tmp_path, 'key = "visits"\npurpose = "analytics"', 'key = "visits"\npurpose = "?"'
    )
    (untold,) = unsaid(declared)
    line = declared.origin("storage", 0).line
    assert (
        untold.why
        == f"{tmp_path / 'x.toml'}:{line}: it is not said what localStorage visits is for"
    )


def changed(number: int, **what: object) -> Observed:
    """The honest site, with one of its journeys' last snapshots otherwise."""
    seen = honest()
    one = seen.journeys[number]
    last = replace(one.snapshots[-1], **what)  # type: ignore[arg-type]  # any of its fields
    journeys = list(seen.journeys)
    journeys[number] = replace(one, snapshots=(*one.snapshots[:-1], last))
    return replace(seen, journeys=tuple(journeys))


UNFAIR = Banner(
    0,
    (
        button("accept", "Accept all", width=300, size=20),
        button("reject", "Reject all", width=80, size=12, contrast=2.0),
    ),
    (Box("Statistics", 1, 1), Box("Partners", 1, 1, interest=True)),
)


@pytest.mark.parametrize(
    ("observed", "rule", "words"),
    [
        (changed(0, cookies=(cookie("_ga"),)), "cookie without consent", "before any choice"),
        (changed(2, cookies=(cookie("_ga"),)), "cookie without consent", "after a refusal"),
        (changed(0, cookies=(cookie("new"),)), "undeclared cookie", "a cookie new, which"),
        (
            changed(0, cookies=(cookie("new", domain=".ads.example"),)),
            "undeclared cookie",
            "new of ads.example",
        ),
        (changed(1, cookies=(cookie("_ga", 800),)), "cookie otherwise", "800 days, not 365 days"),
        (changed(1, cookies=(cookie("_ga", None),)), "cookie otherwise", "ends with the browser"),
        (changed(1, cookies=(cookie("_ga", same_site="None"),)), "cookie otherwise", "SameSite"),
        (changed(1, cookies=(cookie("_ga", secure=True),)), "cookie otherwise", "it is Secure"),
        (changed(1, cookies=(cookie("_ga", path="/x"),)), "cookie otherwise", "its path is /x"),
        (
            changed(0, items=(KeptItem("localStorage", "visits", "1", SITE),)),
            "storage without consent",
            "before any choice",
        ),
        (
            changed(0, items=(KeptItem("IndexedDB", "db", "", "https://frame.example"),)),
            "undeclared storage",
            "IndexedDB db of https://frame.example",
        ),
        (changed(0, requests=COUNTS), "request without consent", f"ask {TAG}, for"),
        (
            changed(0, requests=(SentRequest("GET", "wss://live.example", "/"),)),
            "request elsewhere",
            "wss://live.example",
        ),
        (
            changed(0, requests=(SentRequest("POST", SITE, "/typed", kind="ping"),)),
            "undeclared request",
            "send something to /typed, which is not declared",
        ),
        (changed(0, acts=(Act("canvas.toDataURL"),)), "fingerprinting", "canvas.toDataURL"),
        (changed(2, clicks=3), "unequal buttons", "takes 3 clicks, to accept 1"),
        (changed(1, banner=FAIR), "question", "asks again, though the visitor accepted"),
        (
            changed(0, banner=UNFAIR),
            "unequal buttons",
            "3.8 times as large (300 × 40 against 80 × 40",
        ),
        (changed(0, banner=UNFAIR), "unequal buttons", "20 against 12 pixels high"),
        (changed(0, banner=UNFAIR), "unequal buttons", "less than 4.5: 12.0 against 2.0"),
        (changed(0, banner=UNFAIR), "box ticked beforehand", "“Statistics” is on beforehand"),
        (changed(0, banner=UNFAIR), "box ticked beforehand", "as a legitimate interest"),
        (
            changed(0, banner=Banner(0, (button("accept", "OK"),), covers=1)),
            "wall",
            "covers 100% of the window",
        ),
        (changed(1, items=()), "declared, never seen", "the localStorage visits is declared"),
    ],
)
def test_what_is_otherwise_is_named(
    tmp_path: Path, observed: Observed, rule: str, words: str
) -> None:
    found = compare(register_of(honest(), tmp_path), observed)
    assert any(each.rule == rule and words in each.message for each in found), found


def test_a_cause_is_one_finding(tmp_path: Path) -> None:
    """Whatever pages and times it was seen at."""
    seen = changed(0, cookies=(cookie("_ga"),))
    worse = changed(2, cookies=(cookie("_ga"),)).journeys[2]
    both = replace(seen, journeys=(*seen.journeys, worse, seen.journeys[0]))
    (found,) = compare(register_of(honest(), tmp_path), both)
    assert found.message.endswith("is kept before any choice and after a refusal")


def test_values_and_reads_may_be_declared(tmp_path: Path) -> None:
    declared = register_of(
        honest(), tmp_path, 'name = "_ga"', 'name = "_ga"\nvalue = "GA1\\\\.[0-9]+"'
    )
    assert [each.rule for each in compare(declared, honest())] == ["cookie otherwise"]
    declared = register_of(honest(), tmp_path, "version = 1", 'version = 1\nreads = ["sensor"]')
    assert compare(declared, changed(0, acts=(Act("sensor"),))) == ()


def test_what_is_sent_to_the_site_itself_waits_for_its_purpose(tmp_path: Path) -> None:
    """And is drafted, with the page that sends it."""
    sent = (SentRequest("POST", SITE, "/typed", kind="ping"),)
    asked = (SentRequest("GET", SITE, "/typed"), SentRequest("POST", SITE, "/", kind="document"))
    (drawn,) = sightings(changed(0, requests=(*sent, *asked))).messages
    assert (drawn.name, drawn.first_seen, [*drawn.set_by]) == (
        "/typed",
        "before a choice",
        ["ping on /"],
    )
    more = '[[message]]\npath = "/ty*"\npurpose = "analytics"\n\n[[cookie]]\nname = "answer"'
    declared = register_of(honest(), tmp_path, '[[cookie]]\nname = "answer"', more)
    (found,) = compare(declared, changed(0, requests=sent))
    assert found.rule == "request without consent"
    assert found.message == "pages send something to /ty*, for “analytics”, before any choice"
    assert found.origin == declared.origin("message", 0, "purpose")
    (found,) = compare(declared, honest())
    assert found.message == "the message to /ty* is declared, but no journey came by it"
    assert compare(declared, changed(1, requests=(*COUNTS, *sent))) == ()


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((("1", "1"), ("2", "2"), ("3", "3")), True),
        ((("1", "1"), ("1", "1"), ("1", "1")), False),
        ((("1", "1"), ("2", "2"), ("1", "1")), False),  # of two machines
        ((("1", "2"), ("3", "4"), ("5", "6")), False),  # made anew each time
        ((("1",), ("2",), ("3",)), False),
    ],
)
def test_an_etag_of_each_visitors_own_is_an_identifier(
    tmp_path: Path, values: tuple[tuple[str, ...], ...], named: bool
) -> None:
    def given(value: str) -> Headers:
        return Headers(SITE, "/main.css", (("etag", value),), page=False)

    path = tmp_path / "empty.toml"
    path.write_text(f'url = "{SITE}"\n', encoding="utf-8")
    journeys = (
        journey(f"visit {number}", step("open", headers=tuple(map(given, each))))
        for number, each in enumerate(values)
    )
    found = compare(read_register(path), Observed(SITE, tuple(journeys), local=False))
    assert [(each.rule, each.subject) for each in found] == [("identifier", "/main.css")] * named


def test_headers_are_held_to_only_where_they_are_declared(tmp_path: Path) -> None:
    page = Headers(SITE, "/", (("content-type", "text/html"),), page=True)
    seen = changed(0, headers=(page,))
    assert compare(register_of(honest(), tmp_path), seen) == ()
    more = '[[header]]\nname = "Content-Security-Policy"\nvalue = "default-src .*"\n\n[[cookie]]'
    declared = register_of(
        honest(), tmp_path, '[[cookie]]\nname = "answer"', f'{more}\nname = "answer"'
    )
    (found,) = compare(declared, seen)
    assert found.message == "the header Content-Security-Policy is not sent"
    assert found.origin == declared.origin("header", 0)


def test_a_page_that_keeps_nothing_and_declares_nothing_has_nothing_to_differ(
    tmp_path: Path,
) -> None:
    path = tmp_path / "empty.toml"
    path.write_text(f'url = "{SITE}"\n', encoding="utf-8")
    seen = Observed(SITE, (journey("first visit", step("open")),), local=False)
    assert compare(read_register(path), seen) == ()
    assert not list(banner_findings(read_register(path), seen.journeys[0]))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "url"),
        ('url = "https://www.example.org/about"', "without a path"),
        (
            f'url = "{SITE}"\n[[cookie]]\nname = "a"\npurpose = "nowhere"',
            '"nowhere" is not declared',
        ),
        (
            f'url = "{SITE}"\n[[cookie]]\nname = "a"\npurpose = "?"\nvalue = "("',
            "regular expression",
        ),
        (f'url = "{SITE}"\npages = ["about"]', "is no path of this site"),
        (f'url = "{SITE}"\nnothing = 1', "nothing"),
    ],
)
def test_a_register_that_cannot_be_read_has_a_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Faults) as told:
        read_register(path)
    assert message in str(told.value)
    assert "wrong.toml" in str(told.value)


def test_names_that_are_others_each_time_become_a_pattern() -> None:
    """One that each visitor has once; several that one visitor has stay what they are."""
    seen = Observed(
        SITE,
        (
            journey("one", step("open", cookies=(cookie("hj_83af21"), cookie("v1"), cookie("v2")))),
            journey("two", step("open", cookies=(cookie("hj_19c0ee"), cookie("v1"), cookie("v2")))),
        ),
    )
    assert [each.name for each in sightings(seen).cookies] == ["hj_*", "v1", "v2"]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (365 * DAY - 40, "365 days"),
        (1_800.0 - 3, "30 minutes"),
        (12 * 3_600 - 1, "12 hours"),
        (45, "45 seconds"),
        (0.2, "any"),
    ],
)
def test_lifetimes_are_written_as_people_do(span: float, words: str) -> None:
    assert _rounded(span) == words


def test_a_cookie_is_known_by_the_answer_that_set_it() -> None:
    sent = SetCookie("sid=1; Path=/", "/login", SITE)
    seen = Observed(
        SITE, (journey("one", step("open", cookies=(cookie("sid"),), set_cookies=(sent,))),)
    )
    assert list(sightings(seen).cookies[0].set_by) == ["answer /login"]


def test_reports_say_it_all_and_where_it_is_declared(tmp_path: Path) -> None:
    declared = register_of(honest(), tmp_path)
    seen = changed(0, cookies=(cookie("_ga"),))
    at = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    result = Result(declared, seen, compare(declared, seen), at)
    for write in (as_text, as_html, as_json, as_junit, as_sarif):
        assert "before any choice" in write(result)
        assert str(declared.file) in write(result)
    assert "P4" not in as_text(result)


def test_a_site_that_is_down_is_a_sentence_and_no_draft(tmp_path: Path) -> None:
    said: list[str] = []
    with down() as address:
        told = draft(Plan(address), tmp_path / "x.toml", said.append)
    assert told.outcome == 2
    assert "cannot be reached" in "".join(said)
    assert not (tmp_path / "x.toml").exists()
