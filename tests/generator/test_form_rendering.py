"""A form's HTML, rendered from its declaration: labelled, described, and safe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest

from generator.watched_templates import environment
from policy import read_site
from policy.audiences import Sees
from policy.forms import Form
from tests.fixtures.small_site import ROOT

SITE = read_site(ROOT)
ALL_ASKED = {
    name: form.model_copy(
        update={"fields": tuple(each.model_copy(update={"audiences": ()}) for each in form.fields)}
    )
    for name, form in SITE.forms.items()
}
FORMS = list(ALL_ASKED.values())
REQUEST = ALL_ASKED["request-information"]
ERRORS = {field.name: f"Wrong: {field.label}" for field in REQUEST.fields}


class Rendered:
    """The elements of a rendered form."""

    def __init__(
        self, form: Form, values: Mapping[str, str] | None = None, **given: Mapping[str, Any]
    ) -> None:
        template = environment(SITE, {}).get_template("blocks/form.html")
        errors = given.pop("errors", {})
        name = str(given.pop("audience", SITE.audiences.default))
        audience = {"name": name, "is_default": True, "sees": Sees()}
        self.html = template.render(
            form=form, values=values or {}, errors=errors, audience=audience, **given
        )
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        self.root = parser.parseFragment(self.html)
        assert [error for error in parser.errors if "null" not in error[1]] == []

    def all(self, *tags: str) -> list[Element]:
        return [each for each in self.root.iter() if each.tag in tags]

    def one(self, **attributes: str) -> Element:
        (found,) = (each for each in self.root.iter() if attributes.items() <= each.attrib.items())
        return found

    def text_of(self, id: str) -> str:
        return "".join(self.one(id=id).itertext())

    def description(self, element: Element) -> str:
        return " ".join(map(self.text_of, element.get("aria-describedby", "").split()))


def test_a_question_for_some_is_asked_of_them_alone() -> None:
    """And its answer is taken from whoever gives it, since the cookie may have gone meanwhile."""
    form = SITE.forms["request-information"]
    asked = {
        name: {each.get("name") for each in controls(Rendered(form, audience=name))}
        for name in (SITE.audiences.default, *SITE.audiences.names)
    }
    assert {name for name, fields in asked.items() if "schools" in fields} == {"district"}
    assert {name for name, fields in asked.items() if "about" in fields} == {"family"}
    assert "interest" not in asked["family"]
    assert all({"name", "email", "role", "message"} <= fields for fields in asked.values())
    answers = {"name": "Ada", "email": "a@example.org", "role": "teacher", "about": "a-message"}
    checked = form.check(answers)
    assert checked.errors == {}
    assert checked.values["about"] == "a-message"


def controls(rendered: Rendered) -> list[Element]:
    every = rendered.all("input", "select", "textarea")
    return [each for each in every if each.get("type") != "hidden"]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_each_control_has_its_own_label(form: Form) -> None:
    """By `for` and `id`; every id is there once; the label of a text comes before it."""
    rendered = Rendered(form)
    ids = [each.get("id") for each in rendered.root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    labels = [label.get("for") for label in rendered.all("label")]
    assert labels == [each.get("id") for each in controls(rendered)]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_need_is_said_in_words(form: Form) -> None:
    """Not by a star or a colour; and to assistive technology too."""
    rendered = Rendered(form)
    for field in form.fields:
        word = "required" if field.required else "optional"
        (label,) = (
            each
            for each in rendered.all("label", "legend")
            if "".join(each.itertext()).startswith(field.label)
        )
        assert "".join(label.itertext()) == f"{field.label} ({word})"
        if field.kind != "radio":
            assert (rendered.one(name=field.name).get("aria-required") == "true") == field.required


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_kinds_options_and_autocomplete_follow_the_declaration(form: Form) -> None:
    """Browsers fill in what they know, and offer the keyboard that fits."""
    rendered = Rendered(form)
    for field in form.fields:
        found = [each for each in controls(rendered) if each.get("name") == field.name]
        if field.kind == "radio":
            assert [each.get("value") for each in found] == list(field.values)
            continue
        (control,) = found
        assert control.get("autocomplete", "") == field.autocomplete
        assert control.get("type", control.tag) == field.kind
        offered = [option.get("value") for option in control.iter("option")]
        assert offered == (["", *field.values] if field.options else [])


def test_a_group_of_answers_is_named_by_its_legend() -> None:
    """Radio buttons stand in a fieldset whose first child is the question."""
    groups = Rendered(REQUEST).all("fieldset")
    asked = [field for field in REQUEST.fields if field.kind == "radio"]
    assert len(groups) == len(asked) == 2
    for group, field in zip(groups, asked, strict=True):
        assert group[0].tag == "legend"
        assert field.label in "".join(group[0].itertext())
        assert len(list(group.iter("input"))) == len(field.options)


def test_help_describes_its_field() -> None:
    """It is read out with the field."""
    rendered = Rendered(REQUEST)
    for field in REQUEST.fields:
        if field.help:
            assert rendered.description(rendered.one(name=field.name)) == field.help


@pytest.mark.promise("P5")
@pytest.mark.promise("P8")
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_both_boxes_are_empty_and_say_what_for(form: Form) -> None:
    """Nothing is ticked beforehand; the purpose is the register's; the words are those kept."""
    rendered = Rendered(form)
    for name, box in (("permission", form.permission), ("recognize", form.recognize)):
        assert box is not None
        control = rendered.one(name=name)
        assert "checked" not in control.attrib
        assert control.get("value") == "yes"
        purpose = SITE.register.purpose(box.purpose).text
        assert rendered.description(control).startswith(f"{purpose}.")
        (label,) = (each for each in rendered.all("label") if each.get("for") == control.get("id"))
        assert box.text in "".join(label.itertext())
    assert form.permission is not None
    kept = form.permission.wording(SITE.register)
    described = rendered.description(rendered.one(name="permission"))
    assert kept == f"{form.permission.text} {described}"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_the_trap_is_out_of_reach(form: Form) -> None:
    """Not in the tab order, not read out, not filled in; hidden by a class, not by a style."""
    rendered = Rendered(form)
    trap = rendered.one(name="leave_empty")
    assert (trap.get("tabindex"), trap.get("autocomplete")) == ("-1", "off")
    (around,) = (each for each in rendered.all("div") if trap in list(each))
    assert (around.get("aria-hidden"), around.get("class")) == ("true", "leave-empty")
    assert "Leave this empty" in "".join(around.itertext())


def test_errors_are_summed_up_first_and_lead_to_their_fields() -> None:
    """The summary takes the focus; each link leads to a control that says what is wrong."""
    rendered = Rendered(REQUEST, errors=ERRORS)
    summary = rendered.one(role="alert")
    assert rendered.root[0] is summary
    assert summary.get("tabindex") == "-1"
    assert "autofocus" in summary.attrib
    links = {"".join(link.itertext()): link.get("href", "") for link in summary.iter("a")}
    assert list(links) == list(ERRORS.values())
    for field in REQUEST.fields:
        target = rendered.one(id=links[ERRORS[field.name]].removeprefix("#"))
        assert target.get("name") == field.name
        group = f"form--{REQUEST.name}-{field.name}"
        told = rendered.one(id=group) if field.kind == "radio" else target
        assert told.get("aria-invalid") == "true"
        assert f"Error: {ERRORS[field.name]}" in rendered.description(told)


def test_without_errors_nothing_is_called_wrong() -> None:
    """No summary, no mark."""
    rendered = Rendered(REQUEST)
    assert "aria-invalid" not in rendered.html
    assert "alert" not in rendered.html


def test_an_error_of_the_whole_form_has_no_link() -> None:
    """There is no field to lead to."""
    rendered = Rendered(REQUEST, errors={"": "Please wait."})
    summary = rendered.one(role="alert")
    assert "Please wait." in "".join(summary.itertext())
    assert list(summary.iter("a")) == []


def test_what_was_typed_comes_back_and_stays_text() -> None:
    """Quotes, tags and a first empty line are kept as typed, and none becomes HTML."""
    odd = "\n\"'><script>&amp; <!-- /form -->"
    choices = {"role": "office", "interest": "one-place"}
    values = {field.name: odd for field in REQUEST.fields} | choices
    rendered = Rendered(REQUEST, values, ticked={"permission": True, "recognize": False})
    assert rendered.all("script") == []
    assert "<!--" not in rendered.html
    assert rendered.one(name="organization").get("value") == odd
    assert rendered.one(name="message").text == odd
    selected = [each.get("value") for each in rendered.root.iter() if "selected" in each.attrib]
    checked = [each.get("value") for each in rendered.root.iter() if "checked" in each.attrib]
    assert (selected, checked) == (["office"], ["one-place", "yes"])


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_the_browser_leaves_judging_to_the_server(form: Form) -> None:
    """One set of messages, in one place; and a long text is never cut off unseen."""
    rendered = Rendered(form)
    (element,) = rendered.all("form")
    assert "novalidate" in element.attrib
    assert element.get("action") == f"/form/{form.name}"
    assert element.get("method") == "post"
    assert "maxlength" not in rendered.html
