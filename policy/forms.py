"""Forms: one declaration renders the form, checks the answers and must agree with the register."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Never

import tomli_w
from pydantic import AfterValidator
from pydantic import Field as Key

from policy.faults import nearest
from policy.fields import CHOICES, Field
from policy.names import Name as Words
from policy.register import Register
from policy.sentences import sentence
from policy.toml_source import Declared

TICKED = "yes"
"""The value of a ticked box."""

HONEYPOT = "leave_empty"
"""A field that nobody sees or hears. It stays empty unless a program fills it in. Its name is none
that browsers and password managers know how to fill (a "website" is)."""

SECONDS = "seconds"
"""Filled by a script, where there is one: how long the form was open."""

SURE = "sure"
"""The box beside what cannot be undone."""

FORM_TABLES = ("contacts", "submissions")
"""The tables of the records that fields of forms fill."""

EXTRAS = ("permission", "recognize", HONEYPOT, SECONDS, SURE)
"""What a form posts besides its fields."""

PagePath = Annotated[str, Key(pattern=r"^/([a-z0-9-]+/)*$", examples=["/thank-you/"])]


class Permission(Declared):
    """The unticked box that asks to write to the visitor."""

    channel: Literal["email"]
    purpose: str
    text: Annotated[str, Key(min_length=1)]
    required: bool = False

    def wording(self, register: Register) -> str:
        """All the words beside the box, which are kept with the permission."""
        return f"{self.text} {register.purpose(self.purpose).text}."


class Recognize(Declared):
    """The unticked box that lets the `audience` cookie be set."""

    purpose: str
    text: Annotated[str, Key(min_length=1)]


@dataclass(frozen=True)
class Checked:
    """Answers after the check: cleaned, by field, with what is wrong where something is.

    The key of an error is a field's name or "permission".
    """

    values: dict[str, str]
    errors: dict[str, str]
    permission: bool
    recognize: bool


def _named_by_file(_: str) -> Never:
    raise ValueError("a form is named by its file: remove this line")


class Form(Declared):
    """A form, as declared in `site/forms/<name>.toml`; whoever reads the file adds the name."""

    name: Annotated[str, AfterValidator(_named_by_file)] = ""
    title: Words
    page: PagePath
    thanks: PagePath
    purpose: str
    submit: Words
    permission: Permission | None = None
    recognize: Recognize | None = None
    fields: Annotated[tuple[Field, ...], Key(alias="field", min_length=1)]

    def check(self, answers: Mapping[str, str]) -> Checked:
        """Clean and judge what was posted. Names that the form does not declare are left out."""
        given = {field: answers.get(field.name, "") for field in self.fields}
        errors = {field.name: field.wrong(answer) for field, answer in given.items()}
        permission = self.permission is not None and answers.get("permission") == TICKED
        if self.permission is not None and self.permission.required and not permission:
            errors["permission"] = sentence(
                "Check “%(box)s” Without it, we may not write.", box=self.permission.text
            )
        return Checked(
            values={field.name: field.clean(answer) for field, answer in given.items()},
            errors={name: error for name, error in errors.items() if error},
            permission=permission,
            recognize=self.recognize is not None and answers.get("recognize") == TICKED,
        )


def form_faults(form: Form, register: Register) -> list[tuple[str, str, str]]:
    """What the keys of a form allow one by one, but not together or beside the register.

    Each is (the field or key at fault, message, hint).
    """
    return [
        *_disagreements(form),
        *undeclared_fields(form, register),
        *_purpose_faults(form, register),
    ]


def undeclared_fields(form: Form, register: Register) -> list[tuple[str, str, str]]:
    """The fields that no table could hold: (field's name, message, hint) for each."""
    declared = visitor_columns(register)
    return [
        (
            field.name,
            f'the register declares no field "{field.name}"',
            nearest(field.name, declared) + _to_declare(field, register),
        )
        for field in form.fields
        if field.name not in declared
    ]


def _to_declare(field: Field, register: Register) -> str:
    """How a site has a field of its own; nothing where the name is taken, or no form is sent."""
    tables = [table for table in register.tables if table.name in FORM_TABLES]
    taken = {column.name for table in tables for column in table.columns}
    if not tables or field.name in taken.union(EXTRAS):
        return ""
    category = "correspondence" if field.kind == "textarea" else "contact details"
    own = {"category": category, "label": field.label, "holds": "What you answered"}
    keys = ", ".join(tomli_w.dumps({key: value}).strip() for key, value in own.items())
    return (
        ". Or declare it: below the line [fields] in site/policy.toml, which you add where it is"
        f" not there,\n{field.name} = {{ {keys} }}"
    )


def visitor_columns(register: Register) -> tuple[str, ...]:
    """The columns of contacts and submissions that a visitor may fill in; none without forms."""
    return tuple(
        column.name
        for table in register.tables
        if table.database == "records" and table.name in FORM_TABLES
        for column in table.columns
        if column.given_by == "visitor"
    )


def missing_pages(form: Form, pages: Container[str]) -> list[tuple[str, str]]:
    """The keys "page" and "thanks" that name a page which is not there, with that page."""
    named = (("page", form.page), ("thanks", form.thanks))
    return [(key, page) for key, page in named if page not in pages]


def _purpose_faults(form: Form, register: Register) -> Iterator[tuple[str, str, str]]:
    bases = {purpose.name: purpose.basis for purpose in register.purposes}
    if form.purpose not in bases:
        hint = nearest(form.purpose, bases)
        yield "purpose", f'unknown purpose "{form.purpose}"', hint
    if form.recognize is not None and not register.has("audiences"):
        hint = 'add "audiences" to features in site/policy.toml, or remove [recognize]'
        yield "recognize", 'the box needs the feature "audiences", which is off', hint
        return
    for key, box in (("permission", form.permission), ("recognize", form.recognize)):
        if box is not None and bases.get(box.purpose) != "consent":
            asked = [name for name, basis in bases.items() if basis == "consent"]
            message = f'no purpose "{box.purpose}" rests on consent'
            yield key, message, nearest(box.purpose, asked)


def _disagreements(form: Form) -> Iterator[tuple[str, str, str]]:
    names = [field.name for field in form.fields]
    for index, field in enumerate(form.fields):
        if field.name in EXTRAS:
            yield (
                field.name,
                f'"{field.name}" is taken by the form itself',
                "choose another name",
            )
        if field.name in names[:index]:
            yield (
                field.name,
                f'the field "{field.name}" stands twice',
                "remove one of them",
            )
        if field.audiences and field.required:
            hint = "remove the line required, or the line audiences"
            message = f'the field "{field.name}" is required, and only some are asked'
            yield field.name, message, hint
        if field.kind in CHOICES and not field.options:
            yield (
                field.name,
                f'the field "{field.name}" has nothing to choose',
                "add options = […]",
            )
        if field.kind not in CHOICES and field.options:
            hint = 'write kind = "select" or "radio", or remove the options'
            yield field.name, f'the field "{field.name}" cannot have options', hint
        if field.kind not in CHOICES and field.most_characters is None:
            hint = "add a line: most_characters = 100"
            yield field.name, f'the field "{field.name}" has no limit', hint
    if not any(f.name == "email" and f.kind == "email" and f.required for f in form.fields):
        hint = 'add a [[field]] with name = "email", kind = "email" and required = true'
        yield "field", "the form does not ask for an address to answer to", hint
