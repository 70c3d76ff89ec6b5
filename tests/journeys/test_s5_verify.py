"""S5: the security engineer has the organisation proved, and finds each published hole in it.

Every hole is put in place through AWS's own APIs and taken away again; where a witness can be
tried here, it is tried, and lets somebody in.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from studiogate.landscape.model import INTERNET
from tests.kit.organisation import ONCE, Organisation
from tests.kit.starting import STUDIOGATE

PRESIGN = "sagemaker:CreatePresignedDomainUrl"
PRESIGNER = "PresignedUrlGenerator"
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
GUARDRAIL = "studiogate-lob-guardrail"
FORECASTING = "domain forecasting"


class Verify:
    """The command, run as the security engineer runs it."""

    def __init__(self, acme: Organisation, environment: dict[str, str]) -> None:
        self._landscape = acme.state.parent / "landscape.yaml"
        self._environment = environment | {"AWS_CONFIG_FILE": acme.up["aws_config_file"]}

    def run(self, *more: str, profile: str = "management") -> subprocess.CompletedProcess[str]:
        command = [str(STUDIOGATE), "verify", str(self._landscape), "--live"]
        return subprocess.run(
            [*command, "--profile", profile, *more],
            env=self._environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def asked(self) -> dict[str, Any]:
        ran = self.run("--json")
        answer: dict[str, Any] = json.loads(ran.stdout)
        broken = [one for one in answer["findings"] if one["outcome"] != "proved"]
        assert answer["ok"] is (broken == [])
        assert ran.returncode == (3 if broken else 0), ran.stderr
        return answer

    def broken(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        """Witnesses, by invariant and what it is about, of all that is not proved."""
        return {
            (one["id"], one["about"]): one["witnesses"]
            for one in self.asked()["findings"]
            if one["outcome"] != "proved"
        }


@pytest.fixture
def verify(acme: Organisation, clean_environment: dict[str, str]) -> Verify:
    return Verify(acme, clean_environment)


def test_s3_24_s5_14_the_organisation_as_it_is_laid_is_proved_whole(verify: Verify) -> None:
    answer = verify.asked()

    assert answer["ok"]
    assert {one["outcome"] for one in answer["findings"]} == {"proved"}
    assert {"outside", "around", "own-profile", "notebook", "gateway-alone"} <= {
        one["id"] for one in answer["findings"]
    }
    assert [one["says"] for one in answer["findings"] if one["about"] == "the landscape"]
    assert answer["unread"] == []
    assert any("private API" in note for note in answer["notes"])


def test_s5_14_the_reading_says_how_far_it_is_and_what_it_took(verify: Verify) -> None:
    ran = verify.run()

    told = re.findall(r"(\d+) of (\d+) accounts read, (\d+) calls", ran.stderr)
    assert [(read, of) for read, of, _ in told] == [
        (str(number), told[0][1]) for number in range(1, int(told[0][1]) + 1)
    ]
    # Entering, principals, endpoints, domains, profiles; AWS's own policies; guardrails.
    assert int(told[-1][2]) <= 25 * len(told)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@contextmanager
def unguarded(acme: Organisation) -> Iterator[None]:
    """lob-a without its guardrail."""
    organizations = acme.client("management", "organizations")
    listed = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    (guardrail,) = (one["Id"] for one in listed if one["Name"] == GUARDRAIL)
    where = {"PolicyId": guardrail, "TargetId": account_of(acme, "lob-a")}
    organizations.detach_policy(**where)
    try:
        yield
    finally:
        organizations.attach_policy(**where)


@contextmanager
def holding(
    acme: Organisation, account: str, role: str, *statements: Mapping[str, Any]
) -> Iterator[None]:
    """A role with one more inline policy."""
    iam, which = acme.client(account, "iam"), {"RoleName": role, "PolicyName": "published"}
    iam.put_role_policy(**which, PolicyDocument=document(*statements))
    try:
        yield
    finally:
        iam.delete_role_policy(**which)


@contextmanager
def made(acme: Organisation, name: str, *attached: str) -> Iterator[Any]:
    """A role of lob-a that its account may use, and SageMaker."""
    iam, account = acme.client("lob-a", "iam"), account_of(acme, "lob-a")
    who = {"AWS": f"arn:aws:iam::{account}:root", "Service": "sagemaker.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"][
        "Arn"
    ]
    for policy in attached:
        iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    try:
        yield acme.client("lob-a", "sts").assume_role(RoleArn=arn, RoleSessionName="tester")
    finally:
        for policy in attached:
            iam.detach_role_policy(RoleName=name, PolicyArn=policy)
        iam.delete_role(RoleName=name)


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def account_of(acme: Organisation, profile: str) -> str:
    return str(acme.client(profile, "sts").get_caller_identity()["Account"])


def allow(action: str, on: str = "*", **conditions: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": on}
    return said | ({"Condition": conditions} if conditions else {})


def walks_in(acme: Organisation, keys: Mapping[str, str], witness: Mapping[str, Any]) -> bool:
    """Whether the request of `witness` opens Studio for whoever has `keys`, from outside."""
    sagemaker = boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
        region_name=acme.up["region"],
    ).client("sagemaker", endpoint_url=acme.up["aws_endpoint"], config=ONCE)
    _, domain, profile = witness["on"].split("/")
    url = sagemaker.create_presigned_domain_url(DomainId=domain, UserProfileName=profile)
    return acme.browse(url["AuthorizedUrl"], INTERNET).status_code == 302


def of(witnesses: list[dict[str, Any]], name: str) -> dict[str, Any]:
    whose = (f"role {name} of ", f"user {name} of ")
    (found,) = (one for one in witnesses if one["who"].startswith(whose))
    return found


def test_f_43_s5_13_ored_allows_let_in_a_foreign_network_with_the_same_addresses(
    acme: Organisation, verify: Verify
) -> None:
    api = acme.endpoint("sagemaker.api")["VpcEndpointId"]
    published = (
        allow(PRESIGN, IpAddress={"aws:VpcSourceIp": "10.16.0.0/16"}),
        allow(PRESIGN, IpAddress={"aws:SourceIp": "192.168.10.0/24"}),
        allow(PRESIGN, StringEquals={"aws:SourceVpce": [api]}),
    )
    with unguarded(acme), holding(acme, "lob-a", PRESIGNER, *published):
        answer = verify.asked()

    found = {(one["id"], one["about"]): one for one in answer["findings"]}
    outside = found["outside", FORECASTING]
    witness = of(outside["witnesses"], PRESIGNER)
    assert outside["outcome"] == "broken"
    assert witness["how"] == "through an endpoint in somebody else's network"
    assert witness["keys"]["aws:SourceVpce"] != api
    assert witness["keys"]["aws:VpcSourceIp"].startswith("10.16.")
    assert found["own-profile", FORECASTING]["outcome"] == "broken"
    assert found["outside", "domain fraud"]["outcome"] == "proved"
    rules = {one["rule"] for one in answer["weaknesses"] if one["policy"] == "published"}
    assert {"private-source-ip", "client-address-allowed", "allows-joined-by-or"} <= rules


def test_f_60_an_open_join_group_is_a_weakness_and_breaks_no_invariant(
    acme: Organisation, verify: Verify
) -> None:
    anything = allow(
        "redshift:JoinGroup", "arn:aws:redshift:eu-west-1:444444444444:dbgroup:c1/*"
    )
    with made(acme, "reader"), holding(acme, "lob-a", "reader", anything):
        answer = verify.asked()

    (weak,) = answer["weaknesses"]
    assert answer["ok"]
    assert (weak["defect"], weak["where"]) == (
        "F-60", [f"role reader of {account_of(acme, 'lob-a')}"],
    )  # fmt: skip


def test_a_gateway_that_may_become_a_role_of_any_account_is_found(
    acme: Organisation, verify: Verify
) -> None:
    wild = allow("sts:AssumeRole", f"arn:aws:iam::*:role/{PRESIGNER}")
    with holding(acme, "shared-services", "StudiogateGateway", wild):
        answer = verify.asked()

    (broken,) = (one for one in answer["findings"] if one["outcome"] == "broken")
    assert (broken["id"], broken["about"]) == ("only-ours", "the gateway")
    (witness,) = broken["witnesses"]
    assert witness["on"].endswith(f":role/{PRESIGNER}")
    assert "any-role" in {one["rule"] for one in answer["weaknesses"]}


def test_an_execution_role_with_full_access_opens_everybody_from_anywhere_and_so_it_does(
    acme: Organisation, verify: Verify
) -> None:
    with made(acme, "notebooks", FULL_ACCESS) as session:
        guarded = verify.broken()
        with unguarded(acme):
            found = verify.broken()
            witness = of(found["outside", FORECASTING], "notebooks")
            let_in = walks_in(acme, session["Credentials"], witness)

    assert guarded == {}
    assert of(found["notebook", FORECASTING], "notebooks")["does"] == PRESIGN
    assert witness["how"] == "from the internet"
    assert let_in


def test_s3_24_s3_25_an_administrator_with_a_console_is_found_and_so_they_walk_in(
    acme: Organisation, verify: Verify
) -> None:
    iam, name = acme.client("lob-a", "iam"), "console-admin"
    iam.create_user(UserName=name)
    iam.create_login_profile(
        UserName=name, Password="Console-2026!", PasswordResetRequired=False
    )
    iam.attach_user_policy(UserName=name, PolicyArn=ADMINISTRATOR)
    keys = iam.create_access_key(UserName=name)["AccessKey"]
    try:
        guarded = verify.broken()
        with unguarded(acme):
            found = verify.broken()
            let_in = walks_in(acme, keys, of(found["outside", FORECASTING], name))
    finally:
        iam.delete_access_key(UserName=name, AccessKeyId=keys["AccessKeyId"])
        iam.detach_user_policy(UserName=name, PolicyArn=ADMINISTRATOR)
        iam.delete_login_profile(UserName=name)
        iam.delete_user(UserName=name)

    assert guarded == {}
    assert of(found["around", FORECASTING], name)
    assert let_in


def test_the_landscapes_own_promise_about_the_internet_is_about_everybody(
    acme: Organisation, verify: Verify
) -> None:
    with unguarded(acme):
        found = verify.broken()

    (witnesses,) = (found[key] for key in found if key[1] == "the landscape")
    assert of(witnesses, "explorer")["how"] == "from the internet"


def test_s1_05_a_domain_with_a_way_to_the_internet_is_a_finding(
    acme: Organisation, verify: Verify
) -> None:
    sagemaker = acme.client("lob-b", "sagemaker")
    (there,) = sagemaker.list_domains()["Domains"]
    known = sagemaker.describe_domain(DomainId=there["DomainId"])
    made = sagemaker.create_domain(
        DomainName="open",
        AuthMode="IAM",
        AppNetworkAccessType="PublicInternetOnly",
        VpcId=known["VpcId"],
        SubnetIds=known["SubnetIds"],
        DefaultUserSettings={"ExecutionRole": known["DefaultUserSettings"]["ExecutionRole"]},
    )
    try:
        found = verify.broken()
    finally:
        sagemaker.delete_domain(DomainId=made["DomainId"])

    (witness,) = found["private-domain", "domain open"]
    assert witness["on"] == "AppNetworkAccessType PublicInternetOnly"


def test_who_may_not_look_is_refused_and_not_told_that_all_is_well(verify: Verify) -> None:
    ran = verify.run("--json", profile="lob-a")

    assert (ran.returncode, ran.stdout) == (4, "")
    assert "organizations:" in ran.stderr or "sts:AssumeRole" in ran.stderr
