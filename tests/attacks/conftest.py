from collections.abc import AsyncIterator, Iterator

import pytest

from studiogate.aws.wire.transport import AiohttpTransport
from tests.kit.jwt_attacks import EC, OTHER, RSA
from tests.kit.jwt_attacks_site import Site, attacked, every_way
from tests.kit.signin_idp import FakeIdp, SetClock, serving_idp


@pytest.fixture(scope="session")
def provider() -> Iterator[FakeIdp]:
    """One address for all: starting one for each of hundreds of attacks is slow."""
    with serving_idp(SetClock()) as provider:
        yield provider


@pytest.fixture
def idp(provider: FakeIdp) -> FakeIdp:
    """The provider, as if nobody had asked it anything."""
    provider.clock = SetClock()
    provider.person = "user-lob-a"
    provider.published = [RSA.jwk(), EC.jwk(), OTHER.jwk()]
    provider.hits.clear()
    return provider


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[FakeIdp]:
    with serving_idp(SetClock()) as elsewhere:
        yield elsewhere


@pytest.fixture
def canary(elsewhere: FakeIdp) -> FakeIdp:
    """An address nobody has any business with."""
    elsewhere.hits.clear()
    return elsewhere


@pytest.fixture
async def transport() -> AsyncIterator[AiohttpTransport]:
    transport = AiohttpTransport(timeout_s=5.0)
    yield transport
    await transport.close()


@pytest.fixture
async def site(idp: FakeIdp, transport: AiohttpTransport) -> AsyncIterator[Site]:
    async with attacked(idp, transport) as site:
        yield site


@pytest.fixture
async def whole(idp: FakeIdp, transport: AiohttpTransport) -> AsyncIterator[Site]:
    """A gateway with every way to sign in, and to send people."""
    async with attacked(idp, transport, settings=every_way(idp)) as site:
        yield site
