"""`build.py import`: a site in several languages comes over in all of them."""

from __future__ import annotations

import tomllib

import pytest

from policy.manifest import read_build
from tests.generator.test_moving import run
from tests.generator.test_moving_hugo import PAGE, SVG, imported

CONFIG = """
baseURL = "https://old.example/"
title = "Old"
defaultContentLanguage = "en"
[languages.en]
languageName = "English"
[[languages.en.menus.main]]
name = "About us"
url = "/about/"
[[languages.en.menus.main]]
name = "Guide"
url = "/guide/"
[[languages.en.menus.main]]
name = "Shop"
identifier = "shop"
url = "https://shop.example/"
[languages.fr]
title = "Vieux"
languageName = "Le français"
languageCode = "fr-CA"
[languages.fr.params]
description = "Tout <b>sur</b> nous."
[[languages.fr.menus.main]]
name = "Qui nous sommes"
pageRef = "/about"
[[languages.fr.menus.main]]
name = "Le guide"
pageRef = "/guide"
[[languages.fr.menus.main]]
name = "Boutique"
identifier = "shop"
url = "https://shop.example/fr"
[[languages.fr.menus.main]]
name = "Ailleurs"
url = "https://elsewhere.example/"
[languages.pt-br]
weight = 3
[languages.de]
disabled = true
"""
POST = "---\ntitle: {}\ndate: {}\ntags: [{}]\n---\n{}\n"
EN = {
    "_index.md": PAGE.format("Home"),
    "about.md": "---\ntitle: About\n---\n![G](g.svg) [blog](/blog/)\n",
    "blog/_index.md": PAGE.format("Blog"),
    "blog/one.md": POST.format("One", "2024-05-01", "snow", '[two]({{< ref "two" >}})'),
    "blog/two/index.md": POST.format("Two", "2024-05-02", "snow", "![P](p.svg)"),
    "blog/two/p.svg": SVG,
    "guide.md": PAGE.format("Guide"),
    "g.svg": SVG,
}
FR = {
    "_index.md": PAGE.format("Accueil"),
    "about.md": "---\ntitle: Qui\nslug: qui-nous-sommes\n---\n![G](g.svg) [blog](/fr/blog/)\n",
    "blog/_index.md": PAGE.format("Carnet"),
    "blog/one.md": POST.format("Un", "2024-05-01", "neige", '[two]({{< ref "two" >}})'),
    "blog/two/index.md": POST.format("Deux", "2024-05-02", "snow", "![P](p.svg)"),
    "seul.md": '---\ntitle: Seul\n---\n[guide]({{< ref "guide" >}})\n',
}
PT = {"about.md": PAGE.format("Sobre")}


def by_folder():
    config = CONFIG
    for tag in ("en", "fr", "pt-br"):
        config = config.replace(
            f"[languages.{tag}]", f'[languages.{tag}]\ncontentDir = "content/{tag}"'
        )
    pages = ((tag, each) for tag, each in (("en", EN), ("fr", FR), ("pt-br", PT)))
    return {"hugo.toml": config} | {
        f"content/{tag}/{name}": text for tag, each in pages for name, text in each.items()
    }


def by_ending():
    def named(name, tag):
        stem, _, kind = name.rpartition(".")
        return f"content/{stem}.{tag}.md" if kind == "md" and tag else f"content/{name}"

    pages = (("", EN), ("fr", FR), ("pt-br", PT))
    files = {named(name, tag): text for tag, each in pages for name, text in each.items()}
    return {"hugo.toml": CONFIG, **files, "content/blog/two/index.de.md": PAGE.format("Zwei")}


@pytest.fixture(scope="module", params=[by_folder, by_ending])
def site(request, tmp_path_factory):
    new, told = imported(tmp_path_factory.mktemp("site"), request.param())
    run("--root", new)
    return new, told


def test_pages_of_all_languages_come_over(site):
    new, told = site
    build = read_build(new / "public")
    for address in ("/about/", "/fr/qui-nous-sommes/", "/fr/seul/", "/pt-br/", "/pt-br/about/"):
        assert address in build.pages, address
    assert "did not come over" not in told.replace("which did not come over", "").replace(
        "its pages did not come over", ""
    )


def test_a_translation_knows_its_original(site):
    new, _ = site
    page = new / "content/fr/qui-nous-sommes.md"
    assert "translation_of: about.md" in page.read_text()
    html = (new / "public/about/index.html").read_text()
    assert 'hreflang="fr" href="https://old.example/fr/qui-nous-sommes/"' in html
    assert 'hreflang="pt-BR" href="https://old.example/pt-br/about/"' in html


def test_what_the_site_says_of_its_languages_comes_over(site):
    new, told = site
    settings = tomllib.loads((new / "site/settings.toml").read_text())
    assert settings["language"] == "en"
    assert settings["languages"] == {
        "fr": {
            "label": "Le français",
            "locale": "fr-CA",
            "name": "Vieux",
            "description": "Tout sur nous.",
        },
        "pt-BR": {},
    }
    assert "## a language is switched off: its pages did not come over (1)" in told


def test_menus_say_the_same_in_each_language(site):
    new, told = site
    html = (new / "public/fr/seul/index.html").read_text()
    assert 'href="/fr/qui-nous-sommes/">Qui nous sommes</a>' in html
    assert ">Boutique</a>" in html
    # A page that is in the default language alone is called otherwise all the same.
    assert 'href="/guide/">Le guide</a>' in html
    assert "fr: Ailleurs https://elsewhere.example/" in told


def test_files_and_links_lead_to_where_they_led(site):
    new, _ = site
    assert "![G](/g.svg) [blog](/fr/blog/)" in (new / "content/fr/qui-nous-sommes.md").read_text()
    assert "(/blog/two/p.svg)" in (new / "content/fr/blog/two.md").read_text()
    assert "[two](/fr/blog/two/)" in (new / "content/fr/blog/one.md").read_text()
    assert "[guide](/guide/)" in (new / "content/fr/seul.md").read_text()
    assert "[two](/blog/two/)" in (new / "content/blog/one.md").read_text()


def test_lists_terms_and_feeds_come_over_in_each_language(site):
    new, _ = site
    build = read_build(new / "public")
    for address in ("/tags/snow/", "/fr/tags/neige/", "/fr/tags/snow/"):
        assert address in build.pages
    assert build.redirects["/index.xml"] == "/blog/feed.xml"
    assert build.redirects["/en/"] == "/"  # As Hugo has it.
    assert build.redirects["/fr/index.xml"] == "/fr/blog/feed.xml"
    assert build.redirects["/fr/blog/index.xml"] == "/fr/blog/feed.xml"
    assert build.redirects["/fr/tags/neige/index.xml"] == "/fr/tags/neige/feed.xml"
    assert "layout: article" in (new / "content/fr/blog/one.md").read_text()
    assert 'href="/fr/blog/one/"' in (new / "public/fr/blog/index.html").read_text()


def test_the_default_language_may_have_stood_in_a_folder(tmp_path):
    """Its pages stand at the root, and the old addresses lead there."""
    files = by_folder()
    config = files["hugo.toml"].replace("[languages.en]", "[languages.en]", 1)
    files["hugo.toml"] = "defaultContentLanguageInSubdir = true\n" + config
    files["content/en/about.md"] = "---\ntitle: About\n---\n[blog](/en/blog/) [fr](/fr/blog/)\n"
    new, _ = imported(tmp_path, files)
    run("--root", new)
    build = read_build(new / "public")
    for old, now in {
        "/en/about/": "/about/",
        "/en/": "/",
        "/en/blog/one/": "/blog/one/",
        "/en/tags/snow/": "/tags/snow/",
        "/en/index.xml": "/blog/feed.xml",
    }.items():
        assert build.redirects[old] == now
    assert "[blog](/blog/) [fr](/fr/blog/)" in (new / "content/about.md").read_text()


def test_translations_may_be_named_by_a_key(tmp_path):
    files = by_folder()
    key = "translationKey: about-us"
    files["content/fr/qui.md"] = f"---\ntitle: Qui\n{key}\n---\n![S](s.svg)\n"
    files["content/en/about/index.md"] = f"---\ntitle: About\n{key}\n---\nText.\n"
    files["content/en/about/s.svg"] = SVG
    del files["content/fr/about.md"], files["content/en/about.md"]
    new, told = imported(tmp_path, files)
    assert "translation_of: about.md" in (new / "content/fr/qui.md").read_text()
    assert "![S](/about/s.svg)" in (new / "content/fr/qui.md").read_text()
    assert "translationkey" not in told


@pytest.mark.parametrize(
    ("key", "line", "tag"),
    [
        ("zh_cn", "", "zh-CN"),
        ("zh-hans", "", "zh-Hans"),
        ("english-uk", 'languageCode = "en-gb"\n', "en-GB"),
        ("fil", "", "fil"),
    ],
)
def test_a_language_gets_the_tag_that_browsers_know(tmp_path, key, line, tag):
    files = {
        "hugo.toml": f'baseURL = "https://old.example/"\n[languages.en]\n[languages."{key}"]\n{line}',
        "content/a.md": PAGE.format("A"),
        f"content/a.{key}.md": PAGE.format("B"),
    }
    new, _ = imported(tmp_path, files)
    run("--root", new)
    assert [*tomllib.loads((new / "site/settings.toml").read_text())["languages"]] == [tag]
    assert (new / f"content/{tag.lower()}/a.md").is_file()
    if key != tag.lower():
        assert read_build(new / "public").redirects[f"/{key}/a/"] == f"/{tag.lower()}/a/"


def test_what_of_a_language_cannot_come_over_is_told(tmp_path):
    files = {
        "hugo.toml": 'baseURL = "https://old.example/"\n[languages.en]\n[languages.klingonish]\n'
        '[languages.own]\n[languages.fr]\nbaseURL = "https://vieux.example/"\n',
        "content/a.md": PAGE.format("A"),
        "content/a.fr.md": PAGE.format("B"),
        "content/a.klingonish.md": PAGE.format("C"),
        "content/a.own.md": PAGE.format("D"),
        "i18n/fr.toml": '[more]\nother = "Plus"\n',
    }
    _, told = imported(tmp_path, files)
    assert "a language has no tag that a browser knows: its pages did not come over (1)" in told
    assert "`the configuration` https://vieux.example/ -> /fr/" in told
    assert "a language has the address of the service: its pages did not come over (1)" in told
    assert "- `i18n/fr.toml`" in told


def test_a_page_of_the_default_language_is_not_taken_for_one_of_another(tmp_path):
    files = {
        "hugo.toml": 'baseURL = "https://old.example/"\n[languages.en]\n[languages.fr]\n',
        "content/fr/a.md": PAGE.format("A"),
        "content/b.md": "---\ntitle: B\nslug: release.fr\n---\n[a](/fr/a/)\n",
        "content/c.fr.md": PAGE.format("C"),
    }
    new, _ = imported(tmp_path, files)
    run("--root", new)
    build = read_build(new / "public")
    assert build.redirects["/fr/a/"] == "/pages/fr/a/"
    assert "/release-fr/" in build.pages
    assert "/fr/c/" in build.pages


JEKYLL = {
    "_config.yml": "url: https://old.example\ntitle: Old\nlang: en\n",
    "index.md": PAGE.format("Home"),
    "about.md": "---\ntitle: About\npermalink: /about/\nref: about\n---\n[guide](/guide/)\n",
    "guide.md": "---\ntitle: Guide\npermalink: /guide/\n---\nWords.\n",
}


def test_pages_of_jekyll_in_the_folder_of_their_language_are_in_it(tmp_path):
    files = JEKYLL | {
        "fr/qui.md": "---\ntitle: Qui\nlang: fr\nref: about\npermalink: /fr/qui/\n---\n"
        "[guide](/fr/guide/)\n",
        "fr/guide.md": "---\ntitle: Le guide\nlang: fr\npermalink: /fr/guide/\n---\nMots.\n",
        "pt_BR/guide.md": "---\ntitle: O guia\nlang: pt_BR\npermalink: /pt_BR/guide/\n---\nP.\n",
        "note.md": "---\ntitle: Une note\nlang: fr\npermalink: /note/\n---\nMots.\n",
    }
    new, told = imported(tmp_path, files, "jekyll")
    run("--root", new)
    build = read_build(new / "public")
    for address in ("/fr/", "/fr/qui/", "/fr/guide/", "/pt-br/guide/", "/note/", "/guide/"):
        assert address in build.pages, address
    assert build.redirects["/pt_BR/guide/"] == "/pt-br/guide/"
    assert "translation_of: about.md" in (new / "content/fr/qui.md").read_text()
    html = (new / "public/guide/index.html").read_text()
    assert 'hreflang="pt-BR" href="https://old.example/pt-br/guide/"' in html
    assert 'href="/fr/guide/"' in (new / "public/fr/index.html").read_text()
    assert "nothing leads to a page" not in told.replace("`note.md`", "") or "note.md" in told


def test_pages_of_polyglot_are_in_their_language(tmp_path):
    files = JEKYLL | {
        "_config.yml": "url: https://old.example\ntitle: Old\nlanguages: [en, fr]\n"
        "default_lang: en\nplugins: [jekyll-polyglot]\n",
        "about.fr.md": "---\ntitle: Qui\nlang: fr\npermalink: /about/\n---\nMots.\n",
        "_posts/2024-05-01-one.md": PAGE.format("One"),
        "_posts/fr/2024-05-01-one.md": "---\ntitle: Un\nlang: fr\n---\nMots.\n",
        "blog.html": "---\ntitle: Blog\npermalink: /blog/\n---\n"
        "{% for post in site.posts %}{{ post.title }}{% endfor %}\n",
    }
    new, _ = imported(tmp_path, files, "jekyll")
    run("--root", new)
    build = read_build(new / "public")
    assert {"/about/", "/fr/about/", "/fr/", "/blog/", "/fr/blog/"} <= set(build.pages)
    text = next(new.glob("content/fr/**/one.md")).read_text()
    assert "section: /blog/" in text or 'section: "/blog/"' in text
    assert "layout: article" in text
    assert (new / "public/fr/blog/feed.xml").is_file()


def test_a_language_that_had_an_origin_of_its_own_keeps_its_links(tmp_path):
    """Also where the default language has its origin there alone; links from one to another lead
    to where these pages are now."""
    config = (
        '[languages.en]\nbaseURL = "https://old.example/"\n'
        '[languages.fr]\nbaseURL = "https://vieux.example/"\n'
    )
    files = {
        "hugo.toml": config,
        "content/a.md": "---\ntitle: A\n---\n[fr](https://vieux.example/a/) [b](/b/)\n",
        "content/b.md": PAGE.format("B"),
        "content/c.md": PAGE.format("C"),
        "content/a.fr.md": "---\ntitle: Un\n---\n"
        "[en](https://old.example/a/) [b](/b/) [b](https://vieux.example/b/) [c](/c/)\n",
        "content/b.fr.md": PAGE.format("Deux"),
    }
    new, told = imported(tmp_path, files)
    run("--root", new)
    assert 'url = "https://old.example"' in (new / "site/settings.toml").read_text()
    assert "[fr](/fr/a/) [b](/b/)" in (new / "content/a.md").read_text()
    text = (new / "content/fr/a.md").read_text()
    assert "[en](/a/) [b](/fr/b/) [b](/fr/b/)" in text
    assert "`the configuration` https://vieux.example/ -> /fr/" in told
