"""What tests of this room share: a private store of images, and accounts to publish to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.containers import Storage, busybox_image, private_storage
from tests.kit.images_aws import Aws, Wires, aws_with_images


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """A store with the base image in it; what a test adds to it, it names by itself."""
    made = private_storage(tmp_path_factory.mktemp("containers"))
    busybox_image(made)
    return made


@pytest.fixture(scope="session")
def wires() -> Wires:
    """boto3's clients, which take longer to make than most tests do."""
    return Wires()


@pytest.fixture
def aws(tmp_path: Path, wires: Wires) -> Iterator[Aws]:
    """Two accounts with domains and people, and no image yet."""
    with aws_with_images(tmp_path, wires) as made:
        yield made
