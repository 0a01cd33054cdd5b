"""Answers are judged by the declaration that drew the form: a pure function."""

from __future__ import annotations

import unicodedata
from email import message_from_string
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy import read_site
from policy.email_addresses import as_kept, as_written, smtp_policy
from policy.fields import Field, Option
from policy.forms import EXTRAS, Form
from tests.fixtures.small_site import ROOT

FORMS = read_site(ROOT).forms
REQUEST, NEWSLETTER = FORMS["request-information"], FORMS["newsletter"]
ODD = st.sampled_from("a. @\r\n\t\x00\ud800\u202e\ufeffé")
ANYTHING = st.text(max_size=40) | st.text(ODD, max_size=12)
NAMES = st.sampled_from([*(field.name for field in REQUEST.fields), *EXTRAS, "else"])


def field(kind: str, **keys: object) -> Field:
    return Field.model_validate({"name": "f", "label": "Field", "kind": kind, **keys})


@given(st.dictionaries(NAMES, ANYTHING))
def test_whatever_is_posted_is_judged(answers: dict[str, str]) -> None:
    """No answer raises, and every declared field comes back, and nothing else."""
    for form in (REQUEST, NEWSLETTER):
        checked = form.check(answers)
        assert set(checked.values) == {field.name for field in form.fields}
        assert all(error.endswith((".", "write.")) for error in checked.errors.values())


@given(st.dictionaries(NAMES, ANYTHING))
def test_what_passes_is_within_the_declaration(answers: dict[str, str]) -> None:
    """No longer than allowed, one line where there is one, only offered choices."""
    checked = REQUEST.check(answers)
    for each in REQUEST.fields:
        value = checked.values[each.name]
        if each.options:
            assert value in ("", *each.values)
        if each.name in checked.errors:
            continue
        assert value or not each.required
        assert len(value) <= (each.most_characters or len(value))
        allowed = {"\n", "\t"} if each.kind == "textarea" else set()
        assert not {c for c in value if unicodedata.category(c) in ("Cc", "Cs")} - allowed


@given(st.dictionaries(NAMES, ANYTHING))
def test_judging_twice_changes_nothing(answers: dict[str, str]) -> None:
    """What comes back on the page can be sent again and is judged alike."""
    once = REQUEST.check(answers)
    assert REQUEST.check(once.values).values == once.values


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org",
        "Ada.Byron+school@mail.example.co.uk",
        "o'neil@example.ie",
        "用户@例子.广告",
        "उपयोगकर्ता@उदाहरण.कॉम",
        "josé@exámple.es",
        "  ada@example.org\n",
        "ada@example.org.",
        "ada\u200b@example.org\ufeff",
    ],
)
def test_an_address_of_any_script_is_taken(address: str) -> None:
    """Also with what comes along when it is copied: spaces, a full stop, a space of no width."""
    assert field("email", most_characters=254).wrong(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "ada",
        "ada@example",
        "@example.org",
        "ada@",
        "ada byron@example.org",
        "ada@example.org, bob@example.org",
        "ada@example.org\nBcc: bob@example.org",
        "ada@-example.org",
        "ada@exam_ple..org",
        "ada@@example.org",
        "<ada@example.org>",
    ],
)
def test_what_is_no_address_is_told(address: str) -> None:
    """With what an address looks like; a second line can never slip in."""
    sentence = field("email", most_characters=254).wrong(address)
    assert sentence == "“Field” needs an address like name@example.org."


@settings(deadline=2000)  # milliseconds; a pattern that searches for long takes minutes
@given(st.text("a@.-_+\u00e9 ", max_size=300))
def test_addresses_are_judged_quickly(text: str) -> None:
    """No text makes the pattern search for long (within the deadline)."""
    field("email", most_characters=254).wrong(text)


@pytest.mark.parametrize(
    "address",
    [
        "=?utf-8?q?x=0ay?=@example.org",
        "=?utf-8?q??=@example.org",
        "=?utf-8?b?Cg==?=@example.org",
    ],
)
def test_an_address_that_no_message_can_be_built_for_is_told(address: str) -> None:
    """A lawful name that mail programs read as something else: nothing would ever arrive."""
    sentence = field("email", most_characters=254).wrong(address)
    assert sentence == "“Field” has an address that no email can reach. Use another one."


ATEXT = st.text("ab.=?_-+qBQ8uft'*/é用\u0301", min_size=1, max_size=12)
LOCAL = ATEXT | st.builds("=?utf-8?{}?{}?=".format, st.sampled_from("qb"), ATEXT)
DOMAIN = st.sampled_from(["example.org", "exámple.es", "उदाहरण.कॉम", "xn--exmple-qta.es"])


@given(st.builds("{}@{}".format, LOCAL, DOMAIN) | st.emails())
def test_to_every_address_that_is_taken_a_message_can_be_sent(typed: str) -> None:
    """As it is stored it is taken again, and is the same; the message says the same address."""
    email = field("email", required=True, most_characters=254)
    if email.wrong(typed):
        return
    kept = as_kept(email.clean(typed))
    assert as_kept(kept) == kept
    assert email.wrong(kept) == ""
    written = as_written(kept)
    message = EmailMessage(smtp_policy(written))
    message["To"] = written
    travelled = message_from_string(message.as_bytes().decode(), policy=message.policy)
    assert [each.addr_spec for each in travelled["To"].addresses] == [written]
    assert written.isascii() or not kept.partition("@")[0].isascii(), "any relay takes ASCII"


NUMBERS = [
    "888-527-5225",
    "+49 (0)30 123456",
    "831.555.0100 ext 12",
    "020 7946 0958 (mornings)",
    "+39 06 1234567 int. 4",
    "0 20 79 46 (सुबह)",
    "٠٢٠ ٧٩٤٦ ٠٩٥٨",
    "01234 567890; after 5 o’clock",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_phone_number_is_taken_as_written(number: str) -> None:
    """Numbers have as many styles as countries; all are kept as typed."""
    phone = field("tel", most_characters=40)
    assert (phone.clean(number), phone.wrong(number)) == (number, "")


@pytest.mark.parametrize(
    "number", ["call me", "12", "<b>12345", "12345 http://a.example", "ada12345@example.org"]
)
def test_what_is_no_phone_number_is_told(number: str) -> None:
    """Words, or too few digits to call."""
    assert field("tel", most_characters=40).wrong(number).startswith("“Field” needs a number")


@pytest.mark.parametrize(
    "name", ["\u200f", "\u3164", "\u3164\u200f\u00ad \u2800", "\U000e0041", "\u0301", "\u17b4"]
)
def test_a_name_that_shows_nothing_is_told(name: str) -> None:
    """Staff would answer to a blank line, so an optional answer may not be one either."""
    for required in (True, False):
        sentence = field("text", most_characters=40, required=required).wrong(name)
        assert sentence == "“Field” has only characters that cannot be seen. Type it again."


@pytest.mark.parametrize(
    "name",
    ["Ada", "李", "محمد", "നാദ", "𑄌𑄋𑄴𑄟", "O\u200cb", "\U0001e4d0", "\U00016d43", "3", "\u200fدانا"],
)
def test_a_name_of_any_script_is_taken(name: str) -> None:
    """Also of one that Unicode took in after this Python was made."""
    assert field("text", most_characters=40).wrong(name) == ""


def test_length_is_counted_in_characters_and_told() -> None:
    """The sentence says how many there are and how many may be."""
    short = field("text", most_characters=3)
    assert short.wrong("äöü") == ""
    assert short.wrong("  äöü  ") == ""
    sentence = "“Field” has 4 characters. Shorten it to 3 or fewer."
    assert short.wrong("abcd") == sentence


def test_lines_are_counted_as_one_character_each() -> None:
    """Browsers send a new line as two characters, and people count one."""
    area = field("textarea", most_characters=3)
    assert area.clean("a\r\nb") == "a\nb"
    assert area.wrong("a\r\nb") == ""


@pytest.mark.parametrize("kind", ["select", "radio"])
def test_a_choice_is_one_of_those_offered(kind: str) -> None:
    """Anything else is told, also where no choice is needed."""
    options = (Option(value="a", label="A"), Option(value="b", label="B"))
    choice = field(kind, options=options)
    assert (choice.clean("a"), choice.wrong("a"), choice.wrong("")) == ("a", "", "")
    for other in ("c", "a\x00", " a"):  # Browsers send what is offered, letter for letter.
        assert choice.clean(other) == ""
        assert choice.wrong(other) == "Choose one of the answers to “Field”."
    assert choice.model_copy(update={"required": True}).wrong("") != ""


@pytest.mark.promise("P8")
@pytest.mark.parametrize("answer", ["", "no", "on", "true", "YES", "yes "])
def test_only_a_ticked_box_permits(answer: str) -> None:
    """Nothing but the value of the box itself is a yes; no box is ticked by being left out."""
    checked = REQUEST.check({"permission": answer, "recognize": answer})
    assert (checked.permission, checked.recognize) == (False, False)
    assert REQUEST.check({"permission": "yes"}).permission
    assert REQUEST.check({"recognize": "yes"}).recognize


@pytest.mark.promise("P8")
def test_the_newsletter_needs_its_box() -> None:
    """Without it there is nothing that we may send; the sentence names the box."""
    errors = NEWSLETTER.check({"email": "ada@example.org"}).errors
    assert list(errors) == ["permission"]
    assert "Email me the newsletter" in errors["permission"]
    assert not NEWSLETTER.check({"email": "ada@example.org", "permission": "yes"}).errors


def test_a_box_that_the_form_does_not_have_cannot_be_ticked() -> None:
    """A program may post what the form does not show."""
    bare: Form = REQUEST.model_copy(update={"permission": None, "recognize": None})
    checked = bare.check({"permission": "yes", "recognize": "yes"})
    assert (checked.permission, checked.recognize) == (False, False)


def test_controls_of_direction_are_left_out() -> None:
    """They would turn round the text after them on a staff page; letters keep their own."""
    assert field("text", most_characters=9).clean("a\u202eb\u2066") == "ab"
    assert field("text", most_characters=9).clean("שלום") == "שלום"


def test_an_address_that_was_taken_once_is_known_for_ever() -> None:
    """What is new may be refused where it is asked for; who wrote before must find their data."""
    address = f"{'a' * 70}@example.org"
    assert as_kept(address) == address
