"""Versions of the register: what is a material change, what it says, and what it asks for."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

import build
import generator
from policy import Faults, read_site
from policy.differences import differences
from policy.durations import Duration, parse
from policy.material_terms import digest
from tests.fixtures.features import copy_features
from tests.fixtures.small_site import ROOT

BASE = Path(__file__).parents[1] / "sites" / "base"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small site of which nothing was released, with features of its own to change."""
    shutil.copytree(BASE, tmp_path / "site")
    copy_features(tmp_path / "site", monkeypatch)
    return tmp_path / "site"


@pytest.fixture
def released(root: Path) -> Path:
    """A small site whose first version was released."""
    assert command(root, "release") == "Released version 1: site/policy-versions/1.toml\n"
    return root


def command(root: Path, *words: str, status: int = 0) -> str:
    result = CliRunner().invoke(build.main, ["--root", str(root), "policy", *words])
    assert result.exit_code == status, result.output
    return result.output


def add(root: Path, text: str) -> None:
    with (root / "site" / "policy.toml").open("a", encoding="utf-8") as file:
        file.write(text)


def edit(root: Path, old: str, new: str, name: str = "site/policy.toml") -> None:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


RECIPIENT = """
[recipients."A relay"]
origin = "https://relay.example"
purpose = "answer"
receives = "Mail"
"""
FIELDS = "[fields]\n"
FAX = FIELDS + 'fax = { category = "contact details", label = "Fax", holds = "A number" }\n'
COOKIE = """
[[cookie]]
name = "other"
cookie = "__Host-other"
purpose = "audience"
holds = "A letter."
set_when = "Never"
set_by = ["/form/"]
lifetime = "1 days"
path = "/"
same_site = "Lax"
signed = true
most_bits = 1
parts = [
  { name = "version", kind = "version", holds = "The version" },
]

[[cookie]]
"""
OWN = "site/policy.toml"
VISITS, FORMS, AUDIENCES = (
    f"policy/features/{name}.toml" for name in ("visits", "forms", "audiences")
)

CHANGES = [
    (OWN, 'lifetime = "30 days"', 'lifetime = "31 days"',
     "The cookie __Host-audience: lifetime changed from “30 days, not extended by visits” "
     "to “31 days, not extended by visits”."),
    (OWN, 'keep = "12 months"', 'keep = "13 months"',
     "The table contacts: time kept changed from “12 months” to “13 months”."),
    (OWN, "", RECIPIENT, "New recipient: A relay. To answer the request that you sent us."),
    (OWN, FIELDS, FAX, "New field: Fax of submissions."),
    (VISITS, 'basis = "consent"', 'basis = "legitimate interest"',
     "The purpose usage: legal basis changed from “consent” to “legitimate interest”."),
    (VISITS, "least = 0, most = 24,", "least = 0, most = 25,",
     "The cookie __Secure-visit: part “began” changed from “A whole number from 0 to 24” "
     "to “A whole number from 0 to 25”."),
    (VISITS, 'same_site = "Strict"', 'same_site = "Lax"',
     "The cookie __Secure-visit: reach changed from “SameSite=Strict” to “SameSite=Lax”."),
    (AUDIENCES, "\n[[cookie]]\n", COOKIE,
     "New cookie: __Host-other. To show pages written for your role when you come back."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "words"), CHANGES, ids=[each[3][:30] for each in CHANGES]
)
def test_a_material_change_needs_a_new_version(released, name, old, new, words):
    """The build says what changed and which command asks visitors again; that mends it. It is the
    same whether the site changed, or the engine under it."""
    if old:
        edit(released, old, new, name)
    else:
        add(released, new)
    with pytest.raises(Faults) as raised:
        read_site(released)
    (fault,) = raised.value.faults
    assert (fault.path, fault.line) == ("site/policy.toml", 1)
    assert words in fault.message
    assert "python build.py policy release" in fault.hint
    assert words in command(released, "diff", "1")
    assert command(released, "release").splitlines()[0] == (
        "Released version 2: site/policy-versions/2.toml"
    )
    site = read_site(released)
    assert site.register.version == 2
    assert [version.changes for version in site.versions] == [(), (words,)]


@pytest.mark.parametrize(
    "text",
    [
        '\n[words]\npurpose.usage.text = "To see what pages are used"\n',
        '\n[words.cookie.audience]\nholds = "One."\nset_when = "When asked"\n',
        '\n[words.table.submissions.form]\nholds = "Of which form"\n',
        "\n# A remark.\n",
    ],
)
def test_a_better_sentence_needs_none(released, text):
    add(released, text)
    before = read_site(released)
    assert before.register.version == 1
    assert digest(before.register) == digest(before.versions[0].register)
    assert (
        command(released, "diff", "1") == "They allow the same. Only words differ, if anything.\n"
    )
    said = "Nothing to release: the terms are those of version 1.\n"
    assert command(released, "release") == said
    assert not (released / "site/policy-versions/2.toml").exists()


def test_what_was_added_can_be_taken_away_again(released):
    """Old and new change places, and so do the words."""
    old = read_site(released).register
    edit(released, FIELDS, FAX)
    command(released, "release")
    new = read_site(released).register
    assert differences(new, old) == ("No longer a field: Fax of submissions.",)


def test_before_a_release_a_site_may_change_as_it_likes(root):
    edit(root, 'lifetime = "30 days"', 'lifetime = "60 days"')
    assert read_site(root).versions == ()


def test_a_version_that_nobody_saw_is_replaced(released):
    edit(released, 'lifetime = "30 days"', 'lifetime = "60 days"')
    said = command(released, "release", "--again").splitlines()
    assert said[0] == "Released version 1: site/policy-versions/1.toml"
    site = read_site(released)
    assert [version.number for version in site.versions] == [1]


def test_a_version_that_there_is_not_is_told(released):
    assert command(released, "diff", "7", status=1) == (
        "error: site/policy-versions/7.toml: no version 7 was released\n"
        "hint: released: 1\n\n1 error\n"
    )


def test_two_files_can_be_compared(released, tmp_path):
    other = tmp_path / "other.toml"
    shutil.copy(released / "site" / "policy.toml", other)
    edit(released, 'lifetime = "30 days"', 'lifetime = "60 days"')
    assert "lifetime changed from “30 days, not extended by visits” to “60 days" in command(
        released, "diff", str(other)
    )


@pytest.fixture(scope="module")
def twice(tmp_path_factory) -> Path:
    """The first site with a second version of its register, built."""
    root = tmp_path_factory.mktemp("twice")
    for name in ("content", "templates", "site"):
        shutil.copytree(ROOT / name, root / name)
    add(root, '\n[limits]\ncookie.audience.lifetime = "90 days"\n')
    command(root, "release")
    generator.build(root, root / "public")
    return root / "public"


@pytest.mark.promise("P4")
def test_old_versions_stay_published_and_changes_are_generated(twice):
    old = (twice / "privacy/versions/1/index.html").read_text(encoding="utf-8")
    assert "180 days" in old
    assert "no longer in use" in old
    new = (twice / "privacy/versions/2/index.html").read_text(encoding="utf-8")
    assert "90 days" in new
    assert "in use since" in new
    page = (twice / "privacy/versions/index.html").read_text(encoding="utf-8")
    first_layer = (twice / "privacy/index.html").read_text(encoding="utf-8")
    assert 'href="/privacy/versions/"' in first_layer
    assert "Version 2, of" in first_layer
    change = "The cookie __Host-audience: lifetime changed from “180 days"
    assert change in page
    assert change in new
    assert 'href="/privacy/versions/1/"' in page
    assert 'href="/privacy/versions/2/"' in page
    assert json.loads((twice / "_build.json").read_text())["register"] == 2


def test_the_machine_readable_policy_follows_its_schema(twice):
    """JSON Schema 2020-12; and it is the register's own lists, whole."""
    policy = json.loads((twice / ".well-known/privacy.json").read_text(encoding="utf-8"))
    schema = json.loads((twice / ".well-known/privacy-schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(policy)
    register = read_site(twice.parent).register
    names = [*(each.cookie for each in register.cookies), *(each.key for each in register.storages)]
    assert [kept["name"] for kept in policy["kept"]] == names
    assert [stored["name"] for stored in policy["stored"]] == [t.name for t in register.tables]
    assert policy["dpv:hasRecipient"] == []
    assert policy["substance"] == digest(register) == policy["versions"][-1]["substance"]
    assert [version["number"] for version in policy["versions"]] == [1, 2]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({**policy, "visitors": 3})


@pytest.mark.promise("P4")
def test_the_policy_prints_how_much_each_cookie_can_tell(twice):
    """Under the declared budget, and far under what would tell people apart."""
    page = (twice / "privacy/cookies/index.html").read_text(encoding="utf-8")
    policy = json.loads((twice / ".well-known/privacy.json").read_text(encoding="utf-8"))
    bits = {kept["name"]: kept["bits"] for kept in policy["kept"]}
    assert 0 < bits["__Host-audience"] <= 5
    cookies = {cookie.cookie: cookie for cookie in read_site(twice.parent).register.cookies}
    assert cookies["__Secure-visit"].most_bits == 40  # docs/decisions/bits-of-a-visit.md
    assert 0 < bits["__Secure-visit"] <= 40
    assert "At most 40 bits" not in page, "what this site's cookie can tell, not the bound"
    for name in ("__Host-audience", "__Secure-visit", "choice"):
        assert f"At most {bits[name]:g} bits." in page


def test_the_terms_of_the_first_site_are_those_of_its_newest_version():
    site = read_site(ROOT)
    assert digest(site.versions[-1].register) == digest(site.register)


@pytest.mark.parametrize(
    ("text", "moment", "before"),
    [
        ("24 months", "2026-11-24T10:00:00", "2024-11-24T10:00:00"),
        ("1 months", "2026-03-31T00:00:00", "2026-02-28T00:00:00"),
        ("1 months", "2026-01-15T00:00:00", "2025-12-15T00:00:00"),
        ("12 months", "2024-02-29T00:00:00", "2023-02-28T00:00:00"),
        ("1 months", "2026-12-31T00:00:00", "2026-11-30T00:00:00"),
        ("12 hours", "2026-01-01T06:00:00", "2025-12-31T18:00:00"),
        ("180 days", "2026-06-30T00:00:00", "2026-01-01T00:00:00"),
    ],
)
def test_a_duration_before_a_moment(text, moment, before):
    assert parse(text).before(datetime.datetime.fromisoformat(moment)).isoformat() == before


@pytest.mark.parametrize(
    ("duration", "iso", "words"),
    [
        (Duration(180, "days"), "P180D", "180 days"),
        (Duration(1, "months"), "P1M", "1 month"),
        (Duration(12, "hours"), "PT12H", "12 hours"),
        (Duration(15, "minutes"), "PT15M", "15 minutes"),
    ],
)
def test_a_duration_is_written_for_people_and_for_programs(duration, iso, words):
    """ISO 8601 for programs."""
    assert (duration.iso, str(duration)) == (iso, words)
