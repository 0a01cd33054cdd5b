"""`build.py import`: every article stays in a list that people find, and the feed goes on."""

from __future__ import annotations

import tomllib

import pytest

from tests.generator.test_moving import run
from tests.generator.test_moving_hugo import PLAIN, imported

POST = "---\ntitle: {}\ndate: {}\n{}---\nWords of it.\n"
HUGO = {
    "hugo.toml": PLAIN,
    "content/posts/one.md": POST.format("One", "2020-01-02", "slug: first\ntags: [Deep snow]\n"),
    "content/posts/old/two.md": POST.format("Two", "2021-01-02", ""),
    "content/docs/part/how.md": "---\ntitle: How\n---\nWords.\n",
}
JEKYLL = {
    "_config.yml": "url: https://old.example\ntitle: Old\nplugins: [jekyll-feed]\n",
    "index.md": "---\nlayout: home\ntitle: Home\n---\nWelcome.\n",
    "_posts/2020-01-02-one.md": POST.format("One", "2020-01-02", "categories: [cold]\n"),
    "_posts/2021-01-02-two.md": POST.format("Two", "2021-01-02", ""),
}
KINDS = {"hugo": HUGO, "jekyll": JEKYLL}


def redirects(new):
    return tomllib.loads((new / "site/redirects.toml").read_text())["redirects"]


def html(new, address):
    return (new / "public" / address / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("index", ["", "---\ntitle: All posts\n---\nOf years.\n"])
@pytest.mark.parametrize("pattern", ["", '[permalinks]\nposts = "/:year/:slug/"\n'])
def test_articles_of_hugo_are_in_their_list_and_in_the_feed(tmp_path, index, pattern):
    """Whatever address they have, with and without a page for the list."""
    files = {**HUGO, "hugo.toml": PLAIN + pattern}
    if index:
        files["content/posts/_index.md"] = index
    new, told = imported(tmp_path, files)
    run("--root", new)
    addresses = ["/2020/first/", "/2021/two/"] if pattern else ["/posts/first/", "/posts/old/two/"]
    for address in addresses:
        assert f'<a href="{address}">' in html(new, "posts")
        assert f"https://old.example{address}" in (new / "public/posts/feed.xml").read_text()
    assert '<a href="/docs/part/how/">' in html(new, "docs"), "of the folder without a list"
    assert 'href="/posts/"' in html(new, ".")
    assert 'href="/posts/feed.xml"' in html(new, "docs")
    leads = redirects(new)
    assert leads["/index.xml"] == leads["/posts/index.xml"] == "/posts/feed.xml"
    assert leads["/tags/deep-snow/index.xml"] == "/tags/deep-snow/feed.xml"
    assert "nothing leads to" not in told
    assert "an old feed" not in told


@pytest.mark.parametrize("home", ["layout: home\n", "layout: mine\n", None])
def test_posts_of_jekyll_are_in_a_list_and_in_the_feed(tmp_path, home):
    """Which the home page listed, or no page at all."""
    files = {**JEKYLL, "_layouts/mine.html": "{% for post in site.posts %}x{% endfor %}"}
    files["index.md"] = f"---\n{home or ''}title: Home\n---\nWelcome.\n"
    new, told = imported(tmp_path, files, "jekyll")
    run("--root", new)
    for address in ("/cold/2020/01/02/one/", "/2021/01/02/two/"):
        assert f'<a href="{address}">' in html(new, "posts")
        assert (f'<a href="{address}">' in html(new, ".")) == bool(home)
        assert f"https://old.example{address}" in (new / "public/posts/feed.xml").read_text()
    assert '<a href="/posts/">Posts</a>' in html(new, "."), "in the menu"
    assert redirects(new)["/feed.xml"] == "/posts/feed.xml"
    assert (
        "<id>https://old.example/cold/2020/01/02/one</id>"
        in (new / "public/posts/feed.xml").read_text()
    ), "as its readers know it"
    assert "nothing leads to" not in told


def test_a_page_of_jekyll_that_lists_posts_goes_on_listing_them(tmp_path):
    """Also one of a collection of its own; and a feed that was written by hand goes on."""
    files = {
        **JEKYLL,
        "_config.yml": "collections: {recipes: {output: true, permalink: /food/:name/}}\n",
        "blog/index.html": "---\ntitle: The blog\n---\n{% for x in paginator.posts %}x{% endfor %}",
        "recipes.md": "---\ntitle: Recipes\n---\n{% for each in site.recipes %}x{% endfor %}\n",
        "_recipes/soup.md": "---\ntitle: Soup\n---\nWords.\n",
        "atom.xml": "---\n---\n<feed>{% for post in site.posts %}x{% endfor %}</feed>\n",
    }
    new, _ = imported(tmp_path, files, "jekyll")
    run("--root", new)
    assert '<a href="/2021/01/02/two/">' in html(new, "blog")
    assert '<a href="/food/soup/">' in html(new, "recipes")
    assert redirects(new) == {"/atom.xml": "/blog/feed.xml"}


def test_what_nothing_leads_to_is_told(tmp_path):
    files = {
        **JEKYLL,
        "index.md": "---\ntitle: Home\n---\n[A page](/led/to/)\n",
        "led/to.md": "---\ntitle: Led to\npermalink: /led/to/\n---\nWords.\n",
        "far/away.md": "---\ntitle: Far\n---\nWords.\n",
        "far/draft.md": "---\ntitle: Draft\npublished: false\n---\nWords.\n",
    }
    _, told = imported(tmp_path, files, "jekyll")
    assert "## nothing leads to a page (1)\n\n- `far/away.md` /far/away/\n" in told


@pytest.mark.parametrize("kind", KINDS)
def test_an_old_feed_without_articles_is_told(tmp_path, kind):
    files = {
        "hugo.toml": PLAIN,
        "_config.yml": JEKYLL["_config.yml"],
        "content/a.md": "---\ntitle: A\n---\nWords.\n",
        "index.md": JEKYLL["index.md"],
    }
    new, told = imported(tmp_path, files, kind)
    assert "feed =" not in (new / "site/settings.toml").read_text()
    address = "/index.xml" if kind == "hugo" else "/feed.xml"
    assert f"## an old feed leads nowhere: no list has articles (1)\n\n- `{address}`" in told


@pytest.mark.parametrize(
    "config", ['disableKinds = ["RSS"]\n', '[outputs]\nhome = ["html"]\nsection = ["html"]\n']
)
def test_a_feed_that_there_was_not_is_told_of_nowhere(tmp_path, config):
    files = {**HUGO, "hugo.toml": PLAIN + config}
    new, told = imported(tmp_path, files)
    assert 'feed = "posts"\n' in (new / "site/settings.toml").read_text()
    assert "an old feed" not in told
    known = redirects(new) if (new / "site/redirects.toml").is_file() else {}
    assert "/index.xml" not in known


def test_the_feed_is_of_the_sections_that_hugo_was_told(tmp_path):
    """Where several have articles; of the others it is told."""
    files = {
        "hugo.toml": PLAIN + '[params]\nmainSections = ["stories"]\n',
        "content/stories/a.md": POST.format("A", "2020-01-02", ""),
        "content/posts/b.md": POST.format("B", "2020-01-02", ""),
        "content/posts/c.md": POST.format("C", "2020-01-02", ""),
    }
    new, told = imported(tmp_path, files)
    assert 'feed = "stories"\n' in (new / "site/settings.toml").read_text()
    assert "## an old feed leads nowhere: a site has one feed (1)\n\n- `/posts/index.xml`" in told


def test_articles_at_the_root_of_hugo_get_a_list_and_a_feed(tmp_path):
    files = {"hugo.toml": PLAIN, "content/a.md": POST.format("A", "2020-01-02", "")}
    new, _ = imported(tmp_path, files)
    run("--root", new)
    assert '<a href="/a/">' in html(new, "posts")
    assert redirects(new)["/index.xml"] == "/posts/feed.xml"
