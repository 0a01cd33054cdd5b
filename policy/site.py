"""What a site declares in its `site/` folder, all of it (`policy.reading` reads it)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as default
from pathlib import Path, PurePosixPath

from policy.audiences import Audiences
from policy.audited import Audited
from policy.block_schemas import BlockSchema
from policy.campaigns import Campaigns
from policy.catalogues import Catalogue
from policy.data_schemas import DataSchemas
from policy.events import Events
from policy.experiments import Experiments
from policy.faults import Fault
from policy.forms import Form
from policy.goals import Goals
from policy.navigation import Navigation
from policy.origins import Origins
from policy.referrers import Sources
from policy.register import Register
from policy.section_schemas import SectionSchemas
from policy.segments import Segments
from policy.settings import Settings
from policy.site_reader import AUDIENCES, FORMS
from policy.sum import Off
from policy.taxonomies import Taxonomies
from policy.toml_lines import Lines
from policy.versions import Version

__all__ = ["AUDIENCES", "FORMS", "SETTINGS", "Site"]

SETTINGS = "site/settings.toml"


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
    events: Events = default(default_factory=Events.model_construct)
    goals: Goals = default(default_factory=Goals.model_construct)
    segments: Segments = default(default_factory=Segments.model_construct)
    experiments: Experiments = default(default_factory=Experiments.model_construct)
    sections: SectionSchemas = default(default_factory=SectionSchemas.model_construct)
    redirects: Mapping[str, str] = default(default_factory=dict)
    taxonomies: Taxonomies = default(default_factory=Taxonomies.model_construct)
    data_schemas: DataSchemas = default(default_factory=DataSchemas.model_construct)
    wrong: frozenset[str] = frozenset()
    """The files in which something is wrong, which keeps the site from being published."""

    doubtful: Mapping[str, frozenset[str]] = default(default_factory=dict)
    """Of such files the keys that are not here as they were meant (`policy.salvage`); of one that
    is not named, nobody knows which."""

    def knows(self, path: str, *keys: str) -> bool:
        """Whether nothing is wrong in a file; or of some of its keys, whether they are as they were
        meant."""
        if not keys or path not in self.doubtful:
            return path not in self.wrong
        return self.doubtful[path].isdisjoint(keys)

    def in_doubt(self, faults: Iterable[Fault]) -> Site:
        """This site, once faults of what it declares were found that only its pages show."""
        paths = {fault.path for fault in faults}
        doubtful = {path: keys for path, keys in self.doubtful.items() if path not in paths}
        return replace(self, wrong=self.wrong | paths, doubtful=doubtful)

    def wrong_in(self, folder: str) -> tuple[str, ...]:
        """The names, without their endings, of the files of a folder in which something is."""
        paths = map(PurePosixPath, self.wrong)
        return tuple(each.stem for each in paths if each.parent == PurePosixPath(folder))

    def plain(self, page: str) -> str:
        """The address of a page as it is in the default language: without the language's folder."""
        languages = self.settings.all_languages
        tag = languages.of_address(page)
        return page if tag == languages.default else page[len(languages.home(tag)) - 1 :]

    def line(self, path: str, *location: int | str) -> int | None:
        """The line of a key in a file that was read, by its path relative to the root."""
        return self.lines[path].of(location) if path in self.lines else None
