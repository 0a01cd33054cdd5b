"""`build.py draft-link`: a link to one page that is not public yet."""

from __future__ import annotations

import datetime
import tempfile
import time
from pathlib import Path

import click

from generator.building import Builder, PictureWork
from generator.content.languages import address_of
from generator.outputs.private_page import private_page
from generator.publish import Compression
from policy import Fault, Faults, Site, read_site
from policy.draft_links import FEATURE, DraftLinks, Link, Shown
from policy.failures import Refusal
from policy.faults import closest
from policy.manifest import Build, read_build
from policy.places import Places
from policy.sum import REGISTER
from policy.typed import as_typed

__all__ = ["draft_link"]

MOST_DAYS = 90


@click.command()
@click.argument("page", required=False)
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=7,
    show_default=True,
    help="How long the link holds.",
)
@click.option("--list", "listed", is_flag=True, help="Name the links that hold.")
@click.option("--revoke", metavar="NAME", help="End a link now.")
@click.pass_obj
def draft_link(
    places: Places, page: str | None, days: int, listed: bool, revoke: str | None
) -> None:
    """Make a link to PAGE, which is not public yet, for whoever is to read it.

    PAGE is a file, as content/news/offer.md, or an address, as /news/offer/. The link shows the
    page as it is now: make another one after a change.
    """
    links = DraftLinks(places.var)
    _end_what_is_over(links)
    if revoke:
        if not links.revoke(revoke):
            raise Refusal(f"there is no link {revoke}", "build.py draft-link --list names them")
        click.echo(f"Revoked: {revoke}")
    elif page:
        _make(places, links, page, days)
    elif not listed:
        raise click.UsageError("Name a page, or say --list or --revoke NAME.")
    if listed:
        _list(links)


def _end_what_is_over(links: DraftLinks) -> None:
    for link in links.all():
        if link.ends <= time.time():
            links.revoke(link.name)


def _list(links: DraftLinks) -> None:
    held = sorted(links.all(), key=lambda link: link.ends)
    for link in held:
        click.echo(f"{link.name}  {_day(link.ends)}  {link.page}  {link.title}")
    if not held:
        click.echo("No link holds.")


def _make(places: Places, links: DraftLinks, page: str, days: int) -> None:
    site = read_site(places.root)
    if not site.register.has(FEATURE):
        message = f'the feature "{FEATURE}" is off, so nobody would answer at the link'
        raise Refusal(message, f'add "{FEATURE}" to features in {REGISTER}, and release it')
    ends = int(time.time()) + days * 86_400
    with tempfile.TemporaryDirectory(prefix=".plainsite-draft-") as folder:
        out = Path(folder) / "public"
        work = PictureWork(places.var)
        builder = Builder(places.root, out, pictures=work)
        builder.build(drafts=True, compression=Compression.NONE)
        build = read_build(out)
        url = _address(site, build, page)
        _refuse_public(places, url)
        name, kept = links.begin(ends)
        try:
            address = links.address(name, ends)
            made = private_page(out, build, url, address)
            files = {}
            for number, (at, (data, kind)) in enumerate(made.items()):
                (kept / str(number)).write_bytes(data)
                files[at] = Shown(str(number), kind)
            links.keep(Link(name, url, build.pages[url].title, ends, files))
        except BaseException:
            links.revoke(name)
            raise
    click.echo(f"{site.settings.url}{address}")
    click.echo(f"It shows {url} as it is now, until {_day(ends)}.", err=True)
    sooner = as_typed(f"To end it sooner: build.py draft-link --revoke {name}", site.root)
    click.echo(sooner, err=True)


def _address(site: Site, build: Build, page: str) -> str:
    """The address of the page that was named. Raises `Faults`."""
    url = page
    if page.endswith(".md"):
        url = address_of(site.settings.all_languages, page.removeprefix("content/"))
    if url not in build.pages:
        hint = f"{closest(url, build.pages)}name a file in content/, or an address, as /about/"
        raise Faults([Fault("content", None, f"there is no page {page}", hint)])
    return url


def _refuse_public(places: Places, url: str) -> None:
    try:
        is_public = url in read_build(places.public).pages
    except Faults:
        is_public = False
    if is_public:
        raise Refusal(f"{url} is public: everybody may read it", "give its own address")


def _day(seconds: int) -> str:
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return f"{moment:%Y-%m-%d %H:%M} UTC"
