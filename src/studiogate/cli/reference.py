"""The reference page of the command line, made from the commands; a test keeps it current."""

from contextlib import redirect_stdout, suppress
from io import StringIO

from studiogate.cli.app import COMMANDS, application

WIDTH = 88
"""Columns of the page, whatever the terminal it is made in."""

_HEAD = """\
# The command line

<!-- Made from the commands by studiogate.cli.reference; a test says how to renew it. -->

The answer of a command is on stdout; progress and complaints are on stderr.  A command that
only reads takes `--json`: then stdout holds [one JSON document](json.md) and nothing else.
Those that ask AWS take `--profile` and `--role`: [the permissions they need](permissions.md).

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | a defect of ours, with its traceback |
| 2 | the command was given wrongly, or the landscape or the environment is wrong |
| 3 | refused: we decided no; or it was found so, as each command says below |
| 4 | AWS did not give what we asked for |
| 5 | something could not be started, deployed or stopped |

[errors.md](../errors.md) explains every error.
"""


def reference() -> str:
    """The page, in Markdown."""
    parts = [f"## studiogate\n\n{_help_of()}"]
    for each in COMMANDS:
        parts.append(f"## studiogate {each.name}\n\n{_help_of(each.name)}")
        parts += [
            f"### studiogate {each.name} {verb.name}\n\n{_help_of(each.name, verb.name)}"
            for verb in each.verbs
        ]
    return "\n".join([_HEAD, *parts])


def _help_of(*command: str) -> str:
    said = StringIO()
    given = [*command, "--help"]
    with redirect_stdout(said), suppress(SystemExit):
        application(given)(
            given, prog_name="studiogate", terminal_width=WIDTH, max_content_width=WIDTH
        )
    return f"```text\n{said.getvalue().strip()}\n```\n"
