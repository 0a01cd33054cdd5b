"""A link to one page that is not public: it shows that page and nothing else, for its time, to who
has it; it is signed, can be revoked, and no search engine, counter or list hears of it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

import build
import generator
from analytics.app import create_app
from policy import Faults, read_site
from policy.draft_links import ADDRESS, DraftLinks

PAGE = (
    "---\ntitle: Offer\n"
    "description: A description of a length that nobody minds, in one sentence.\n"
    "{}---\nSecret words.\n\n![A gate](only.svg)\n\n[About](../about.md) [Next](next.md)\n"
)


@dataclass
class Time:
    now: float

    def __call__(self) -> float:
        return self.now


@dataclass
class Served:
    root: Path
    client: FlaskClient
    clock: Time

    def status(self, address: str) -> int:
        with self.client.get(address, base_url="https://small.example") as answer:
            return answer.status_code


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(build.main, ["--root", str(root), *words])


@pytest.fixture
def root(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    policy = root / "site/policy.toml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(re.sub(r"^(features = \[.*)\]", r'\1, "drafts"]', text, flags=re.MULTILINE))
    (root / "content/news/offer.md").write_text(PAGE.format("date: 2026-03-01\ndraft: true\n"))
    (root / "content/news/next.md").write_text(PAGE.format("date: 2099-03-01\n"))
    (root / "content/news/only.svg").write_bytes((root / "content/gate.svg").read_bytes())
    monkeypatch.setenv("PLAINSITE_VAR", str(root / "var"))
    generator.build(root, root / "public")
    return root


@pytest.fixture
def site(root: Path) -> Iterator[Served]:
    clock = Time(time.time())
    app = create_app(root, root / "public", root / "var", clock=clock)
    yield Served(root, app.test_client(), clock)
    app.extensions["plainsite"].close()


def link(root: Path, page: str = "/news/offer/", *words: str) -> str:
    made = run(root, "draft-link", page, *words)
    assert made.exit_code == 0, made.stderr
    address = made.stdout.strip()
    assert address.startswith(f"https://small.example{ADDRESS}")
    return address.removeprefix("https://small.example")


def test_it_shows_the_page_and_what_it_loads(site: Served) -> None:
    address = link(site.root)
    with site.client.get(address, base_url="https://small.example") as answer:
        html = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert answer.content_type == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
    assert "Secret words." in html
    assert '<meta name="robots" content="noindex, nofollow">' in html
    assert "<script" not in html
    assert "canonical" not in html
    loads = re.findall(r'(?:src|href)="(/unpublished/[^"]+)"', html)
    assert any(each.endswith("/news/only.svg") for each in loads)
    assert any(".css" in each for each in loads)
    assert [site.status(each) for each in loads] == [200] * len(loads)
    assert 'href="/about/"' in html


def test_nothing_of_it_is_public(site: Served) -> None:
    address = link(site.root)
    assert site.status("/news/offer/") == 404
    assert site.status("/news/only.svg") == 404
    said = b"".join(path.read_bytes() for path in (site.root / "public").rglob("*.*ml"))
    assert b"Secret" not in said
    assert b"unpublished" not in said
    for other in ("next/", "news/next/", "_build.json", "../key", "%2e%2e/key", "news/offer/"):
        assert site.status(address + other) == 404, other


def test_it_ends(site: Served) -> None:
    address = link(site.root, "content/news/next.md", "--days", "3")
    site.clock.now += 3 * 86_400 - 60
    assert site.status(address) == 200
    site.clock.now += 120
    assert site.status(address) == 404


def test_nobody_makes_one_or_makes_one_last_longer(site: Served) -> None:
    address = link(site.root)
    name, ends, signature = address.removeprefix(ADDRESS).strip("/").split("-", 2)
    later = f"{int(ends, 16) + 1:x}"
    for other in (
        f"{name}-{later}-{signature}",
        f"{name}-{ends}-{signature[:-1]}",
        f"{name}-{ends}-{'A' * 32}",
        f"{name}-{ends}-{signature}é",
        f"{'a' * 16}-{ends}-{signature}",
        f"{name}-{ends}-",
        name,
        "",
    ):
        assert site.status(f"{ADDRESS}{other}/") == 404, other
    assert site.status(address.rstrip("/")) in (308, 404)


def test_it_can_be_revoked(site: Served) -> None:
    kept, ended = link(site.root), link(site.root)
    name = ended.removeprefix(ADDRESS).partition("-")[0]
    listed = run(site.root, "draft-link", "--list").stdout
    assert listed.count("/news/offer/") == 2
    assert run(site.root, "draft-link", "--revoke", name).exit_code == 0
    assert (site.status(kept), site.status(ended)) == (200, 404)
    assert run(site.root, "draft-link", "--list").stdout.count("/news/offer/") == 1
    assert run(site.root, "draft-link", "--revoke", name).exit_code == 1
    assert run(site.root, "draft-link", "--revoke", "../../content").exit_code == 1
    assert (site.root / "content").is_dir()


def test_what_has_ended_is_removed_by_the_next(site: Served, monkeypatch) -> None:
    link(site.root)
    monkeypatch.setattr("generator.draft_links.time.time", lambda: site.clock.now + 8 * 86_400)
    assert run(site.root, "draft-link", "--list").stdout == "No link holds.\n"
    assert [each.name for each in (site.root / "var/drafts").iterdir()] == ["key"]


def test_the_folder_is_its_owners_alone(site: Served) -> None:
    link(site.root)
    folder = site.root / "var/drafts"
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("/news/",), "/news/ is public"),
        (("/news/ofer/",), 'did you mean "/news/offer/"?'),
        (("content/nothing.md",), "there is no page content/nothing.md"),
        (("/news/offer/", "--days", "0"), "--days"),
        ((), "Name a page"),
    ],
)
def test_what_cannot_be_is_said(root: Path, words: tuple[str, ...], said: str) -> None:
    told = run(root, "draft-link", *words)
    assert told.exit_code != 0
    assert said in told.stderr
    assert not list(DraftLinks(root / "var").all())


def test_a_draft_with_a_fault_makes_no_link(root: Path) -> None:
    page = root / "content/news/offer.md"
    page.write_text(page.read_text().replace("next.md", "nowhere.md"))
    assert run(root, "draft-link", "/news/offer/").exit_code == 1
    assert not list(DraftLinks(root / "var").all())


def test_without_the_feature_there_is_none(root: Path) -> None:
    policy = root / "site/policy.toml"
    policy.write_text(policy.read_text().replace(', "drafts"', ""))
    assert '"drafts" is off' in run(root, "draft-link", "/news/offer/").stderr


def test_the_register_says_its_address(root: Path) -> None:
    try:
        register = read_site(root).register
    except Faults as faults:
        pytest.fail(str(faults))
    assert [each.path for each in register.endpoints if each.path == ADDRESS] == [ADDRESS]
