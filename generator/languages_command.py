"""`build.py texts` and `translations`: what a site says in its languages, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from policy import Fault, Site, read_site
from policy.places import Places

__all__ = ["texts", "translations"]


@click.command()
@click.option("--engine", is_flag=True, help="The engine's own sentences, for who works on it.")
@click.pass_obj
def texts(places: Places, engine: bool) -> None:
    """Write the sentences to be translated into site/locale/, one file for each language."""
    from generator.texts import engine_texts, site_texts, updated  # noqa: PLC0415  (Babel)

    site = read_site(places.root)
    found = engine_texts() if engine else site_texts(site)
    for root, name, tag in _catalogues(site, engine=engine):
        data = updated(root, name, tag, found)
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(data)
        part.replace(path)
        click.echo(f"{name}: {len({text.key for text in found})} sentences.")


@click.command()
@click.option(
    "--current",
    "pages",
    multiple=True,
    metavar="PAGE",
    help="Note that this translation is that of its original as it is now.",
)
@click.pass_obj
def translations(places: Places, pages: tuple[str, ...]) -> None:
    """List the pages and sentences that are not translated, or that their original has left."""
    from generator.translations_report import mark_current, page_faults  # noqa: PLC0415  (Babel)

    site = read_site(places.root)
    for page in pages:
        mark_current(site, page)
        click.echo(f"{page}: noted as the translation of its original as it is now.")
    if pages:
        return
    found = [*page_faults(site), *_sentences(site)]
    for each in found:
        click.echo(str(each).replace("error: ", "", 1))
    languages = ", ".join(site.settings.all_languages.tags)
    click.echo(f"{len(found)} things to translate; the site is in {languages}.")


def _sentences(site: Site) -> Iterator[Fault]:
    from generator.texts import lacking, site_texts  # noqa: PLC0415  (Babel)

    found = site_texts(site)
    for root, name, tag in _catalogues(site, engine=False):
        yield from lacking(root, name, tag, found)


def _catalogues(site: Site, *, engine: bool) -> Iterator[tuple[Path, str, str]]:
    """(root, file, language) of each catalogue: one for each language that is not that of the
    sentences themselves."""
    from policy.catalogues import ENGINE, FOLDER  # noqa: PLC0415  (as above)

    if engine:
        for path in sorted(ENGINE.glob("*.po")):
            yield ENGINE.parents[1], f"policy/locale/{path.name}", path.stem
        return
    languages = site.settings.all_languages
    for tag in languages.others:
        yield site.root, f"{FOLDER}/{tag}.po", tag
