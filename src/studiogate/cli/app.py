"""The `studiogate` command: which commands there are, and how a run of one ends.

Only the command that is asked for is imported, so that `studiogate --help` and `check` start
without the emulator, the web framework or an AWS client.  To add a command, write it in a file
of its own and give it one line in `COMMANDS`; the help text is repeated here because help must
not import what it lists (a test compares the two).  A command that is a group has a package in
place of the file, with a file for each verb; of those, too, one is imported.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer

from studiogate import __version__
from studiogate.cli.present import complain, show
from studiogate.errors import StudioGateError


@dataclass(frozen=True, slots=True)
class Command:
    """One command: function `name` (hyphens as underscores) of module `studiogate.cli.name`."""

    name: str
    says: str
    """The first line of the function's docstring."""

    function: str = ""
    """What the function and its module are called, where that cannot be the name."""

    group: str = ""
    """The command it is a verb of, and so the package its module is in."""

    verbs: tuple["Command", ...] = ()
    """Those of a group, which does nothing itself."""

    @property
    def word(self) -> str:
        """What the function is called, and its module."""
        return self.function or self.name.replace("-", "_")

    @property
    def module(self) -> str:
        """The module of the function."""
        return ".".join(part for part in ("studiogate.cli", self.group, self.word) if part)

    def load(self) -> Callable[..., Any]:
        """The function that does it; importing it brings what the command needs."""
        run: Callable[..., Any] = getattr(import_module(self.module), self.word)
        return run


IMAGES: tuple[Command, ...] = (
    Command(
        "init",
        "Write the Dockerfile of a custom image, with every download pinned.",
        group="images",
    ),
    Command(
        "lock",
        "Look every download of an image up again, and pin what is there now.",
        group="images",
    ),
    Command(
        "check",
        "Report everything that is wrong with an image's Dockerfile, or with what was built.",
        group="images",
    ),
    Command(
        "build",
        "Build a custom image, here or in AWS.",
        group="images",
    ),
    Command(
        "publish",
        "Push an image to every account that has it, and make it known to SageMaker there.",
        group="images",
    ),
    Command(
        "attach",
        "Offer a published image in Studio domains; what else is attached stays as it is.",
        group="images",
    ),
    Command(
        "detach",
        "Take an image out of launchers; what else is attached stays as it is.",
        group="images",
    ),
    Command(
        "rollback",
        "Attach the version that was attached before the last change.",
        group="images",
    ),
    Command(
        "list",
        "Show every image by domain: version, who runs which, and what waits.",
        function="listing",
        group="images",
    ),
    Command(
        "retire",
        "Take an image away for good, unless somebody runs it: everywhere, in order.",
        group="images",
    ),
    Command(
        "refresh-rstudio",
        "Make the RStudio application of a domain anew, so that it takes custom images.",
        group="images",
    ),
)
"""The verbs of `studiogate images`, in the order of an image's life."""


COMMANDS: tuple[Command, ...] = (
    Command(
        "up",
        "Start the emulated organisation, the gateway and the portal; Ctrl-C stops them.",
    ),
    Command(
        "down",
        "Stop the organisation that `studiogate up` started, and everything it started.",
    ),
    Command("open", "Sign in if need be, and open your Studio in the browser."),
    Command("signout", "End the command line's sign-in, at the gateway and in the keyring."),
    Command("serve", "Serve the gateway; its settings come from the environment."),
    Command("check", "Read a landscape and report everything that is wrong with it."),
    Command(
        "doctor",
        "Compare people with pool, directory and Studio; "
        "see who gets to warehouses and images.",
    ),
    Command(
        "people",
        "List who is called what, or release a name so that somebody else can have it.",
    ),
    Command(
        "revoke",
        "Cut a person off in every account, and watch until nothing of theirs answers.",
    ),
    Command(
        "restore", "Undo a revocation: take every Deny away, then let the person in again."
    ),
    Command(
        "why", "Say whether a person opens a domain from a network, layer by layer, and why."
    ),
    Command(
        "reach", "Show who opens what from where: people, domains, and the networks that open."
    ),
    Command(
        "verify",
        "Prove every invariant, or show the request that breaks it; name weak policies.",
    ),
    Command(
        "lob", "Add a line of business to the landscape; `studiogate apply` then builds it."
    ),
    Command("render", "Write every CloudFormation template, and what each is told, as files."),
    Command(
        "plan",
        "Show what apply would do, account by account, and who gains and who loses by it.",
    ),
    Command(
        "apply",
        "Build what the landscape declares, in every account; a second time does nothing.",
    ),
    Command(
        "destroy", "Take everything down that apply has built, and report what is left of it."
    ),
    Command(
        "status",
        "Show every stack, and for each lob whether it is shared, attached and resolving.",
    ),
    Command(
        "draw",
        "Draw accounts, VPCs, endpoints, routes, names and who opens what, as one SVG.",
    ),
    Command(
        "costs", "Compare the cost of shared endpoints with that of endpoints in every VPC."
    ),
    Command("schema", "Print the JSON Schema of the landscape file, for editors."),
    Command(
        "images",
        "Custom images for RStudio, JupyterLab and Code Editor: from Dockerfile to retired.",
        verbs=IMAGES,
    ),
)
"""Every command, in the order the help shows them."""


INTERRUPTED = 128 + 2
"""The exit code of a command that Ctrl-C ended: a shell's own for the signal SIGINT."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in `arguments` (`sys.argv` by default); the exit code to leave with.

    An error of ours is shown with its remedy.  Anything else is a defect: it keeps its
    traceback, without the values of variables, and Python leaves with 1.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        application(given)(given, prog_name="studiogate")
    except StudioGateError as error:
        return complain(error)
    except KeyboardInterrupt:
        return INTERRUPTED  # before the command itself was there to be interrupted
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def application(arguments: Sequence[str]) -> typer.Typer:
    """The application with the command that `arguments` name loaded, the others named only."""
    words = [word for word in arguments if not word.startswith("-")]
    app = _filled(COMMANDS, words)
    app.callback()(_studiogate)
    return app


def _filled(commands: Sequence[Command], words: Sequence[str]) -> typer.Typer:
    """An application of `commands`; the one that `words` name is loaded."""
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for command in commands:
        rest = words[1:] if words[:1] == [command.name] else None
        if command.verbs:
            group = _filled(command.verbs, rest or ())
            # A `short_help` is shown whole; from `help` a list of commands takes what fits.
            app.add_typer(group, name=command.name, help=command.says, short_help=command.says)
        elif rest is None:
            app.command(command.name, short_help=command.says)(_not_asked_for)
        else:
            app.command(command.name)(command.load())
    return app


def _show_version(*, asked: bool) -> None:
    if asked:
        show(f"studiogate {__version__}")
        raise typer.Exit


def _studiogate(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=lambda value: _show_version(asked=value),
            help="Print the version and leave.",
        ),
    ] = False,
) -> None:
    """The private front door to Amazon SageMaker Studio, for many AWS accounts."""


def _not_asked_for() -> None:
    raise AssertionError("a command that was not asked for is running")
