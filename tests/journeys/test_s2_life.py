"""S2-22 to S2-26, S2-41 to S2-48: a landscape is built, grows by a lob, and is taken down.

An organisation of its own, for nothing of it is left at the end.  The tests are one life: each
begins where the one before it ended.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.organisation import Organisation
from tests.kit.starting import EXAMPLE, STUDIOGATE, started_as

pytestmark = pytest.mark.random_order(disabled=True)


class Life:
    """The organisation, its landscape file, and the commands a platform engineer runs."""

    def __init__(self, acme: Organisation) -> None:
        self.acme = acme
        self.file = acme.landscape

    def run(self, *command: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        config = {"AWS_CONFIG_FILE": self.acme.up["aws_config_file"], "AWS_PROFILE": "management"}
        ran = subprocess.run(
            [str(STUDIOGATE), *command],
            env={"PATH": os.environ["PATH"], "COLUMNS": "100", **config},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert ran.returncode == code, f"{ran.returncode}: {ran.stdout}{ran.stderr}"
        return ran

    def asked(self, *command: str, code: int = 0) -> Any:
        return json.loads(self.run(*command, str(self.file), "--json", code=code).stdout)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    file = tmp_path_factory.mktemp("life") / "landscape.yaml"
    file.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    with started_as(file) as up, Organisation(up) as acme:
        yield Life(acme)
