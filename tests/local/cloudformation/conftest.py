from collections.abc import AsyncIterator

import pytest

from tests.kit.cloudformation import Formation


@pytest.fixture
async def formation() -> AsyncIterator[Formation]:
    made = Formation()
    yield made
    await made.service.close()
