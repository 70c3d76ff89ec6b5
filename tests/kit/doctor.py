"""`studiogate doctor`, run as the platform engineer runs it."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.kit.organisation import Organisation
from tests.kit.starting import STUDIOGATE
from tests.kit.waiting import PATIENCE_S


class Doctor:
    """The command, asked about one organisation."""

    def __init__(self, acme: Organisation, environment: dict[str, str]) -> None:
        # Wide enough that no name is broken between two lines.
        mine = {"AWS_CONFIG_FILE": acme.up["aws_config_file"], "COLUMNS": "200"}
        self._environment = environment | mine

    def ask(self, landscape: Path, *more: str) -> subprocess.CompletedProcess[str]:
        """What it says, as it ended."""
        return subprocess.run(
            [str(STUDIOGATE), "doctor", str(landscape), *more],
            env=self._environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip

    def answer(self, landscape: Path) -> dict[str, Any]:
        """Its document, whose exit code says the same."""
        ran = self.ask(landscape, "--profile", "management", "--json")
        assert ran.stderr == ""
        answer: dict[str, Any] = json.loads(ran.stdout)
        wrong = [one for one in (*answer["findings"], *answer["images"]) if not one["advice"]]
        assert ran.returncode == (0 if answer["ok"] else 3)
        assert answer["ok"] is (answer["drift"] == [] and wrong == [])
        return answer
