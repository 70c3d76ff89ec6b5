"""Variables of a Dockerfile: which have a value where, and what a text says with them.

ARG before the first FROM counts in FROM lines alone; a stage knows its own ARG and ENV, and
those of the stage that it is built on (Dockerfile reference, "ARG", "ENV").
"""

import re
from collections.abc import Iterator, Mapping

from studiogate.images.dockerfile.shell import unquoted
from studiogate.images.dockerfile.syntax import Instruction

_USED = re.compile(
    r"""
    (?P<single>'[^']*')
    | \\(?:.|\Z)
    | \$(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*)
        | \{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)(?P<rest>[^{}]*)\})
    """,
    re.VERBOSE | re.DOTALL,
)
_PAIR = re.compile(
    r"""(?<!\w)(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')*)"""
)
_OLD_ENV = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s+(?P<value>.+)\Z", re.DOTALL)

_LONGEST = 4096
"""Characters that values add to one text."""

ALWAYS = frozenset(
    {
        "PATH", "HOME", "PWD", "OLDPWD", "USER", "HOSTNAME", "SHELL", "SHLVL", "IFS", "RANDOM",
        "UID", "EUID", "LINENO", "PPID", "OPTARG", "OPTIND", "REPLY", "BASH_SOURCE", "BASHPID",
        "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy",
        "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy",
    }
)  # fmt: skip
"""What has a value without anybody's doing: the shell's, and arguments every builder knows."""


def declared(instruction: Instruction) -> Mapping[str, str | None]:
    """The names that an ARG or ENV declares, and their values; `None` for an ARG without."""
    if instruction.word == "ARG":
        return dict(_arguments(instruction.text))
    if instruction.word != "ENV":
        return {}
    pairs = {
        found["name"]: unquoted(found["value"]) for found in _PAIR.finditer(instruction.text)
    }
    old = _OLD_ENV.match(instruction.text)
    return {old["name"]: old["value"]} if old else pairs


def resolved(text: str, values: Mapping[str, str | None]) -> str:
    """`text` with what is known of its variables put in; others stay as they are.

    So do those that would make it longer than any line is, as `A=$A$A` does in a few lines.
    """
    left = _LONGEST

    def bounded(found: re.Match[str]) -> str:
        nonlocal left
        made = value(found)
        left -= len(made)
        return made if left >= 0 else found[0]

    def value(found: re.Match[str]) -> str:
        name = found["name"] or found["braced"]
        if name is None:
            return found[0]
        known = values.get(name)
        rest = found["rest"] or ""
        if known:
            return known
        return rest[2:] if rest.startswith(":-") else found[0] if known is None else ""

    return _USED.sub(bounded, text)


def used(text: str) -> Iterator[str]:
    """Names that `text` uses and has no value for in their place, as `${X:-this}` has."""
    for found in _USED.finditer(text):
        name = found["name"] or found["braced"]
        rest = found["rest"] or ""
        if name and not rest.lstrip(":").startswith(("-", "+", "=", "?")):
            yield name


def _arguments(text: str) -> Iterator[tuple[str, str | None]]:
    for word in _words(text):
        name, equals, value = word.partition("=")
        if name.isidentifier():
            yield name, unquoted(value) if equals else None


def _words(text: str) -> Iterator[str]:
    for found in re.finditer(r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|["'\\])+""", text):
        yield found[0]
