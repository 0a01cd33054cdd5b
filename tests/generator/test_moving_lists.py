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


def test_feeds_of_categories_and_those_that_stay_lead_on(tmp_path):
    """No redirect leads to itself, and what no page has is told."""
    files = {**JEKYLL, "posts.md": "---\ntitle: All\n---\nWords.\n"}
    files["_config.yml"] += "feed: {path: posts/feed.xml, categories: [cold, warm]}\n"
    new, told = imported(tmp_path, files, "jekyll")
    assert redirects(new) == {"/feed/cold.xml": "/categories/cold/feed.xml"}
    assert "## an old feed leads nowhere: a site has one feed (1)\n\n- `/feed/warm.xml`\n" in told
    assert "an old address" not in told


def test_what_nothing_leads_to_is_told(tmp_path):
    files = {
        **JEKYLL,
        "_config.yml": f"{JEKYLL['_config.yml']}header_pages: [index.md]\n",
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


def test_a_home_page_of_hugo_with_words_of_its_own_leads_on(tmp_path):
    """To its sections and to the pages beside it, as no menu does."""
    files = {
        **HUGO,
        "content/_index.md": "---\ntitle: Home\n---\nWelcome.\n",
        "content/about.md": "---\ntitle: About\n---\nWords.\n",
    }
    new, told = imported(tmp_path, files)
    run("--root", new)
    for address in ("/posts/", "/docs/", "/about/"):
        assert f'<a href="{address}">' in html(new, ".")
    assert "nothing leads to" not in told
    assert "## the menu was made of the sections: that of the old site is not known (1)" in told


def test_lists_of_articles_without_a_feed_are_in_the_order_of_days(tmp_path):
    """As Hugo lists them, where no weight says otherwise."""
    files = {**HUGO, "content/news/_index.md": "---\ntitle: News\n---\n"}
    files["content/content/x.md"] = POST.format("X", "2020-01-01", "")
    for name, day in {"a": 3, "b": 9, "c": 5}.items():
        files[f"content/news/{name}.md"] = POST.format(name, f"2020-01-0{day}", "")
        files[f"content/docs/{name}.md"] = POST.format(name, f"2020-01-0{day}", f"weight: {day}\n")
    new, _ = imported(tmp_path, files)
    run("--root", new)

    def places(section):
        shown = html(new, section)
        return sorted("abc", key=lambda name: shown.index(f'<a href="/{section}/{name}/">'))

    assert places("news") == ["b", "c", "a"]
    assert places("docs") == ["a", "c", "b"]


def test_a_page_of_a_collection_that_stands_for_it_lists_it(tmp_path):
    files = {
        "_config.yml": "collections: {docs: {output: true, permalink: '/:collection/:path/'}}\n",
        "_docs/index.md": "---\ntitle: All docs\npermalink: /docs/\n---\nWords.\n",
        "_docs/a/deep.md": "---\ntitle: Deep\n---\nWords.\n",
        "index.md": "---\ntitle: Home\n---\n[Docs](/docs/)\n",
    }
    new, told = imported(tmp_path, files, "jekyll")
    run("--root", new)
    assert '<a href="/docs/a/deep/">' in html(new, "docs")
    assert "nothing leads to" not in told


def test_a_page_of_jekyll_that_only_led_on_leads_on(tmp_path):
    """To a page of the site by a redirect; elsewhere by a link, as a redirect stays in the site."""
    files = {
        **JEKYLL,
        "old.md": "---\ntitle: Old\nredirect_to: /new/\nredirect_from: /older/\n---\n",
        "whole.md": "---\nredirect_to: [https://old.example/new.html]\n---\n",
        "new.md": "---\ntitle: New\npermalink: /new.html\n---\n[old](/old.html)\n",
        "out.md": "---\ntitle: Out\nredirect_to: https://e.example/x\n---\n",
        "lost.md": "---\ntitle: Lost\nredirect_to: /nowhere/\n---\n",
    }
    new, told = imported(tmp_path, files, "jekyll")
    leads = redirects(new)
    for address in ("/old.html", "/older/", "/whole.html"):
        assert leads[address] == "/new/"
    assert not (new / "content/old.md").exists()
    assert "[old](/new/)" in (new / "content/new.md").read_text()
    assert "<https://e.example/x>" in (new / "content/out.md").read_text()
    assert "## a page that led elsewhere at once has a link (2)\n\n- `lost.md` /nowhere/" in told
    run("--root", new)


def test_pages_of_jekyll_are_in_the_list_of_their_folder_where_no_menu_is_known(tmp_path):
    """Themes show all pages by programs; a page for the folder becomes the list, or one is made."""
    page = "---\ntitle: {}\n{}---\nWords.\n"
    files = {
        "_config.yml": "url: https://old.example\n",
        "index.md": page.format("Home", ""),
        "about.md": page.format("About", ""),
        "docs/index.md": page.format("All docs", "nav_order: 2\n"),
        "docs/a.md": page.format("A", ""),
        "docs/deep/b.md": page.format("B", ""),
        "docs/own/index.md": page.format("Own", ""),
        "docs/own/c.md": page.format("C", ""),
        "other/d.md": page.format("D", ""),
        "pages/e.md": page.format("E", "permalink: /e/\n"),
    }
    new, told = imported(tmp_path, files, "jekyll")
    run("--root", new)
    for section, addresses in {
        ".": ["/about/", "/docs/", "/other/", "/e/"],
        "docs": ["/docs/a/", "/docs/deep/b/", "/docs/own/"],
        "docs/own": ["/docs/own/c/"],
        "other": ["/other/d/"],
    }.items():
        for address in addresses:
            assert f'<a href="{address}">' in html(new, section)
    assert "nothing leads to" not in told
    files["_config.yml"] += "header_pages: [about.md]\n"
    kept, told = imported(tmp_path / "with", files, "jekyll")
    assert (kept / "content/docs.md").is_file(), "the menu says what is meant"
    assert "- `docs/a.md` /docs/a/\n" in told
