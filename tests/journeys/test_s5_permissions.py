"""S5: the commands that ask AWS are run with exactly the permissions their page names.

Enough: they succeed.  Not too much: what AWS was asked is what the documents allow.
"""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.policy import administration, deployment
from studiogate.policy.image_administration import examining_images_policy
from studiogate.policy.language import Document
from tests.kit.organisation import Organisation
from tests.kit.revocation import ADMINISTRATOR, Suspect, suspect
from tests.kit.starting import STUDIOGATE

HUB = "shared-services"
LOBS = ("lob-a", "lob-b")
ROLE = "least"
WHO = "auditor"
MANAGEMENT = "900000000009"


@dataclass
class Least:
    """A user of the management account and a role in every account that may do very little."""

    acme: Organisation
    landscape: Landscape
    environment: Mapping[str, str]
    here: Path

    @property
    def file(self) -> Path:
        return self.acme.state.parent / "landscape.yaml"

    @contextmanager
    def may(self, management: Document | None = None, **roles: Document) -> Iterator[None]:
        """With one policy in each account; `_` stands for the hyphen of an account's name."""
        region, accounts = self.landscape.region, self.landscape.accounts
        iam = self.acme.client("management", "iam")
        arn = iam.create_user(UserName=WHO)["User"]["Arn"]
        entry = administration.entry_policy(
            region=region, accounts=list(accounts.values()), role=ROLE
        )
        mine = {"entry": entry} | ({"more": management} if management else {})
        made = {name.replace("_", "-"): document for name, document in roles.items()}
        for name, document in mine.items():
            iam.put_user_policy(
                UserName=WHO, PolicyName=name, PolicyDocument=json.dumps(document)
            )
        for account, document in made.items():
            self._role(account, arn, document)
        key = iam.create_access_key(UserName=WHO)["AccessKey"]
        self._configure(key)
        try:
            yield
        finally:
            iam.delete_access_key(UserName=WHO, AccessKeyId=key["AccessKeyId"])
            for name in mine:
                iam.delete_user_policy(UserName=WHO, PolicyName=name)
            iam.delete_user(UserName=WHO)
            for account in made:
                members = self.acme.client(account, "iam")
                members.delete_role_policy(RoleName=ROLE, PolicyName=ROLE)
                members.delete_role(RoleName=ROLE)

    def run(self, command: str, *words: str, **more: str) -> tuple[int, dict[str, Any], str]:
        """The exit code of a command, its document and what it said beside it."""
        mine = ["--profile", WHO, "--role", ROLE, "--json"]
        ran = subprocess.run(
            [str(STUDIOGATE), command, *words, *mine],
            env={**self.environment, "AWS_CONFIG_FILE": str(self._config), **more},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return ran.returncode, json.loads(ran.stdout or "{}"), ran.stderr

    def asked(self, run: Callable[[], object]) -> dict[str, set[str]]:
        """What AWS was asked by the user and in each account while `run` ran."""
        before = len(self.acme.calls())
        run()
        found: dict[str, set[str]] = {}
        for call in self.acme.calls()[before:]:
            caller = call.get("caller") or ""
            if f"/{ROLE}/" in caller or caller.endswith(f"/{WHO}"):
                found.setdefault(caller.split(":")[4], set()).add(call["action"])
        return found

    @property
    def _config(self) -> Path:
        return self.here / "aws-config"

    def _role(self, account: str, principal: str, document: Document) -> None:
        iam = self.acme.client(account, "iam")
        trust = administration.entry_trust(principal_arn=principal)
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))
        iam.put_role_policy(RoleName=ROLE, PolicyName=ROLE, PolicyDocument=json.dumps(document))

    def _configure(self, key: Mapping[str, str]) -> None:
        lines = {
            "region": self.acme.up["region"],
            "endpoint_url": self.acme.up["aws_endpoint"],
            "aws_access_key_id": key["AccessKeyId"],
            "aws_secret_access_key": key["SecretAccessKey"],
        }
        text = "\n".join(f"{name} = {value}" for name, value in lines.items())
        self._config.write_text(f"[profile {WHO}]\n{text}\n", encoding="utf-8")


@pytest.fixture
def least(acme: Organisation, clean_environment: dict[str, str], tmp_path: Path) -> Least:
    text = (acme.state.parent / "landscape.yaml").read_text(encoding="utf-8")
    return Least(acme, read(text), clean_environment, tmp_path)


@pytest.fixture
def mallory(acme: Organisation) -> Iterator[Suspect]:
    with suspect(acme, "mallory.least", "mallory", "lob-a") as one:
        yield one


def allowed(*documents: Document) -> set[str]:
    """The actions that the statements of `documents` name."""
    found: set[str] = set()
    for statement in (one for document in documents for one in document["Statement"]):
        actions = statement["Action"]
        found |= {actions} if isinstance(actions, str) else set(actions)
    return found


def test_s5_14_verify_live_needs_what_its_page_names_and_no_more(least: Least) -> None:
    reading, organisation = (
        administration.reading_policy(),
        administration.organisation_policy(),
    )
    ended = []
    with least.may(
        organisation, shared_services=reading, lob_a=reading, lob_b=reading, data=reading
    ):
        asked = least.asked(
            lambda: ended.append(least.run("verify", str(least.file), "--live"))
        )

    ((code, answer, noise),) = ended
    assert (code, answer.get("ok")) == (0, True), noise
    by_account = {name: asked[id_] for name, id_ in least.landscape.accounts.items()}
    assert set().union(*by_account.values()) == allowed(reading)
    assert {name for name in by_account if by_account[name]} == {HUB, *LOBS, "data"}
    (management,) = asked.keys() - set(least.landscape.accounts.values())
    assert asked[management] == allowed(organisation) | {"sts:AssumeRole"}


def test_s5_14_verify_live_stops_where_it_may_not_read_and_names_what_is_missing(
    least: Least,
) -> None:
    reading = administration.reading_policy()
    blind = administration.listing_policy()
    with least.may(
        administration.organisation_policy(),
        shared_services=reading, lob_a=reading, lob_b=blind, data=reading,
    ):  # fmt: skip
        code, answer, noise = least.run("verify", str(least.file), "--live")

    assert (code, answer) == (4, {})
    assert "iam:GetAccountAuthorizationDetails" in noise


def test_s5_14_why_live_needs_what_its_page_names_and_no_more(least: Least) -> None:
    landscape, reading = least.landscape, administration.reading_policy()
    hub = landscape.accounts[HUB]
    rows = administration.asking_policy(region=landscape.region, account=hub)
    both = {**reading, "Statement": [*reading["Statement"], *rows["Statement"]]}
    words = ("user-lob-a", "forecasting", "--from", "office", "--landscape", str(least.file))
    ended = []
    with least.may(administration.organisation_policy(), shared_services=both, lob_a=reading):
        asked = least.asked(lambda: ended.append(least.run("why", *words, "--live")))

    ((code, answer, noise),) = ended
    assert (code, answer.get("allowed")) == (0, True), noise
    accounts = {hub, landscape.accounts["lob-a"]}
    assert asked.keys() == {*accounts, MANAGEMENT}
    assert set().union(*(asked[one] for one in accounts)) == allowed(reading, rows)


def test_s2_20_revoke_and_restore_need_what_their_page_names_and_no_more(
    acme: Organisation, least: Least, mallory: Suspect
) -> None:
    region, accounts = least.landscape.region, least.landscape.accounts
    cutting = {
        name: administration.revoking_policy(region=region, account=accounts[name])
        for name in LOBS
    }
    cutting["data"] = administration.revoking_readers_policy(
        region=region, account=accounts["data"]
    )
    flagging = administration.flagging_policy(region=region, account=accounts[HUB])
    record = least.here / "revocations.jsonl"
    words = (mallory.name, "--landscape", str(least.file), "--record", str(record))
    ended: list[tuple[int, dict[str, Any], str]] = []

    def both() -> None:
        token = acme.token(ADMINISTRATOR)
        proof = ("--gateway", acme.api, "--apps")
        ended.append(least.run("revoke", *words, *proof, STUDIOGATE_TOKEN=token))
        ended.append(least.run("restore", *words))

    with (
        least.may(
            shared_services=flagging,
            lob_a=cutting["lob-a"],
            lob_b=cutting["lob-b"],
            data=cutting["data"],
        ),
        acme.studio() as browser,
    ):
        mallory.opened(browser).lab()
        asked = least.asked(both)

    assert [(code, answer.get("verdict")) for code, answer, _ in ended] == [
        (0, "dead"),
        (0, "restored"),
    ], ended
    assert asked[accounts[HUB]] == allowed(flagging)
    in_lobs = asked[accounts["lob-a"]] | asked[accounts["lob-b"]]
    when_full = {"iam:ListRolePolicies"}
    assert in_lobs == allowed(cutting["lob-a"], cutting["lob-b"]) - when_full
    assert asked[accounts["data"]] == allowed(cutting["data"]) - when_full
    assert asked.keys() == {*(accounts[one] for one in (HUB, *LOBS, "data")), MANAGEMENT}


def both(*documents: Document) -> Document:
    """One document that allows what each of `documents` does."""
    statements = [one for document in documents for one in document["Statement"]]
    return {**documents[0], "Statement": statements}


ON_CONDITION = {
    "ecr:DescribeImages": "an image is attached",
    "license-manager:ListReceivedLicenses": "a domain has RStudio",
    "sagemaker:DescribeApp": "an app runs",
    "sagemaker:DescribeImageVersion": "an image is published",
    "sagemaker:ListImageVersions": "an image is published",
    "sagemaker:ListSpaces": "an app of a space runs",
    "ec2:GetManagedPrefixListEntries": "a rule names a list",
    "redshift-serverless:GetWorkgroup": "a warehouse is a workgroup",
    "redshift:DescribeEndpointAccess": "a warehouse is reached by an endpoint",
    "sagemaker:ListApps": "a domain has to be changed, or has images",
}
"""What `doctor` asks for only in some landscapes, and when."""


def test_s2_28_s1_24_doctor_needs_what_its_page_names_and_no_more(least: Least) -> None:
    region, accounts = least.landscape.region, least.landscape.accounts
    comparing = administration.comparing_policy(region=region, account=accounts[HUB])
    hub = both(comparing, administration.examining_gateway_policy())
    each = {
        name: both(
            administration.listing_policy(),
            administration.examining_readers_policy(),
            examining_images_policy(region=region, account=accounts[name]),
        )
        for name in LOBS
    }
    data = administration.examining_producers_policy()
    ended = []
    with least.may(shared_services=hub, lob_a=each["lob-a"], lob_b=each["lob-b"], data=data):
        asked = least.asked(lambda: ended.append(least.run("doctor", str(least.file))))

    ((code, answer, noise),) = ended
    assert code in {0, 3}, noise
    assert [one["reaches"] for one in answer["warehouses"]] == [True, True]
    assert asked[accounts[HUB]] == allowed(hub)
    for account, document in {**each, "data": data}.items():
        assert asked[accounts[account]] <= allowed(document)
        unasked = allowed(document) - asked[accounts[account]]
        assert unasked <= ON_CONDITION.keys()
    rstudio = "license-manager:ListReceivedLicenses"
    assert [name for name in LOBS if rstudio in asked[accounts[name]]] == ["lob-a"]


def test_s1_13_s2_44_plan_needs_what_its_policies_allow_to_see_a_reader_change(
    acme: Organisation, least: Least
) -> None:
    region, accounts = least.landscape.region, least.landscape.accounts
    told = acme.client(HUB, "cloudformation").describe_stacks(StackName="studiogate-artifacts")
    given = {
        one["OutputKey"]: one["OutputValue"] for one in told["Stacks"][0].get("Outputs", ())
    }
    rows = deployment.comparing_rows_policy(
        region=region,
        account=accounts[HUB],
        bucket=given["BucketName"],
        key_arn=given["KeyArn"],
    )
    each = {
        name: deployment.planning_policy(region=region, account=id_)
        for name, id_ in {**accounts, "management": MANAGEMENT}.items()
    }
    wider = least.file.with_name("wider.yaml")  # beside what it names
    text = least.file.read_text(encoding="utf-8")
    assert "lob-b: [analysts]" in text
    wider.write_text(text.replace("lob-b: [analysts]", "lob-b: [analysts, auditors]"), "utf-8")
    ended = []
    with least.may(
        each["management"],
        shared_services=both(each[HUB], rows),
        lob_a=each["lob-a"], lob_b=each["lob-b"], data=each["data"],
    ):  # fmt: skip
        asked = least.asked(lambda: ended.append(least.run("plan", str(wider))))

    ((code, answer, noise),) = ended
    assert code == 0, noise
    changes = {
        stack["key"]["name"]: {one["resource"] for one in stack["resources"]}
        for wave in answer["waves"]
        for stack in wave
        if stack["verb"] != "nothing"
    }
    assert changes["studiogate-warehouse-sales"] == {"ReaderLobB"}
    begun = {one[:7] for one in changes["studiogate-studio"]}
    assert {"Startin", "Editing"} <= begun, "what JupyterLab and Code Editor start with"
    for name, account in accounts.items():
        assert asked[account] <= allowed(each[name], rows)
