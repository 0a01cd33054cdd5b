"""Read everything that a site declares in its `site/` folder, and check that it agrees."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from pathlib import Path, PurePosixPath

from policy.audiences import Audiences
from policy.audited import Audited, read_audited
from policy.block_schemas import BlockSchema, block_file
from policy.campaigns import FILE as CAMPAIGNS
from policy.campaigns import Campaigns, campaign_faults
from policy.catalogues import Catalogue
from policy.data_schemas import FILE as DATA
from policy.data_schemas import DataSchemas, data_schema_faults
from policy.events import FILE as EVENTS
from policy.events import Events, event_faults
from policy.experiments import FILE as EXPERIMENTS
from policy.experiments import Experiments, faults_before_the_draw
from policy.faults import Fault, Faults
from policy.forms import Form
from policy.goals import FILE as GOALS
from policy.goals import Goals, goal_faults
from policy.navigation import FILE as NAVIGATION
from policy.navigation import Navigation
from policy.origins import Origins
from policy.redirects import FILE as REDIRECTS
from policy.redirects import Redirects
from policy.referrers import FILE as SOURCES
from policy.referrers import Sources, source_faults
from policy.register import Register
from policy.section_schemas import FILE as SECTIONS
from policy.section_schemas import SectionSchemas, schema_faults
from policy.segments import FILE as SEGMENTS
from policy.segments import Segments, segment_faults
from policy.settings import Settings
from policy.site_agreement import (
    audience_faults,
    faults_of_order,
    faults_of_register,
    field_faults,
)
from policy.site_reader import AUDIENCES, FORMS, SiteReader
from policy.sum import Off
from policy.taxonomies import FILE as TAXONOMIES
from policy.taxonomies import Taxonomies, taxonomy_faults
from policy.toml_source import Lines
from policy.versions import Version, read_versions, version_faults

__all__ = [
    "AUDIENCES",
    "FORMS",
    "SETTINGS",
    "Misdeclared",
    "Site",
    "read_as_far_as_possible",
    "read_site",
    "site_with_faults",
]

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
    """Of such files the keys that are not here as they were meant (`policy.salvage`)."""

    def knows(self, path: str, *keys: str) -> bool:
        """Whether nothing is wrong in a file; or of some of its keys, whether they are as they were
        meant."""
        if not keys:
            return path not in self.wrong
        return self.doubtful.get(path, frozenset()).isdisjoint(keys)

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


class Misdeclared(Faults):
    """Faults of what a site declares, and of its pages where nothing that is wrong has a part."""

    epilogue = (
        "Pages were looked at as well, but for what follows from the files of the site that are"
        " wrong: the rest is told when these are mended."
    )


def read_site(root: Path) -> Site:
    """Read `site/*.toml` and `site/forms/*.toml`. Raises `Faults` with all that is wrong."""
    site, faults = site_with_faults(root)
    if faults:
        raise Faults(faults)
    return site


def site_with_faults(root: Path) -> tuple[Site, tuple[Fault, ...]]:
    """The site, and what is wrong in it that keeps no page from being checked: its register was not
    released, or the order of an experiment not drawn. Raises `Faults`, these with all others."""
    site, faults = read_as_far_as_possible(root)
    if site.wrong:
        raise Misdeclared(faults)
    return site, faults


def read_as_far_as_possible(root: Path) -> tuple[Site, tuple[Fault, ...]]:
    """The site, and all that is wrong in what it declares. Where that is `wrong`, something stands
    in for what cannot be used, so that the rest can be looked at in the same run.

    Raises `Faults` where nothing can be looked at, since the engine itself is broken.
    """
    reader = SiteReader(root)
    settings = reader.read(SETTINGS, Settings)
    summed = reader.register()
    navigation = reader.read(NAVIGATION, Navigation)
    audiences = reader.audiences()
    sections = reader.optional(SECTIONS, SectionSchemas, schema_faults)
    own_keys = {key.name for each in sections.sections for key in each.keys}
    taxonomies = reader.optional(
        TAXONOMIES, Taxonomies, lambda declared: taxonomy_faults(declared, own_keys)
    )
    data_schemas = reader.optional(DATA, DataSchemas, data_schema_faults)
    redirects = reader.optional(REDIRECTS, Redirects).redirects
    sources = reader.optional(SOURCES, Sources, source_faults)
    campaigns = reader.optional(CAMPAIGNS, Campaigns, campaign_faults)
    forms = dict(reader.forms())
    events = reader.optional(EVENTS, Events, event_faults)
    names = frozenset({*forms, *reader.unread(FORMS)})
    named = None if reader.is_unread(EVENTS) else events.names
    goals = reader.optional(GOALS, Goals, lambda declared: goal_faults(declared, names, named))
    zone = settings[0].zone if settings else None
    known_goals = None if reader.is_unread(GOALS) else goals
    experiments = reader.optional(
        EXPERIMENTS, Experiments, lambda read: faults_before_the_draw(read, known_goals, zone)
    )
    places: dict[str, Collection[str]] = {}
    if not reader.is_unread(SOURCES):
        places["source"] = sources.names
    if not reader.is_unread(CAMPAIGNS):
        places["campaign"] = campaigns.names
    if settings and audiences:
        places["page_language"] = settings[0].all_languages.tags
        places["audience"] = {audiences[0].default, *audiences[0].names}
    segments = reader.optional(SEGMENTS, Segments, lambda read: segment_faults(read, places))
    blocks = dict(reader.blocks())
    versions = reader.faultless(read_versions) or ()
    audit = reader.faultless(read_audited)
    catalogues = reader.catalogues(settings[0]) if settings else {}
    if summed:
        reader.faults.extend(faults_of_register(summed, forms, audiences, reader.lines))
    if audiences:
        reader.faults.extend(field_faults(audiences[0], forms))
    if audiences and not any(fault.path.startswith(f"{FORMS}/") for fault in reader.faults):
        reader.faults.extend(audience_faults(*audiences, [form for form, _ in forms.values()]))
    known = {} if reader.is_unread(EXPERIMENTS) else reader.lines
    to_be_done = [*faults_of_order(experiments, known_goals, zone, known)]
    if summed:
        place = summed.origins.of(("version",))
        to_be_done += version_faults(summed.register, versions, place)
    register = summed or reader.rest_of_register()
    if register is None:
        raise Misdeclared([*reader.faults, *to_be_done])
    wrong = frozenset(fault.path for fault in reader.faults)
    site = Site(
        root=root,
        settings=settings[0] if settings else reader.rest(SETTINGS, Settings),
        register=register.register,
        navigation=navigation[0] if navigation else reader.rest(NAVIGATION, Navigation),
        forms={name: form for name, (form, _) in forms.items()},
        audiences=audiences[0] if audiences else reader.rest(AUDIENCES, Audiences),
        blocks={name: each for name, each in blocks.items() if block_file(name) not in wrong},
        origins=register.origins,
        catalogues=catalogues,
        off=register.off,
        versions=versions,
        audit=audit,
        sections=sections,
        redirects=redirects,
        sources=sources,
        campaigns=campaigns,
        events=events,
        goals=goals,
        segments=segments,
        experiments=experiments,
        taxonomies=taxonomies,
        data_schemas=data_schemas,
        lines=reader.lines,
        wrong=wrong,
        doubtful=reader.doubtful,
    )
    return site, (*reader.faults, *to_be_done)
