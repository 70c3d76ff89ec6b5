"""Somebody to revoke in the running organisation, and the command as an administrator runs it."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from studiogate import names
from studiogate.foundation.owners import of_person, of_profile
from tests.kit.organisation import Organisation
from tests.kit.starting import STUDIOGATE
from tests.kit.studio_session import Session

ADMINISTRATOR = "sam-security"
_LOBS = ("lob-a", "lob-b")


@dataclass
class Ran:
    """What a run of a command printed, and how it ended."""

    code: int
    answer: dict[str, Any]
    noise: str


@dataclass
class Switch:
    """`studiogate revoke` and `restore`, with the keys of the management account."""

    acme: Organisation
    environment: dict[str, str]
    record: Path
    gateway: bool = True
    token: str | None = None
    """Whose token proves it; an administrator's by default."""

    def revoke(self, person: str, *more: str) -> Ran:
        proof = ["--gateway", self.acme.api] if self.gateway else []
        return self._run("revoke", person, *proof, *more)

    def restore(self, person: str) -> Ran:
        return self._run("restore", person)

    def start(self, person: str) -> subprocess.Popen[str]:
        """A revocation that is not waited for."""
        return subprocess.Popen(
            self._words("revoke", person, "--gateway", self.acme.api),
            env=self._told(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def lines(self) -> list[dict[str, Any]]:
        """Every line of the administrators' record."""
        return [json.loads(line) for line in self.record.read_text("ascii").splitlines()]

    def _run(self, *words: str) -> Ran:
        ran = subprocess.run(
            self._words(*words),
            env=self._told(), capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
        answer = json.loads(ran.stdout) if ran.stdout else {}
        return Ran(ran.returncode, answer, ran.stderr)

    def _words(self, command: str, person: str, *more: str) -> list[str]:
        landscape = str(self.acme.state.parent / "landscape.yaml")
        return [
            str(STUDIOGATE), command, "--landscape", landscape, "--profile", "management",
            "--record", str(self.record), "--json", *more, "--", person,
        ]  # fmt: skip

    def _told(self) -> dict[str, str]:
        token = self.acme.token(ADMINISTRATOR) if self.token is None else self.token
        config = {"AWS_CONFIG_FILE": self.acme.up["aws_config_file"]}
        return self.environment | config | ({"STUDIOGATE_TOKEN": token} if token else {})


@dataclass
class Suspect:
    """Somebody of their own: user, row and profiles, in one or both lines of business."""

    acme: Organisation
    name: str
    profile: str
    token: str = field(repr=False)
    clients: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)

    def client(self, account: str, service: str) -> Any:
        """A client of an account, made once: making one takes longer than using it."""
        key = account, service
        if key not in self.clients:
            self.clients[key] = self.acme.client(*key)
        return self.clients[key]

    def move(self, lob: str) -> None:
        """Belong to `lob` from now on; what was begun elsewhere goes on."""
        self.acme.enter(
            names.PEOPLE_TABLE, {"PK": self.name, "LOB": lob, "PROFILE": self.profile}
        )

    def row(self) -> dict[str, Any]:
        """Their row; empty for none."""
        found: dict[str, Any] = self._directory.get_item(
            TableName=names.PEOPLE_TABLE, Key={"PK": {"S": self.name}}
        ).get("Item", {})
        return found

    def ask(self) -> httpx.Response:
        """Ask the gateway for their own Studio."""
        return self.acme.ask(f"/{self.name}", self.token)

    def domains(self) -> list[str]:
        """Their domains, as the gateway lists them."""
        return [
            one["name"] for one in self.acme.ask("/api/domains", self.token).json()["domains"]
        ]

    def opened(self, client: httpx.Client) -> Session:
        """Their Studio, open in a browser."""
        answer = self.ask()
        assert answer.status_code == 302, answer.text
        return Session(self.acme, self.name, client, url=answer.headers["location"])

    def apps(self, lob: str) -> list[str]:
        """The status of each of their apps."""
        listed = self.client(lob, "sagemaker").list_apps(UserProfileNameEquals=self.profile)
        return [one["Status"] for one in listed["Apps"]]

    def policies(self, lob: str) -> set[str]:
        """What revokes somebody in the roles of `lob`."""
        iam = self.client(lob, "iam")
        return {
            f"{role}/{policy}"
            for role in (names.PRESIGN_ROLE, names.EXECUTION_ROLE)
            for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]
            if policy.startswith("revoked-")
        }

    def reader_policies(self, lob: str) -> set[str]:
        """What revokes somebody in the role by which `lob` reads the warehouse `sales`."""
        listed = self.client("data", "iam").list_role_policies(RoleName=_reader(lob))
        return {one for one in listed["PolicyNames"] if one.startswith("revoked-")}

    def leave(self) -> None:
        """Take everything away, in whatever state it was left."""
        for lob in _LOBS:
            self._leave(lob)
        self._directory.delete_item(TableName=names.PEOPLE_TABLE, Key={"PK": {"S": self.name}})
        for mark in (
            of_person("corporate", self.name),
            *(of_profile(lob, self.profile) for lob in _LOBS),
        ):
            self._directory.delete_item(
                TableName=names.SIGNINS_TABLE, Key={"PK": {"S": mark.key}}
            )
        pool = self.client("shared-services", "cognito-idp")
        pool.admin_delete_user(UserPoolId=self.acme.up["user_pool_id"], Username=self.name)

    @property
    def _directory(self) -> Any:
        return self.client("shared-services", "dynamodb")

    def _leave(self, lob: str) -> None:
        iam, studio = self.client(lob, "iam"), self.client(lob, "sagemaker")
        for found in self.policies(lob):
            role, _, policy = found.partition("/")
            if policy in {f"revoked-{self.name}", f"revoked-{self.profile}"}:
                iam.delete_role_policy(RoleName=role, PolicyName=policy)
        mine = f"revoked-{self.profile}"
        if mine in self.reader_policies(lob):
            data = self.client("data", "iam")
            data.delete_role_policy(RoleName=_reader(lob), PolicyName=mine)
        for app in studio.list_apps(UserProfileNameEquals=self.profile)["Apps"]:
            if app["Status"] != "Deleted":
                key = {k: app[k] for k in ("DomainId", "UserProfileName", "AppType", "AppName")}
                studio.delete_app(**key)
        for one in studio.list_user_profiles(UserProfileNameContains=self.profile)[
            "UserProfiles"
        ]:
            if one["UserProfileName"] == self.profile:
                studio.delete_user_profile(
                    DomainId=one["DomainId"], UserProfileName=self.profile
                )


def _reader(lob: str) -> str:
    return names.reader_role("sales", lob)


@contextmanager
def suspect(acme: Organisation, name: str, profile: str, *lobs: str) -> Iterator[Suspect]:
    """Somebody with a profile in `lobs`, who belongs to the first; gone when the block ends."""
    row = {"LOB": lobs[0], "PROFILE": profile}
    one = Suspect(acme, name, profile, acme.newcomer(name, row))
    try:
        for lob in lobs:
            studio = one.client(lob, "sagemaker")
            for domain in studio.list_domains()["Domains"]:
                studio.create_user_profile(DomainId=domain["DomainId"], UserProfileName=profile)
        yield one
    finally:
        one.leave()


@contextmanager
def forbidden(acme: Organisation, account: str, action: str) -> Iterator[None]:
    """A guardrail of the management account that denies `action` to all of `account`."""
    organizations = acme.client("management", "organizations")
    denied = {"Effect": "Deny", "Action": action, "Resource": "*"}
    made = organizations.create_policy(
        Name=f"no-{action.rpartition(':')[2]}",
        Description="for a test",
        Type="SERVICE_CONTROL_POLICY",
        Content=json.dumps({"Version": "2012-10-17", "Statement": [denied]}),
    )
    policy = made["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=account)
    try:
        yield
    finally:
        with suppress(organizations.exceptions.PolicyNotAttachedException):
            organizations.detach_policy(PolicyId=policy, TargetId=account)
        organizations.delete_policy(PolicyId=policy)
