"""The workgroup `ticks` of many-ways, as those who read it and those who run it meet it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx

from tests.kit.kernel import Kernel
from tests.kit.organisation import PASSWORD, Organisation
from tests.kit.routes import packets_know, without_routes
from tests.kit.starting import STUDIOGATE
from tests.kit.studio_session import Session

CIDR = "10.40.0.0/16"
LATE = "late"
"""Who joined after everything was built."""

READER = """\
import boto3

def becoming(profile, called):
    role = f"arn:aws:iam::510000000003:role/StudioReader-ticks.{profile}"
    return boto3.client("sts").assume_role(RoleArn=role, RoleSessionName=called)["Credentials"]

def data_api(profile):
    keys = becoming(profile, profile)
    session = boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    return session.client("redshift-data", region_name="eu-central-1")
"""


@contextmanager
def kernels(borealis: Organisation, people: dict[str, str]) -> Iterator[list[Kernel]]:
    """Kernels of `people`, told with their passwords, in their own JupyterLabs."""
    with ExitStack() as open_:
        sessions = [
            _opened(borealis, person, password, open_.enter_context(borealis.studio()))
            for person, password in people.items()
        ]
        for one in sessions:  # all of them start, before one is waited for
            one.get("/lab")
        yield [Kernel(one) for one in sessions]


def _opened(
    borealis: Organisation, person: str, password: str, browser: httpx.Client
) -> Session:
    answer = borealis.http.get(
        f"{borealis.up['networks']['office']['portal']}/open/climate",
        headers={"authorization": f"Bearer {borealis.token(person, password)}"},
    )
    assert answer.status_code == 302, answer.text
    return Session(borealis, person, browser, url=answer.headers["location"])


class Joining:
    """Somebody joins research: into the pool and the file, and then by `apply`."""

    def __init__(self, borealis: Organisation) -> None:
        """Enter them; their role is looked for before and after `apply`."""
        self._iam = borealis.client("trading", "iam")
        borealis.newcomer(LATE)
        self.before = self.roles()
        _apply(borealis)
        self.after = self.roles()

    def roles(self) -> set[str]:
        """Names of the roles that read `ticks`."""
        pages = self._iam.get_paginator("list_roles").paginate()
        found = {one["RoleName"] for page in pages for one in page["Roles"]}
        return {name for name in found if name.startswith("StudioReader-ticks.")}


def _apply(borealis: Organisation) -> None:
    """Apply the landscape with one person more; the file itself stays what it was."""
    more = borealis.landscape.with_name("later.yaml")
    text = borealis.landscape.read_text(encoding="utf-8")
    more.write_text(
        text.replace("people:\n", f"people:\n  {LATE}: {{lob: research}}\n"), encoding="utf-8"
    )
    ran = subprocess.run(
        [str(STUDIOGATE), "apply", str(more), "--profile", "management"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "AWS_CONFIG_FILE": borealis.up["aws_config_file"],
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}"


@contextmanager
def readers(borealis: Organisation) -> Iterator[tuple[Kernel, Kernel, Joining]]:
    """Ines and whoever joined later, each in their own JupyterLab."""
    joining = Joining(borealis)
    people = {"ines": borealis.people["ines"].password, LATE: PASSWORD}
    with kernels(borealis, people) as (ines, late):
        yield ines, late, joining


@contextmanager
def no_peering_route(borealis: Organisation) -> Iterator[set[str]]:
    """Research without its routes to the workgroup's network; the tables that had one."""
    ec2 = borealis.client("research", "ec2")
    with without_routes(ec2, CIDR, "VpcPeeringConnectionId") as tables:
        packets_know()
        yield tables
