"""`build.py import`: the later pages of lists, and what templates were told, come over."""

from __future__ import annotations

import json
import tomllib

import pytest

from policy.manifest import read_build
from tests.generator.test_moving import run
from tests.generator.test_moving_hugo import PAGE, PLAIN, imported

POSTS = {
    f"content/posts/p{number}.md": f"---\ntitle: P {number}\ndate: 2024-05-{number:02}\n"
    "tags: [snow]\n---\nWords.\n"
    for number in range(1, 8)
}


@pytest.mark.parametrize(
    "said",
    [
        "paginate = 3\n",
        "[pagination]\npagerSize = 3\n",
        "[pagination]\npagersize = '3'\n",
    ],
)
def test_later_pages_of_a_list_of_hugo_keep_their_addresses(tmp_path, said):
    new, _ = imported(tmp_path, {"hugo.toml": PLAIN + said, **POSTS})
    run("--root", new)
    build = read_build(new / "public")
    assert {"/posts/page/2/", "/posts/page/3/", "/tags/snow/page/3/"} <= set(build.pages)
    assert build.redirects["/page/1/"] == "/"
    assert build.redirects["/posts/page/1/"] == "/posts/"
    assert build.redirects["/page/3/"] == "/posts/page/3/"
    assert "/page/4/" not in build.redirects


def test_pages_of_lists_may_have_been_called_otherwise(tmp_path):
    """Where the templates alone say that lists go over several pages, they have ten."""
    more = {
        f"content/posts/q{number}.md": f"---\ntitle: Q\ndate: 2024-06-{number:02}\n---\nQ.\n"
        for number in range(1, 8)
    }
    files = {
        "hugo.toml": PLAIN + 'paginatePath = "seite"\n',
        "layouts/_default/list.html": "{{ range (.Paginate .Pages).Pages }}{{ end }}",
        "content/guides/_index.md": PAGE.format("Guides"),
        **{f"content/guides/g{number}.md": PAGE.format(f"G {number}") for number in range(12)},
        **POSTS,
        **more,
    }
    new, _ = imported(tmp_path, files)
    run("--root", new)
    build = read_build(new / "public")
    assert build.redirects["/posts/seite/2/"] == "/posts/page/2/"
    assert build.redirects["/seite/2/"] == "/posts/page/2/"
    # What stands in an order that somebody gave it stays on one page.
    assert build.redirects["/guides/seite/2/"] == "/guides/"


@pytest.mark.parametrize("said", ["", "paginate = 100000\n", "paginate = 0\n"])
def test_lists_that_were_whole_stay_whole(tmp_path, said):
    new, _ = imported(tmp_path, {"hugo.toml": PLAIN + said, **POSTS})
    run("--root", new)
    assert not any("/page/" in each for each in read_build(new / "public").pages)


def test_lists_in_every_language_have_several_pages(tmp_path):
    files = {name.replace(".md", ".fr.md"): text for name, text in POSTS.items()}
    config = 'baseURL = "https://old.example/"\npaginate = 3\n[languages.en]\n[languages.fr]\n'
    new, _ = imported(tmp_path, {"hugo.toml": config, **POSTS, **files})
    run("--root", new)
    build = read_build(new / "public")
    assert "/fr/posts/page/3/" in build.pages
    assert "/fr/tags/snow/page/2/" in build.pages
    assert build.redirects["/fr/page/2/"] == "/fr/posts/page/2/"


@pytest.mark.parametrize(
    ("said", "home", "old", "first"),
    [
        ("paginate: 3\n", "index.html", "/page{}", "/"),
        ("paginate: 3\npaginate_path: /blog/p:num/\n", "blog/index.html", "/blog/p{}/", "/blog/"),
        (
            "pagination: {enabled: true, per_page: 3, permalink: /seite/:num/}\n",
            "index.html",
            "/seite/{}/",
            "/",
        ),
    ],
)
def test_later_pages_of_a_list_of_jekyll_lead_on(tmp_path, said, home, old, first):
    files = {
        "_config.yml": f"url: https://old.example\n{said}",
        home: "---\ntitle: Home\npagination: {enabled: true}\n---\n"
        "{% for post in paginator.posts %}{{ post.title }}{% endfor %}\n",
        "about.md": PAGE.format("About"),
        **{
            f"_posts/2024-05-{number:02}-p.md": PAGE.format(f"P {number}") for number in range(1, 8)
        },
    }
    new, _ = imported(tmp_path, files, "jekyll")
    run("--root", new)
    build = read_build(new / "public")
    found = build.redirects[f"{old.format(3).rstrip('/')}/"]
    assert found.endswith("/page/3/")
    assert found in build.pages
    assert first in build.pages


HUGO = {
    "hugo.toml": PLAIN
    + '[params]\ngithub = "us"\nsince = 2001-02-03\n[params.Social]\nx = [1, 2]\n',
    "content/a.md": PAGE.format("A"),
    "data/team.yaml": "- {name: Ada, born: 1815-12-10}\n- {name: Bob, left: null}\n",
    "data/Deep-er/Rooms.toml": "[north]\nseats = 3\n",
    "data/prices.csv": "What,Price\nTea,2\n",
    "data/broken.json": "{",
    "data/notes.xml": "<a/>",
}
JEKYLL = {
    "_config.yml": "url: https://old.example\ngithub: us\nsince: 2001-02-03\n"
    "Social: {x: [1, 2]}\nplugins: [jekyll-feed]\n",
    "a.md": PAGE.format("A"),
    **{f"_{name}": text for name, text in HUGO.items() if name.startswith("data/")},
}


@pytest.mark.parametrize("kind", ["hugo", "jekyll"])
def test_what_templates_read_is_data(tmp_path, kind):
    new, told = imported(tmp_path, HUGO if kind == "hugo" else JEKYLL, kind)
    run("--root", new)
    data = {path.name: path.read_text() for path in (new / "site/data").iterdir()}
    params = json.loads(data["params.json"])
    assert params == {"github": "us", "since": "2001-02-03", "Social": {"x": [1, 2]}}
    assert json.loads(data["team.json"])[0] == {"name": "Ada", "born": "1815-12-10"}
    assert json.loads(data["deep_er_rooms.json"]) == {"north": {"seats": 3}}
    assert data["prices.csv"] == "What,Price\nTea,2\n"
    assert len(data) == 4
    for name in ("broken.json", "notes.xml"):
        assert f"- `{'_' if kind == 'jekyll' else ''}data/{name}`" in told


def test_what_a_language_says_to_templates_is_data_of_its_own(tmp_path):
    config = '[languages.en]\n[languages.pt-br.params]\ncolon = " : "\n'
    files = {
        "hugo.toml": PLAIN + config,
        "content/a.md": PAGE.format("A"),
        "content/a.pt-br.md": PAGE.format("A"),
    }
    new, _ = imported(tmp_path, files)
    assert json.loads((new / "site/data/params_pt_br.json").read_text()) == {"colon": " : "}
    assert tomllib.loads((new / "site/settings.toml").read_text())["languages"] == {"pt-BR": {}}
