"""Read everything that a site declares in its `site/` folder, and check that it agrees."""

from __future__ import annotations

import datetime
import difflib
import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from policy.audiences import Audiences
from policy.audited import read_audited
from policy.block_schemas import block_file
from policy.campaigns import FILE as CAMPAIGNS
from policy.campaigns import Campaigns, campaign_faults
from policy.country_codes import UNKNOWN, codes
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
from policy.redirects import FILE as REDIRECTS
from policy.redirects import Redirects
from policy.referrers import FILE as SOURCES
from policy.referrers import Sources, source_faults
from policy.section_schemas import FILE as SECTIONS
from policy.section_schemas import SectionSchemas, schema_faults
from policy.segments import FILE as SEGMENTS
from policy.segments import Segments, segment_faults
from policy.settings import Settings
from policy.site import SETTINGS, Site
from policy.site_agreement import (
    audience_faults,
    faults_of_order,
    faults_of_register,
    field_faults,
)
from policy.site_reader import AUDIENCES, FORMS, SiteReader
from policy.sum import REGISTER, Sum
from policy.taxonomies import FILE as TAXONOMIES
from policy.taxonomies import Taxonomies, taxonomy_faults
from policy.toml_lines import Lines
from policy.versions import Version, read_versions, version_faults

__all__ = [
    "FILES",
    "FOLDERS",
    "Misdeclared",
    "Unlooked",
    "misnamed",
    "read_as_far_as_possible",
    "read_site",
    "site_with_faults",
]


FILES = frozenset(
    {
        *(SETTINGS, REGISTER, NAVIGATION, AUDIENCES, SECTIONS, TAXONOMIES, DATA, REDIRECTS),
        *(SOURCES, CAMPAIGNS, EVENTS, GOALS, SEGMENTS, EXPERIMENTS),
    }
)
FOLDERS = frozenset(
    f"site/{each}" for each in ("assets", "audit", "data", "forms", "locale", "policy-versions")
)


_STEM = re.compile(r"\.toml?(?:\.txt)?$|\.tml$", re.IGNORECASE)
"""What ends the name of a file that was meant as one of these."""


def misnamed(root: Path) -> Mapping[str, str]:
    """What stands in `site/` under a name that nobody reads, by its path; and the name that is not
    there and was meant, "" where none is near."""
    try:
        # A link that leads to itself is no folder, and no end of the list.
        there = {f"site/{each.name}": each.is_dir() for each in (root / "site").iterdir()}
    except OSError:
        return {}
    found: dict[str, str] = {}
    for path, is_folder in sorted(there.items()):
        may_be = FOLDERS if is_folder else FILES
        if path not in may_be and (is_folder or _STEM.search(path)):
            stems = {_stem(each): each for each in sorted(may_be - there.keys())}
            near = difflib.get_close_matches(_stem(path), stems, n=1, cutoff=0.75)
            found[path] = stems[near[0]] if near else ""
    return found


def _stem(path: str) -> str:
    return _STEM.sub("", path.rpartition("/")[2]).lower()


class Misdeclared(Faults):
    """Faults of what a site declares, and of its pages where nothing that is wrong has a part."""

    epilogue = (
        "Pages were looked at as well, but for what follows from the files of the site that are"
        " wrong: the rest is told when these are mended."
    )


class Unlooked(Misdeclared):
    """Faults of a site of which so little is there that nothing can be said of its pages."""

    epilogue = "Pages are looked at when these are mended."


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

    Raises `Misdeclared` where nothing can be said of pages: the engine itself is broken, or the
    settings are not there, and with them perhaps all else that the site declared.
    """
    reader = SiteReader(root, {meant: path for path, meant in misnamed(root).items() if meant})
    settings = reader.read(SETTINGS, Settings)
    register = reader.register()
    navigation = reader.read(NAVIGATION, Navigation)
    audiences = reader.audiences()
    listed = _listed(reader)
    forms = dict(reader.forms())
    blocks = dict(reader.blocks())
    countries = _countries(register or reader.rest_of_register())
    measured = _measured(reader, forms, settings[0] if settings else None, audiences, countries)
    versions = reader.faultless(read_versions) or ()
    audit = reader.faultless(read_audited)
    catalogues = reader.catalogues(settings[0]) if settings else {}
    _check_agreement(reader, register, forms, audiences)
    to_be_done = [*measured.to_be_done, *_to_be_released(register, versions)]
    summed = register or reader.rest_of_register()
    if summed is None or not os.path.lexists(root / SETTINGS):
        raise Unlooked([*reader.faults, *to_be_done])
    wrong = frozenset(fault.path for fault in reader.faults)
    site = Site(
        root=root,
        settings=settings[0] if settings else reader.rest(SETTINGS, Settings),
        register=summed.register,
        navigation=navigation[0] if navigation else reader.rest(NAVIGATION, Navigation),
        forms={name: form for name, (form, _) in forms.items()},
        audiences=audiences[0] if audiences else reader.rest(AUDIENCES, Audiences),
        blocks={name: each for name, each in blocks.items() if block_file(name) not in wrong},
        origins=summed.origins,
        catalogues=catalogues,
        off=summed.off,
        versions=versions,
        audit=audit,
        sections=listed.sections,
        redirects=listed.redirects,
        taxonomies=listed.taxonomies,
        data_schemas=listed.data_schemas,
        sources=measured.sources,
        campaigns=measured.campaigns,
        events=measured.events,
        goals=measured.goals,
        segments=measured.segments,
        experiments=measured.experiments,
        lines=reader.lines,
        wrong=wrong,
        doubtful=reader.doubtful,
    )
    return site, (*reader.faults, *to_be_done)


def _countries(register: Sum | None) -> frozenset[str]:
    """Those that the site counts visits by."""
    is_on = register is not None and register.register.has("countries")
    return frozenset({UNKNOWN, *codes()}) if is_on else frozenset()


class _Listed(NamedTuple):
    """How pages stand together."""

    sections: SectionSchemas
    taxonomies: Taxonomies
    data_schemas: DataSchemas
    redirects: Mapping[str, str]


def _listed(reader: SiteReader) -> _Listed:
    sections = reader.optional(SECTIONS, SectionSchemas, schema_faults)
    own_keys = {key.name for each in sections.sections for key in each.keys}
    taxonomies = reader.optional(
        TAXONOMIES, Taxonomies, lambda declared: taxonomy_faults(declared, own_keys)
    )
    data_schemas = reader.optional(DATA, DataSchemas, data_schema_faults)
    redirects = reader.optional(REDIRECTS, Redirects).redirects
    return _Listed(sections, taxonomies, data_schemas, redirects)


class _Measured(NamedTuple):
    """What is counted, and by which names; `to_be_done` before it can be published."""

    sources: Sources
    campaigns: Campaigns
    events: Events
    goals: Goals
    segments: Segments
    experiments: Experiments
    to_be_done: tuple[Fault, ...]


def _measured(
    reader: SiteReader,
    forms: Collection[str],
    settings: Settings | None,
    audiences: tuple[Audiences, Lines] | None,
    countries: frozenset[str],
) -> _Measured:
    sources = reader.optional(SOURCES, Sources, source_faults)
    campaigns = reader.optional(CAMPAIGNS, Campaigns, campaign_faults)
    events = reader.optional(EVENTS, Events, event_faults)
    names = frozenset({*forms, *reader.unread(FORMS)})
    named = None if reader.is_unread(EVENTS) else events.names
    goals = reader.optional(GOALS, Goals, lambda declared: goal_faults(declared, names, named))
    zone: datetime.tzinfo | None = settings.zone if settings else None
    known_goals = None if reader.is_unread(GOALS) else goals
    experiments = reader.optional(
        EXPERIMENTS, Experiments, lambda read: faults_before_the_draw(read, known_goals, zone)
    )
    places: dict[str, Collection[str]] = {"country": countries}
    if not reader.is_unread(SOURCES):
        places["source"] = sources.names
    if not reader.is_unread(CAMPAIGNS):
        places["campaign"] = campaigns.names
    if settings and audiences:
        places["page_language"] = settings.all_languages.tags
        places["audience"] = {audiences[0].default, *audiences[0].names}
    segments = reader.optional(SEGMENTS, Segments, lambda read: segment_faults(read, places))
    known = {} if reader.is_unread(EXPERIMENTS) else reader.lines
    order = tuple(faults_of_order(experiments, known_goals, zone, known))
    return _Measured(sources, campaigns, events, goals, segments, experiments, order)


def _check_agreement(
    reader: SiteReader,
    register: Sum | None,
    forms: Mapping[str, tuple[Form, Lines]],
    audiences: tuple[Audiences, Lines] | None,
) -> None:
    """Whether the files agree with each other, as far as they could be read."""
    if register:
        # None is about which features are on.
        reader.doubtful[REGISTER] = frozenset()
        reader.faults.extend(faults_of_register(register, forms, audiences, reader.lines))
    if audiences:
        reader.faults.extend(field_faults(audiences[0], forms))
    if audiences and not any(fault.path.startswith(f"{FORMS}/") for fault in reader.faults):
        reader.faults.extend(audience_faults(*audiences, [form for form, _ in forms.values()]))


def _to_be_released(register: Sum | None, versions: tuple[Version, ...]) -> list[Fault]:
    if register is None:
        return []
    return [*version_faults(register.register, versions, register.origins.of(("version",)))]
