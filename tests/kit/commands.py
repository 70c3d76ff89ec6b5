"""Commands about a landscape that runs, as its platform engineer runs them."""

import json
import os
import subprocess
from typing import Any

from tests.kit.organisation import Organisation
from tests.kit.starting import STUDIOGATE
from tests.kit.waiting import PATIENCE_S


def reported(acme: Organisation, *command: str, code: int = 0) -> Any:
    """The JSON document that a command about the landscape answers with."""
    ran = subprocess.run(
        [str(STUDIOGATE), *command, acme.landscape.name, "--json"],
        cwd=acme.landscape.parent,
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "AWS_CONFIG_FILE": acme.up["aws_config_file"],
            "AWS_PROFILE": "management",
        },
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
        check=False,
    )
    assert ran.returncode == code, f"{ran.returncode}: {ran.stdout}{ran.stderr}"
    return json.loads(ran.stdout)


def drifted(status: Any) -> dict[tuple[str, str], str]:
    """What `status --drift` says differs, by the name of its stack and its own."""
    return {
        (stack["key"]["name"], one["resource"]): one["how"]
        for stack in status["stacks"]
        for one in stack["drifted"]
    }
