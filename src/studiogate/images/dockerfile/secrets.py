"""Rules about secrets: what is in a layer, an ENV or the history is there for everybody.

No fault repeats what was found: it says where, and of which kind.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from studiogate.images.dockerfile.facts import Facts, Step, Subject
from studiogate.images.dockerfile.variables import declared
from studiogate.images.parts import Fault

KINDS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
        "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
        "a GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})"),
        "a GitLab token": re.compile(r"\bglpat-[\w-]{20,}"),
        "a Slack token": re.compile(r"\bxox[abpors]-[A-Za-z0-9-]{10,}"),
        "a token of PyPI or npm": re.compile(r"\b(?:pypi-AgEI[\w-]{20,}|npm_[A-Za-z0-9]{36})"),
        "a token of a model's provider": re.compile(
            r"\b(?:hf_[A-Za-z0-9]{34}\b|sk-ant-[\w-]{60,}|AIza[\w-]{35}\b)"
        ),
        "a JSON web token": re.compile(r"\beyJ[\w-]{10,500}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    }
)
"""What can be told from its form, for whoever looks for secrets."""

FILES = re.compile(
    r"(?:\A|/)(?:\.aws(?:/|\Z)|\.netrc\Z|_netrc\Z|\.git-credentials\Z|\.pypirc\Z|\.npmrc\Z|"
    r"\.docker/config\.json\Z|containers/auth\.json\Z|\.kube(?:/|\Z)|kubeconfig\Z|"
    r"\.ssh(?:/|\Z)|id_(?:rsa|dsa|ecdsa|ed25519)\Z|\.pgpass\Z|"
    r"application_default_credentials\.json\Z|credentials(?:\.json)?\Z|\.env\Z|[^/]+\.(?:pem|key|p12|pfx|jks)\Z)",
    re.IGNORECASE,
)
"""Files that hold secrets by what they are called."""

_NAMES = re.compile(
    r"(?:\A|_)(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?)"
    r"(?:\Z|_(?!FILE|PATH|URL|NAME|DIR|ENABLED|LIFETIME))",
    re.IGNORECASE,
)
_WITH_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]{0,30}://[^\s'\"]{1,2000}", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"^\s*(?:export\s+)?([A-Za-z_]\w{0,100})\s?=\s?[\"']?([^\s\"'#]{6,})", re.MULTILINE
)
_SETTINGS = re.compile(r"(?:\A|/)(?:\.?Renviron(?:\.site)?|[^/]*\.env|\.condarc|pip\.conf)\Z")
"""Files of settings, whose names say which of them are secret."""


def secrets(facts: Facts, subject: Subject) -> Iterator[Fault]:
    """Secrets in ENV, ARG, LABEL and commands, and files of secrets that are copied."""
    for one in facts.file.arguments:
        yield from _declared(one.line, declared(one), subject)
    for step in facts.steps:
        yield from _declared(step.line, declared(step.instruction), subject)
        yield from _formed(step, subject)
        if step.word in {"COPY", "ADD"}:
            yield from _copied(step, subject)


def kinds_in(text: str) -> tuple[str, ...]:
    """What kinds of secret `text` holds."""
    return tuple(kind for kind, form in KINDS.items() if form.search(text))


def _within(name: str, text: str) -> Iterator[str]:
    """What kinds of secret a file of the folder holds that is copied by its name."""
    yield from kinds_in(text)
    if _holds_password(text):
        yield "an address with a password"
    if _SETTINGS.search(name) and any(
        _NAMES.search(found[1]) and not found[2].startswith("$")
        for found in _ASSIGNED.finditer(text)
    ):
        yield "a setting that its name calls a secret"


def _declared(line: int, pairs: Mapping[str, str | None], subject: Subject) -> Iterator[Fault]:
    for name, value in pairs.items():
        if value and _NAMES.search(name) and not value.startswith("$"):
            what = f"{name} has a value that everybody with the image can read"
            remedy = "Leave it out: an app gets credentials from its role when it runs."
            yield subject.fault("secret-in-variable", line, what, remedy)


def _formed(step: Step, subject: Subject) -> Iterator[Fault]:
    bodies = (line for body in step.instruction.heredocs for line in body)
    for line in (*step.instruction.lines, *bodies):
        for kind in kinds_in(line.text):
            what = f"{kind} is written here"
            remedy = "Revoke it, for it has been shown; then leave it out of the file."
            yield subject.fault("secret-in-text", line.number, what, remedy)
        if _holds_password(line.text):
            what = "an address here holds a password"
            remedy = "Change it, for it has been shown; give it as a secret of the build."
            yield subject.fault("secret-in-text", line.number, what, remedy)


def _holds_password(text: str) -> bool:
    return any(_has_password(found[0]) for found in _WITH_PASSWORD.finditer(text))


def _has_password(url: str) -> bool:
    try:
        password = urlsplit(url).password
    except ValueError:
        return False
    return bool(password) and not str(password).startswith("$")


def _copied(step: Step, subject: Subject) -> Iterator[Fault]:
    if any(name == "from" for name, _ in step.instruction.flags):
        return
    words = step.text.strip("[]").replace('"', " ").replace(",", " ").split()
    for source in words[:-1]:
        if FILES.search(source):
            what = f"{source} is a file of secrets, and stays in a layer of the image"
            remedy = "Leave it out; a build's secret is given with RUN --mount=type=secret."
            yield subject.fault("secret-copied", step.line, what, remedy)
        for kind in _within(source, subject.files.get(source.removeprefix("./"), "")):
            what = f"{source} holds {kind}, and stays in a layer of the image"
            remedy = "Change it, for it has been shown; give it as a secret of the build."
            yield subject.fault("secret-copied", step.line, what, remedy)
    if {".", "./"} & set(words[:-1]) and ".dockerignore" not in subject.files:
        what = "the whole folder is copied, whatever is in it"
        remedy = "Name the files, or write a .dockerignore that leaves all but them out."
        yield subject.fault("copies-everything", step.line, what, remedy)
