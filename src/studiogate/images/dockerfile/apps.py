"""Rules about images for JupyterLab and Code Editor: how their app is started, and as whom.

SageMaker developer guide, "Custom image specifications", and of Code Editor "Custom images".
"""

import re
from collections.abc import Iterator

from studiogate.images.dockerfile.facts import Built, Facts, Step, Subject
from studiogate.images.parts import Fault
from studiogate.landscape.image_rules import GID, HOME, UID

_PATHS = {"jupyterlab": "/jupyterlab/default", "codeeditor": "/codeeditor/default"}
_PORT = "8888"
_LISTENS = re.compile(r"--(?:ServerApp\.)?port[=\s\",]+(?P<port>\d+)")
_RESERVED = re.compile(r"(?<![\w/])/opt/(?:ml|\.sagemakerinternal)(?:/|\s|\Z)")
_PROGRAMS = ("jupyter", "code-editor", "code-server")
_BRINGS_ENTRY = "sagemaker-distribution"


def apps(facts: Facts, subject: Subject) -> Iterator[Fault]:
    """What SageMaker would not start, or start without the person's files."""
    built = facts.image
    if built is None or subject.kind not in _PATHS:
        return
    yield from _started(built, subject)
    yield from _user(built, subject)
    yield from _home(built, subject)


def reserved(facts: Facts, subject: Subject) -> Iterator[Fault]:
    """Folders that SageMaker puts its own over, in an image of any kind."""
    for step in facts.steps:
        if step.word in {"COPY", "ADD", "WORKDIR", "VOLUME"}:
            target = (step.text.split() or [""])[-1]
            if _RESERVED.search(target):
                what = f"{target} is SageMaker's own, and what is put there is not seen"
                yield subject.fault("folder-reserved", step.line, what, "Use another folder.")


def _last(built: Built, word: str) -> Step | None:
    return next((one for one in reversed(built.steps) if one.word == word), None)


def _started(built: Built, subject: Subject) -> Iterator[Fault]:
    steps = [one for one in (_last(built, "ENTRYPOINT"), _last(built, "CMD")) if one]
    if not steps:
        if _BRINGS_ENTRY not in built.base:
            what = "nothing starts the app: there is no ENTRYPOINT and no CMD"
            remedy = f"Start it on 0.0.0.0:{_PORT}; `images init` writes how."
            yield subject.fault("entry-missing", built.stage.start.line, what, remedy)
        return
    said, line = " ".join(one.text for one in steps), steps[0].line
    yield from _port(said, line, subject)
    yield from _path(said, line, subject)


def _port(said: str, line: int, subject: Subject) -> Iterator[Fault]:
    for found in _LISTENS.finditer(said):
        if found["port"] != _PORT:
            what = f"the app listens on {found['port']}, and SageMaker asks on {_PORT}"
            yield subject.fault("port", line, what, f"Let it listen on {_PORT}.")
    if re.search(r"(?:ip|host)[= \",]+(?:127\.|localhost)", said):
        what = "the app listens for itself alone, and SageMaker asks from outside"
        yield subject.fault("address", line, what, "Let it listen on 0.0.0.0.")


def _path(said: str, line: int, subject: Subject) -> Iterator[Fault]:
    """The path under which SageMaker asks; a script of one's own may say it elsewhere."""
    kind = subject.kind or ""
    wanted = _PATHS[kind]
    knows = any(one in said for one in _PROGRAMS) and "entrypoint-" not in said
    if knows and wanted not in said.lower():
        flag = "--base-path" if kind == "codeeditor" else "--ServerApp.base_url"
        what = f"the app is not told that its pages are below {wanted}"
        yield subject.fault("path", line, what, f"Give it {flag}.")
    if "sagemaker-code-editor" in said and "--without-connection-token" not in said:
        what = "Code Editor asks for a token that nobody has"
        remedy = "Give it --without-connection-token: SageMaker signs people in."
        yield subject.fault("connection-token", line, what, remedy)


def _user(built: Built, subject: Subject) -> Iterator[Fault]:
    step = _last(built, "USER")
    line = step.line if step else built.stage.start.line
    name = step.text.partition(":")[0].strip() if step else "root" if built.is_plain else ""
    if name in {"root", "0"}:
        what = "the app would run as root"
        remedy = f"Add a user {UID} of group {GID}, and end with USER {UID}:{GID}."
        yield subject.fault("user-root", line, what, remedy)
    elif name.isdigit() and int(name) != UID:
        what = f"the app would run as user {name}, and not as {UID}"
        yield subject.fault("user", line, what, f"End with USER {UID}:{GID}.")


def _home(built: Built, subject: Subject) -> Iterator[Fault]:
    for step in built.steps:
        if step.word in {"COPY", "ADD"}:
            target = (step.text.split() or [""])[-1].strip('"]')
            if target.startswith(HOME):
                what = f"the person's own folder is put over {HOME}, so this is not seen"
                yield subject.fault("home-hidden", step.line, what, "Put it below /opt.")
