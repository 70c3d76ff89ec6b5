"""What a build in AWS does: log in, build, and push under two tags that never move.

The one is the product's own for what is in the image, the first letters of its id.  The other
is for what it was made of: Docker does not give the same bytes twice, so a folder that was
built already is found by this one, and is not built again.
"""

from collections.abc import Mapping
from typing import Final

SOURCE_LABEL: Final = "studiogate.source"
"""Label of an image that was built in AWS: the digest of the zip it was made of."""

SOURCE_TAG: Final = "source-"
"""What the tag begins with that says of which folder an image was made."""

_LETTERS: Final = 16

BUILDSPEC: Final = """\
version: 0.2
env:
  shell: bash
phases:
  pre_build:
    commands:
      - set -o pipefail && aws ecr get-login-password --region "$AWS_REGION"
        | docker login --username AWS --password-stdin "$STUDIOGATE_REGISTRY"
  build:
    commands:
      - docker build
        --platform linux/amd64
        --build-arg SOURCE_DATE_EPOCH=0
        --label "$STUDIOGATE_LABEL"
        --iidfile "${TMPDIR:-/tmp}/image-id"
        --tag "$STUDIOGATE_IMAGE:$STUDIOGATE_SOURCE_TAG"
        .
  post_build:
    commands:
      - test "$CODEBUILD_BUILD_SUCCEEDING" = 1
      - STUDIOGATE_TAG="$(cut -c 8-19 "${TMPDIR:-/tmp}/image-id")"
      - docker tag
        "$STUDIOGATE_IMAGE:$STUDIOGATE_SOURCE_TAG" "$STUDIOGATE_IMAGE:$STUDIOGATE_TAG"
      - docker push "$STUDIOGATE_IMAGE:$STUDIOGATE_TAG"
      - docker push "$STUDIOGATE_IMAGE:$STUDIOGATE_SOURCE_TAG"
      - echo "studiogate pushed $STUDIOGATE_IMAGE:$STUDIOGATE_TAG"
"""
"""Every word that differs from build to build is a variable, so that none is a command."""


def source_tag(digest: str) -> str:
    """The tag of an image that was made of the zip with this SHA-256, in hexadecimal."""
    return f"{SOURCE_TAG}{digest[:_LETTERS]}"


def variables(*, registry: str, repository: str, digest: str) -> Mapping[str, str]:
    """What `BUILDSPEC` is told: where to log in, what to push to, and what it is made of."""
    return {
        "STUDIOGATE_REGISTRY": registry,
        "STUDIOGATE_IMAGE": repository,
        "STUDIOGATE_SOURCE_TAG": source_tag(digest),
        "STUDIOGATE_LABEL": f"{SOURCE_LABEL}=sha256:{digest}",
    }
