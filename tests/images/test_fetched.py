"""An image that was not built here is looked into before a version is made of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from studiogate.errors import ImageError
from studiogate.images.builders.buildah import Buildah
from studiogate.images.builders.found import builder
from studiogate.images.fetched import Fetched
from studiogate.images.parts import Builder, Built, Fault, Login, Told
from studiogate.images.places import places
from studiogate.images.publishing import from_registry, publish
from studiogate.landscape.image import Image
from tests.kit.attaching import published
from tests.kit.containers import BASE, Storage
from tests.kit.images_aws import LOB_A, LOB_B, NOBODY, Aws, Pusher

TODAY = date(2026, 3, 1)
LAB = Image(kind="jupyterlab")


class Fetching(Buildah):
    """The buildah of a store, to which an image of the store is what comes from ECR."""

    def __init__(self, worker: Buildah) -> None:
        self.__dict__.update(worker.__dict__)
        self.uris: list[str] = []

    @contextmanager
    def pulled(self, uri: str, *, login: Login, tell: Told) -> Iterator[Built]:
        """The base image, whatever is asked for."""
        assert login.password.get_secret_value()
        tell(f"fetching {uri}")
        self.uris.append(uri)
        found = self.find(BASE)
        assert found is not None
        yield found


@pytest.fixture(scope="module")
def worker(storage: Storage) -> Buildah:
    found = builder(storage.environment, named="buildah")
    assert isinstance(found, Buildah)
    return found


def sent(
    aws: Aws, worker: Callable[[], Builder], judge: Callable[[str, Sequence[Fault]], None]
) -> Fetched:
    """What is in ECR already, published by its digest."""
    pusher, digest = Pusher(aws, "one"), ""
    for place in places(aws.landscape, "lab"):
        host = f"{place.account}.dkr.ecr.eu-west-1.amazonaws.com"
        uri = f"{host}/studiogate/lab:by-hand"
        digest = pusher.push(pusher.built, uri, login=NOBODY, tell=lambda _: None)
    source = Fetched(from_registry(digest), LAB, worker=worker, judge=judge, today=TODAY)
    publish(aws.world, aws.landscape, "lab", source, places(aws.landscape, "lab"))
    return source


def test_it_is_fetched_once_and_judged_before_it_is_published(
    aws: Aws, worker: Buildah
) -> None:
    published(aws, "before")
    fetching, judged = Fetching(worker), list[tuple[str, set[str]]]()

    source = sent(
        aws, lambda: fetching, lambda uri, some: judged.append((uri, {x.code for x in some}))
    )

    ((uri, codes),) = judged
    assert fetching.uris == [uri]
    assert uri.startswith(f"{LOB_A}.dkr.ecr.eu-west-1.amazonaws.com/studiogate/lab@sha256:")
    assert "python" in codes
    assert (source.said, source.why_not) == ("checked", "")


def test_what_is_published_everywhere_is_not_fetched_again(aws: Aws) -> None:
    published(aws)
    (known, *_) = aws.ask(LOB_A, "ecr", "describe_images", repositoryName="studiogate/lab")[
        "imageDetails"
    ]
    again = Fetched(
        from_registry(known["imageDigest"]),
        LAB,
        worker=lambda: pytest.fail("nothing is to be fetched"),
        judge=lambda *_: pytest.fail("nothing is to be judged"),
        today=TODAY,
    )

    done = publish(aws.world, aws.landscape, "lab", again, places(aws.landscape, "lab"))

    assert {one.outcome for one in done} == {"there already"}
    assert (again.said, again.why_not) == ("as before", "")


def test_what_is_wrong_with_it_keeps_it_from_every_account(aws: Aws, worker: Buildah) -> None:
    published(aws, "before")

    def refuse(uri: str, _: Sequence[Fault]) -> None:
        raise ImageError(f"{uri} has faults", remedy="Mend it.")

    with pytest.raises(ImageError, match="has faults"):
        sent(aws, lambda: Fetching(worker), refuse)

    for account in (LOB_A, LOB_B):
        there = aws.ask(account, "sagemaker", "list_image_versions", ImageName="lab")
        assert [one["Version"] for one in there["ImageVersions"]] == [1]


def test_s6_06_without_a_builder_it_is_published_and_said_that_nobody_looked(
    aws: Aws, tmp_path: Path
) -> None:
    published(aws, "before")
    judged: list[str] = []

    source = sent(
        aws, lambda: builder({"PATH": str(tmp_path)}), lambda uri, _: judged.append(uri)
    )

    assert (source.said, judged) == ("not looked at", [])
    assert source.why_not.startswith("no builder of this machine works")
    there = aws.ask(LOB_A, "sagemaker", "list_image_versions", ImageName="lab")
    assert len(there["ImageVersions"]) == 2
