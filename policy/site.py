"""Read everything that a site declares in its `site/` folder, and check that it agrees."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from policy.audiences import Audiences
from policy.audited import Audited, read_audited
from policy.block_schemas import FOLDER as BLOCKS
from policy.block_schemas import BlockSchema, block_schema_faults
from policy.campaigns import FILE as CAMPAIGNS
from policy.campaigns import Campaigns, campaign_faults
from policy.catalogues import Catalogue, read_catalogues
from policy.data_schemas import FILE as DATA
from policy.data_schemas import DataSchemas, data_schema_faults
from policy.faults import Fault, Faults, nearest
from policy.forms import Form, form_faults
from policy.origins import Origins
from policy.redirects import FILE as REDIRECTS
from policy.redirects import Redirects
from policy.referrers import FILE as SOURCES
from policy.referrers import Sources, source_faults
from policy.register import Register
from policy.rules import register_faults
from policy.section_schemas import FILE as SECTIONS
from policy.section_schemas import SectionSchemas, schema_faults
from policy.settings import Navigation, Settings
from policy.site_files import names_in
from policy.sum import REGISTER, Off, Sum, read_sum
from policy.taxonomies import FILE as TAXONOMIES
from policy.taxonomies import Taxonomies, taxonomy_faults
from policy.toml_source import Lines, Location, read_toml_with_lines
from policy.versions import Version, read_versions, version_faults

Model = TypeVar("Model", bound=BaseModel)
Value = TypeVar("Value")

AUDIENCES = "site/audiences.toml"

Wrong = tuple[Location, str, str]
"""A place in a file, what is wrong there, and the hint."""


@dataclass(frozen=True)
class Site:
    """A site's declarations. `root` is the folder that holds `content`, `templates`, `site`.

    For whoever finds a fault later, `origins` finds the place of each entry of the register, and
    `lines` those of the other files, by path.
    """

    root: Path
    settings: Settings
    register: Register
    navigation: Navigation
    forms: Mapping[str, Form]
    audiences: Audiences
    blocks: Mapping[str, BlockSchema]
    origins: Origins
    off: Off
    lines: Mapping[str, Lines]
    catalogues: Mapping[str, Catalogue] = default(default_factory=dict)
    versions: tuple[Version, ...] = ()
    audit: Audited | None = None
    sources: Sources = default(default_factory=Sources.model_construct)
    campaigns: Campaigns = default(default_factory=Campaigns.model_construct)
    sections: SectionSchemas = default(default_factory=SectionSchemas.model_construct)
    redirects: Mapping[str, str] = default(default_factory=dict)
    taxonomies: Taxonomies = default(default_factory=Taxonomies.model_construct)
    data_schemas: DataSchemas = default(default_factory=DataSchemas.model_construct)

    def line(self, path: str, *location: int | str) -> int | None:
        """The line of a key in a file that was read, by its path relative to the root."""
        return self.lines[path].of(location) if path in self.lines else None


class _Reader:
    """Reads one file after another and gathers the faults of all."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.faults: list[Fault] = []
        self.lines: dict[str, Lines] = {}

    def read(self, name: str, model: type[Model]) -> tuple[Model, Lines] | None:
        try:
            value, self.lines[name] = read_toml_with_lines(self.root, name, model)
        except Faults as error:
            self.faults.extend(error.faults)
            return None
        return value, self.lines[name]

    def optional(
        self,
        name: str,
        model: type[Model],
        check: Callable[[Model], Iterable[Wrong]] = lambda _: (),
    ) -> Model:
        """A file that a site may do without; `check` tells what in it does not go together."""
        # A link that leads nowhere is there all the same, and is told.
        is_there = os.path.lexists(self.root / name)
        found = self.read(name, model) if is_there else None
        if found is None:
            return model.model_construct()
        value, lines = found
        self.faults.extend(
            Fault(name, lines.of(place), message, hint) for place, message, hint in check(value)
        )
        return value

    def faultless(self, read: Callable[[Path], Value]) -> Value | None:
        try:
            return read(self.root)
        except Faults as error:
            self.faults.extend(error.faults)
            return None

    def catalogues(self, settings: Settings) -> Mapping[str, Catalogue]:
        languages = settings.all_languages
        return self.faultless(lambda root: read_catalogues(root, languages)) or {}


def read_site(root: Path) -> Site:
    """Read `site/*.toml` and `site/forms/*.toml`. Raises `Faults` with all that is wrong."""
    reader = _Reader(root)
    settings = reader.read("site/settings.toml", Settings)
    summed = reader.faultless(read_sum)
    navigation = reader.read("site/navigation.toml", Navigation)
    audiences = _read_audiences(reader)
    sections = reader.optional(SECTIONS, SectionSchemas, schema_faults)
    own_keys = {key.name for each in sections.sections for key in each.keys}
    taxonomies = reader.optional(
        TAXONOMIES, Taxonomies, lambda declared: taxonomy_faults(declared, own_keys)
    )
    data_schemas = reader.optional(DATA, DataSchemas, data_schema_faults)
    redirects = reader.optional(REDIRECTS, Redirects).redirects
    sources = reader.optional(SOURCES, Sources, source_faults)
    campaigns = reader.optional(CAMPAIGNS, Campaigns, campaign_faults)
    forms = dict(_read_forms(reader))
    blocks = dict(_read_blocks(reader))
    versions = reader.faultless(read_versions) or ()
    audit = reader.faultless(read_audited)
    catalogues = reader.catalogues(settings[0]) if settings else {}
    if summed:
        reader.lines[REGISTER] = summed.origins.site
        reader.faults.extend(_register_faults(summed, versions, forms, audiences))
    if audiences and not any(fault.path.startswith("site/forms/") for fault in reader.faults):
        reader.faults.extend(_audience_faults(*audiences, [form for form, _ in forms.values()]))
    if reader.faults or not (settings and summed and navigation and audiences):
        raise Faults(reader.faults)
    return Site(
        root=root,
        settings=settings[0],
        register=summed.register,
        navigation=navigation[0],
        forms={name: form for name, (form, _) in forms.items()},
        audiences=audiences[0],
        blocks=blocks,
        origins=summed.origins,
        catalogues=catalogues,
        off=summed.off,
        versions=versions,
        audit=audit,
        sections=sections,
        redirects=redirects,
        sources=sources,
        campaigns=campaigns,
        taxonomies=taxonomies,
        data_schemas=data_schemas,
        lines=reader.lines,
    )


def _read_audiences(reader: _Reader) -> tuple[Audiences, Lines] | None:
    """A site without audiences needs no file for them."""
    if not os.path.lexists(reader.root / AUDIENCES):
        return Audiences(default="everyone"), Lines("")
    return reader.read(AUDIENCES, Audiences)


def _read_forms(reader: _Reader) -> Iterator[tuple[str, tuple[Form, Lines]]]:
    folder = "site/forms"
    for file in reader.faultless(lambda root: names_in(root, folder, ".toml")) or []:
        found = reader.read(f"{folder}/{file}", Form)
        if found:
            form, lines = found
            name = file.removesuffix(".toml")
            yield name, (form.model_copy(update={"name": name}), lines)


def _read_blocks(reader: _Reader) -> Iterator[tuple[str, BlockSchema]]:
    for file in reader.faultless(lambda root: names_in(root, BLOCKS, ".toml")) or []:
        if found := reader.read(f"{BLOCKS}/{file}", BlockSchema):
            schema, lines = found
            name = file.removesuffix(".toml")
            reader.faults.extend(block_schema_faults(reader.root, name, schema, lines))
            yield name, schema


def _register_faults(
    summed: Sum,
    versions: tuple[Version, ...],
    forms: Mapping[str, tuple[Form, Lines]],
    audiences: tuple[Audiences, Lines] | None,
) -> Iterator[Fault]:
    """What is wrong in the register, and in what must agree with it."""
    register = summed.register
    yield from version_faults(register, versions, summed.origins.of(("version",)))
    yield from register_faults(register, summed.origins)
    for form, lines in forms.values():
        yield from _form_faults(form, register, lines)
    if audiences:
        yield from _audiences_off(*audiences, register)
    yield from _unused_purposes(summed, [form for form, _ in forms.values()])


def _form_faults(form: Form, register: Register, lines: Lines) -> Iterator[Fault]:
    path = f"site/forms/{form.name}.toml"
    if not register.has("forms"):
        hint = 'add "forms" to features in site/policy.toml, or remove this file'
        yield Fault(path, 1, 'forms need the feature "forms", which is off', hint)
        return
    names = [field.name for field in form.fields]
    for name, message, hint in form_faults(form, register):
        place: tuple[Any, ...] = ("field", names.index(name)) if name in names else (name,)
        yield Fault(path, lines.of(place), message, hint)


def _unused_purposes(summed: Sum, forms: list[Form]) -> Iterator[Fault]:
    """A purpose of the site's own that neither an entry nor a form has."""
    asked = {form.purpose for form in forms}
    for form in forms:
        asked |= {box.purpose for box in (form.permission, form.recognize) if box is not None}
    for index, purpose in enumerate(summed.register.purposes):
        if purpose.name not in summed.used_purposes | asked:
            place = summed.origins.of(("purpose", index))
            message = f'nothing has the purpose "{purpose.name}"'
            hint = "name it in a form or a recipient, or remove it"
            yield Fault(place.path, place.line, message, hint)


def _audiences_off(audiences: Audiences, lines: Lines, register: Register) -> Iterator[Fault]:
    if audiences.audiences and not register.has("audiences"):
        line = lines.of(("audience", 0))
        message = 'audiences need the feature "audiences", which is off'
        hint = 'add "audiences" to features in site/policy.toml, or remove each [[audience]]'
        yield Fault(AUDIENCES, line, message, hint)


def _audience_faults(audiences: Audiences, lines: Lines, forms: list[Form]) -> Iterator[Fault]:
    path = AUDIENCES
    options: dict[str, set[str]] = {}
    for form in forms:
        for field in form.fields:
            if field.options:
                options.setdefault(field.name, set()).update(o.value for o in field.options)
    names = (audiences.default, *audiences.names)
    for index, audience in enumerate(audiences.audiences):
        if audience.name in names[: index + 1]:
            line = lines.of(("audience", index))
            yield Fault(path, line, f'audience "{audience.name}" is declared twice', "rename one")
        line = lines.of(("audience", index, "when"))
        for name, answers in audience.when.items():
            if name not in options:
                message = f'no form has a field "{name}" with options'
                yield Fault(path, line, message, nearest(name, options))
            for answer in answers:
                if answer not in options.get(name, answers):
                    message = f'no form offers the answer "{answer}" for "{name}"'
                    yield Fault(path, line, message, nearest(answer, options[name]), answer)
