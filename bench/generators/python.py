"""Those that are written in Python: Pelican, MkDocs and Zensical."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

from generators.corpus import Entry
from generators.generator import ADDRESS, Generator, program, put

__all__ = ["MkDocs", "Pelican", "Zensical"]


class Pelican(Generator):
    name = "Pelican"
    output = "output"

    def command(self, *, again: bool) -> Sequence[str | Path]:
        settings = self.root / "pelicanconf.py"
        return [program("pelican") or "", "--settings", settings, "--quiet"]

    @classmethod
    def installed(cls) -> bool:
        return program("pelican") is not None

    def forget(self) -> None:
        super().forget()
        shutil.rmtree(self.root / "cache", ignore_errors=True)

    def set_up(self) -> None:
        put(
            self.root / "pelicanconf.py",
            dedent(f"""\
            SITENAME, SITEURL, TIMEZONE, PATH = "Measured", "{ADDRESS}", "UTC", "content"
            THEME, OUTPUT_PATH = "theme", "output"
            ARTICLE_URL, ARTICLE_SAVE_AS = "posts/{{slug}}/", "posts/{{slug}}/index.html"
            DIRECT_TEMPLATES, SITEMAP_SAVE_AS = ["index", "sitemap"], "sitemap.xml"
            AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
            FEED_ALL_ATOM, FEED_MAX_ITEMS = "feed.xml", 20
            CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
            CACHE_CONTENT = LOAD_CONTENT_CACHE = True
            MARKDOWN = {{
                "extensions": ["markdown.extensions.tables", "markdown.extensions.fenced_code"],
                "output_format": "html5",
            }}
            """),
        )
        templates = self.root / "theme" / "templates"
        (self.root / "theme" / "static").mkdir(parents=True)
        head = '<!doctype html><html lang="en"><head><meta charset="utf-8"></head><body><main>'
        put(
            templates / "article.html",
            f"{head}<h1>{{{{ article.title }}}}</h1>{{{{ article.content }}}}</main></body></html>\n",
        )
        put(
            templates / "index.html",
            f"{head}<h1>Posts</h1><ul>{{% for each in articles %}}"
            '<li><a href="/{{ each.url }}">{{ each.title }}</a></li>{% endfor %}</ul></main></body></html>\n',
        )
        put(
            templates / "sitemap.html",
            "<urlset>{% for each in articles %}<url><loc>{{ SITEURL }}/{{ each.url }}</loc></url>"
            "{% endfor %}</urlset>\n",
        )

    def write(self, entry: Entry) -> None:
        put(
            self.root / "content" / f"{entry.slug}.md",
            f"title: {entry.title}\nslug: {entry.slug}\nsummary: {entry.description}\n"
            f"date: {entry.day}\n\n{entry.body}\n",
        )


class MkDocs(Generator):
    name = "MkDocs"
    output = "site"
    missing = ("feed", "index in the order of dates")

    def command(self, *, again: bool) -> Sequence[str | Path]:
        dirty = ["--dirty"] if again else []
        return [program("mkdocs") or "", "build", "--quiet", *dirty]

    @classmethod
    def installed(cls) -> bool:
        return program("mkdocs") is not None

    def set_up(self) -> None:
        put(
            self.root / "mkdocs.yml",
            dedent(f"""\
            site_name: Measured
            site_url: {ADDRESS}/
            docs_dir: content
            theme: {{name: null, custom_dir: theme}}
            plugins: []
            validation: {{links: {{absolute_links: ignore}}}}
            """),
        )
        put(
            self.root / "theme" / "main.html",
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ page.title }}</title>'
            "</head><body><main>{{ page.content }}</main></body></html>\n",
        )
        put(
            self.root / "theme" / "sitemap.xml",
            "<urlset>{% for file in pages %}<url><loc>{{ file.page.canonical_url }}</loc></url>"
            "{% endfor %}</urlset>\n",
        )
        put(self.root / "content" / "index.md", "# Posts\n")

    def write(self, entry: Entry) -> None:
        put(
            self.root / "content" / "posts" / f"{entry.slug}.md",
            f"---\ntitle: {entry.title}\ndate: {entry.day}\n---\n\n# {entry.title}\n\n{entry.body}\n",
        )


class Zensical(MkDocs):
    name = "Zensical"
    missing = (*MkDocs.missing, "a template of our own: its theme is used")
    inside = "article"

    def command(self, *, again: bool) -> Sequence[str | Path]:
        return [program("zensical") or "", "build", *([] if again else ["--clean"])]

    @classmethod
    def installed(cls) -> bool:
        return program("zensical") is not None

    def set_up(self) -> None:
        put(
            self.root / "zensical.toml",
            dedent(f"""\
            [project]
            site_name = "Measured"
            site_url = "{ADDRESS}/"
            docs_dir = "content"
            """),
        )
        put(self.root / "content" / "index.md", "# Posts\n")

    def forget(self) -> None:
        super().forget()
        shutil.rmtree(self.root / ".cache", ignore_errors=True)
