"""`build.py serve`."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

import click

from analytics.app import create_app
from analytics.preview.app import Preview
from analytics.preview.listening import listen
from analytics.preview.watching import Watcher
from policy.failures import Refusal
from policy.places import Places

__all__ = ["serve"]


@click.command()
@click.option("--port", default=8000, envvar="PORT", show_default=True, help="0 takes a free one.")
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
    # There may be no site from before, or one that cannot be served: the first build tells.
    with suppress(Exception):
        preview.keep()
    watcher.start()
    try:
        watcher.first.wait()
        _say_where(f"http://127.0.0.1:{server.effective_port}")
        server.run()
    except KeyboardInterrupt:
        click.echo()
    finally:
        server.close()
        watcher.end()
        preview.close()


def _say_where(address: str) -> None:
    click.echo(
        f"""
Plainsite is at {address}

  {address}/                     the site; accept or reject the cookies
  {address}/cookies/             your choices, and your own cookies in words
  {address}/request-information/ a form; check the second box, then look at the home page again
  {address}/privacy/             the policy, with tables made from the register
  {address}/staff/               reports and contacts; first, in another terminal:
      .venv/bin/python build.py staff add anna --role reports --role contacts --role admin

Pages are built again when you save. Ctrl-C stops."""
    )
