"""Which system an image is built on, and whether it still gets updates (F-68)."""

from datetime import date

import pytest

from studiogate.images.recipe.releases import RELEASES, Release, release_named, release_of

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("reference", "family", "version"),
    [
        ("ubuntu:24.04", "ubuntu", "24.04"),
        ("ubuntu:noble", "ubuntu", "24.04"),
        ("public.ecr.aws/ubuntu/ubuntu:24.04@sha256:" + "0" * 64, "ubuntu", "24.04"),
        ("registry.example:5000/ubuntu:22.04", "ubuntu", "22.04"),
        ("public.ecr.aws/docker/library/debian:13-slim", "debian", "13"),
        ("debian:bookworm-slim", "debian", "12"),
        ("debian:12.5", "debian", "12"),
        ("public.ecr.aws/amazonlinux/amazonlinux:2023.6.20241010.0", "amzn", "2023"),
        ("amazonlinux:2", "amzn", "2"),
        ("amazonlinux:2018.03", "amzn", "1"),
        ("registry.access.redhat.com/ubi9/ubi-minimal:9.4", None, None),  # the name says ubi
        ("redhat/ubi9-minimal:9.4", "rhel", "9"),
        ("rockylinux:9.3", "rocky", "9"),
        ("centos:7", "centos", "7"),
        ("ubuntu", None, None),
        ("ubuntu:latest", None, None),
        ("acme/base:24.04", None, None),
        ("registry.example:5000/ubuntu", None, None),
    ],
)
def test_a_name_says_which_release_it_is_or_does_not(
    reference: str, family: str | None, version: str | None
) -> None:
    found = release_named(reference)

    assert (found and found.family, found and found.version) == (family, version)


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ({"ID": "ubuntu", "VERSION_ID": "24.04"}, "24.04"),
        ({"ID": "rhel", "VERSION_ID": "9.4"}, "9"),
        ({"ID": "amzn", "VERSION_ID": "2023"}, "2023"),
        ({"ID": "alpine", "VERSION_ID": "3.20"}, None),
        ({}, None),
    ],
)
def test_a_running_system_says_which_release_it_is(
    said: dict[str, str], version: str | None
) -> None:
    found = release_of(said)

    assert (found.version if found else None) == version


def test_a_release_ends_after_its_last_day_and_that_is_said_half_a_year_before() -> None:
    noble = Release("ubuntu", "24.04", "noble", date(2029, 5, 31))

    assert not noble.ended(date(2029, 5, 31))
    assert noble.ended(date(2029, 6, 1))
    assert not noble.ends_soon(date(2028, 11, 29))
    assert noble.ends_soon(date(2028, 12, 1))
    assert not noble.ends_soon(date(2029, 6, 1))


def test_f_68_amazon_linux_2_and_centos_7_have_ended() -> None:
    ended = {(one.family, one.version) for one in RELEASES if one.ended(TODAY)}

    assert {("amzn", "2"), ("centos", "7"), ("rhel", "7"), ("debian", "12")} <= ended
    assert not {("ubuntu", "24.04"), ("debian", "13"), ("amzn", "2023")} & ended
