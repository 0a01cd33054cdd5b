"""The command line: one line a command, and the one place where an error becomes a message."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from policy.places import Places

ROOT = Path(__file__).parent

# A command is imported when it is run: a build needs no service, and --help needs nothing.
COMMANDS = {
    "build": ("generator.command", "Build the site into public/."),
    "check": ("generator.command", "Look for faults in the site, and write nothing."),
    "new": ("generator.new", "Make a page, a section or a whole site that passes every check."),
    "import": ("generator.moving.command", "Move in from Hugo or Jekyll."),
    "explain": ("generator.explain", "Say where the values of a page come from, and who needs it."),
    "draft-link": (
        "generator.draft_links",
        "Make a link to one page that is not public yet, for whoever is to read it.",
    ),
    "texts": (
        "generator.languages_command",
        "Write the sentences to be translated into site/locale/, one file for each language.",
    ),
    "translations": (
        "generator.languages_command",
        "List the pages and sentences that are not translated, or that their original has left.",
    ),
    "serve": ("analytics.preview.command", "Build, serve, and build again on every save."),
    "audit": ("audit.command_line", "Compare what real browsers see with the register."),
    "policy": ("policy.command", "Release versions of the register, and explain them."),
    "staff": ("analytics.commands.staff", "Manage who may sign in at /staff/."),
    "data": ("analytics.commands.data", "Look after what visitors gave, and were given."),
    "experiment": (
        "generator.experiment_command",
        "Draw the order of an experiment's variants, and show it.",
    ),
    "openapi": ("analytics.commands.openapi", "Print what the service answers, as OpenAPI 3.1."),
}


OF_A_SITE = ("build", "check")
"""Those that hold a whole site in memory until they end."""

STOPPED = 128 + 2
"""The status of a command that Ctrl-C ended (SIGINT is 2), as shells give it."""


class Commands(click.Group):
    """The commands of the table above."""

    is_program = False
    """Whether the process ends with the command."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Their names, in the order in which one needs them."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of that name."""
        if name not in COMMANDS:
            return None
        if name in OF_A_SITE:
            self.hold()
        module = import_module(COMMANDS[name][0])
        # A word of Python's own names no function.
        command: click.Command = getattr(module, name.replace("-", "_"), None) or module.import_site
        return command

    def hold(self) -> None:
        """What the command makes is needed until the process ends: look for nothing to free."""
        if self.is_program:
            gc.disable()

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The table, as --help shows it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """As click does; `--root` may stand behind the command, where people look for it."""
        at = next((i for i, each in enumerate(args) if each.split("=")[0] == "--root"), 0)
        if at and "audit" not in args[:at]:  # It has an option of that name.
            end = at + (1 if "=" in args[at] else 2)
            args = [*args[at:end], *args[:at], *args[end:]]
        return super().parse_args(context, args)

    def invoke(self, context: click.Context) -> Any:
        """Run a command. Whatever ends it is told here, and nowhere else."""
        try:
            return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except BrokenPipeError:  # Whoever reads what is told, such as head, has seen enough.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            context.exit(1)
        except (KeyboardInterrupt, click.Abort):  # Abort: Ctrl-C at a question.
            click.echo("Stopped.", err=True)
            context.exit(STOPPED)
        except Exception as error:
            if context.params["traceback"]:
                raise
            context.exit(_tell(error, context))


def _tell(error: Exception, context: click.Context) -> int:
    """Say why a command ended, for people or for programs; the status to end with."""
    from policy.failures import tell  # noqa: PLC0415  (--help needs nothing)
    from policy.fault_json import failed  # noqa: PLC0415  (as above)
    from policy.fault_text import FaultText  # noqa: PLC0415  (as above)

    if "analytics.storage.unusable" in sys.modules:  # Else no database had a part in it.
        from analytics.storage.unusable import refused  # noqa: PLC0415  (as above)

        error = refused(error) or error
    root = context.params["root"]
    told = tell(error, FaultText.on(sys.stderr, root))
    if context.meta.get("format") == "json":
        click.echo(failed(root, error, told))
    else:
        click.echo(told.text, err=True, color=True if sys.stderr.isatty() else None)
    return told.status


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT,
    help="The site's folder, with content/, templates/ and site/. This one, unless you say so.",
)
@click.option("--traceback", is_flag=True, help="Show all of an error, for those who report it.")
@click.pass_context
def main(context: click.Context, root: Path, traceback: bool) -> None:
    """Build a site from Markdown, and serve it with its own counting, forms and reports.

    Without a command, the site is built into public/.

    \b
    Examples:
      python build.py                   build the site
      python build.py serve             preview it; pages reload when you save
      python build.py check             look for faults, write nothing
      python build.py audit             let real browsers prove the register
      python build.py policy release    keep the register as a version of its own
      python build.py staff add anna --role reports
    """
    from policy.places import Places  # noqa: PLC0415  (--help needs nothing)

    context.obj = Places.of(root)
    context.meta["builder"] = builder
    if context.invoked_subcommand is None:
        from generator.command import build_and_say  # noqa: PLC0415  (as above)

        main.hold()
        build_and_say(context.obj, drafts=False)


def builder(places: Places) -> Any:
    """What builds for the preview, in a process of its own: the service knows no generator."""
    from generator.command import Builder  # noqa: PLC0415  (as above)

    return Builder(places)


def run() -> None:
    """Run the command that this process was started for. At ten thousand pages, to take apart what
    was made takes longer than to make one page anew: so the process ends as it is."""
    main.is_program = True
    try:
        main()
    except SystemExit as ended:
        if not gc.isenabled() and isinstance(ended.code, int):
            with suppress(OSError):  # Python's own end tells of it.
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(ended.code)
        raise


if __name__ == "__main__":
    run()
