"""Menus of several levels: what of them is shown, in which language, and how they open."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from selectolax.lexbor import LexborHTMLParser, LexborNode

import build
import generator
from generator.texts import site_texts
from policy import Faults, read_site
from policy.localized import in_language
from policy.navigation import Item, Navigation, changed

MENU = """
[[header]]
label = "About"
page = "/about/"

[[header.items]]
label = "Ask"
page = "/ask/"

[[header.items.items]]
label = "Status"
page = "https://status.example.org/"

[[header]]
label = "More"

[[header.items]]
label = "News"
page = "/news/"

[[footer]]
label = "Rules"

[[footer.items]]
label = "News"
page = "/news/"
"""
ROOT = Path(__file__).parents[2]
DAY = datetime.datetime(2026, 3, 10, tzinfo=datetime.UTC)


@pytest.fixture
def root(root: Path) -> Path:
    """The base site, with the menus that the engine's templates show."""
    (root / "site/navigation.toml").write_text(MENU, encoding="utf-8")
    (root / "templates/partials").mkdir(exist_ok=True)
    shutil.copy(ROOT / "templates/partials/menu.html", root / "templates/partials")
    page = root / "templates/page.html"
    nav = "<nav>{{ entries(navigation.header, page.url) }}</nav>"
    nav += "<footer>{{ entries(navigation.footer, page.url, 2) }}</footer>"
    text = page.read_text(encoding="utf-8").replace("<main", f"{nav}<main", 1)
    macro = '{% from "partials/menu.html" import entries %}'
    page.write_text(f"{macro}{text}", encoding="utf-8")
    return root


def shown(root: Path, address: str = "about/", part: str = "nav") -> LexborNode:
    generator.build(root, root / "public", today=DAY)
    html = (root / "public" / address / "index.html").read_text(encoding="utf-8")
    found = LexborHTMLParser(html).css_first(part)
    assert found is not None
    return found


def told(node: LexborNode) -> list[tuple[str, str | None]]:
    return [(each.text(), each.attributes.get("href")) for each in node.css("a")]


def test_an_entry_with_entries_opens_and_leads_to_its_own_page_first(root: Path) -> None:
    nav = shown(root)
    assert told(nav) == [
        ("About", "/about/"),
        ("Ask", "/ask/"),
        ("Status", "https://status.example.org/"),
        ("News", "/news/"),
    ]
    assert [each.text() for each in nav.css("details > summary")] == ["About", "More"]
    assert nav.css_first("script") is None


def test_where_one_is_is_told_at_each_level(root: Path) -> None:
    """The page itself by its entry, and what it is in by the entry that opens."""
    nav = shown(root, "ask/")
    current = {each.text(): each.attributes["aria-current"] for each in nav.css("[aria-current]")}
    assert current == {"About": "true", "Ask": "page"}


def test_a_heading_without_a_page_is_no_link(root: Path) -> None:
    foot = shown(root, part="footer")
    assert told(foot) == [("News", "/news/")]
    assert foot.css_first("span").text() == "Rules"


def test_what_is_not_there_now_is_left_out_at_each_level(root: Path) -> None:
    """Of an entry whose page has its moment to come, what it opens is there all the same."""
    about = (
        (root / "content/about.md").read_text().replace("aliases: [/us/]", "publish: 2026-03-11")
    )
    for name in ("later", "inner"):
        (root / f"content/{name}.md").write_text(about, encoding="utf-8")
    menu = MENU.replace("/about/", "/later/").replace("/news/", "/inner/", 1)
    (root / "site/navigation.toml").write_text(menu, encoding="utf-8")
    nav = shown(root, "ask/")
    assert told(nav)[0] == ("Ask", "/ask/")
    assert [each.text() for each in nav.css("details > summary")] == ["About"]


def test_a_heading_goes_with_the_last_of_its_entries() -> None:
    menus = Navigation.model_validate(
        {
            "header": [
                {"label": "A", "items": [{"label": "B", "page": "/b/"}]},
                {"label": "C", "page": "/c/", "items": [{"label": "D", "page": "/d/"}]},
            ]
        }
    )
    without = changed(menus, lambda item: None if item.page in ("/b/", "/c/") else item)
    assert without.header == (Item(label="C", items=(Item(label="D", page="/d/"),)),)


def test_each_language_has_its_own_at_each_level(tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(ROOT / "tests/sites/languages", root)
    (root / "site/navigation.toml").write_text(
        '[[header]]\nlabel = "More"\n\n[[header.items]]\nlabel = "News"\npage = "/news/"\n'
    )
    locale = root / "site/locale"
    locale.mkdir()
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    words = 'msgid "News"\nmsgstr "Noticias"\n\nmsgid "More"\nmsgstr "Más"\n'
    (locale / "es.po").write_text(head + words, encoding="utf-8")
    site = read_site(root)
    assert {"More", "News"} <= {each.one for each in site_texts(site)}
    spanish = in_language(site, "es", lambda address: f"/es{address}")
    (more,) = spanish.navigation.header
    assert (more.label, more.items) == ("Más", (Item(label="Noticias", page="/es/news/"),))


def test_explain_tells_of_an_entry_below_another(root: Path) -> None:
    result = CliRunner().invoke(build.main, ["--root", str(root), "explain", "/ask/"])
    assert '"Ask" of the menu, site/navigation.toml:8' in result.output


def test_a_menu_leads_to_a_heading_that_is_there(root: Path) -> None:
    """In each language, and also after the page alone was changed."""
    menu, about = root / "site/navigation.toml", root / "content/about.md"
    menu.write_text(MENU.replace('"/about/"', '"/about/#reach"'))
    settings = root / "site/settings.toml"
    settings.write_text(f"{settings.read_text()}\n[languages.es]\n")
    text = about.read_text(encoding="utf-8")
    heading = "\n\n## {} {{#reach}}\n\nHere.\n"
    about.write_text(text + heading.format("Where we are"), encoding="utf-8")
    spanish = root / "content/about.es.md"
    text = "---\ntitle: Nosotros\ndescription: Lo que somos, en una frase de este tamano.\n---\n\n"
    spanish.write_text(text + heading.format("Donde estamos"), encoding="utf-8")
    for address in ("about/", "es/about/"):
        links = [each.attributes["href"] for each in shown(root, address).css("a")]
        assert links[0] == f"/{address}#reach"
    spanish.write_text(text + heading.format("Donde").replace("#reach", "#donde"), encoding="utf-8")
    with pytest.raises(Faults) as told:
        generator.build(root, root / "public", today=DAY)
    (fault,) = told.value.faults
    assert (fault.path, fault.line) == ("site/navigation.toml", 4)
    assert fault.message == 'the page /es/about/ has no heading "#reach"'
