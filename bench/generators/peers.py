"""How each generator is set up, run and read. None of them is a dependency of ours.

A tool that is not installed is left out, and said. Where each was found: `bench/README.md`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import ClassVar

from generators.corpus import Entry

__all__ = ["PEERS", "Generator", "Plainsite", "found"]

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "https://bench.example"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _program(name: str) -> str | None:
    """A program on the PATH, or in the folders that `GENERATORS` names."""
    return shutil.which(
        name, path=os.environ.get("GENERATORS", "") + os.pathsep + os.environ["PATH"]
    )


@dataclass
class Generator(ABC):
    """One generator with one corpus in `root`."""

    root: Path
    name = ""
    missing: ClassVar[tuple[str, ...]] = ()
    """What it does not do of what is compared."""

    output = "public"
    feed = "feed.xml"
    sitemap = "sitemap.xml"
    inside = "main"
    """The element whose text is compared."""

    @abstractmethod
    def command(self, *, again: bool) -> Sequence[str | Path]:
        """What to run; `again` says that something was built before."""

    @abstractmethod
    def set_up(self) -> None:
        """All but the pages."""

    @abstractmethod
    def write(self, entry: Entry) -> None:
        """Write or rewrite the source of a page."""

    def page(self, slug: str) -> Path:
        """The page that was built."""
        return self.root / self.output / "posts" / slug / "index.html"

    def forget(self) -> None:
        """Remove what was built, and every cache."""
        shutil.rmtree(self.root / self.output, ignore_errors=True)

    @classmethod
    def installed(cls) -> bool:
        """Whether it can be run here."""
        return True


class Plainsite(Generator):
    name = "Plainsite"
    feed = "posts/feed.xml"

    def command(self, *, again: bool) -> Sequence[str | Path]:
        return [sys.executable, ROOT / "build.py", "--root", self.root]

    def set_up(self) -> None:
        shutil.copytree(ROOT / "tests" / "sites" / "base", self.root, dirs_exist_ok=True)
        # The folder of the base site's posts is called news.
        shutil.rmtree(self.root / "content" / "news")
        for path in (self.root / "content" / "index.md", self.root / "site" / "navigation.toml"):
            path.write_text(path.read_text(encoding="utf-8").replace("news/", "posts/"), "utf-8")
        settings = self.root / "site" / "settings.toml"
        text = settings.read_text(encoding="utf-8").replace('feed = "news"', 'feed = "posts"')
        settings.write_text(text, encoding="utf-8")
        posts = "---\ntitle: Posts\ndescription: All the pages of this measurement, newest first.\n"
        _write(self.root / "content" / "posts" / "index.md", f"{posts}layout: section\n---\n")

    def write(self, entry: Entry) -> None:
        _write(
            self.root / "content" / "posts" / f"{entry.slug}.md",
            f"---\ntitle: {entry.title}\ndescription: {entry.description}\n"
            f"date: {entry.day}\n---\n\n{entry.body}\n",
        )

    def forget(self) -> None:
        super().forget()
        shutil.rmtree(self.root / "var", ignore_errors=True)


class Hugo(Generator):
    name = "Hugo"
    feed = "posts/index.xml"

    def command(self, *, again: bool) -> Sequence[str | Path]:
        return [_program("hugo") or "", "--quiet", "--noBuildLock"]

    @classmethod
    def installed(cls) -> bool:
        return _program("hugo") is not None

    def set_up(self) -> None:
        _write(
            self.root / "hugo.toml",
            dedent(f"""\
            baseURL = "{ADDRESS}/"
            title = "Measured"
            disableKinds = ["taxonomy", "term"]
            [markup.highlight]
            codeFences = false
            """),
        )
        head = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title>'
        )
        head += '<meta name="description" content="{{ .Description }}"></head><body>'
        single = head + "<main><h1>{{ .Title }}</h1>{{ .Content }}</main></body></html>\n"
        listed = head + (
            "<main><h1>{{ .Title }}</h1><ul>{{ range .Site.RegularPages.ByDate.Reverse }}"
            '<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul></main></body></html>\n'
        )
        _write(self.root / "layouts" / "_default" / "single.html", single)
        _write(self.root / "layouts" / "_default" / "list.html", listed)
        _write(self.root / "layouts" / "index.html", listed)
        _write(self.root / "content" / "posts" / "_index.md", "---\ntitle: Posts\n---\n")

    def write(self, entry: Entry) -> None:
        _write(
            self.root / "content" / "posts" / f"{entry.slug}.md",
            f"---\ntitle: {entry.title}\ndescription: {entry.description}\n"
            f"date: {entry.day}\n---\n\n{entry.body}\n",
        )


class Zola(Generator):
    name = "Zola"
    feed = "atom.xml"

    def command(self, *, again: bool) -> Sequence[str | Path]:
        return [_program("zola") or "", "build"]

    @classmethod
    def installed(cls) -> bool:
        return _program("zola") is not None

    def set_up(self) -> None:
        _write(
            self.root / "config.toml",
            f'base_url = "{ADDRESS}"\ntitle = "Measured"\ngenerate_feed = true\n',
        )
        head = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ TITLE }}</title>'
        )
        head += "</head><body>"
        page = head.replace("TITLE", "page.title")
        page += "<main><h1>{{ page.title }}</h1>{{ page.content | safe }}</main></body></html>\n"
        listed = head.replace("TITLE", "section.title") + (
            "<main><h1>{{ section.title }}</h1><ul>{% for page in section.pages %}"
            '<li><a href="{{ page.path }}">{{ page.title }}</a></li>{% endfor %}</ul></main></body></html>\n'
        )
        _write(self.root / "templates" / "page.html", page)
        _write(self.root / "templates" / "section.html", listed)
        _write(self.root / "templates" / "index.html", listed)
        _write(self.root / "content" / "_index.md", '+++\ntitle = "Home"\n+++\n')
        posts = '+++\ntitle = "Posts"\nsort_by = "date"\n+++\n'
        _write(self.root / "content" / "posts" / "_index.md", posts)

    def write(self, entry: Entry) -> None:
        _write(
            self.root / "content" / "posts" / f"{entry.slug}.md",
            f'+++\ntitle = "{entry.title}"\ndescription = "{entry.description}"\n'
            f"date = {entry.day}\n+++\n\n{entry.body}\n",
        )


class Eleventy(Generator):
    name = "Eleventy"
    output = "_site"

    def command(self, *, again: bool) -> Sequence[str | Path]:
        return [_program("eleventy") or "", "--quiet"]

    @classmethod
    def installed(cls) -> bool:
        return _program("eleventy") is not None

    def set_up(self) -> None:
        _write(
            self.root / "eleventy.config.js",
            'module.exports = () => ({ dir: { input: "content", includes: "_includes" }, '
            'markdownTemplateEngine: false, templateFormats: ["md", "njk"] });\n',
        )
        _write(self.root / "package.json", '{"type": "commonjs"}\n')
        _write(
            self.root / "content" / "_includes" / "page.njk",
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>'
            '<meta name="description" content="{{ description }}"></head><body>'
            "<main><h1>{{ title }}</h1>{{ content | safe }}</main></body></html>\n",
        )
        posts = {"layout": "page.njk", "tags": "posts"}
        _write(self.root / "content" / "posts" / "posts.json", json.dumps(posts))
        _write(
            self.root / "content" / "index.njk",
            "---\ntitle: Posts\nlayout: page.njk\n---\n<ul>{% for post in collections.posts | reverse %}"
            '<li><a href="{{ post.url }}">{{ post.data.title }}</a></li>{% endfor %}</ul>\n',
        )
        _write(
            self.root / "content" / "sitemap.njk",
            "---\npermalink: /sitemap.xml\neleventyExcludeFromCollections: true\n---\n<urlset>"
            f"{{% for each in collections.all %}}<url><loc>{ADDRESS}{{{{ each.url }}}}</loc></url>"
            "{% endfor %}</urlset>\n",
        )
        _write(
            self.root / "content" / "feed.njk",
            "---\npermalink: /feed.xml\neleventyExcludeFromCollections: true\n---\n<feed>"
            "{% for post in collections.posts | reverse %}{% if loop.index <= 20 %}"
            f"<entry><title>{{{{ post.data.title }}}}</title><id>{ADDRESS}{{{{ post.url }}}}</id></entry>"
            "{% endif %}{% endfor %}</feed>\n",
        )

    def write(self, entry: Entry) -> None:
        _write(
            self.root / "content" / "posts" / f"{entry.slug}.md",
            f"---\ntitle: {entry.title}\ndescription: {entry.description}\n"
            f"date: {entry.day}\n---\n\n{entry.body}\n",
        )


class Pelican(Generator):
    name = "Pelican"
    output = "output"

    def command(self, *, again: bool) -> Sequence[str | Path]:
        settings = self.root / "pelicanconf.py"
        return [_program("pelican") or "", "--settings", settings, "--quiet"]

    @classmethod
    def installed(cls) -> bool:
        return _program("pelican") is not None

    def forget(self) -> None:
        super().forget()
        shutil.rmtree(self.root / "cache", ignore_errors=True)

    def set_up(self) -> None:
        _write(
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
        _write(
            templates / "article.html",
            f"{head}<h1>{{{{ article.title }}}}</h1>{{{{ article.content }}}}</main></body></html>\n",
        )
        _write(
            templates / "index.html",
            f"{head}<h1>Posts</h1><ul>{{% for each in articles %}}"
            '<li><a href="/{{ each.url }}">{{ each.title }}</a></li>{% endfor %}</ul></main></body></html>\n',
        )
        _write(
            templates / "sitemap.html",
            "<urlset>{% for each in articles %}<url><loc>{{ SITEURL }}/{{ each.url }}</loc></url>"
            "{% endfor %}</urlset>\n",
        )

    def write(self, entry: Entry) -> None:
        _write(
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
        return [_program("mkdocs") or "", "build", "--quiet", *dirty]

    @classmethod
    def installed(cls) -> bool:
        return _program("mkdocs") is not None

    def set_up(self) -> None:
        _write(
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
        _write(
            self.root / "theme" / "main.html",
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ page.title }}</title>'
            "</head><body><main>{{ page.content }}</main></body></html>\n",
        )
        _write(
            self.root / "theme" / "sitemap.xml",
            "<urlset>{% for file in pages %}<url><loc>{{ file.page.canonical_url }}</loc></url>"
            "{% endfor %}</urlset>\n",
        )
        _write(self.root / "content" / "index.md", "# Posts\n")

    def write(self, entry: Entry) -> None:
        _write(
            self.root / "content" / "posts" / f"{entry.slug}.md",
            f"---\ntitle: {entry.title}\ndate: {entry.day}\n---\n\n# {entry.title}\n\n{entry.body}\n",
        )


class Zensical(MkDocs):
    name = "Zensical"
    missing = (*MkDocs.missing, "a template of our own: its theme is used")
    inside = "article"

    def command(self, *, again: bool) -> Sequence[str | Path]:
        return [_program("zensical") or "", "build", *([] if again else ["--clean"])]

    @classmethod
    def installed(cls) -> bool:
        return _program("zensical") is not None

    def set_up(self) -> None:
        _write(
            self.root / "zensical.toml",
            dedent(f"""\
            [project]
            site_name = "Measured"
            site_url = "{ADDRESS}/"
            docs_dir = "content"
            """),
        )
        _write(self.root / "content" / "index.md", "# Posts\n")

    def forget(self) -> None:
        super().forget()
        shutil.rmtree(self.root / ".cache", ignore_errors=True)


PEERS: tuple[type[Generator], ...] = (Hugo, Zola, Eleventy, Pelican, MkDocs, Zensical)


def found() -> tuple[list[type[Generator]], list[str]]:
    """The generators that can be run here, and the names of those that cannot."""
    here = [each for each in PEERS if each.installed()]
    return here, [each.name for each in PEERS if each not in here]
