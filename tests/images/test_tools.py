"""Which AWS CLI this machine has, and whether it is new enough."""

from pathlib import Path

import pytest

from studiogate.errors import ImageError
from studiogate.images.tools import Version, aws_cli, too_old
from tests.kit.played_builders import Played


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"out": "aws-cli/2.15.30 Python/3.11.8 Linux/6.1 exe/x86_64.debian.12\n"}, "2.15.30"),
        ({"err": "aws-cli/1.11.13 Python/3.5.2 Linux/4.4 botocore/1.4.70\n"}, "1.11.13"),
    ],
)
def test_the_version_is_the_one_that_it_says(
    tmp_path: Path, said: dict[str, str], found: str
) -> None:
    aws = Played(tmp_path, "aws", [("--version", said)])

    assert str(aws_cli(aws.environment)) == found


def test_without_one_there_is_no_version_and_an_unreadable_one_is_an_error(
    tmp_path: Path,
) -> None:
    assert aws_cli({"PATH": str(tmp_path)}) is None
    with pytest.raises(ImageError, match="does not say a version"):
        aws_cli(Played(tmp_path, "aws", [("--version", {"out": "hello"})]).environment)


@pytest.mark.parametrize(
    ("version", "fits"),
    [
        (Version(1, 23, 5), False),
        (Version(1, 23, 6), True),
        (Version(1, 44, 2), True),
        (Version(2, 6, 1), False),
        (Version(2, 6, 2), True),
        (Version(2, 15, 0), True),
        (Version(0, 99, 0), False),
        (Version(3, 0, 0), True),
    ],
)
def test_s6_07_older_than_1_23_6_or_2_6_2_is_too_old(*, version: Version, fits: bool) -> None:
    assert (too_old(version) is None) is fits
