"""What registries say through the builders, told apart."""

import pytest

from studiogate.images.builders.refused import not_built, refused

IMMUTABLE = (
    "Error: writing manifest: uploading manifest 4d4d to 1.dkr.ecr.eu-central-1.amazonaws.com/"
    "studiogate/lab: tag invalid: The image tag '4d4d' already exists in the 'studiogate/lab' "
    "repository and cannot be overwritten because the tag is immutable."
)
DENIED = (
    "denied: User: arn:aws:sts::111111111111:assumed-role/x is not authorized to perform: "
    "ecr:InitiateLayerUpload on resource: arn:aws:ecr:eu-central-1:111111111111:repository/x"
)
NO_REPOSITORY = (
    "Error: trying to reuse blob: name unknown: The repository with name 'x' does not exist "
    "in the registry with id '111111111111'"
)


@pytest.mark.parametrize(
    ("last", "says"),
    [
        (IMMUTABLE, "its tags are immutable"),
        (DENIED, "does not allow them this"),
        (NO_REPOSITORY, "no such repository"),
        ("no basic auth credentials", "does not know these credentials"),
        ("unauthorized: authentication required", "does not know these credentials"),
        ("denied: Your authorization token has expired. Reauthenticate and try again.",
         "does not know these credentials"),
        ("tls: failed to verify certificate: x509: certificate signed by unknown authority",
         "cannot prove that it is the one"),
        ("dial tcp: lookup 1.dkr.ecr.eu-central-1.amazonaws.com on 10.0.0.2:53: no such host",
         "was not reached"),
        ("proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused",
         "was not reached"),
        ("net/http: TLS handshake timeout", "was not reached"),
        ("write /var/lib/containers/x: no space left on device", "disk is full"),
        ("something else", "failed"),
    ],
)  # fmt: skip
def test_s6_14_each_way_to_fail_has_its_own_words_and_remedy(last: str, says: str) -> None:
    error = refused("buildah push to x", last)

    assert says in str(error)
    assert last in str(error)
    assert error.remedy


def test_no_two_ways_have_the_same_remedy() -> None:
    lasts = [IMMUTABLE, "403 denied", "name unknown", "401", "unauthorized", "x509: ", "EOF"]

    assert len({refused("push", last).remedy for last in lasts}) >= len(lasts) - 1


def test_a_build_that_filled_the_disk_is_no_fault_of_the_dockerfile() -> None:
    error = not_built("buildah", "lab", "write x: no space left on device\nexit status 1")

    assert str(error) == "buildah in lab: this machine's disk is full\nexit status 1"
    assert "TMPDIR" in error.remedy
