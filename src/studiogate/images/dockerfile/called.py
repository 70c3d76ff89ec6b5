"""Rules about an image's name: what SageMaker and ECR take (S6-21)."""

import re
from collections.abc import Iterator

from studiogate.images.dockerfile.facts import Facts, Subject
from studiogate.images.parts import Fault
from studiogate.names import app_image_config, image_repository

# As in the service models (botocore): ImageName and AppImageConfigName of SageMaker,
# RepositoryName of ECR.
_IMAGE = re.compile(r"[a-zA-Z0-9](?:[-.]?[a-zA-Z0-9]){0,62}\Z")
_CONFIG = re.compile(r"[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}\Z")
_REPOSITORY = re.compile(r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*\Z")
_LONGEST, _LONGEST_REPOSITORY = 63, 256


def called(_facts: Facts, subject: Subject) -> Iterator[Fault]:
    """What of the name, and of the names that follow from it, AWS would refuse."""
    if not subject.name:
        return
    name, config = subject.name, app_image_config(subject.name)
    wrong = [
        what
        for what, fits in (
            ("an image of SageMaker", _fits(_IMAGE, name, _LONGEST)),
            ("an app image configuration", _fits(_CONFIG, config, _LONGEST)),
            (
                "a repository of ECR",
                _fits(_REPOSITORY, image_repository(name), _LONGEST_REPOSITORY),
            ),
        )
        if not fits
    ]
    if wrong:
        what = f"{name!r} cannot be the name of {' or '.join(wrong)}"
        remedy = "Use small letters and digits, and a dot or a hyphen between them: r-4.5."
        yield subject.fault("name", 1, what, remedy)


def _fits(pattern: re.Pattern[str], name: str, longest: int) -> bool:
    return len(name) <= longest and pattern.match(name) is not None
