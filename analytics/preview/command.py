"""`build.py serve`."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING

import click

from policy.typed import as_typed

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from analytics.preview.app import Preview
    from analytics.service import Service
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
    "--as-published",
    is_flag=True,
    help="No bar and no reloading: pages exactly as visitors get them.",
)
@click.pass_context
def serve(context: click.Context, port: int, drafts: bool, as_published: bool) -> None:
    """Build, serve, and build again on every save. Ctrl-C stops.

    A site with faults is served as it was built last; the faults are shown in the browser.
    """
    # Imported here, so that --help is quick; the service by the first who needs it, so that the
    # port answers at once.
    from analytics.preview.app import Preview  # noqa: PLC0415  (as above)
    from analytics.preview.builds import Builds  # noqa: PLC0415  (as above)
    from analytics.preview.listening import let_go, listen  # noqa: PLC0415  (as above)
    from analytics.preview.terminal import Terminal  # noqa: PLC0415  (as above)
    from analytics.preview.watching import Watcher  # noqa: PLC0415  (as above)

    places: Places = context.obj
    preview = Preview(places, partial(_make_app, places), drafts=drafts, as_published=as_published)

    def stop(*_: object) -> None:
        preview.updates.close()
        raise KeyboardInterrupt

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)
    # waitress takes most of the interrupts for itself.
    with ExitStack() as ending, suppress(KeyboardInterrupt):
        ending.callback(preview.close)
        server = listen(preview, port)
        ending.callback(let_go, server)
        builds = Builds(context.meta["builder"], places)
        terminal = Terminal(lambda text, err: click.echo(text, err=err))
        ending.callback(terminal.end)
        terminal.start()
        address = f"http://127.0.0.1:{server.effective_port}"
        say_where = partial(_say_where, address, preview, partial(terminal.say, err=False))
        watcher = Watcher(preview, builds, terminal.say, say_where)
        ending.callback(watcher.end)
        watcher.start()
        server.run()
    click.echo()
    click.echo("Stopped.")


def _make_app(places: Places, public: Path) -> Flask:
    from analytics.app import create_app  # noqa: PLC0415  (as above)

    app = create_app(places.root, public, places.var, tracebacks=True)
    app.jinja_env.auto_reload = True
    return app


def _say_where(address: str, preview: Preview, say: Callable[[str], None]) -> None:
    """The addresses that this site has; all is built again, so others may come."""
    service = preview.service
    lines = [f"\nPlainsite is at {address}\n"]
    shown = [("/", "the site")] if service is None else list(_worth_a_look(service))
    width = max(len(path) for path, _ in shown)
    lines += [f"  {address}{path:{width}}  {words}" for path, words in shown]
    if service and service.site.register.has("staff"):
        from analytics.staff.roles import known  # noqa: PLC0415  (as above)

        roles = " ".join(f"--role {role}" for role in sorted(known(service.site.register)))
        lines += [
            "      first, in another terminal:",
            as_typed(f"      build.py staff add anna {roles}", service.site.root),
        ]
    say("\n".join([*lines, "\nPages are built again when you save. Ctrl-C stops."]))


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
