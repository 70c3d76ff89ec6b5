from collections.abc import AsyncIterator, Iterator

import pytest

from studiogate.aws.wire.transport import AiohttpTransport
from tests.kit.signin_idp import FakeIdp, SetClock, serving_idp
from tests.kit.signin_room import Portal, gateway_settings, idp_settings, portal


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def idp(clock: SetClock) -> Iterator[FakeIdp]:
    with serving_idp(clock) as idp:
        yield idp


@pytest.fixture
async def transport() -> AsyncIterator[AiohttpTransport]:
    transport = AiohttpTransport(timeout_s=5.0)
    yield transport
    await transport.close()


@pytest.fixture
async def site(
    idp: FakeIdp, transport: AiohttpTransport, clock: SetClock
) -> AsyncIterator[Portal]:
    site = portal(gateway_settings(idp_settings(idp)), transport, clock)
    yield site
    await site.room.close()
