"""A form's declaration must hold together, and agree with the register."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policy import Faults, read_site, read_toml
from policy.forms import Form, form_faults, missing_pages, undeclared_fields, visitor_columns
from policy.sum import read_sum
from tests.fixtures.small_site import ROOT

SITE = read_site(ROOT)
SOURCE = (ROOT / "site/forms/newsletter.toml").read_text()
Change = Callable[[dict[str, Any]], Any]


def faults(change: Change) -> list[tuple[str, str, str]]:
    """What is wrong with the newsletter's form after a change."""
    declared = tomllib.loads(SOURCE)
    change(declared)
    return form_faults(Form.model_validate(declared), SITE.register)


def extra(**keys: Any) -> dict[str, Any]:
    return {"name": "name", "label": "Name", "kind": "text", "most_characters": 9} | keys


def test_the_forms_of_this_site_are_sound() -> None:
    """Each is named by its file, and nothing is wrong with it."""
    for name, form in SITE.forms.items():
        assert form.name == name
        assert form_faults(form, SITE.register) == []


@pytest.mark.promise("P1")
def test_a_field_that_no_table_could_hold_is_a_fault() -> None:
    """The register decides what may be asked; the hint names the nearest field that may be."""
    (fault,) = faults(lambda form: form["field"].append(extra(name="phones")))
    assert fault[:2] == ("phones", 'the register declares no field "phones"')
    assert fault[2].startswith('did you mean "phone"? Allowed: about, email, ')
    assert faults(lambda form: form["field"].append(extra(name="phone"))) == []


@pytest.mark.parametrize("label", ["Phones", 'The "second" \\ phone'])
def test_the_hint_for_a_new_field_says_how_to_declare_it(tmp_path: Path, label: str) -> None:
    """Pasted where it says, the line makes the form sound."""
    (fault,) = faults(lambda form: form["field"].append(extra(name="phones", label=label)))
    said, line = fault[2].split("\n")
    assert "[fields] in site/policy.toml" in said
    register = (ROOT / "site/policy.toml").read_text()
    (tmp_path / "site").mkdir()
    pasted = register.replace("[fields]\n", f"[fields]\n{line}\n")
    (tmp_path / "site/policy.toml").write_text(pasted)
    assert "phones" in visitor_columns(read_sum(tmp_path).register)


@pytest.mark.promise("P1")
@pytest.mark.parametrize(
    "name", ["id", "day", "suspected_spam", "contact", "withdrawn_on", "password_hash"]
)
def test_a_form_cannot_fill_what_is_not_the_visitors(name: str) -> None:
    """Columns of the service, of staff and of permissions are no fields."""
    form = Form.model_validate(tomllib.loads(SOURCE) | {"field": [extra(name=name)]})
    (fault,) = undeclared_fields(form, SITE.register)
    assert fault[0] == name
    if name in ("id", "day", "contact"):  # Columns of the tables that forms fill.
        assert "declare it" not in fault[2]
    assert name not in visitor_columns(SITE.register)


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        (
            lambda form: form["field"].append(form["field"][0]),
            "email",
            'the field "email" stands twice',
        ),
        (
            lambda form: form["field"].append(extra(kind="radio")),
            "name",
            'the field "name" has nothing to choose',
        ),
        (
            lambda form: form["field"].append(extra(options=[{"value": "a", "label": "A"}])),
            "name",
            'the field "name" cannot have options',
        ),
        (
            lambda form: form["field"].append(extra(most_characters=None)),
            "name",
            'the field "name" has no limit',
        ),
        (
            lambda form: form["field"][0].update(required=False),
            "field",
            "the form does not ask for an address to answer to",
        ),
        (lambda form: form.update(purpose="mail"), "purpose", 'unknown purpose "mail"'),
        (
            lambda form: form["permission"].update(purpose="answer"),
            "permission",
            'no purpose "answer" rests on consent',
        ),
        (
            lambda form: form["recognize"].update(purpose="audiences"),
            "recognize",
            'no purpose "audiences" rests on consent',
        ),
    ],
)
def test_what_does_not_hold_together_is_told(change: Change, place: str, message: str) -> None:
    """The field or key at fault, what is wrong, and a hint."""
    ((found, text, hint),) = faults(change)
    assert (found, text) == (place, message)
    assert hint


@pytest.mark.parametrize("name", ["permission", "recognize", "leave_empty", "seconds"])
def test_a_field_cannot_take_the_name_of_what_every_form_posts(name: str) -> None:
    """The boxes and the two hidden inputs have their names first."""
    found = faults(lambda form: form["field"].append(extra(name=name)))
    assert (name, f'"{name}" is taken by the form itself', "choose another name") in found


def test_a_form_is_named_by_its_file(tmp_path: Path) -> None:
    """A name in the file could contradict it."""
    (tmp_path / "form.toml").write_text('name = "other"\n' + SOURCE)
    with pytest.raises(Faults, match="a form is named by its file"):
        read_toml(tmp_path, "form.toml", Form)


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ('kind = "select"', 'kind = "menu"', '"kind" cannot be'),
        ('page = "/newsletter/"', 'page = "newsletter"', '"page" cannot be'),
        ('channel = "email"', 'channel = "fax"', '"channel" cannot be'),
        ("most_characters = 254", "maximum = 254", 'unknown key "maximum"'),
        ("most_characters = 254", "most_characters = 0", '"most_characters" cannot be'),
    ],
)
def test_a_wrong_value_is_told_at_its_line(
    tmp_path: Path, written: str, instead: str, message: str
) -> None:
    """As in every file of a site."""
    assert SOURCE.count(written) == 1
    (tmp_path / "form.toml").write_text(SOURCE.replace(written, instead))
    with pytest.raises(Faults) as caught:
        read_toml(tmp_path, "form.toml", Form)
    (fault,) = caught.value.faults
    assert message in fault.message
    assert fault.line == SOURCE[: SOURCE.index(written)].count("\n") + 1


def test_pages_that_are_not_there_are_found() -> None:
    """A form that leads nowhere would lose its visitor after the answer was stored."""
    form = SITE.forms["newsletter"]
    assert missing_pages(form, {form.page, form.thanks}) == []
    assert missing_pages(form, {form.page}) == [("thanks", "/thank-you/newsletter/")]
