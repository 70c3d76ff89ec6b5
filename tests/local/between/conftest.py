"""One organisation for all tests, and nothing between its accounts at the start of each."""

from collections.abc import Iterator

import pytest

from tests.kit.between import Accounts, Ground, accounts, ground


@pytest.fixture(scope="module")
def there() -> Iterator[Ground]:
    with ground() as found:
        yield found


@pytest.fixture
def org(there: Ground) -> Accounts:
    return accounts(there)
