from collections.abc import AsyncIterator, Iterator

import pytest

from studiogate.aws.wire.transport import AiohttpTransport
from tests.kit.signin_idp import FakeIdp, SetClock, serving_idp


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
