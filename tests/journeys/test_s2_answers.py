"""S2, everything that can be wrong has an answer of its own, and leaves one record."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from studiogate.local.studios import PRESIGNS_PER_S
from tests.kit.organisation import Organisation
from tests.kit.waiting import PATIENCE_S


def answered(acme: Organisation, path: str, token: str | None) -> tuple[httpx.Response, Any]:
    """The answer to one request to open, and the one record it left."""
    before = len(acme.records())
    answer = acme.ask(path, token)
    new = acme.records()[before:]
    assert len(new) == 1, new
    assert "location" not in answer.headers or answer.status_code == 302
    return answer, new[0]


def says(answer: httpx.Response, status: int, reason: str) -> None:
    body = answer.json()
    assert (answer.status_code, body["reason"]) == (status, reason)
    assert body["remedy"]
    assert "Traceback" not in answer.text
    assert "arn:" not in answer.text


PEOPLE = [
    pytest.param("stranger", None, 403, "unknown-person", id="not in the directory"),
    pytest.param("lobless", {"PROFILE": "lobless"}, 403, "no-lob", id="no line of business"),
    pytest.param("lost", {"LOB": "nowhere"}, 404, "lob-missing", id="lob nobody entered"),
    pytest.param(
        "early", {"LOB": "soon"}, 404, "lob-without-account", id="lob without account"
    ),
    pytest.param("new", {"LOB": "lob-a"}, 404, "profile-missing", id="no profile in Studio"),
    pytest.param("sso", {"LOB": "sso-lob"}, 403, "domain-not-iam", id="domain in SSO mode"),
    pytest.param(
        "both", {"LOB": "twins"}, 404, "several-domains", id="two domains, none named"
    ),
]


@pytest.fixture(scope="module")
def lobs(acme: Organisation) -> Iterator[None]:
    """Lines of business that are not as they should be."""
    sagemaker = acme.client("lob-a", "sagemaker")
    mine = {one["DomainName"]: one["DomainId"] for one in sagemaker.list_domains()["Domains"]}
    acme.enter("studiogate-lobs", {"PK": "soon"})
    rows = acme.client("shared-services", "dynamodb")
    lob_a = rows.get_item(TableName="studiogate-lobs", Key={"PK": {"S": "lob-a"}})["Item"]
    forecasting = json.loads(lob_a["DOMAINS"]["S"])[0]
    ours = {"ACCOUNT_ID": lob_a["ACCOUNT_ID"]["S"], "EXTERNAL_ID": lob_a["EXTERNAL_ID"]["S"]}
    twins = [forecasting, forecasting | {"name": "planning"}]
    acme.enter("studiogate-lobs", {"PK": "twins", "DOMAINS": json.dumps(twins)} | ours)
    assert forecasting["id"] == mine["forecasting"]
    with sso_domain(acme) as sso:
        acme.enter(
            "studiogate-lobs",
            {"PK": "sso-lob", "DOMAINS": json.dumps([forecasting | {"id": sso}])} | ours,
        )
        yield


def also(document: Any, old: str, new: str) -> Any:
    """`document`, where every list that names `old` names `new` as well."""
    if isinstance(document, dict):
        return {key: also(value, old, new) for key, value in document.items()}
    if not isinstance(document, list):
        return document
    added = [one.replace(old, new) for one in document if isinstance(one, str) and old in one]
    return [also(one, old, new) for one in document] + added


@contextmanager
def sso_domain(acme: Organisation) -> Iterator[str]:
    """A second domain of lob-a's account, in SSO mode, that the presign role may name."""
    sagemaker = acme.client("lob-a", "sagemaker")
    like = sagemaker.describe_domain(
        DomainId=sagemaker.list_domains()["Domains"][0]["DomainId"]
    )
    made = sagemaker.create_domain(
        DomainName="sso", AuthMode="SSO", VpcId=like["VpcId"], SubnetIds=like["SubnetIds"],
        DefaultUserSettings=like["DefaultUserSettings"], AppNetworkAccessType="VpcOnly",
    )  # fmt: skip
    new = str(made["DomainId"])
    try:
        with presigned_as_well(acme, like["DomainId"], new):
            yield new
    finally:
        sagemaker.delete_domain(DomainId=new, RetentionPolicy={"HomeEfsFileSystem": "Delete"})


@contextmanager
def presigned_as_well(acme: Organisation, forecasting: str, new: str) -> Iterator[None]:
    """The presign role and the API endpoint name `new` wherever they name `forecasting`."""
    iam = acme.client("lob-a", "iam")
    role = {"RoleName": "PresignedUrlGenerator", "PolicyName": "PresignedUrlGenerator"}
    ec2 = acme.client("shared-services", "ec2")
    endpoint = acme.endpoint(".sagemaker.api")
    at = {"VpcEndpointId": endpoint["VpcEndpointId"]}
    before = (iam.get_role_policy(**role)["PolicyDocument"], endpoint["PolicyDocument"])
    after = (also(before[0], forecasting, new), also(json.loads(before[1]), forecasting, new))
    iam.put_role_policy(**role, PolicyDocument=json.dumps(after[0]))
    ec2.modify_vpc_endpoint(**at, PolicyDocument=json.dumps(after[1]))
    try:
        yield
    finally:
        iam.put_role_policy(**role, PolicyDocument=json.dumps(before[0]))
        ec2.modify_vpc_endpoint(**at, PolicyDocument=before[1])


@pytest.mark.usefixtures("lobs")
@pytest.mark.parametrize(("person", "row", "status", "reason"), PEOPLE)
def test_s2_01_s2_09_s2_10_s2_12_each_gap_in_the_directory_has_its_own_answer(
    acme: Organisation, person: str, row: dict[str, str] | None, status: int, reason: str
) -> None:
    token = acme.newcomer(person, row)

    answer, record = answered(acme, f"/{person}", token)

    says(answer, status, reason)
    assert (record["outcome"], record["reason"]) == ("refused", reason)
    assert record["person"] == person


@pytest.mark.usefixtures("lobs")
def test_s1_06_s3_03_a_domain_says_how_its_people_sign_in_and_only_iam_opens(
    acme: Organisation,
) -> None:
    sagemaker = acme.client("lob-a", "sagemaker")
    modes = {
        one["DomainName"]: sagemaker.describe_domain(DomainId=one["DomainId"])["AuthMode"]
        for one in sagemaker.list_domains()["Domains"]
    }
    token = acme.newcomer("of-identity-center", {"LOB": "sso-lob", "PROFILE": "ada"})

    answer, _ = answered(acme, "/of-identity-center", token)

    assert (modes["forecasting"], modes["sso"]) == ("IAM", "SSO")
    says(answer, 403, "domain-not-iam")


def test_s2_45_a_lob_entered_in_the_table_opens_without_a_restart(acme: Organisation) -> None:
    rows = acme.client("shared-services", "dynamodb")
    lob_a = rows.get_item(TableName="studiogate-lobs", Key={"PK": {"S": "lob-a"}})["Item"]
    token = acme.newcomer("pioneer", {"LOB": "lob-new", "PROFILE": "ada"})

    before, _ = answered(acme, "/pioneer", token)
    acme.enter(
        "studiogate-lobs",
        # Groups belong to one line of business: named by two, they would say nothing.
        {name: value["S"] for name, value in lob_a.items() if name != "GROUPS"}
        | {"PK": "lob-new"},
    )
    after = acme.ask("/pioneer", token)

    says(before, 404, "lob-missing")
    assert after.status_code == 302


ELSEWHERE = {"origin": "https://evil.example", "access-control-request-method": "GET"}


@pytest.mark.parametrize("path", ["/user-lob-a", "/user-lob-b", "/open/forecasting"])
def test_no_other_sites_page_may_read_an_answer(acme: Organisation, path: str) -> None:
    answer = acme.ask(path, acme.token("user-lob-a"), **ELSEWHERE)

    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.usefixtures("lobs")
def test_s5_12_of_two_domains_in_one_account_each_opens_by_its_name(acme: Organisation) -> None:
    token = acme.newcomer("user-lob-c", {"LOB": "twins", "PROFILE": "ada"})

    several = acme.ask("/user-lob-c", token)
    named = acme.ask("/open/planning", token)

    assert "/open/planning" in several.json()["remedy"]
    assert named.status_code == 302


def test_s2_01_a_foreign_and_an_absent_domain_get_the_same_words(acme: Organisation) -> None:
    token = acme.token("user-lob-a")

    foreign, absent = acme.ask("/open/fraud", token), acme.ask("/open/no-such", token)

    assert foreign.status_code == absent.status_code == 403
    assert foreign.json()["detail"].replace("fraud", "X") == absent.json()["detail"].replace(
        "no-such", "X"
    )


@contextmanager
def without_endpoint(acme: Organisation, service: str) -> Iterator[None]:
    """The hub without its endpoint for `service`: its name leads nowhere."""
    ec2 = acme.client("shared-services", "ec2")
    found = acme.endpoint(service)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[found["VpcEndpointId"]])
    try:
        yield
    finally:
        kind = {one: found[one] for one in ("VpcEndpointType", "PolicyDocument")}
        if found["VpcEndpointType"] == "Interface":
            kind |= {
                "SubnetIds": found["SubnetIds"],
                "SecurityGroupIds": [one["GroupId"] for one in found["Groups"]],
                "PrivateDnsEnabled": found["PrivateDnsEnabled"],
            }
        ec2.create_vpc_endpoint(VpcId=found["VpcId"], ServiceName=found["ServiceName"], **kind)


def test_s2_17_without_the_sts_endpoint_the_answer_is_503(acme: Organisation) -> None:
    with acme.colleague("sts-down") as token:
        with without_endpoint(acme, ".sts"):
            answer, record = answered(acme, "/sts-down", token)

        says(answer, 503, "unreachable")
        assert record["outcome"] == "failed"
        assert record["incident"] == answer.json()["incident"]
        assert acme.ask("/sts-down", token).status_code == 302


def test_s2_18_without_the_dynamodb_endpoint_the_answer_is_503(acme: Organisation) -> None:
    with acme.colleague("table-down") as token:
        with without_endpoint(acme, ".dynamodb"):
            answer, record = answered(acme, "/table-down", token)

        says(answer, 503, "unreachable")
        assert record["outcome"] == "failed"
        assert acme.ask("/table-down", token).status_code == 302


def test_s2_10_an_account_outside_the_organisation_is_refused_by_iam(
    acme: Organisation,
) -> None:
    lob = {"PK": "outside", "ACCOUNT_ID": "666666666666", "EXTERNAL_ID": "x:y"}
    domain = {"name": "trap", "id": "d-trap", "url_expires_s": 20, "session_s": 1800}
    domain |= {"opens_from": {"office": ["192.168.10.0/24"]}, "landing": "app:JupyterLab:"}
    acme.enter("studiogate-lobs", lob | {"DOMAINS": json.dumps([domain])})
    token = acme.newcomer("victim", {"LOB": "outside", "PROFILE": "victim"})

    answer, record = answered(acme, "/victim", token)

    says(answer, 502, "aws-denied")
    assert record["outcome"] == "failed"
    assert "666666666666" not in answer.text


def test_too_many_openings_at_once_are_told_when_to_come_back(acme: Organisation) -> None:
    headers = {"authorization": f"Bearer {acme.token('user-lob-b')}"}
    urls = [f"{acme.api}/user-lob-b"] * 40
    answers: list[httpx.Response] = []

    with (
        httpx.Client(timeout=PATIENCE_S, limits=httpx.Limits(max_connections=40)) as client,
        ThreadPoolExecutor(40) as pool,
    ):
        began = time.monotonic()
        while len(answers) < 400 and {one.status_code for one in answers} <= {302}:
            answers += pool.map(partial(client.get, headers=headers), urls)
        a_second = len(answers) / (time.monotonic() - began)

    busy = [one for one in answers if one.status_code == 503]
    assert {one.status_code for one in answers} - {503} == {302}
    # AWS's limit is so many a second: a machine too slow to ask them is refused nothing.
    assert busy or a_second < 1.5 * PRESIGNS_PER_S
    assert all(int(one.headers["retry-after"]) >= 1 for one in busy)
    for one in busy:
        says(one, 503, "busy")


NAMES = ["*", "user-lob-?", "ad/min", "User-Lob-A", "a b", "%75ser-lob-a", "..", "ada@", "a"]


@pytest.mark.parametrize("name", NAMES)
def test_s4_13_a_sign_in_name_that_is_not_a_persons_opens_nothing(
    acme: Organisation, name: str
) -> None:
    token = acme.newcomer(name)
    acme.ask("/user-lob-a", token)  # so that the provider's keys are known, and kept
    asked_before = len(acme.gateway_calls())

    # The way up from the root is the root, which shows anybody how to sign in.
    own = [] if name == ".." else [f"/{name}", f"/{name.replace(' ', '%20')}"]

    answers = [acme.ask(path, token) for path in ("/user-lob-a", *own, "/open/forecasting")]

    assert {one.status_code for one in answers} <= {400, 401, 403, 404}
    assert all("location" not in one.headers for one in answers)
    made = {event["action"] for event in acme.gateway_calls()[asked_before:]}
    assert made <= {"", "dynamodb:BatchGetItem"}  # who is that? and no more


@pytest.mark.parametrize(
    "path", ["/%75ser-lob-a", "/user-lob-a%2f", "//user-lob-a", "/./user-lob-a"]
)
def test_s4_13_a_path_in_disguise_opens_nothing(acme: Organisation, path: str) -> None:
    token = acme.token("user-lob-a")
    portal = urlsplit(acme.api)
    connection = HTTPConnection(portal.hostname or "", portal.port)
    headers = {"Authorization": f"Bearer {token}"}

    connection.request("GET", path, headers=headers)  # as it is: nothing tidies it
    answer = connection.getresponse()
    connection.close()

    assert answer.status in {400, 403, 404}
    assert answer.headers["location"] is None


def test_s5_12_a_person_whose_name_is_an_address_opens_the_mapped_profile(
    acme: Organisation,
) -> None:
    name = "ada.lovelace@acme.example"
    before = len(acme.records())

    answer = acme.ask(f"/{name}", acme.token(name))

    record = acme.records()[before]
    assert answer.status_code == 302
    assert (record["person"], record["profile"]) == (name, "ada")
