"""After any sequence of edits, a build that knows the one before publishes what one from nothing
would: byte for byte, manifest and encodings included, or the same faults."""

from __future__ import annotations

import datetime
import io
import os
import random
import re
import shutil
import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image as PillowImage

import build
import generator
from generator.publish import Compression
from policy.faults import Faults
from policy.manifest import BUILD_FILE, Build, read_build

TEMPLATES = {
    # What a page reads of others: its section, its neighbours, all pages of a section, a macro.
    "base.html": """<!doctype html>
{% import "macros.html" as macros %}
<html lang="{{ site.language }}" dir="{{ site.direction }}">
<title>{{ page.title }} - {{ site.name }}</title>
<link rel="stylesheet" href="{{ asset("main.css") }}">
{% for each in page.languages %}<a href="{{ each.url }}">{{ each.label }}</a>{% endfor %}
<a href="{{ translated("/about/") }}">{{ site.description }} {{ _("Home") }}</a>
{% for item in navigation.header %}<a href="{{ item.page }}">{{ item.label }}</a>{% endfor %}
{% if page.section %}<p>{{ page.section.title }} {{ page.section.pages|length }}</p>{% endif %}
{% if page.extra.level is defined %}<p>{{ page.extra.level }}</p>{% endif %}
{% for each in page.breadcrumbs %}<a href="{{ each.url }}">{{ each.title }}</a>{% endfor %}
{% if page.terms.tags is defined %}
{% for each in page.terms.tags %}<a href="{{ each.url }}">{{ each.title }}</a>{% endfor %}
{% endif %}
<main><h1>{{ page.title }}</h1>{% block main %}{{ page.body }}{% endblock %}</main>
{{ macros.foot() }}
</html>
""",
    "macros.html": """{% set owner = site.organization.name %}
{% macro foot() %}<footer>{{ owner }}: {{ audiences.names|join(" ") }}</footer>{% endmacro %}
""",
    "page.html": '{% extends "base.html" %}\n',
    "article.html": """{% extends "base.html" %}
{% block main %}{{ super() }}
{% if data.words is defined %}{{ data.words[0].word }}{% endif %}
{% for each in page.related %}<a href="{{ each.url }}">{{ each.title }}</a>{% endfor %}
{% if previous %}<a href="{{ previous.url }}">{{ previous.title }}</a>{% endif %}
{% if next %}<a href="{{ next.url }}">{{ next.title }} of {{ next.date }}</a>{% endif %}
{% endblock %}
""",
    "section.html": """{% extends "base.html" %}
{% block main %}{{ super() }}
{% for each in section.pages %}<a href="{{ each.url }}">{{ each.title }}</a> {{ each.minutes }}
{% if each.extra.level is defined %}{{ each.extra.level }}{% endif %}{% endfor %}
{{ section.subsections|join(" ") }}
{% for each in pager.pages %}<a href="{{ each.url }}">{{ each.title }}</a>{% endfor %}
{% for each in pager.urls %}<a href="{{ each }}">{{ loop.index }}</a>{% endfor %}
{% endblock %}
""",
    "term.html": """{% extends "base.html" %}
{% block main %}{{ super() }}
{% for each in pager.pages %}<a href="{{ each.url }}">{{ each.title }}</a>{% endfor %}
{% if data.words is defined %}{{ data.words[0].word }}{% endif %}
{{ pager.number }} of {{ pager.total }}, {{ term.count }} of {{ term.taxonomy.label }}
{% if term.feed %}<a href="{{ term.feed }}">Feed</a>{% endif %}
{% endblock %}
""",
    "terms.html": """{% extends "base.html" %}
{% block main %}{{ super() }}
{% for each in taxonomy.terms %}<a href="{{ each.url }}">{{ each.title }}</a> {{ each.count }}
{% endfor %}
{% endblock %}
""",
    "resources.html": """{% include "section.html" %}
{% set news = get_section("/guides/") %}{{ news.title if news else "no guides" }}
{% set tags = get_taxonomy("tags") %}
{% for each in (tags.terms if tags else []) %}
<a href="{{ each.url }}">{{ each.title }}</a>{% endfor %}
""",
}
FIRST_DAY = datetime.date(2026, 3, 10)
NOON = datetime.datetime(2026, 3, 10, 12, tzinfo=datetime.UTC)


@dataclass
class Site:
    """A site that is edited; `builder` has built it again and again."""

    root: Path
    dice: random.Random
    today: datetime.datetime = NOON
    drafts: bool = False
    builder: generator.Builder = field(init=False)
    warnings: str = ""
    """Those of the build before."""

    def __post_init__(self) -> None:
        for name, text in TEMPLATES.items():
            self.write(f"templates/{name}", text)
        for number in range(4):
            self.write(f"content/news/{number}.md", self.article(f"Number {number}"))
        self.begin_anew()

    def begin_anew(self) -> None:
        """As another process would, which has the cache only."""
        self.builder = generator.Builder(
            self.root, self.root / "public", cache=self.root / "var" / "cache", jobs=1
        )

    def article(self, title: str) -> str:
        return (
            f"---\ntitle: {title}\ndescription: What it has to say, at a length nobody minds, "
            f"in one sentence.\ndate: 2026-03-0{self.dice.randint(1, 9)}\n---\n## Part one\n\n"
            f"{' '.join(['word'] * self.dice.randint(1, 400))}\n"
        )

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """Replace what a regular expression finds first, if anything."""
        path = self.root / name
        path.write_text(
            re.sub(old, new, path.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE),
            encoding="utf-8",
        )

    def a_page(self) -> str:
        pages = sorted((self.root / "content").rglob("*.md"))
        return self.dice.choice(pages).relative_to(self.root).as_posix()

    def an_article(self) -> str:
        pages = sorted((self.root / "content/news").glob("*.md"))
        return self.dice.choice(pages).relative_to(self.root).as_posix()

    def word(self) -> str:
        return self.dice.choice(["Snow", "Bus", "Door", "Gate", "Letter"])

    def a_moment(self) -> str:
        """Soon, or just over; as a day, or as a moment in some zone."""
        moment = self.today + datetime.timedelta(minutes=self.dice.choice([-90, 1, 30, 90, 900]))
        zone = datetime.timezone(datetime.timedelta(hours=self.dice.choice([0, -8, 3])))
        form = self.dice.choice(["%Y-%m-%d", "%Y-%m-%d %H:%M %z", "%Y-%m-%dT%H:%M:%S%z"])
        return format(moment.astimezone(zone), form)

    def build(self, builder: generator.Builder, changed: frozenset[str] | None = None) -> str:
        """What it says is wrong; empty where it publishes."""
        asked = {"today": self.today, "drafts": self.drafts, "compression": Compression.FAST}
        self.warnings = ""
        try:
            built = builder.build(**asked, changed=changed)
        except Faults as faults:
            return str(faults)
        vanishing = "leads nowhere now"  # That depends on what was published before.
        told = (str(each) for each in built.warnings if vanishing not in each.message)
        self.warnings = "\n".join(sorted(told))
        return ""


def edit_text(site: Site) -> None:
    page = site.root / site.a_page()
    page.write_text(f"{page.read_text(encoding='utf-8')}\n{site.word()} again.\n", encoding="utf-8")


def edit_title(site: Site) -> None:
    site.change(site.a_page(), "^title: .*$", f"title: {site.word()}")


def edit_date(site: Site) -> None:
    site.change(site.a_page(), "^date: .*$", f"date: 2026-03-{site.dice.randint(1, 20):02}")


def edit_summary(site: Site) -> None:
    site.change(site.a_page(), "^title:", f"summary: {site.word()}\ntitle:")


def edit_order(site: Site) -> None:
    site.change(site.a_page(), "^title:", f"order: {site.dice.randint(1, 5)}\ntitle:")


def edit_list(site: Site) -> None:
    site.change(site.a_page(), "^title:", "unlisted: true\ntitle:")


def edit_section(site: Site) -> None:
    """A page goes into the list of another folder, or of none."""
    section = site.dice.choice(["news", "/guides/", "/news/", "nowhere"])
    site.change(site.a_page(), "^title:", f"section: {section}\ntitle:")


def edit_draft(site: Site) -> None:
    site.change(site.a_page(), "^title:", "draft: true\ntitle:")


def publish_drafts(site: Site) -> None:
    for page in (site.root / "content").rglob("*.md"):
        site.change(page.relative_to(site.root).as_posix(), "^draft: true\n", "")


def edit_alias(site: Site) -> None:
    site.change(site.a_page(), "^title:", f"aliases: [/old/{site.dice.randint(1, 3)}/]\ntitle:")


def edit_heading(site: Site) -> None:
    site.change(site.a_page(), "^## .*$", f"## {site.word()}")


def edit_layout(site: Site) -> None:
    site.change(site.a_page(), "^title:", "layout: page\ntitle:")


def add_article(site: Site) -> None:
    site.write(f"content/news/new-{site.dice.randint(1, 6)}.md", site.article(site.word()))


def add_section(site: Site) -> None:
    folder = site.dice.choice(["guides", "guides/deep", "news/old"])
    site.write(f"content/{folder}/index.md", site.article("Guides"))
    site.write(f"content/{folder}/one.md", site.article("One"))


def add_link(site: Site) -> None:
    page = site.root / site.a_page()
    target = site.dice.choice(["/news/1/", "/news/1/#part-one", "/guides/one/", "/picture.svg"])
    text = page.read_text(encoding="utf-8")
    page.write_text(f"{text}\n[A link]({target}).\n", encoding="utf-8")


def remove_links(site: Site) -> None:
    for page in (site.root / "content").rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        page.write_text(re.sub(r"\n\[A link\].*\n", "", text), encoding="utf-8")


def remove_page(site: Site) -> None:
    (site.root / site.a_page()).unlink()


def rename_page(site: Site) -> None:
    page = site.root / site.a_page()
    if page.name not in ("index.md", "404.md"):
        page.rename(page.with_name(f"renamed-{site.dice.randint(1, 9)}.md"))


def make_index(site: Site) -> None:
    """The same address, and now a section."""
    page = site.root / "content/about.md"
    if page.exists():
        (site.root / "content/about").mkdir(exist_ok=True)
        page.rename(site.root / "content/about/index.md")


def restore(site: Site) -> None:
    """What the base site links to, and no draft: most faults are mended by it."""
    base = Path(__file__).parents[1] / "sites" / "base"
    shutil.copytree(base / "content", site.root / "content", dirs_exist_ok=True)
    shutil.copytree(base / "site", site.root / "site", dirs_exist_ok=True)
    (site.root / "site/sections.toml").unlink(missing_ok=True)
    (site.root / "site/redirects.toml").unlink(missing_ok=True)
    remove_taxonomies(site)
    remove_document(site)
    forget_moments(site)
    if (site.root / "content/about/index.md").exists():
        (site.root / "content/about/index.md").unlink()
    remove_translations(site)
    remove_catalogues(site)
    for page in (site.root / "content").rglob("*.md"):
        name = page.relative_to(site.root).as_posix()
        for line in ("layout: kinds/plain", "level: .*", "section: .*", "unlisted: true"):
            site.change(name, f"^{line}\n", "")
    remove_links(site)
    publish_drafts(site)


def edit_sections(site: Site) -> None:
    """Another order, and keys that pages may have."""
    sort = site.dice.choice(["date", "title", "order"])
    direction = site.dice.choice(["ascending", "descending"])
    kind = site.dice.choice(["text", "integer", "link"])
    site.write(
        "site/sections.toml",
        f'[[section]]\nfolder = "{site.dice.choice(["", "news"])}"\nsort = "{sort}"\n'
        f'direction = "{direction}"\n[[section.key]]\nname = "level"\nkind = "{kind}"\n',
    )


def edit_page_size(site: Site) -> None:
    size = site.dice.choice([1, 2, 3])
    site.write("site/sections.toml", f'[[section]]\nfolder = "news"\npage_size = {size}\n')


def edit_taxonomies(site: Site) -> None:
    """Another name, page size, address, feed or slug."""
    dice = site.dice
    slug = dice.choice(["", 'slug = "s"'])
    site.write(
        "site/taxonomies.toml",
        f'[[taxonomy]]\nname = "tags"\nlabel = "{site.word()}"\n'
        f"page_size = {dice.choice([1, 2, 9])}\nfeed = {dice.choice(['true', 'false'])}\n"
        f'address = "{dice.choice(["/tags/", "/news/about/"])}"\n'
        f'[[taxonomy.term]]\nname = "Snow"\n{slug}\n',
    )


def remove_taxonomies(site: Site) -> None:
    (site.root / "site/taxonomies.toml").unlink(missing_ok=True)
    shutil.rmtree(site.root / "content/tags", ignore_errors=True)
    for page in (site.root / "content").rglob("*.md"):
        site.change(page.relative_to(site.root).as_posix(), "^tags: .*\n", "")


def edit_tags(site: Site) -> None:
    if not (site.root / "site/taxonomies.toml").exists():
        edit_taxonomies(site)
    for _ in range(3):
        page = site.a_page()
        site.change(page, "^tags: .*\n", "")
        words = sorted({site.word(), site.word().lower()})
        site.change(page, "^title:", f"tags: [{', '.join(words)}]\ntitle:")


def write_of_a_term(site: Site) -> None:
    """A page of its own for a term, or for the list of terms."""
    name = site.dice.choice(["index", "snow", "bus", "s"])
    site.write(f"content/tags/{name}.md", f"---\ntitle: All of {site.word()}\n---\nWords.\n")


def edit_data(site: Site) -> None:
    (site.root / "site/data").mkdir(exist_ok=True)
    site.write("site/data/words.csv", f"word\n{site.word()}\n")


def remove_data(site: Site) -> None:
    shutil.rmtree(site.root / "site/data", ignore_errors=True)


def edit_own_key(site: Site) -> None:
    sections = site.root / "site/sections.toml"
    if not sections.exists() or "level" not in sections.read_text(encoding="utf-8"):
        edit_sections(site)
    value = site.dice.choice(["1", "1", "1", "1.10", "/about/"])
    site.change(site.a_page(), "^title:", f"level: {value}\ntitle:")


def edit_into_toml(site: Site) -> None:
    site.write(
        "content/news/new-1.md",
        f'+++\ntitle = "{site.word()}"\ndate = 2026-03-0{site.dice.randint(1, 9)}\n+++\nWords.\n',
    )


def edit_template(site: Site) -> None:
    name = site.dice.choice(sorted(TEMPLATES))
    path = site.root / "templates" / name
    path.write_text(f"{path.read_text(encoding='utf-8')}<!-- x --><p>{site.word()}</p>", "utf-8")


def edit_block(site: Site) -> None:
    site.change("templates/blocks/note.html", "$", f"<b>{site.word()}</b>")


def edit_name(site: Site) -> None:
    site.change("site/settings.toml", '^name = ".*"$', f'name = "{site.word()}"')


def edit_owner(site: Site) -> None:
    site.change("site/settings.toml", '(?<=organization]\n)name = ".*"', f'name = "{site.word()}"')


def edit_feed(site: Site) -> None:
    site.change("site/settings.toml", '^feed = ".*"$', f'feed = "{site.dice.choice(["news", ""])}"')


def edit_menu(site: Site) -> None:
    site.change("site/navigation.toml", 'label = "[^"]*"', f'label = "{site.word()}"')


def edit_audience(site: Site) -> None:
    site.change("site/audiences.toml", '^label = ".*"$', f'label = "{site.word()}"')


def edit_default(site: Site) -> None:
    site.change("site/audiences.toml", "^default = .*$", f'default = "{site.word().lower()}"')


def edit_form(site: Site) -> None:
    site.change("site/forms/ask.toml", '^submit = ".*"$', f'submit = "{site.word()}"')


def move_form(site: Site) -> None:
    site.change("site/forms/ask.toml", '^page = ".*"$', 'page = "/about/"')


def edit_style(site: Site) -> None:
    site.change("site/assets/main.css", "$", f"/* {site.word()} */")


def edit_drawing(site: Site) -> None:
    site.write(
        "content/picture.svg",
        f'<svg xmlns="http://www.w3.org/2000/svg"><title>{site.word()}</title></svg>',
    )


def remove_drawing(site: Site) -> None:
    (site.root / "content/picture.svg").unlink(missing_ok=True)


def edit_document(site: Site) -> None:
    target = site.dice.choice(["/news/1/", "/about/", "/nowhere/"])
    site.write(
        "content/news/paper.html", f'<!doctype html><title>P</title><a href="{target}">x</a>'
    )


def remove_document(site: Site) -> None:
    (site.root / "content/news/paper.html").unlink(missing_ok=True)


def touch(site: Site) -> None:
    (site.root / site.a_page()).touch()


def let_days_pass(site: Site) -> None:
    site.today += datetime.timedelta(days=site.dice.choice([1, 1, 5, 40]))


def let_minutes_pass(site: Site) -> None:
    """To a moment at which a page comes or goes, or not."""
    site.today += datetime.timedelta(minutes=site.dice.choice([1, 30, 60, 240]))


def edit_publish(site: Site) -> None:
    set_moment(site, "publish")


def edit_expire(site: Site) -> None:
    set_moment(site, "expire")


def set_moment(site: Site, key: str) -> None:
    article = site.an_article()
    site.change(article, f"^{key}:.*\n", "")
    site.change(article, "^title:", f"{key}: {site.a_moment()}\ntitle:")


def forget_moments(site: Site) -> None:
    for page in (site.root / "content").rglob("*.md"):
        for key in ("publish", "expire"):
            site.change(page.relative_to(site.root).as_posix(), f"^{key}:.*\n", "")


def lead_on_from_what_is_over(site: Site) -> None:
    old = site.dice.choice(["/about/", "/news/1/", "/news/2/"])
    site.write("site/redirects.toml", f'[redirects]\n"{old}" = "/ask/"\n')


def turn_back_the_clock(site: Site) -> None:
    site.today -= datetime.timedelta(days=site.dice.choice([1, 30]))


def ask_for_drafts(site: Site) -> None:
    site.drafts = not site.drafts


def spoil_what_is_public(site: Site) -> None:
    files = [path for path in (site.root / "public").rglob("*") if path.is_file()]
    if files:
        site.dice.choice(files).write_bytes(b"spoiled")


def remove_what_is_public(site: Site) -> None:
    files = [path for path in (site.root / "public").rglob("*") if path.is_file()]
    if files:
        site.dice.choice(files).unlink()


def leave_a_stranger(site: Site) -> None:
    site.write("public/stranger.html", "nobody built it")


def damage_the_cache(site: Site) -> None:
    cache = site.root / "var" / site.dice.choice(["cache", "cache.head"])
    if cache.exists():
        data = bytearray(cache.read_bytes())
        data[site.dice.randrange(len(data))] ^= 1 << site.dice.randrange(8)
        cache.write_bytes(data[: site.dice.choice([len(data), len(data) // 2])])
    site.begin_anew()


def speak_spanish(site: Site) -> None:
    """A second language, with or without a word of its own, or none any more."""
    site.change("site/settings.toml", r"(\n\[languages\.es\](\n\w+ = .*)?\n)*\Z", "")
    said = site.dice.choice(["", *(f'name = "{site.word()}"' for _ in range(3))])
    if site.dice.random() < 0.8:
        settings = site.root / "site/settings.toml"
        text = settings.read_text(encoding="utf-8").rstrip("\n")
        settings.write_text(f"{text}\n\n[languages.es]\n{said}\n", encoding="utf-8")


def translate(site: Site) -> None:
    """A page into Spanish: beside it, in the folder of the language, or under a name of its own."""
    page = site.dice.choice(["index", "about", "news/index", "news/1", "news/2", "news/new-1"])
    name = site.dice.choice([f"{page}.es", f"es/{page}", f"es/{page}", f"es/own-{page[-1]}"])
    own = f"translation_of: {page}.md\n" if "own-" in name else ""
    text = site.article(site.word()).replace("---\n", f"---\n{own}", 1)
    site.write(f"content/{name}.md", f"{text}\n[It](/about.md).\n")


def edit_catalogue(site: Site) -> None:
    """What a template says, or a menu, in Spanish or in English."""
    tag, words = site.dice.choice(["es", "es", "en"]), site.dice.choice(["Home", "News"])
    said = f'msgid ""\nmsgstr ""\n\nmsgid "{words}"\nmsgstr "{site.word()}"\n'
    site.write(f"site/locale/{tag}.po", said)


def remove_catalogues(site: Site) -> None:
    shutil.rmtree(site.root / "site/locale", ignore_errors=True)


def remove_translations(site: Site) -> None:
    shutil.rmtree(site.root / "content/es", ignore_errors=True)
    for page in (site.root / "content").rglob("*.es.md"):
        page.unlink()


def use_inner_layout(site: Site) -> None:
    site.write("templates/kinds/plain.html", f'{{% extends "base.html" %}}{site.word()}')
    site.change(site.a_page(), "^title:", "layout: kinds/plain\ntitle:")


def remove_inner_layout(site: Site) -> None:
    (site.root / "templates/kinds/plain.html").unlink(missing_ok=True)


def nothing(site: Site) -> None:
    """It is built again."""


Edit = Callable[[Site], None]
EDITS: tuple[Edit, ...] = (
    *(
        edit_text,
        edit_title,
        edit_date,
        edit_summary,
        edit_order,
        edit_list,
        edit_section,
        edit_draft,
        edit_alias,
    ),
    *(publish_drafts, edit_heading, edit_layout, add_article, add_section, add_link, remove_links),
    *(remove_page, rename_page, make_index, restore, restore, restore, edit_template, edit_block),
    *(edit_name, edit_owner, edit_feed, edit_menu, edit_audience, edit_default, edit_form),
    *(move_form, edit_style, edit_drawing, remove_drawing, edit_document, remove_document, touch),
    *(let_days_pass, turn_back_the_clock, ask_for_drafts, spoil_what_is_public),
    *(remove_what_is_public, leave_a_stranger, damage_the_cache, nothing),
    *(use_inner_layout, remove_inner_layout, speak_spanish, speak_spanish, translate, translate),
    *(translate, remove_translations, edit_catalogue, edit_catalogue, remove_catalogues),
    *(edit_sections, edit_own_key, edit_own_key, edit_into_toml, edit_page_size, edit_page_size),
    *(edit_taxonomies, edit_tags, edit_tags, edit_tags, edit_tags, write_of_a_term),
    *(edit_data, edit_data, remove_data, let_minutes_pass, edit_publish, edit_expire),
    lead_on_from_what_is_over,
)


def bytes_of(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def published(public: Path) -> tuple[dict[str, bytes], Build]:
    """Every file, and what the manifest says of them; without assets that are kept for a while,
    for pages that were loaded before."""
    build = read_build(public)
    files = {address: file for address, file in build.files.items() if not file.retired}
    old = {each.path for file in build.files.values() if file.retired for each in file.stored}
    names = bytes_of(public).items()
    stored = {name: data for name, data in names if name not in old and name != BUILD_FILE}
    variants = {address: dict(each) for address, each in build.variants.items()}
    return stored, replace(build, pages=dict(build.pages), files=files, variants=variants)


@pytest.mark.parametrize("seed", range(12))
def test_any_sequence_of_edits_ends_as_a_build_from_nothing(root, tmp_path, seed):
    site = Site(root, random.Random(seed))

    def draw() -> list[Edit]:
        return site.dice.choices(EDITS, k=site.dice.choice([1, 1, 1, 2, 3]))

    assert sound_builds(site, tmp_path, 25, draw) >= 8


@pytest.mark.parametrize("seed", range(4))
def test_pages_that_come_and_go_end_as_a_build_from_nothing(root, tmp_path, seed):
    """The clock moves on, and back, over moments of pages, menus, terms, links and redirects."""
    site = Site(root, random.Random(100 + seed))
    edit_taxonomies(site)
    moments = [edit_publish, edit_expire, lead_on_from_what_is_over, edit_menu, edit_tags, add_link]
    clock = [let_minutes_pass] * 6 + [turn_back_the_clock, let_days_pass, ask_for_drafts]

    def draw() -> list[Edit]:
        return [site.dice.choice(moments + clock), site.dice.choice(clock)]

    assert sound_builds(site, tmp_path, 25, draw) >= 12


def sound_builds(site: Site, tmp_path: Path, steps: int, draw: Callable[[], list[Edit]]) -> int:
    """How many builds publish, of one after each drawing of edits. Each must end as a build from
    nothing, or tell the same faults."""
    times, told = 0, site.build(site.builder)
    assert told == ""
    for step in range(steps):
        edits = [restore] if told else []
        edits += draw()
        for edit in edits:
            edit(site)
        if site.dice.random() < 0.5:
            site.begin_anew()
        told = site.build(site.builder)
        warned = site.warnings
        out = tmp_path / f"clean-{step}" / "public"
        out.parent.mkdir()
        expected = site.build(generator.Builder(site.root, out, jobs=1))
        names = [edit.__name__ for edit in edits]
        assert told.replace("as it was", "") == expected.replace("as it was", ""), names
        if not told:
            times += 1
            assert warned == site.warnings, names
            assert published(site.root / "public") == published(out), names
        shutil.rmtree(out.parent)
    return times


@pytest.mark.parametrize("name", ["cache", "cache.head"])
def test_one_bit_anywhere_in_what_was_written_down_is_found(root, name):
    """The second part of the small file, too: without it, an older state would pass for the newest.

    The page is then what it was in that state, so only a build from nothing makes it again."""
    site = Site(root, random.Random(1))
    page = root / "content/about.md"
    first = page.read_text(encoding="utf-8")
    assert site.build(site.builder) == ""
    page.write_text(f"{first}\nMore.\n", encoding="utf-8")
    assert site.build(site.builder) == ""
    newest = bytes_of(root)
    public, whole = root / "public/about/index.html", newest[f"var/{name}"]
    step = max(1, len(whole) // 25)
    for place in {*range(0, len(whole), step), len(whole) - 1}:
        for path in (
            "var/cache",
            "var/cache.head",
            "public/about/index.html",
            "public/_build.json",
        ):
            (root / path).write_bytes(newest[path])
        damaged = bytearray(whole)
        damaged[place] ^= 1
        (root / "var" / name).write_bytes(damaged)
        page.write_text(first, encoding="utf-8")
        site.begin_anew()
        assert site.build(site.builder) == ""
        assert b"More." not in public.read_bytes(), place


def test_another_name_for_everyone_is_no_reason_to_make_a_page_again(root):
    """No template of this site asks for the audience; one page has a block for one."""
    builder = generator.Builder(root, root / "public", jobs=1)
    builder.build(today=FIRST_DAY)
    audiences = root / "site/audiences.toml"
    audiences.write_text(audiences.read_text().replace('"everyone"', '"all"'), encoding="utf-8")
    builder.build(today=FIRST_DAY)
    out = root.parent / "clean" / "public"
    out.parent.mkdir()
    generator.build(root, out, today=FIRST_DAY)
    assert published(root / "public") == published(out)


PAGE = (
    "---\ntitle: {}\n"
    "description: A description of a length that nobody minds, in one sentence.\n"
    "{}---\n{}\n"
)


def with_link_to_a_draft(root: Path) -> None:
    """A draft names a picture that is not there yet."""
    (root / "content/b").mkdir()
    (root / "content/b/index.md").write_text(PAGE.format("B", "", "Words."))
    image = "image: wide.png\nimage_alt: z\nimage_narrow: ../b/tall.png\n"
    (root / "content/news/dr.md").write_text(
        PAGE.format("D", f"date: 2026-11-24\ndraft: true\n{image}", "Words.")
    )
    (root / "content/news/wide.png").write_bytes(png())


def the_picture_comes(root: Path) -> None:
    (root / "content/b/tall.png").write_bytes(png())


def png(side: int = 2) -> bytes:
    held = io.BytesIO()
    PillowImage.new("RGB", (2, 2)).save(held, "PNG")
    data = bytearray(held.getvalue())
    data[16:24] = struct.pack(">II", side, side)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def replaced_by_a_pipe(root: Path) -> None:
    (root / "content/gate.svg").unlink()
    os.mkfifo(root / "content/gate.svg")


def linked_elsewhere(root: Path) -> None:
    (root / "mid.svg").unlink()
    shutil.copy(root / "content/gate.svg", root.parent / "outside.svg")
    (root / "mid.svg").symlink_to(root.parent / "outside.svg")


def with_links(root: Path) -> None:
    shutil.copy(root / "content/gate.svg", root / "content/other.svg")
    (root / "mid.svg").symlink_to(root / "content/gate.svg")
    (root / "content/l.svg").symlink_to(root / "mid.svg")


def with_an_id_in_a_variant(root: Path) -> None:
    replace_in(root / "content/about.md", "## People", "## Part {#part}\n\n## People")
    text = "/// audience | teacher\n[x](/about/#part)\n/// otherwise\nAll.\n///"
    replace_in(root / "content/news/first.md", "Words[^1].", f"Words[^1].\n\n{text}")


def the_id_is_for_everyone_alone(root: Path) -> None:
    block = "/// audience | everyone\n## Part {#part}\n///"
    replace_in(root / "content/about.md", "## Part {#part}", block)


def with_a_link_to_staff(root: Path) -> None:
    replace_in(root / "site/policy.toml", '"forms"]', '"forms", "staff"]')
    replace_in(root / "content/about.md", "## People", "[v](/staff/)\n\n## People")


def staff_is_off(root: Path) -> None:
    replace_in(root / "site/policy.toml", ', "staff"]', "]")


def with_a_layout_in_a_folder(root: Path) -> None:
    (root / "templates/sub").mkdir()
    (root / "templates/sub/x.html").write_text('{% extends "page.html" %}')
    replace_in(root / "content/about.md", "title: About us", "title: About us\nlayout: sub/x")


def the_layout_leads_nowhere(root: Path) -> None:
    (root / "templates/sub/x.html").unlink()
    (root / "templates/sub/x.html").symlink_to("nowhere.html")


def with_a_page_where_a_version_will_be(root: Path) -> None:
    (root / "templates/privacy-version.html").write_text('{% extends "page.html" %}')
    (root / "content/privacy/versions").mkdir(parents=True)
    (root / "content/privacy/versions/1.md").write_text(PAGE.format("V", "", "Words."))


def a_version_is_released(root: Path) -> None:
    assert CliRunner().invoke(build.main, ["--root", str(root), "policy", "release"]).exit_code == 0


def with_a_raw_picture(root: Path) -> None:
    (root / "content/a.png").write_bytes(png())
    replace_in(root / "content/about.md", "## People", '<img src="a.png" alt="x">\n\n## People')


def the_picture_is_too_large(root: Path) -> None:
    (root / "content/a.png").write_bytes(png(30_000))


def with_the_address_of_the_section(root: Path) -> None:
    replace_in(
        root / "templates/page.html",
        "</main>",
        '{% if get_section("/g/") %}G{% endif %}{{ page.section.url if page.section }}</main>',
    )
    (root / "content/g").mkdir()
    for name in ("index", "c"):
        (root / f"content/g/{name}.md").write_text(PAGE.format(name, "layout: page\n", "Words."))


def the_section_is_a_page(root: Path) -> None:
    (root / "content/g/index.md").rename(root / "content/g.md")


def with_linked_templates(root: Path) -> None:
    (root.parent / "shared").mkdir()
    (root.parent / "shared/foot.html").write_text("<p>Old</p>")
    (root / "templates/partials").symlink_to(root.parent / "shared")
    replace_in(root / "templates/page.html", "</main>", '{% include "partials/foot.html" %}</main>')


def what_is_linked_to_changes(root: Path) -> None:
    (root.parent / "shared/foot.html").write_text("<p>New</p>")


def nothing_before(root: Path) -> None:
    """The base site is enough."""


@pytest.mark.parametrize(
    ("before", "then"),
    [
        (nothing_before, replaced_by_a_pipe),
        (with_links, linked_elsewhere),
        (with_link_to_a_draft, the_picture_comes),
        (with_an_id_in_a_variant, the_id_is_for_everyone_alone),
        (with_a_link_to_staff, staff_is_off),
        (with_a_layout_in_a_folder, the_layout_leads_nowhere),
        (with_a_page_where_a_version_will_be, a_version_is_released),
        (with_a_raw_picture, the_picture_is_too_large),
        (with_the_address_of_the_section, the_section_is_a_page),
        (with_linked_templates, what_is_linked_to_changes),
    ],
    ids=lambda step: step.__name__,
)
def test_what_was_found_by_attack_ends_as_a_build_from_nothing(root, tmp_path, before, then):
    site = Site(root, random.Random(0))
    shutil.rmtree(root)
    shutil.copytree(Path(__file__).parents[1] / "sites" / "base", root)
    before(root)
    aged(root)
    assert site.build(site.builder) == ""
    then(root)
    site.begin_anew()
    told = site.build(site.builder)
    out = tmp_path / "clean" / "public"
    out.parent.mkdir()
    expected = site.build(generator.Builder(root, out, jobs=1))
    assert told.replace("as it was", "") == expected.replace("as it was", "")
    if not told:
        assert published(root / "public") == published(out)


def aged(root: Path) -> None:
    """Wait until the times of files tell of the next change."""
    time.sleep(0.15)


def test_an_edit_is_written_down_as_what_it_changed(root):
    """What a whole site is known by stays as it is: to write it again costs more than the build."""
    site = Site(root, random.Random(1))
    written = []
    for words in ("One.", "Two.", "Three."):
        aged(root)
        with (root / "content/about.md").open("a") as page:
            page.write(f"\n{words}\n")
        site.begin_anew()
        assert site.build(site.builder) == ""
        written.append((root / "var/cache").stat().st_mtime_ns)
    assert len(set(written)) == 1


def test_what_is_removed_right_after_a_build_is_put_back(root):
    """Before the times of files can tell: no stamp is equal to that of nothing."""
    site = Site(root, random.Random(1))
    assert site.build(site.builder) == ""
    (root / "public/404.html").unlink()
    edit_order(site)
    assert site.build(site.builder) == ""
    assert (root / "public/404.html").exists()


def test_what_is_no_file_is_not_waited_for(root):
    site = Site(root, random.Random(1))
    assert site.build(site.builder) == ""
    for name in ("cache", "cache.head"):
        (root / "var" / name).unlink()
        os.mkfifo(root / "var" / name)
    site.begin_anew()
    assert site.build(site.builder) == ""


def test_who_knows_which_files_changed_gets_the_same_as_who_looks_at_all(root, tmp_path):
    """As the preview does after a save: a text, a new file, one that is gone, a folder, a link."""
    site = Site(root, random.Random(1))
    assert site.build(site.builder) == ""
    (tmp_path / "clean").mkdir()

    def saved(*names: str) -> None:
        aged(root)
        told = site.build(site.builder, frozenset(names))
        out = tmp_path / "clean" / "public"
        shutil.rmtree(out, ignore_errors=True)
        expected = site.build(generator.Builder(root, out, jobs=1))
        assert told.replace("as it was", "") == expected.replace("as it was", "")
        if not told:
            assert published(root / "public") == published(out)

    about = root / "content/about.md"
    text = about.read_text()
    about.write_text(f"{text}\nMore.\n")
    saved("content/about.md")
    site.write("content/fresh.md", site.article("fresh"))
    saved("content/fresh.md")
    about.write_text(f"{text}\n[No](missing.md)\n")
    saved("content/about.md")
    about.write_text(f"{text}\n[It](fresh.md)\n")
    saved("content/about.md")
    (root / "content/fresh.md").unlink()
    saved("content/fresh.md")
    about.write_text(text)
    site.write("content/deep/in/it.md", site.article("deep"))
    saved("content/about.md", "content/deep")
    shutil.rmtree(root / "content/deep")
    saved("content/deep")
    about.rename(root / "other.md")
    about.symlink_to(root / "other.md")
    saved("content/about.md")
    about.unlink()
    (root / "other.md").rename(about)
    saved("content/about.md")
