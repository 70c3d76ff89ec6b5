"""Rules about downloads: they fail when they fail, and are what they were (F-68)."""

import re
from collections.abc import Iterator, Sequence

from studiogate.images.dockerfile.facts import Facts, Step, Subject
from studiogate.images.dockerfile.shell import Command
from studiogate.images.parts import Fault

_URL = re.compile(r"https?://[^\s'\"<>)]+", re.IGNORECASE)
_PLAIN_HTTP = re.compile(r"http://(?!localhost\b|127\.|\[::1\])[^\s'\"<>)]+", re.IGNORECASE)
_SUM = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})(?![0-9a-f])")
_CHECKS = frozenset({"sha256sum", "sha384sum", "sha512sum", "shasum"})
_INSTALLERS = frozenset(
    {
        "apt",
        "apt-get",
        "yum",
        "dnf",
        "microdnf",
        "rpm",
        "dpkg",
        "gdebi",
        "pip",
        "pip3",
        "zypper",
    }
)
_INDEX_FLAGS = ("--index-url", "--extra-index-url", "-i", "--find-links", "--channel", "--repo")
_MANY = 1_000


def downloads(facts: Facts, subject: Subject) -> Iterator[Fault]:
    """What is wrong with what RUN and ADD fetch."""
    for step in facts.steps:
        if step.word == "ADD":
            yield from _added(step, subject)
        elif step.word == "RUN":
            yield from _unfailing(step, subject)
            yield from _unchecked(step, subject)
        if step.word in {"RUN", "ADD", "ENV"}:
            yield from _untrusted(step, subject)


def _added(step: Step, subject: Subject) -> Iterator[Fault]:
    given = any(name == "checksum" and value for name, value in step.instruction.flags)
    if _URL.match(step.text) and not given:
        what = "ADD takes whatever is at that address on the day it is built"
        remedy = "Write RUN curl -fsSL … && echo 'SHA256  FILE' | sha256sum -c -."
        yield subject.fault("add-without-checksum", step.line, what, remedy)


def _unfailing(step: Step, subject: Subject) -> Iterator[Fault]:
    for command in step.commands:
        if command.name == "curl" and not command.has("-f", "--fail", "--fail-with-body"):
            what = "curl without -f keeps the server's error page as if it were the file"
            yield subject.fault("curl-without-fail", command.line, what, "Write curl -fsSL ….")
        insecure = {"curl": ("-k", "--insecure"), "wget": ("--no-check-certificate",)}
        if command.has(*insecure.get(command.name, ())):
            what = f"{command.name} is told not to look at the certificate"
            remedy = "Leave that flag away; add the authority that is missing to the image."
            yield subject.fault("download-untrusted", command.line, what, remedy)


def _unchecked(step: Step, subject: Subject) -> Iterator[Fault]:
    """Each download needs a checksum after it, in the same RUN: its layer is kept."""
    open_: list[Command] = []
    sums = 0
    for command in step.commands:
        sums += len(_SUM.findall(" ".join(command.words)))
        if _downloads(command):
            open_.append(command)
        elif command.name in _CHECKS and command.has("-c", "--check"):
            from_file = not _reads_pipe(command)
            allowed = _MANY if from_file else max(sums, 0)
            open_, sums = open_[allowed:], 0
    for command in open_:
        piped = command.piped and command.name in {"curl", "wget"}
        what = "what is downloaded is run unseen" if piped else "nothing checks what arrived"
        remedy = "Keep it in a file, and in the same RUN: echo 'SHA256  FILE' | sha256sum -c -."
        yield subject.fault("download-without-checksum", command.line, what, remedy)


def _reads_pipe(command: Command) -> bool:
    files = [one for one in command.words[1:] if not one.startswith("-")]
    return not files


def _downloads(command: Command) -> bool:
    """Whether a command fetches one file by its address; an index is not a file."""
    words = _without_indexes(command.words[1:])
    fetches = command.name in {"curl", "wget"}
    installs = command.name in _INSTALLERS or "pip" in command.words[1:3]
    if fetches:
        return not command.has("-I", "--head", "--version", "-V")
    return installs and any(_URL.match((one.partition("@")[2] or one).strip()) for one in words)


def _without_indexes(words: Sequence[str]) -> list[str]:
    kept: list[str] = []
    skip = False
    for one in words:
        if not skip and not one.startswith(_INDEX_FLAGS):
            kept.append(one)
        skip = one in _INDEX_FLAGS
    return kept


def _untrusted(step: Step, subject: Subject) -> Iterator[Fault]:
    """Addresses without TLS: whoever is on the way decides what arrives."""
    lines = {line.number: line.text for line in step.instruction.script}
    for found in _PLAIN_HTTP.finditer(step.text):
        host = found[0].partition("//")[2].partition("/")[0].rpartition("@")[2]
        places = (number for number, text in lines.items() if host in text)
        what = f"{host} is asked without TLS"
        yield subject.fault("plain-http", next(places, step.line), what, "Write https://.")
