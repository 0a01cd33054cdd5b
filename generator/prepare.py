"""A whole site in memory: read, rendered and checked. Nothing here writes a file."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from generator.assets import Assets, load_assets
from generator.budget import budget_faults, budget_warnings
from generator.check.html import html_faults
from generator.check.links import Addresses, addresses_used, anchors, file_faults, link_faults
from generator.check.site_files import alias_faults, menu_pages, site_file_faults
from generator.check.warnings import description_warnings
from generator.content.fates import waits_for
from generator.content.library import FOLDER, Content, load_content
from generator.content.urls import file_address, service_addresses
from generator.files import PlainFile, read_file
from generator.outputs.for_programs import addresses_for_programs
from generator.outputs.policy_pages import policy_pages
from generator.recorded import Rendered
from generator.render import Renderer, render_all
from policy import Fault, Faults, Site, read_site
from policy.settings import Item

NEEDED = ("content", "templates")


@dataclass(frozen=True)
class Ready:
    """A site without a fault. `files` are those beside pages, by address."""

    site: Site
    content: Content
    assets: Assets
    files: Mapping[str, PlainFile]
    rendered: Sequence[Rendered]
    warnings: tuple[Fault, ...]


def prepare(root: Path, *, drafts: bool, today: datetime.date) -> Ready:
    """Read, render and check the site in `root`. Raises `Faults` with everything that is wrong."""
    site = read_site(root.resolve())
    if missing := [folder for folder in NEEDED if not os.path.lexists(site.root / folder)]:
        hint = "put it back: a site has content/, templates/ and site/"
        raise Faults(Fault(folder, None, "this folder is missing", hint) for folder in missing)
    reserved = addresses_for_programs(site)
    assets, asset_faults = load_assets(site)
    content, content_faults = load_content(
        site, drafts=drafts, today=today, made=policy_pages(site), reserved=reserved
    )
    renderer = Renderer(_without_pages_that_are_off(site, content), content, assets)
    results = list(render_all(renderer, content, site))
    rendered = [each for each in results if isinstance(each, Rendered)]
    content = _with_fates(content, renderer, rendered)
    files, broken_files = _read_files(site, content)
    faults = [
        *asset_faults,
        *content_faults,
        *broken_files,
        *budget_faults(site, content),
        *(each for each in results if isinstance(each, Fault)),
        *html_faults(rendered),
        *_link_faults(site, content, rendered, files, reserved),
        *alias_faults(content, reserved),
        *site_file_faults(site, content),
    ]
    if faults:
        raise Faults(faults)
    warnings = (*assets.left_out, *content.left_out, *description_warnings(content))
    warnings = (*warnings, *budget_warnings(site, content))
    warnings = (*warnings, *(each for file in files.values() for each in file.warnings))
    return Ready(site, content, assets, files, rendered, warnings)


def _without_pages_that_are_off(site: Site, content: Content) -> Site:
    """The site with menus that lack what no feature that is on has a page for."""

    def leads(item: Item) -> bool:
        return item.page not in content.off

    menus = site.navigation
    kept = menus.model_copy(
        update={
            "header": tuple(filter(leads, menus.header)),
            "footer": tuple(filter(leads, menus.footer)),
            "action": menus.action if menus.action and leads(menus.action) else None,
        }
    )
    return replace(site, navigation=kept)


def _with_fates(content: Content, renderer: Renderer, rendered: Sequence[Rendered]) -> Content:
    """The content with only those of its files that are published (`generator.content.fates`)."""
    used = {
        address
        for each in rendered
        for recorded in each.recorded.values()
        for address in addresses_used(each.page.url, recorded)
    }
    used_by_waiting = {
        address: page.path
        for page in content.waiting
        for recorded in renderer.record_text(page)
        for address in addresses_used(page.url, recorded)
    }
    waits = {
        address: page
        for address, path in content.files.items()
        if (page := waits_for(path, address, content.published, used, used_by_waiting))
    }
    return replace(
        content,
        files={address: path for address, path in content.files.items() if address not in waits},
        left_out=(*content.left_out, *_told(content, waits)),
        waiting_files={address: content.files[address] for address in waits},
    )


def _told(content: Content, waits: Mapping[str, str]) -> Iterator[Fault]:
    for address, page in waits.items():
        message = f"not published: it belongs to {page}, which is not published yet"
        hint = "nothing to do: it is published with that page, or with a page that shows it"
        yield Fault(content.files[address], None, message, hint)


def _read_files(site: Site, content: Content) -> tuple[dict[str, PlainFile], list[Fault]]:
    files: dict[str, PlainFile] = {}
    faults: list[Fault] = []
    for address, name in content.files.items():
        try:
            files[address] = read_file(site.root, name)
            faults.extend(files[address].faults)
        except Faults as error:
            faults.extend(error.faults)
    return files, faults


def _link_faults(
    site: Site,
    content: Content,
    rendered: Sequence[Rendered],
    files: Mapping[str, PlainFile],
    reserved: Sequence[str],
) -> Iterator[Fault]:
    waits = {page.url: page.path for page in content.waiting} | dict(content.waiting_files)
    left_out = {
        file_address(each.path.removeprefix(f"{FOLDER}/")): each for each in content.left_out
    }
    addresses = Addresses(
        known={*content.pages, *content.files, *reserved},
        anchors=anchors(rendered),
        default=site.audiences.default,
        waiting={
            **{
                address: f"{each.path} is {each.message}; {each.hint}"
                for address, each in left_out.items()
            },
            **{address: f"publish {path} first" for address, path in waits.items()},
        },
        service=service_addresses(site.register),
    )
    yield from link_faults(rendered, addresses, menu_pages(site))
    documents = {
        address: file.recorded
        for address, file in files.items()
        if file.recorded and address.endswith(".html")
    }
    yield from file_faults(documents, addresses)
