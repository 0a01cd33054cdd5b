"""`build.py serve`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import click

from analytics.app import create_app
from analytics.preview.app import Preview
from analytics.preview.listening import listen
from analytics.preview.watching import Watcher
from analytics.service import Service
from analytics.staff.roles import known
from policy.failures import Refusal
from policy.places import Places

__all__ = ["serve"]


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    envvar="PORT",
    show_default=True,
    help="0 takes a free one.",
)
@click.option("--drafts", is_flag=True, help="Show drafts and pages with a later date too.")
@click.option(
    "--as-published", is_flag=True, help="Add no reload script: pages exactly as visitors get them."
)
@click.pass_context
def serve(context: click.Context, port: int, drafts: bool, as_published: bool) -> None:
    """Build, serve, and build again on every save. Ctrl-C stops.

    A site with faults is served as it was built last; the faults are shown in the browser.
    """
    places: Places = context.obj
    preview = Preview(
        lambda: create_app(places.root, places.public, places.var, tracebacks=True),
        reload=not as_published,
    )
    try:
        server = listen(preview, port)
    except OSError as error:
        message = f"cannot serve on port {port}: {error.strerror}"
        raise Refusal(message, "choose another, as in: PORT=8001 make run") from None
    rebuild = partial(context.meta["build"], places, drafts=drafts)
    watcher = Watcher(places.root, preview, rebuild, partial(click.echo, err=True))
    _run(server, preview, watcher)
    click.echo("Stopped.")


def _run(server: Any, preview: Preview, watcher: Watcher) -> None:
    try:
        # There may be no site from before, or one that cannot be served: the first build tells.
        with suppress(Exception):
            preview.keep()
        watcher.start()
        watcher.first.wait()
        _say_where(f"http://127.0.0.1:{server.effective_port}", preview.service)
        server.run()
    except KeyboardInterrupt:
        click.echo()
    finally:
        server.close()
        watcher.end()
        preview.close()


def _say_where(address: str, service: Service | None) -> None:
    """The addresses that this site has; all is built again, so others may come."""
    lines = [f"\nPlainsite is at {address}\n"]
    shown = [("/", "the site")] if service is None else list(_worth_a_look(service))
    width = max(len(path) for path, _ in shown)
    lines += [f"  {address}{path:{width}}  {words}" for path, words in shown]
    if service and service.site.register.has("staff"):
        roles = " ".join(f"--role {role}" for role in sorted(known(service.site.register)))
        lines += [
            "      first, in another terminal:",
            f"      .venv/bin/python build.py staff add anna {roles}",
        ]
    click.echo("\n".join([*lines, "\nPages are built again when you save. Ctrl-C stops."]))


def _worth_a_look(service: Service) -> Iterator[tuple[str, str]]:
    """The addresses at which something of this site can be tried, and what."""
    register, pages = service.site.register, service.build.pages
    asks = register.has("visits")
    yield "/", "the site; accept or reject the cookies" if asks else "the site"
    if "/cookies/" in pages:
        yield "/cookies/", "your choices, and your own cookies in words"
    for path in dict.fromkeys(form.page for form in service.site.forms.values()):
        if path != "/":
            yield path, "a form"
    if "/privacy/" in pages:
        yield "/privacy/", "the policy, with tables made from the register"
    if register.has("staff"):
        yield "/staff/", "reports and contacts" if register.has("forms") else "for staff"
