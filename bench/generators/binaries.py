"""Those that are one program: Hugo and Zola."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

from generators.corpus import Entry
from generators.generator import ADDRESS, Generator, program, put

__all__ = ["Hugo", "Zola"]


class Hugo(Generator):
    name = "Hugo"
    feed = "posts/index.xml"

    def command(self, *, again: bool) -> Sequence[str | Path]:
        return [program("hugo") or "", "--quiet", "--noBuildLock"]

    @classmethod
    def installed(cls) -> bool:
        return program("hugo") is not None

    def set_up(self) -> None:
        put(
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
        put(self.root / "layouts" / "_default" / "single.html", single)
        put(self.root / "layouts" / "_default" / "list.html", listed)
        put(self.root / "layouts" / "index.html", listed)
        put(self.root / "content" / "posts" / "_index.md", "---\ntitle: Posts\n---\n")


class Zola(Generator):
    name = "Zola"
    feed = "atom.xml"

    def command(self, *, again: bool) -> Sequence[str | Path]:
        return [program("zola") or "", "build"]

    @classmethod
    def installed(cls) -> bool:
        return program("zola") is not None

    def set_up(self) -> None:
        put(
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
        put(self.root / "templates" / "page.html", page)
        put(self.root / "templates" / "section.html", listed)
        put(self.root / "templates" / "index.html", listed)
        put(self.root / "content" / "_index.md", '+++\ntitle = "Home"\n+++\n')
        posts = '+++\ntitle = "Posts"\nsort_by = "date"\n+++\n'
        put(self.root / "content" / "posts" / "_index.md", posts)

    def write(self, entry: Entry) -> None:
        put(
            self.root / "content" / "posts" / f"{entry.slug}.md",
            f'+++\ntitle = "{entry.title}"\ndescription = "{entry.description}"\n'
            f"date = {entry.day}\n+++\n\n{entry.body}\n",
        )
