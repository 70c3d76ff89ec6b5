"""S2 and S4, inside Studio: a JupyterLab of one's own, checked at every request and frame."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosedError

from tests.kit.organisation import Organisation
from tests.kit.studio_session import LAB, OUTSIDE, Session, asks, printed, until_closed

WHO = """
import json, os, pathlib
metadata = json.loads(pathlib.Path(
    os.environ.get("STUDIOGATE_METADATA", "/opt/ml/metadata/resource-metadata.json")).read_text())
print(metadata["UserProfileName"], metadata["DomainId"])
"""

WHO_AT_AWS = """
import boto3, json
print(json.dumps(boto3.client("sts").get_caller_identity()["Arn"]))
"""


async def acting(acme: Organisation, session: Session) -> tuple[dict[str, Any], str]:
    """The trail's line of one AWS call from a notebook, and the profile its metadata names."""
    session.lab()
    async with session.channel(session.kernel()) as socket:
        profile = (await printed(socket, WHO)).split()[0]
        before = len(acme.calls())
        arn = json.loads(await printed(socket, WHO_AT_AWS))
    # Their app may ask for other things meanwhile, as it does while it starts.
    mine = [one for one in acme.calls()[before:] if one["caller"] == arn]
    (line,) = [one for one in mine if one["service"] == "sts"]
    return line, profile


@pytest.fixture
def both(acme: Organisation) -> Iterator[tuple[Session, Session]]:
    with acme.studio() as a, acme.studio() as b:
        yield Session(acme, "user-lob-a", a), Session(acme, "user-lob-b", b)


async def test_s2_35_s2_36_each_person_has_a_jupyterlab_of_their_own_at_the_same_time(
    both: tuple[Session, Session],
) -> None:
    pages = [one.lab() for one in both]
    kernels = [one.kernel() for one in both]
    said = []
    for session, kernel in zip(both, kernels, strict=True):
        async with session.channel(kernel) as socket:
            said.append((await printed(socket, WHO)).split())

    assert [page.status_code for page in pages] == [200, 200]
    assert [who for who, _ in said] == ["user-lob-a", "user-lob-b"]
    hosts = [urlsplit(one.origin).hostname or "" for one in both]
    assert all(host.startswith(domain) for host, (_, domain) in zip(hosts, said, strict=True))
    assert (
        both[0].client.get(f"{both[0].origin}{LAB}/api/kernels/{kernels[1]}").status_code == 404
    )


async def test_s1_08_s1_31_the_notebook_acts_as_its_execution_role_with_the_persons_name(
    acme: Organisation, both: tuple[Session, Session]
) -> None:
    line, profile = await acting(acme, both[0])

    assert line["action"] == "sts:GetCallerIdentity"
    assert ":assumed-role/StudioExecution/" in line["caller"]
    assert line["source_identity"] == profile == "user-lob-a"
    assert line["vpce"] == acme.endpoint(".sts")["VpcEndpointId"]


async def test_s1_12_two_people_of_one_execution_role_are_told_apart_in_the_trail(
    acme: Organisation, both: tuple[Session, Session]
) -> None:
    with acme.studio() as browser:
        colleague = Session(acme, "ada.lovelace@acme.example", browser)
        lines = [(await acting(acme, one))[0] for one in (both[0], colleague)]

    roles = {line["caller"].split("/")[1] for line in lines}
    assert roles == {"StudioExecution"}
    assert {line["account"] for line in lines} == {"222222222222"}
    assert [line["source_identity"] for line in lines] == ["user-lob-a", "ada"]
    assert [line["caller"].split("/")[2] for line in lines] == [
        "user-lob-a",
        "ada.lovelace@acme.example",
    ]


def without(document: dict[str, Any], domain: str) -> dict[str, Any]:
    """An endpoint policy with everything of `domain` taken out."""
    kept = [
        one | {"Resource": [arn for arn in one["Resource"] if domain not in arn]}
        for one in document["Statement"]
    ]
    return document | {"Statement": kept}


def test_s2_37_s3_16_s5_14_both_studios_are_used_through_the_one_studio_endpoint(
    acme: Organisation, both: tuple[Session, Session]
) -> None:
    endpoint = acme.endpoint(".studio")
    fraud = (urlsplit(both[1].origin).hostname or "").split(".")[0]
    narrowed = without(json.loads(endpoint["PolicyDocument"]), fraud)

    before = [one.lab().status_code for one in both]
    with acme.endpoint_policy(".studio", narrowed):
        during = [one.get("/api/status") for one in both]
    after = [one.get("/api/status").status_code for one in both]

    assert before == after == [200, 200]
    assert [one.status_code for one in during] == [200, 403]
    assert OUTSIDE in during[1].text


@contextmanager
def denied(acme: Organisation, account: str) -> Iterator[None]:
    """A Deny on the presign role, put there through the IAM API like any administrator would."""
    iam = acme.client(account, "iam")
    statement = {"Effect": "Deny", "Action": "sagemaker:CreatePresignedDomainUrl"}
    document = {"Version": "2012-10-17", "Statement": [statement | {"Resource": "*"}]}
    role = {"RoleName": "PresignedUrlGenerator", "PolicyName": "stop"}
    iam.put_role_policy(**role, PolicyDocument=json.dumps(document))
    try:
        yield
    finally:
        iam.delete_role_policy(**role)


async def test_s2_20_a_deny_stops_the_next_request_and_the_next_frame(
    acme: Organisation, both: tuple[Session, Session]
) -> None:
    session, colleague = both
    session.lab()
    async with session.channel(session.kernel()) as socket:
        before = await printed(socket, "print('open')")
        with denied(acme, "lob-a"):
            request = session.get("/api/status")
            await socket.send(asks("print('still open?')"))
            with pytest.raises(ConnectionClosedError) as closed:
                await until_closed(socket)
            other = colleague.lab()

    assert before == "open\n"
    assert request.status_code == 403
    assert OUTSIDE in request.text
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, OUTSIDE)
    assert other.status_code == 200


def test_s2_20_an_open_session_does_not_move_to_another_network(
    acme: Organisation, both: tuple[Session, Session]
) -> None:
    session = both[0]
    session.lab()
    cookies = {one.name: one.value or "" for one in session.client.cookies.jar}

    with acme.studio("internet") as outside:
        answer = outside.get(f"{session.origin}{LAB}/lab", headers={
            "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())
        })  # fmt: skip

    assert answer.status_code == 403
    assert OUTSIDE in answer.text
