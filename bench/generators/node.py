"""The one that runs in Node: Eleventy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from generators.generator import ADDRESS, Generator, program, put

__all__ = ["Eleventy"]


class Eleventy(Generator):
    name = "Eleventy"
    output = "_site"

    def command(self, *, again: bool) -> Sequence[str | Path]:
        return [program("eleventy") or "", "--quiet"]

    @classmethod
    def installed(cls) -> bool:
        return program("eleventy") is not None

    def set_up(self) -> None:
        put(
            self.root / "eleventy.config.js",
            'module.exports = () => ({ dir: { input: "content", includes: "_includes" }, '
            'markdownTemplateEngine: false, templateFormats: ["md", "njk"] });\n',
        )
        put(self.root / "package.json", '{"type": "commonjs"}\n')
        put(
            self.root / "content" / "_includes" / "page.njk",
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>'
            '<meta name="description" content="{{ description }}"></head><body>'
            "<main><h1>{{ title }}</h1>{{ content | safe }}</main></body></html>\n",
        )
        posts = {"layout": "page.njk", "tags": "posts"}
        put(self.root / "content" / "posts" / "posts.json", json.dumps(posts))
        put(
            self.root / "content" / "index.njk",
            "---\ntitle: Posts\nlayout: page.njk\n---\n<ul>{% for post in collections.posts | reverse %}"
            '<li><a href="{{ post.url }}">{{ post.data.title }}</a></li>{% endfor %}</ul>\n',
        )
        put(
            self.root / "content" / "sitemap.njk",
            "---\npermalink: /sitemap.xml\neleventyExcludeFromCollections: true\n---\n<urlset>"
            f"{{% for each in collections.all %}}<url><loc>{ADDRESS}{{{{ each.url }}}}</loc></url>"
            "{% endfor %}</urlset>\n",
        )
        put(
            self.root / "content" / "feed.njk",
            "---\npermalink: /feed.xml\neleventyExcludeFromCollections: true\n---\n<feed>"
            "{% for post in collections.posts | reverse %}{% if loop.index <= 20 %}"
            f"<entry><title>{{{{ post.data.title }}}}</title><id>{ADDRESS}{{{{ post.url }}}}</id></entry>"
            "{% endif %}{% endfor %}</feed>\n",
        )
