"""Pages come and go at their moment, in the site's time zone; what that breaks is told before."""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import generator
from analytics.app import create_app
from generator.content.moments import as_day_or_moment, beginning, end_of, instant, told
from policy.manifest import Build, read_build

HOME = ZoneInfo("America/New_York")
UTC = datetime.UTC
PAGE = (
    "---\ntitle: {}\ndescription: A description of a length that nobody minds, in one sentence.\n"
    "{}---\n{}\n"
)


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-11-24 14:30", "2026-11-24T19:30"),
        ("2026-11-24T14:30:00", "2026-11-24T19:30"),
        ("2026-07-24 9:30", "2026-07-24T13:30"),
        ("2026-11-24 14:30Z", "2026-11-24T14:30"),
        ("2026-11-24 14:30 +0200", "2026-11-24T12:30"),
        ("2026-11-24T14:30:15.5+05:30", "2026-11-24T09:00"),
        ("2026-11-24 00:10 -03", "2026-11-24T03:10"),
        ("2026-11-01 01:30", "2026-11-01T05:30"),  # Shown twice on that day: the first time.
        ("9998-12-31 23:59", "9999-01-01T04:59"),
    ],
)
def test_hours_are_those_of_the_site_unless_a_zone_is_written(written: str, utc: str) -> None:
    moment = as_day_or_moment(written, HOME)
    assert isinstance(moment, datetime.datetime)
    assert f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}" == utc
    assert moment.utcoffset() == moment.astimezone(HOME).utcoffset()


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("2026-03-08 02:30", "Write 2026-03-08 03:30"),
        ("2026-11-24 24:00", "00:00 to 23:59"),
        ("2026-11-24 14:60", "00:00 to 23:59"),
        ("2026-11-24 14:30 EST", "or with the hour"),
        ("2026-11-24 2pm", "or with the hour"),
        ("2026-11-24 14:30 +15:00", "14 hours"),
        ("2026-11-31 14:30", "2026-11-30"),
        ("2026‑11‑24 14:30", "plain hyphens: 2026-11-24 14:30"),
        ("tomorrow", "year-month-day"),
        ("", "year-month-day"),
        (["2026-11-24"], "year-month-day"),
    ],
)
def test_what_is_no_moment_is_told_with_how_it_is_written(written: object, hint: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        as_day_or_moment(written, HOME)
    assert hint in str(error.value)


@pytest.mark.parametrize("day", [datetime.date.min, datetime.date.max])
def test_the_first_and_the_last_day_that_there_are_are_days(day: datetime.date) -> None:
    assert beginning(day, HOME) <= end_of(day, HOME)
    assert told(day) == day.isoformat()


@pytest.mark.parametrize(
    ("written", "zone", "told_to_programs"),
    [
        ("9999-12-31 23:59", HOME, "9999-12-31T23:59:00-05:00"),
        ("9999-12-31", HOME, "9999-12-31T05:00:00Z"),
        ("0001-01-01 00:00 +14:00", ZoneInfo("UTC"), "0001-01-01T00:00:00+14:00"),
        ("0099-01-01 00:00", ZoneInfo("UTC"), "0099-01-01T00:00:00Z"),
    ],
)
def test_the_first_and_the_last_hours_that_there_are_can_be_written(
    written, zone, told_to_programs
):
    assert instant(as_day_or_moment(written, zone), zone) == told_to_programs


def test_a_day_begins_when_clocks_there_say_so() -> None:
    """In Cuba they are put forward at midnight."""
    day = beginning(datetime.date(2026, 3, 8), ZoneInfo("America/Havana"))
    assert day.astimezone(UTC).isoformat() == "2026-03-08T05:00:00+00:00"


@pytest.fixture
def root(root: Path) -> Path:
    settings = root / "site/settings.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'timezone = "America/New_York"\n{text}', encoding="utf-8")
    (root / "content/news/offer.md").write_text(
        PAGE.format(
            "Offer",
            "date: 2026-11-20\npublish: 2026-12-01 09:00\nexpire: 2026-12-24 18:00\n"
            "aliases: [/deal/]\n",
            "![Gate](../gate.svg)",
        )
    )
    return root


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=HOME)


def built(root: Path, moment: str) -> Build:
    generator.build(root, root / "public", today=at(moment))
    return read_build(root / "public")


BEFORE, FIRST, LAST, OVER = (
    "2026-12-01T08:59:59",
    "2026-12-01T09:00",
    "2026-12-24T17:59",
    "2026-12-24T18:00",
)


def test_a_page_comes_and_goes_with_all_that_lists_it(root: Path) -> None:
    for moment, is_there in ((BEFORE, False), (FIRST, True), (LAST, True), (OVER, False)):
        build = built(root, moment)
        assert ("/news/offer/" in build.files) == is_there, moment
        assert ("/deal/" in build.redirects) == is_there
        for name in ("news/index.html", "news/feed.xml", "news/feed.json", "sitemap.xml"):
            text = (root / "public" / name).read_text()
            assert ("/news/offer/" in text) == is_there, (moment, name)


def test_the_build_says_when_it_changes_by_itself(root: Path) -> None:
    moments = [built(root, each).changes_at for each in (BEFORE, FIRST, LAST, OVER)]
    comes, goes = at(FIRST).timestamp(), at(OVER).timestamp()
    assert moments == [comes, goes, goes, 0]


def test_a_builder_that_remembers_sees_the_moment(root: Path) -> None:
    builder = generator.Builder(root, root / "public", cache=root / "var/cache")
    for moment, is_there in ((BEFORE, False), (FIRST, True), (FIRST, True), (OVER, False)):
        builder.build(today=at(moment))
        assert ("/news/offer/" in read_build(root / "public").files) == is_there


def test_what_is_over_answers_410_and_so_do_its_old_addresses(root: Path) -> None:
    built(root, OVER)
    app = create_app(root, root / "public", root / "var")
    try:
        client = app.test_client()
        for address, status in (
            ("/news/offer/", 410),
            ("/news/offer", 410),
            ("/deal/", 410),
            ("/news/other/", 404),
            ("/news/", 200),
        ):
            with client.get(address, base_url="https://base.example") as answer:
                assert answer.status_code == status, address
                assert answer.content_type.startswith("text/html")
    finally:
        app.extensions["plainsite"].close()


@pytest.mark.parametrize("where", ["redirects", "alias"])
def test_what_is_over_leads_on_where_somebody_said_so_before(root: Path, where: str) -> None:
    if where == "alias":
        about = root / "content/about.md"
        text = about.read_text().replace("[/us/]", "[/us/, /news/offer/]")
        about.write_text(text)
    else:
        (root / "site/redirects.toml").write_text('[redirects]\n"/news/offer/" = "/about/"\n')
    generator.check(root, today=at(LAST))
    assert "/news/offer/" not in built(root, LAST).redirects
    build = built(root, OVER)
    assert build.redirects["/news/offer/"] == "/about/"
    assert build.redirects["/deal/"] == "/about/"
    assert build.gone == set()


def test_a_link_to_what_will_be_over_is_told_before_and_stops_nothing(root: Path) -> None:
    about = root / "content/about.md"
    about.write_text(f"{about.read_text()}\n[The offer](news/offer.md#x-not-there)\n")
    about.write_text(about.read_text().replace("#x-not-there", ""))
    line = len(about.read_text().splitlines())
    warned = warnings(root, LAST)
    assert warned == [
        f"content/about.md:{line}: the page /news/offer/ is over from 2026-12-24 18:00 on, "
        "and this links to it"
    ]
    assert warnings(root, OVER) == [
        f"content/about.md:{line}: the page /news/offer/ is over, and this links to it"
    ]
    (root / "site/redirects.toml").write_text('[redirects]\n"/news/offer/" = "/ask/"\n')
    assert warnings(root, LAST) == []


def test_a_page_that_is_over_as_soon_may_link_to_it(root: Path) -> None:
    (root / "content/x.md").write_text(
        PAGE.format("X", "expire: 2026-12-24 17:00\n", "[O](news/offer.md)")
    )
    assert warnings(root, LAST) == []


def test_what_leads_to_a_page_at_its_time_only_is_told_with_the_day(root: Path) -> None:
    """An old address in either place, an entry of a menu; and what the hint says ends it."""
    redirects = root / "site/redirects.toml"
    redirects.write_text('[redirects]\n"/autumn/" = "/news/offer/#terms"\n')
    menu = root / "site/navigation.toml"
    menu.write_text(f'{menu.read_text()}\n[[footer]]\nlabel = "Now"\npage = "/news/offer/"\n')
    offer = root / "content/news/offer.md"
    offer.write_text(f"{offer.read_text()}\n## Terms\n\nWords.\n")
    entry = len(menu.read_text().splitlines())

    def said(moment: str) -> list[str]:
        found = generator.build(root, root / "public", today=at(moment)).warnings
        passing = [each for each in found if re.search("^until|^from|the menu has", each.message)]
        return [f"{each.place}: {each.message}" for each in passing]

    comes, goes, to = "2026-12-01 09:00", "2026-12-24 18:00", "/news/offer/"
    assert said(BEFORE) == [
        f"site/redirects.toml:2: until {comes}, /autumn/ leads nowhere: {to} comes then",
        f"site/redirects.toml:2: from {goes} on, /autumn/ leads to what is over: {to}",
        f"content/news/offer.md:7: from {goes} on, /deal/ and this page are gone",
        f"site/navigation.toml:{entry}: the menu has “Now” from {comes} until {goes} only, "
        "as its page",
    ]
    assert "/autumn/" not in read_build(root / "public").redirects
    assert said(LAST) == [
        f"site/redirects.toml:2: from {goes} on, /autumn/ leads to what is over: {to}",
        f"content/news/offer.md:7: from {goes} on, /deal/ and this page are gone",
        f"site/navigation.toml:{entry}: the menu has “Now” until {goes} only, as its page",
    ]
    assert read_build(root / "public").redirects["/autumn/"] == "/news/offer/#terms"
    redirects.write_text('[redirects]\n"/autumn/" = "/about/"\n"/news/offer/" = "/about/"\n')
    menu.write_text("\n".join(menu.read_text().splitlines()[:-3]))
    assert said(LAST) == []
    assert built(root, OVER).gone == set()


def test_what_leads_to_a_page_that_is_over_is_told_with_its_end(root: Path) -> None:
    """By one step or several, in a circle, and before the page was ever there."""
    redirects, menu = root / "site/redirects.toml", root / "site/navigation.toml"
    menu.write_text(f'{menu.read_text()}\n[[footer]]\nlabel = "Now"\npage = "/news/offer/"\n')
    redirects.write_text('[redirects]\n"/autumn/" = "/news/offer/"\n')
    entry = len(menu.read_text().splitlines())

    def said(moment: str) -> list[str]:
        found = generator.build(root, root / "public", today=at(moment)).warnings
        words = "^until|^from|ended on|the menu has|in a circle"
        return [f"{each.place}: {each.message}" for each in found if re.search(words, each.message)]

    comes, goes, offer = "2026-12-01 09:00", "2026-12-24 18:00", "/news/offer/"
    assert said(OVER) == [
        f"site/redirects.toml:2: /autumn/ leads to a page that ended on {goes}: {offer}",
        f"site/navigation.toml:{entry}: the menu has no “Now”: its page ended on {goes}",
    ]
    assert said(BEFORE) == [
        f"site/redirects.toml:2: until {comes}, /autumn/ leads nowhere: {offer} comes then",
        f"site/redirects.toml:2: from {goes} on, /autumn/ leads to what is over: {offer}",
        f"content/news/offer.md:7: from {goes} on, /deal/ and this page are gone",
        f"site/navigation.toml:{entry}: the menu has “Now” from {comes} until {goes} only, "
        "as its page",
    ]
    menu.write_text("\n".join(menu.read_text().splitlines()[:-3]))
    (root / "content/x.md").write_text(PAGE.format("X", "expire: 2027-01-01\n", "W."))
    redirects.write_text(f'{redirects.read_text()}"{offer}" = "/x/"\n')
    for moment in (LAST, OVER):
        assert said(moment)[:2] == [
            "site/redirects.toml:2: from 2027-01-01 on, /autumn/ leads to what is over: /x/",
            "site/redirects.toml:3: from 2027-01-01 on, /news/offer/ leads to what is over: /x/",
        ]
    ended = [
        "site/redirects.toml:2: /autumn/ leads to a page that ended on 2027-01-01: /x/",
        "site/redirects.toml:3: /news/offer/ leads to a page that ended on 2027-01-01: /x/",
    ]
    assert said("2027-01-01T00:00") == ended
    redirects.write_text(f'{redirects.read_text()}"/x/" = "{offer}"\n')
    circle = "leads to pages that are over, in a circle:"
    assert said("2027-01-01T00:00") == [
        f"site/redirects.toml:2: since 2027-01-01, /autumn/ {circle} {offer}, /x/",
        f"site/redirects.toml:3: since 2027-01-01, {offer} {circle} /x/, {offer}",
        f"site/redirects.toml:4: since 2027-01-01, /x/ {circle} {offer}, /x/",
    ]
    assert said(LAST)[1].endswith(f"from 2027-01-01 on, {offer} {circle} /x/, {offer}")
    redirects.write_text(redirects.read_text().replace(f'"/x/" = "{offer}"', '"/x/" = "/about/"'))
    assert said("2027-01-01T00:00") == []


@pytest.mark.parametrize("alias", ["/news/offer", "/news/offer/"])
def test_what_an_alias_leads_on_needs_no_redirect(root: Path, alias: str) -> None:
    """With its last slash or without: the redirect that was asked for stopped the build."""
    text = PAGE.format("X", f"aliases: [{alias}]\n", "[O](news/offer.md)")
    (root / "content/x.md").write_text(text)
    (root / "site/redirects.toml").write_text('[redirects]\n"/autumn/" = "/news/offer/"\n')
    found = generator.build(root, root / "public", today=at(OVER)).warnings
    assert [each for each in found if "offer" in each.message + each.hint] == []
    assert "/news/offer/" not in read_build(root / "public").gone


def test_aliases_that_lead_in_a_circle_are_no_hint_for_another_redirect(root: Path) -> None:
    for name, other in (("x", "y"), ("y", "x")):
        lines = f"expire: 2027-01-01\naliases: [/{other}/]\n"
        (root / f"content/{name}.md").write_text(PAGE.format(name, lines, "W."))
    (root / "site/redirects.toml").write_text('[redirects]\n"/autumn/" = "/x/"\n')
    found = generator.build(root, root / "public", today=at(LAST)).warnings
    hints = [each.hint for each in found if each.message.endswith("and this page are gone")]
    assert len([each for each in hints if each.startswith("let one of ")]) == 2


def test_a_page_goes_and_comes_with_its_section(root: Path) -> None:
    (root / "content/fair").mkdir()
    lines = "date: 2026-12-02\nexpire: 2026-12-20\n"
    for name, line in (("index", lines), ("plan", "expire: 2026-12-22\n")):
        (root / f"content/fair/{name}.md").write_text(PAGE.format(name, line, "W."))
    (root / "site/redirects.toml").write_text('[redirects]\n"/p/" = "/fair/plan/"\n')
    for moment, words in (
        ("2026-12-01T12:00", "until 2026-12-02, /p/ leads nowhere: /fair/plan/ comes then"),
        ("2026-12-10T12:00", "from 2026-12-20 on, /p/ leads to what is over: /fair/plan/"),
    ):
        found = generator.build(root, root / "public", today=at(moment)).warnings
        assert words in [each.message for each in found]


def warnings(root: Path, moment: str) -> list[str]:
    told = generator.build(root, root / "public", today=at(moment)).warnings
    return [f"{each.place}: {each.message}" for each in told if "is over" in each.message]


def test_check_tells_what_will_stop_the_build_that_nobody_watches(root: Path) -> None:
    (root / "content/later.md").write_text(
        PAGE.format("Later", "publish: 2026-12-10\n", "[O](news/offer.md) [N](never.md)")
    )
    (root / "content/never.md").write_text(PAGE.format("Never", "draft: true\n", "N."))
    told = generator.check(root, today=at(LAST.replace("24", "02"))).warnings
    assert [each.message for each in told if "leads to no page" in each.message] == [
        "from 2026-12-10 00:00 on, the link never.md leads to no page"
    ] or [each.message for each in told if "leads to no page" in each.message] == [
        "from 2026-12-10 00:00 on, the link /never/ leads to no page"
    ]


def test_a_menu_has_its_entry_while_the_page_is_there(root: Path) -> None:
    menu = root / "site/navigation.toml"
    menu.write_text(
        f'{menu.read_text()}\n[[header]]\nlabel = "Special"\npage = "/news/offer/"\n'
        if "header = [" not in menu.read_text()
        else menu.read_text().replace(
            "header = [", 'header = [\n  { label = "Special", page = "/news/offer/" },', 1
        )
    )
    template = root / "templates/page.html"
    shown = "{% for each in navigation.header %}<a href='{{ each.page }}'>{{ each.label }}</a>"
    template.write_text(template.read_text().replace("</main>", f"{shown}{{% endfor %}}</main>"))
    builder = generator.Builder(root, root / "public", cache=root / "var/cache")
    for moment, is_there in ((BEFORE, False), (LAST, True), (OVER, False)):
        builder.build(today=at(moment))
        assert ("Special" in (root / "public/about/index.html").read_text()) == is_there


def test_a_section_that_is_over_takes_its_pages_along(root: Path) -> None:
    (root / "content/fair").mkdir()
    for name, line in (("index", "expire: 2026-12-24\n"), ("plan", "")):
        (root / f"content/fair/{name}.md").write_text(PAGE.format(name, line, "W."))
    assert "/fair/plan/" in built(root, "2026-12-23T23:59").files
    assert {"/fair/", "/fair/plan/"} <= set(built(root, "2026-12-24T00:00").gone)


def test_a_file_that_only_a_page_that_is_over_shows_goes_with_it(root: Path) -> None:
    (root / "content/news/only.svg").write_bytes((root / "content/gate.svg").read_bytes())
    offer = root / "content/news/offer.md"
    offer.write_text(f"{offer.read_text()}\n![Only](only.svg)\n")
    assert "/news/only.svg" in built(root, LAST).files
    assert "/news/only.svg" not in built(root, OVER).files


def test_templates_have_the_day_and_the_moment(root: Path) -> None:
    template = root / "templates/page.html"
    shown = "{{ page.date }}|{{ page.published_at.isoformat() }}|{{ page.expires_at }}"
    shown = f"{{% if page.expires_at %}}{shown}{{% endif %}}</main>"
    template.write_text(template.read_text().replace("</main>", shown))
    offer = root / "content/news/offer.md"
    offer.write_text(offer.read_text().replace("date: 2026-11-20", "date: 2026-11-20 23:30"))
    built(root, LAST)
    text = (root / "public/news/offer/index.html").read_text()
    assert "2026-11-20|2026-11-20T23:30:00-05:00|2026-12-24 18:00:00-05:00" in text
    feed = json.loads((root / "public/news/feed.json").read_text())
    assert feed["items"][0]["date_published"] == "2026-11-21T04:30:00Z"


def test_articles_of_one_day_stand_in_the_order_of_their_hours(root: Path) -> None:
    for name, hour in (("a", "18:00"), ("b", "07:00 -08:00"), ("c", "09:30"), ("d", "")):
        (root / f"content/news/{name}.md").write_text(
            PAGE.format(name, f"date: 2026-11-20 {hour}".rstrip() + "\n", "W.")
        )
    built(root, BEFORE)
    feed = json.loads((root / "public/news/feed.json").read_text())
    order = [each["title"] for each in feed["items"] if len(each["title"]) == 1]
    assert order == ["a", "b", "c", "d"]


def test_a_build_that_finds_nothing_changed_reads_no_page() -> None:
    """When the next page comes or goes is known without that: a timer asks each minute."""
    program = (
        "import sys, generator.command, generator.building, generator.graph.memory\n"
        "slow = ('pydantic', 'generator.content')\n"
        "print([each for each in sys.modules if each.startswith(slow)])"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert told.stdout == "[]\n"


@pytest.mark.parametrize("how", ["draft: true", "expire: 2026-01-02", None])
def test_without_a_page_of_what_is_not_there_a_sentence_answers(
    root: Path, how: str | None
) -> None:
    """It may be a draft, over, or never written: it is still 404, and 410 for what is over."""
    page = root / "content/404.md"
    if how:
        page.write_text(page.read_text().replace("---\n", f"---\n{how}\n", 1))
    else:
        page.unlink()
    built(root, OVER)
    app = create_app(root, root / "public", root / "var")
    try:
        client = app.test_client()
        for address, status in (("/nothing/", 404), ("/news/offer/", 410), ("/about/", 200)):
            with client.get(address, base_url="https://base.example") as answer:
                assert answer.status_code == status, address
                assert answer.content_type.startswith("text/html")
    finally:
        app.extensions["plainsite"].close()
