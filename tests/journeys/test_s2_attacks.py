"""S2: what an insider tries from inside Studio, and what cuts an open session off."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from websockets.exceptions import ConnectionClosedError

from tests.kit.apart import SEALED
from tests.kit.organisation import Organisation
from tests.kit.studio_session import OUTSIDE, Session, asks, printed, until_closed

LOOK_AROUND = """
import json, os, pathlib
run = pathlib.Path(os.environ["JUPYTER_RUNTIME_DIR"])
home = pathlib.Path(os.environ["HOME"])
state = pathlib.Path(*home.parts[:home.parts.index("studio")])
environments = []
for one in pathlib.Path("/proc").glob("[0-9]*/environ"):
    try:
        environments.append(one.read_text(errors="replace"))
    except OSError:
        pass
print(json.dumps({
    "sockets": sorted(str(one) for one in run.parent.iterdir()) == [str(run)],
    "state": sorted(one.name for one in state.iterdir()),
    "homes": sorted(one.parent.name for one in state.glob("studio/*/*/*/home")),
    "gateway": any("STUDIOGATE_COOKIE_KEYS" in one for one in environments),
}))
"""


@contextmanager
def opened(acme: Organisation, person: str) -> Iterator[Session]:
    with acme.studio() as browser:
        session = Session(acme, person, browser)
        session.lab()
        yield session


@pytest.mark.skipif(not SEALED, reason="apps are kept apart by root on Linux only")
async def test_a_notebook_finds_neither_keys_nor_colleagues_nor_the_gateway(
    acme: Organisation,
) -> None:
    with opened(acme, "ada.lovelace@acme.example"), opened(acme, "user-lob-a") as session:
        async with session.channel(session.kernel()) as socket:
            found = json.loads(await printed(socket, LOOK_AROUND))

    assert found == {
        "sockets": True,
        "state": ["studio"],
        "homes": ["user-lob-a"],
        "gateway": False,
    }


@contextmanager
def narrowed(acme: Organisation) -> Iterator[None]:
    """The Studio endpoint's policy changed to let nobody through."""
    nobody = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    with acme.endpoint_policy(".studio", {"Version": "2012-10-17", "Statement": [nobody]}):
        yield


@contextmanager
def guarded(acme: Organisation) -> Iterator[None]:
    """A guardrail over lob-a that lets nobody use SageMaker."""
    organisations = acme.client("management", "organizations")
    account = acme.client("lob-a", "sts").get_caller_identity()["Account"]
    deny = {"Effect": "Deny", "Action": "sagemaker:*", "Resource": "*"}
    policy = organisations.create_policy(
        Name="stop",
        Description="no SageMaker",
        Type="SERVICE_CONTROL_POLICY",
        Content=json.dumps({"Version": "2012-10-17", "Statement": [deny]}),
    )["Policy"]["PolicySummary"]["Id"]
    organisations.attach_policy(PolicyId=policy, TargetId=account)
    try:
        yield
    finally:
        organisations.detach_policy(PolicyId=policy, TargetId=account)
        organisations.delete_policy(PolicyId=policy)


@pytest.mark.parametrize("change", [narrowed, guarded])
async def test_s2_17_s2_20_a_changed_door_or_guardrail_cuts_an_open_session_off(
    acme: Organisation, change: Callable[[Organisation], AbstractContextManager[None]]
) -> None:
    with opened(acme, "user-lob-a") as session:
        async with session.channel(session.kernel()) as socket:
            before = await printed(socket, "print('open')")
            with change(acme):
                request = session.get("/api/status")
                await socket.send(asks("print('still open?')"))
                with pytest.raises(ConnectionClosedError) as closed:
                    await until_closed(socket)
        after = session.get("/api/status")

    assert before == "open\n"
    assert (request.status_code, after.status_code) == (403, 200)
    assert OUTSIDE in request.text
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, OUTSIDE)
