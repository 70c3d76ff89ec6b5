"""Every door of every network has an address of its own; a taken one is named."""

import socket
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from studiogate.errors import StartError
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.local.call import Arrival
from studiogate.local.listeners import (
    AWS,
    PORTAL,
    REGISTRY,
    STUDIO,
    WORKFORCE,
    Doors,
    arrival_of,
    bound,
    home,
    listeners,
)
from studiogate.policy.evaluate import Effect, verdict
from studiogate.policy.request import ANONYMOUS, Request
from tests.kit.ports import free_ports

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-lobs.yaml"


@pytest.fixture
def acme() -> Landscape:
    return read(EXAMPLE.read_text(encoding="utf-8"))


def test_no_two_doors_share_a_port(acme: Landscape) -> None:
    ports = [one.port for one in listeners(acme, 8400).values()]

    assert ports == list(range(8400, 8400 + len(ports)))


def test_the_person_at_this_machine_sits_in_the_first_corporate_network(
    acme: Landscape,
) -> None:
    assert home(acme) == "office"
    assert listeners(acme, 8400)[PORTAL, "office"].port == 8400


def test_nobody_is_put_into_an_office_that_cannot_resolve_the_names(acme: Landscape) -> None:
    offices = acme.networks["office"].model_copy(update={"dns_servers": ()})
    deaf = acme.model_copy(update={"networks": {**acme.networks, "office": offices}})

    assert home(deaf) == "hub"


def test_portal_and_studio_are_reached_from_everywhere_and_aws_from_the_internet(
    acme: Landscape,
) -> None:
    known = listeners(acme, 8400)

    for network in (*acme.networks, "internet"):
        assert (PORTAL, network) in known
        assert (STUDIO, network) in known
    assert [network for door, network in known if door == AWS] == ["internet"]


def test_a_saml_provider_has_an_address_in_every_network_behind_all_others(
    acme: Landscape,
) -> None:
    known = {key: one for key, one in listeners(acme, 8400).items() if key[0] != REGISTRY}
    oidc = {name: idp for name, idp in acme.idps.items() if name != "workforce"}
    fewer = listeners(acme.model_copy(update={"idps": oidc}), 8400)
    without = {key: one for key, one in fewer.items() if key[0] != REGISTRY}

    more = dict(list(known.items())[len(without) :])
    assert dict(list(known.items())[: len(without)]) == without
    assert set(more) == {(WORKFORCE, name) for name in (*acme.networks, "internet")}


def test_a_taken_port_is_named_with_its_door_and_nothing_stays_bound(acme: Landscape) -> None:
    first = free_ports()
    known = dict(list(listeners(acme, first).items())[:2])
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", first + 1))
        squatter.listen()

        with pytest.raises(
            StartError, match=rf"port {first + 1} \(aws, from internet\) is taken"
        ):
            bound(known)

    again = bound(known)
    assert len(again) == 2
    for one in again:
        one.close()


async def test_how_a_connection_came_is_asked_again_while_it_lasts(acme: Landscape) -> None:
    """An endpoint that is changed, or deleted, under an open WebSocket (S2-17, S2-20)."""
    known = listeners(acme, 8400)
    first = Arrival("office", "192.168.10.20", {"aws:SourceVpce": "vpce-1"})
    second = Arrival("office", "192.168.10.20", {"aws:SourceVpce": "vpce-2"})
    ways: list[Arrival | None] = [first]
    seen = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(arrival_of(scope))
        ways[0] = second
        seen.append(arrival_of(scope))
        ways[0] = None
        seen.append(arrival_of(scope))

    doors = Doors(known, lambda _: ways[0])
    doors.hang(STUDIO, app)
    address = ("127.0.0.1", known[STUDIO, "office"].port)
    await doors({"type": "websocket", "server": address}, _never, _nothing)

    assert seen[:2] == [first, second]
    gone = seen[2].endpoint_policy
    assert gone is not None
    question = Request("sagemaker:CreatePresignedDomainUrl", "*", ANONYMOUS, {}, "")
    assert verdict([gone], question).effect is Effect.DENIED


async def _never() -> dict[str, str]:
    raise AssertionError("nothing is to be received")


async def _nothing(_message: object) -> None:
    raise AssertionError("nothing is to be sent")
