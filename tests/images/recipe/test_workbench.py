"""S6-08, S6-09: which Workbench the service has, and which package of it a base takes."""

from datetime import date

import pytest

from studiogate.images.recipe.releases import release_named
from studiogate.images.recipe.workbench import (
    WORKBENCHES,
    dashed,
    fits,
    known,
    package_os,
    standing,
)

OLD, NEW = "2025.05.1+513.pro3", "2026.08.2+200.pro1"


def test_s6_08_the_service_has_the_version_of_its_day() -> None:
    assert standing(date(2026, 9, 29)).version == OLD
    assert standing(date(2026, 9, 30)).version == NEW
    assert standing(date(2020, 1, 1)) == WORKBENCHES[-1]


@pytest.mark.parametrize(
    ("version", "base", "package"),
    [
        (OLD, "ubuntu:22.04", "jammy"),
        (OLD, "ubuntu:24.04", "jammy"),  # there was no other for 24.04 then
        (NEW, "ubuntu:22.04", "jammy"),
        (NEW, "ubuntu:24.04", "noble"),
        (NEW, "redhat/ubi9:9.4", "rhel9"),
        (OLD, "amazonlinux:2", "centos7"),
        (NEW, "amazonlinux:2023", None),
        (NEW, "debian:13", None),
    ],
)
def test_s6_09_the_package_is_that_of_the_base(
    version: str, base: str, package: str | None
) -> None:
    release = release_named(base)

    assert release is not None
    assert package_os(version, release) == package
    if package:
        assert fits(package, release) is True


def test_s6_09_a_package_for_another_system_does_not_fit() -> None:
    ubuntu = release_named("ubuntu:24.04")

    assert ubuntu is not None
    assert fits("centos7", ubuntu) is False
    assert fits("something", ubuntu) is None


def test_a_version_is_dashed_in_file_names() -> None:
    found = known(OLD)

    assert dashed(OLD) == "2025.05.1-513.pro3"
    assert found is not None
    assert "4.5.1" in found.r
    assert known("1.4.1717-3") is None
