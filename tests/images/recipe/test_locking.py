"""The lock: digests and checksums of what really arrives, all of them or none."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.errors import ImageError
from studiogate.images.recipe.choices import Choices, chosen
from studiogate.images.recipe.locking import pinned
from studiogate.images.recipe.pins import Pin, Pins, lock_read, lock_text
from studiogate.images.recipe.registry import digest_of
from studiogate.images.recipe.sources import Sources
from studiogate.landscape.image import Image, Recipe
from tests.kit.downloads import Shelf, digest, shelf
from tests.kit.recipes import DIGEST, TODAY

INDEX = b'{"schemaVersion": 2, "manifests": []}'
sums = st.text("0123456789abcdef", min_size=64, max_size=64)
urls = st.from_regex(r"https://[a-z]{1,8}/[!-~]{0,20}", fullmatch=True)
days = st.dates(date(2020, 1, 1))


@given(
    st.builds(
        Pins,
        base=st.from_regex(r"[a-z./:0-9]{1,20}", fullmatch=True),
        digest=sums.map(lambda one: f"sha256:{one}"),
        snapshot=days,
        files=st.dictionaries(urls, st.builds(Pin, sums, st.integers(0, 2**40), days)),
        written=st.dictionaries(st.sampled_from(["Dockerfile", "README.md"]), sums),
    )
)
def test_a_lock_says_what_it_was_made_of(pins: Pins) -> None:
    assert lock_read(lock_text(pins)) == pins


@given(st.text())
def test_what_is_no_lock_is_refused_as_one(text: str) -> None:
    with pytest.raises(ImageError, match="cannot be read as a lock"):
        lock_read(text)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with shelf() as held:
        held.manifests["team/ubuntu:24.04"] = INDEX
        held.files |= {"/r/ubuntu-2404-4.5.1": b"r" * 3_000_000, "/drivers": b"drivers"}
        held.files["/workbench/noble/2026.08.2-200.pro1"] = b"workbench"
        yield held


def sources(here: Shelf) -> Sources:
    return replace(
        Sources(),
        r=here.url + "/r/{os}-{version}",
        workbench=here.url + "/workbench/{os}/{version}",
        drivers=here.url + "/drivers",
    )


def choices(here: Shelf) -> Choices:
    base = f"{here.host}/team/ubuntu:24.04"
    image = Image(kind="rstudio", recipe=Recipe(base=base, r=("4.5.1",)))
    return chosen("r-4.5", image, today=TODAY)


def test_everything_is_pinned_to_what_arrived(here: Shelf) -> None:
    told: list[str] = []

    pins = pinned(
        choices(here), sources(here), today=TODAY, tell=told.append, digest_of=plainly
    )

    assert pins.digest == digest(INDEX)
    assert pins.pinned_base == f"{here.host}/team/ubuntu:24.04@{digest(INDEX)}"
    assert pins.snapshot == date(2026, 11, 20)
    assert {url.removeprefix(here.url): one.sha256 for url, one in pins.files.items()} == {
        path: sha256(body).hexdigest() for path, body in here.files.items()
    }
    assert sum(one.size_bytes for one in pins.files.values()) == 3_000_016
    assert len(told) == 4


def plainly(reference: str) -> str:
    return digest_of(reference, scheme="http")


def test_one_download_that_is_not_there_stops_all_and_is_named(here: Shelf) -> None:
    del here.files["/drivers"]
    here.files.pop("/r/ubuntu-2404-4.5.1")

    with pytest.raises(ImageError) as caught:
        pinned(choices(here), sources(here), today=TODAY, tell=print_nothing, digest_of=plainly)

    assert f"{here.url}/drivers is not there" in str(caught.value)
    assert f"{here.url}/r/ubuntu-2404-4.5.1 is not there" in str(caught.value)
    assert "Nothing was written" in caught.value.remedy


def print_nothing(_line: str) -> None:
    """For whom it does not matter what is told."""


def test_a_download_that_breaks_off_is_not_taken_for_whole(here: Shelf) -> None:
    here.short = True

    with pytest.raises(ImageError, match="ended before its end"):
        pinned(
            choices(here),
            sources(here),
            today=TODAY,
            tell=print_nothing,
            digest_of=lambda _: DIGEST,
        )


def test_a_digest_that_somebody_wrote_is_taken_and_nobody_is_asked(here: Shelf) -> None:
    assert digest_of(f"{here.host}/team/ubuntu:24.04@{DIGEST}") == DIGEST
    assert here.asked == []


def test_a_token_is_fetched_where_the_registry_says_for_that_repository_alone(
    here: Shelf,
) -> None:
    plainly(f"{here.host}/team/ubuntu:24.04")

    assert here.asked == [
        "/v2/team/ubuntu/manifests/24.04",
        "/token?scope=repository%3Ateam%2Fubuntu%3Apull&service=here",
        "/v2/team/ubuntu/manifests/24.04",
    ]


@pytest.mark.parametrize(
    ("tag", "change", "why"),
    [
        ("24.04", {"lies": True}, "not what it says it is"),
        ("24.04", {"refuses": True}, "who is not signed in"),
        ("22.04", {}, "is not there"),
    ],
)
def test_a_registry_that_lies_refuses_or_has_no_such_tag_is_not_believed(
    here: Shelf, tag: str, change: dict[str, bool], why: str
) -> None:
    for name, value in change.items():
        setattr(here, name, value)

    with pytest.raises(ImageError, match=why):
        plainly(f"{here.host}/team/ubuntu:{tag}")


def test_nobody_there_is_said_with_what_can_be_done() -> None:
    with pytest.raises(ImageError, match="was not reached") as caught:
        digest_of("127.0.0.1:1/team/ubuntu:24.04")

    assert "HTTPS_PROXY" in caught.value.remedy
    assert "--base NAME@sha256:" in caught.value.remedy


def test_a_redirect_is_followed_and_one_to_another_scheme_is_not(here: Shelf) -> None:
    here.onward["/drivers"] = f"{here.url}/elsewhere"
    here.files["/elsewhere"] = b"moved"
    here.onward["/workbench/noble/2026.08.2-200.pro1"] = "file:///etc/passwd"

    with pytest.raises(ImageError) as caught:
        pinned(choices(here), sources(here), today=TODAY, tell=print_nothing, digest_of=plainly)

    assert "/elsewhere" in here.asked
    assert "/workbench/" in str(caught.value)
    assert "/drivers" not in str(caught.value)
