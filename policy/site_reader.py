"""The files of a site's `site/` folder, read one after another; the faults of all are gathered, and
of what is wrong, what can be used is kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from pydantic import BaseModel

from policy.audiences import Audiences
from policy.block_schemas import FOLDER as BLOCKS
from policy.block_schemas import BlockSchema, block_schema_faults
from policy.catalogues import Catalogue, read_catalogues
from policy.faults import Fault, Faults
from policy.forms import Form
from policy.salvage import Salvaged, salvaged
from policy.settings import Settings
from policy.site_files import names_in
from policy.sum import REGISTER, Sum, read_sum, sum_of_the_rest
from policy.toml_lines import Lines, Location
from policy.toml_source import read_toml_with_lines

__all__ = ["AUDIENCES", "FORMS", "SiteReader", "Wrong"]

Model = TypeVar("Model", bound=BaseModel)
Value = TypeVar("Value")

AUDIENCES = "site/audiences.toml"
FORMS = "site/forms"

Wrong = tuple[Location, str, str]
"""A place in a file, what is wrong there, and the hint."""

_ORGANIZATION = dict.fromkeys(("name", "street", "locality", "postal_code", "country"), "Untitled")
_ORGANIZATION |= {"phone": "1", "email": "nobody@example.org"}
_STAND_INS: Mapping[type[BaseModel], Mapping[str, Any]] = {
    Settings: {
        "name": "Untitled",
        "url": "https://example.org",
        "description": "Untitled",
        "organization": _ORGANIZATION,
    },
    Audiences: {"default": "everyone"},
}
"""What stands in for a key that must be there, so that pages can be looked at."""


class SiteReader:
    """Reads one file after another and gathers the faults of all.

    `lines` finds the places of what was read, `doubtful` says which keys of which files are not as
    they were meant: of a file that cannot be used at all, all of them. `misnamed` are files that
    are not there, and others that were meant as these.
    """

    def __init__(self, root: Path, misnamed: Mapping[str, str]) -> None:
        self.root = root
        self._misnamed = misnamed
        self.faults: list[Fault] = []
        self.lines: dict[str, Lines] = {}
        self.doubtful: dict[str, frozenset[str]] = {}
        self._unread: set[str] = set()

    def read(self, name: str, model: type[Model]) -> tuple[Model, Lines] | None:
        """The file `name` and its lines; None where something is wrong in it."""
        try:
            value, self.lines[name] = read_toml_with_lines(self.root, name, model)
        except Faults as error:
            self.faults.extend(self._renamed(name) or error.faults)
            return None
        return value, self.lines[name]

    def _renamed(self, name: str) -> list[Fault]:
        """That a file is missing which stands there under a name much like its own."""
        if name not in self._misnamed:
            return []
        hint = f"rename {self._misnamed[name]}"
        return [Fault(name, None, "this file is missing", hint)]

    def rest(self, name: str, model: type[Model]) -> Model:
        """What can be used of a file of which `read` has told what is wrong."""
        self._unread.add(name)
        found: Salvaged[Model] = salvaged(self.root, name, model, _STAND_INS.get(model, {}))
        self.lines[name], self.doubtful[name] = found.lines, found.doubtful
        return found.value

    def optional(
        self,
        name: str,
        model: type[Model],
        check: Callable[[Model], Iterable[Wrong]] = lambda _: (),
    ) -> Model:
        """A file that a site may do without; `check` tells what in it does not go together."""
        # A link that leads nowhere is there all the same, and is told.
        if not os.path.lexists(self.root / name):
            return model.model_construct()
        if (found := self.read(name, model)) is None:
            return self.rest(name, model)
        value, lines = found
        if wrong := [*check(value)]:
            self.faults.extend(Fault(name, lines.of(place), *said) for place, *said in wrong)
            self.doubtful[name] = frozenset(str(place[0]) for place, *_ in wrong)
        return value

    def is_unread(self, name: str) -> bool:
        """Whether nobody knows what a file declares, since it is there and cannot be read: what
        names something of it is no fault then."""
        return name in self._unread

    def unread(self, folder: str) -> Iterator[str]:
        """The names, without their endings, of the files of a folder that are so."""
        for path in self._unread:
            if path.startswith(f"{folder}/"):
                yield PurePosixPath(path).stem

    def faultless(self, read: Callable[[Path], Value]) -> Value | None:
        """What `read` gives; None where something is wrong."""
        try:
            return read(self.root)
        except Faults as error:
            self.faults.extend(error.faults)
            return None

    def rest_of_register(self) -> Sum | None:
        """What can be used of a register of which `read_sum` has told what is wrong; None where a
        feature of the engine itself cannot be read."""
        found = sum_of_the_rest(self.root)
        if found is None:
            return None
        summed, self.doubtful[REGISTER] = found
        self.lines[REGISTER] = summed.origins.site
        return summed

    def register(self) -> Sum | None:
        """The register; None where something is wrong in it."""
        summed = self.faultless(read_sum)
        if summed:
            self.lines[REGISTER] = summed.origins.site
        return summed

    def catalogues(self, settings: Settings) -> Mapping[str, Catalogue]:
        """The sentences of each language."""
        languages = settings.all_languages
        return self.faultless(lambda root: read_catalogues(root, languages)) or {}

    def audiences(self) -> tuple[Audiences, Lines] | None:
        """A site without audiences needs no file for them."""
        if not os.path.lexists(self.root / AUDIENCES):
            return Audiences(default="everyone"), Lines("")
        return self.read(AUDIENCES, Audiences)

    def forms(self) -> Iterator[tuple[str, tuple[Form, Lines]]]:
        """Each form by its name."""
        for name, found in self._named(FORMS, Form):
            form, lines = found
            yield name, (form.model_copy(update={"name": name}), lines)

    def blocks(self) -> Iterator[tuple[str, BlockSchema]]:
        """The declaration of each block by its name."""
        for name, (schema, lines) in self._named(BLOCKS, BlockSchema):
            self.faults.extend(block_schema_faults(self.root, name, schema, lines))
            yield name, schema

    def _named(self, folder: str, model: type[Model]) -> Iterator[tuple[str, tuple[Model, Lines]]]:
        """Each file of a folder that can be read, by its name without the ending. Of others there
        is the name alone."""
        for file in self.faultless(lambda root: names_in(root, folder, ".toml")) or []:
            path = f"{folder}/{file}"
            if found := self.read(path, model):
                yield file.removesuffix(".toml"), found
            else:
                self._unread.add(path)
                self.doubtful[path] = frozenset(model.model_fields)
