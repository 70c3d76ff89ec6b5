"""An organisation of a test's own, and the commands that a platform engineer runs in it."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.kit.organisation import Organisation
from tests.kit.starting import EXAMPLE, STUDIOGATE, started_as


class Life:
    """The organisation, its landscape file, and the commands a platform engineer runs."""

    def __init__(self, acme: Organisation, file: Path) -> None:
        self.acme = acme
        self.file = file
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "COLUMNS": "100",
            "AWS_CONFIG_FILE": acme.up["aws_config_file"],
            "AWS_PROFILE": "management",
        }

    def begun(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(STUDIOGATE), *command],
            cwd=self.file.parent,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command: str, code: int = 0) -> str:
        ran = self.begun(*command)
        out, err = ran.communicate(timeout=200)
        assert ran.returncode == code, f"{ran.returncode}: {out}{err}"
        return out if code == 0 else out + err

    def asked(self, *command: str, code: int = 0) -> Any:
        return json.loads(self.run(*command, self.file.name, "--json", code=code))

    def account(self, name: str) -> str:
        """The id of a new account, made as AWS Organizations makes one."""
        organizations = self.acme.client("management", "organizations")
        asked = organizations.create_account(
            AccountName=name, Email=f"{name}@accounts.example"
        )["CreateAccountStatus"]["Id"]
        made = organizations.describe_create_account_status(CreateAccountRequestId=asked)
        return str(made["CreateAccountStatus"]["AccountId"])

    def stacks(self) -> dict[str, list[tuple[str, str]]]:
        """Name and state of every stack, by account."""
        return {
            one: sorted(
                (stack["StackName"], stack["StackStatus"])
                for stack in self.acme.client(one, "cloudformation").describe_stacks()["Stacks"]
            )
            for one in ("management", "shared-services", "lob-a", "lob-b", "data")
        }


@contextmanager
def living(folder: Path, *more: str, text: str | None = None) -> Iterator[Life]:
    """One of the example, or of the landscape `text`; `more` are options of `studiogate up`."""
    file = folder / "landscape.yaml"
    file.write_text(text or EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    with started_as(file, *more) as up, Organisation(up) as acme:
        yield Life(acme, file)
