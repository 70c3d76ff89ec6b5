from collections.abc import Iterator

import pytest

from tests.kit.ecr import Registry, registry


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with registry(tmp_path_factory.mktemp("ecr")) as made:
        yield made
