"""Campaigns: which declared one an address names, and what is said of a wrong declaration."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy import Faults, read_site
from policy.campaigns import ANOTHER_CAMPAIGN, NO_CAMPAIGN, Campaigns
from tests.fixtures.small_site import SmallSite
from tests.fixtures.whole_site import whole_site

DECLARED = Campaigns.model_validate({
    "campaign": [
        {"name": "Spring", "campaign": "spring"},
        {"name": "Spring by mail", "campaign": "Spring", "medium": "email"},
        {"name": "Letters", "source": "letter"},
    ]
})  # fmt: skip


@pytest.mark.parametrize(
    ("utm", "name"),
    [
        ({}, NO_CAMPAIGN),
        ({"campaign": "", "source": "  "}, NO_CAMPAIGN),
        ({"campaign": "spring"}, "Spring"),
        ({"campaign": " SPRING ", "content": "foot"}, "Spring"),
        ({"campaign": "spring", "medium": "Email"}, "Spring by mail"),
        ({"source": "letter", "campaign": "spring"}, "Spring"),
        ({"source": "letter"}, "Letters"),
        ({"campaign": "springtime"}, ANOTHER_CAMPAIGN),
        ({"medium": "email"}, ANOTHER_CAMPAIGN),
        ({"campaign": "'; DROP TABLE counters;--"}, ANOTHER_CAMPAIGN),
        ({"term": "\x00\u202e" * 50}, ANOTHER_CAMPAIGN),
    ],
)
def test_an_address_names_a_declared_campaign_or_another(utm: dict[str, str], name: str) -> None:
    assert DECLARED.of(utm) == name  # type: ignore[arg-type]  # what a link says
    assert name in DECLARED.names


def test_a_visit_keeps_the_campaign_that_it_began_with(site: SmallSite) -> None:
    """In every total, and in the cookie, by its declared name; what the link said is nowhere."""
    visitor = site.visitor()
    visitor.view("/", "mail.google.com", utm={"source": "newsletter", "medium": "email"})
    assert visitor.cookie is not None
    assert "&campaign=Newsletter&" in visitor.cookie
    visitor.view("/about/", "/", utm={"campaign": "something-else"})
    whole = {"visits": 1, "views": 2, "continued": 1}
    assert site.total("campaign") == {"Newsletter": whole}
    assert site.total("channel") == {"campaign": whole}
    assert site.total("source") == {"Gmail": whole}


def test_another_campaign_is_counted_without_its_name(site: SmallSite) -> None:
    site.visitor().view("/", utm={"campaign": "secret-marker-1"})
    assert site.total("campaign") == {ANOTHER_CAMPAIGN: {"visits": 1, "views": 1}}
    site.service.close()
    for file in site.var.iterdir():
        assert b"secret-marker" not in file.read_bytes()


@pytest.mark.parametrize(
    "utm",
    [{"campaign": "a" * 101}, {"id": "4711"}, {"campaign": 5}, {"campaign": None}, [], "spring"],
)
def test_what_no_page_of_ours_sends_is_refused(utm: object, site: SmallSite) -> None:
    body = {"page": "/", "from": "", "utm": utm, "version": 1, "given": False}
    answer = site.visitor().post("/visit/view", body)
    assert answer.headers["Plainsite-Refused"] == "not-understood"
    assert site.total("all") == {}


NAMED = '[[campaign]]\nname = "Spring"\n'
FAULTS = {
    "no keys": (NAMED, 1, "fits every link", "say what its links carry"),
    "the same links": (
        f'{NAMED}source = "a"\n[[campaign]]\nname = "Other"\nsource = "A"\n',
        4,
        'has the links of "Spring"',
        "leave one of the two",
    ),
    "the same name": (f'{NAMED}source = "a"\n{NAMED}source = "b"\n', 5, "there already", "name it"),
    "a name of ours": (
        '[[campaign]]\nname = "None"\nsource = "a"\n',
        2,
        "there already",
        "name it",
    ),
    "another key": (f'{NAMED}sauce = "a"\n', 3, "sauce", "source"),
    "too many": (
        "".join(f'[[campaign]]\nname = "{n}"\nsource = "{n}"\n' for n in range(15)),
        1,
        "campaign",
        "14",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_wrong_declaration_is_told_with_its_line(case: str, tmp_path: Path) -> None:
    text, line, message, hint = FAULTS[case]
    root = tmp_path / "site"
    whole_site(root)
    (root / "site" / "campaigns.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Faults) as faults:
        read_site(root)
    (fault,) = faults.value.faults
    assert (fault.path, fault.line) == ("site/campaigns.toml", line)
    assert message in fault.message
    assert hint in fault.hint
