"""A terminal in which the commands of a page are run, against the organisation of the tests."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.kit.containers import private_storage
from tests.kit.organisation import Organisation
from tests.kit.pages import Block, blocks, merged
from tests.kit.ports import free_ports
from tests.kit.starting import EXAMPLE, ROOT, STUDIOGATE
from tests.kit.unpacked import BUSYBOX
from tests.kit.waiting import PATIENCE_S

_MARK = "\x1e"
_PATIENCE_S = 540
"""For all that one shell is asked: some pages build an organisation, and take it down."""

_STATE = re.compile(r"\.studiogate(?![-\w])")
_MAKE = re.compile(r"^make (\w+).*\n", re.MULTILINE)
_SERVE = re.compile(r"^studiogate serve --port ([0-9]+)$", re.MULTILINE)
_LANDSCAPE = "landscape.yaml"

SECOND, SERVED = "8600", "8080"
"""Ports that pages use besides the portal's."""

_NEW_IMAGE = "--kind jupyterlab --domain fraud"
_PINNED = f"{_NEW_IMAGE} --base public.ecr.aws/ubuntu/ubuntu:24.04@sha256:{'0' * 64}"
"""Where a page has an image pinned by its registry, which is out in the world."""

_SERVING = """\
AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b studiogate serve --port {port} 2>gateway.log &
SERVED=$!
trap 'kill $SERVED' EXIT
until curl -s -o /dev/null http://127.0.0.1:{port}/healthz; do sleep 0.05; done
"""
"""A service in the foreground of another terminal, with a role of its own."""


@dataclass(frozen=True, slots=True)
class Run:
    """A block that was run, what it printed and how its last command ended."""

    page: str
    """The first line of the page it is on."""

    block: Block
    printed: str
    code: int


def run(pages: Sequence[str], acme: Organisation, where: Path) -> list[Run]:
    """Every `sh` block of the pages, from top to bottom in one shell in directory `where`.

    Addresses are those of `acme`; a block of YAML is put into the landscape that was copied.
    """
    (where / "examples").symlink_to(EXAMPLE.parent)
    (where / ".curlrc").write_text("silent\n", encoding="utf-8")
    second = free_ports()
    script, shown = [], []
    for page in pages:
        title = page.partition("\n")[0]
        for block in blocks(_here(page, acme, second)):
            if block.language == "sh":
                shown.append((title, block))
                script.append(f"{_typed(block)}\nprintf '{_MARK}%d{_MARK}' $?\n")
            elif block.language == "yaml" and (where / _LANDSCAPE).parent == where:
                script.append(_edited(block, where))
    with _shell(where) as environment:
        ended = subprocess.run(
            ["/bin/bash", "-c", "exec 2>&1\n" + "".join(script)],
            cwd=where, env=environment, capture_output=True, text=True,
            timeout=_PATIENCE_S, check=False,
        )  # fmt: skip
    pieces = ended.stdout.split(_MARK)[:-1]
    return [
        Run(title, block, printed, int(code))
        for (title, block), printed, code in zip(shown, pieces[::2], pieces[1::2], strict=True)
    ]


def _here(page: str, acme: Organisation, second: int) -> str:
    """The page with the addresses of this run, and the patience of the tests' landscape."""
    changed = _STATE.sub(str(acme.state), page.replace("$PWD/.studiogate/", ".studiogate/"))
    known = {
        "http://localhost:8400": acme.api,
        "$PWD/.venv/bin": str(STUDIOGATE.parent),
        SECOND: str(second),
        SERVED: str(second + 1),
        "sleep 21": "sleep 6",  # the second domain's URLs live 5 s here
        _NEW_IMAGE: _PINNED,
    }
    for written, meant in known.items():
        changed = changed.replace(written, meant)
    return changed


def _typed(block: Block) -> str:
    """What is typed: the organisation runs already, and a service has its own terminal."""
    text = _MAKE.sub("", block.text)
    return _SERVE.sub(lambda found: _SERVING.format(port=found[1]), text)


def _edited(block: Block, where: Path) -> str:
    """A command that does to the landscape what the page tells the reader to do."""
    text = merged(EXAMPLE.read_text(encoding="utf-8"), block.text)
    (where / "edited.yaml").write_text(text, encoding="utf-8")
    return f"cp edited.yaml {_LANDSCAPE}\n"


@contextmanager
def _shell(where: Path) -> Iterator[Mapping[str, str]]:
    """The environment of a person with nothing of their own; what they leave is stopped.

    But for what programs can make again, and the organisation of the tests has made: bundles.
    """
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    path = f"{STUDIOGATE.parent}:{BUSYBOX.parent}:{os.environ['PATH']}"
    images = private_storage(where / "containers").environment
    mine = {name: value for name, value in images.items() if os.environ.get(name) != value}
    mine |= {"PATH": path, "LANG": "C.UTF-8", "XDG_CACHE_HOME": cache}
    try:
        yield mine | {"HOME": str(where), "CURL_HOME": str(where), "COLUMNS": "120"}
    finally:
        second = where / ".studiogate-2"
        if second.exists():
            down = [str(STUDIOGATE), "down", "--state", str(second)]
            subprocess.run(down, timeout=2 * PATIENCE_S, check=True, capture_output=True)


def targets() -> set[str]:
    """Every target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


def made(page: str) -> set[str]:
    """Every target that commands of a page make."""
    return {name for block in blocks(page) for name in _MAKE.findall(block.text)}
