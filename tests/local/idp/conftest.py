"""A founded pool and a browser in front of its site."""

import pytest
from starlette.applications import Starlette

from studiogate.local.idp.pool import Pool, found_pool
from studiogate.local.idp.site import idp_site
from tests.kit.idp import BASE, CALLBACK, GOODBYE, Browser, StandingClock, landscape, spare_keys


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def pool(clock: StandingClock) -> Pool:
    return found_pool(
        landscape(),
        callback_urls=[CALLBACK],
        logout_urls=[GOODBYE],
        clock=clock,
        make_key=spare_keys(),
    )


@pytest.fixture
def browser(pool: Pool) -> Browser:
    return Browser(idp_site(pool, base=BASE, name="Acme"))


@pytest.fixture(scope="session")
def standing_site() -> Starlette:
    """A site for tests that leave nothing behind: to found a pool takes a while."""
    pool = found_pool(
        landscape(),
        callback_urls=[CALLBACK],
        logout_urls=[GOODBYE],
        clock=StandingClock(),
        make_key=spare_keys(),
    )
    return idp_site(pool, base=BASE, name="Acme")


@pytest.fixture
def visitor(standing_site: Starlette) -> Browser:
    """A new browser in front of `standing_site`."""
    return Browser(standing_site)
