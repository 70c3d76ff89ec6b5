"""Names and addresses, manifests: pure."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.landscape.image import IMAGE_NAME
from studiogate.local.ecr.manifests import DOCKER, OCI, TAKEN, Unreadable, manifest
from studiogate.local.ecr.uris import Uri, is_name, read_uri, region_of, registry_of
from studiogate.names import image_repository
from tests.kit.ecr import image_of

HOST = "222222222222.dkr.ecr.eu-west-1.amazonaws.com"
DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{HOST}/a/b:c", Uri("222222222222", "eu-west-1", "a/b", tag="c")),
        (f"{HOST}/a/b", Uri("222222222222", "eu-west-1", "a/b", tag="latest")),
        (f"{HOST}/ab@{DIGEST}", Uri("222222222222", "eu-west-1", "ab", digest=DIGEST)),
        (
            f"{HOST}/ab:c@{DIGEST}",
            Uri("222222222222", "eu-west-1", "ab", tag="c", digest=DIGEST),
        ),
        (f"{HOST}/ab@sha512:00", None),
        (f"{HOST}/ab@", None),
        (f"{HOST}/ab:", None),
        (f"{HOST}/", None),
        (f"{HOST}/../b:c", None),
        (f"{HOST}:5000/ab:c", None),
        (f"https://{HOST}/ab:c", None),
        ("public.ecr.aws/ubuntu/ubuntu:24.04", None),
    ],
)
def test_a_uri_names_one_image_or_none(text: str, expected: Uri | None) -> None:
    assert read_uri(text) == expected


def test_hosts_are_registries_buckets_or_neither() -> None:
    bucket = "prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com"

    assert registry_of(HOST.upper()) == ("222222222222", "eu-west-1")
    assert region_of(HOST) == region_of(bucket) == "eu-west-1"
    for other in ("public.ecr.aws", bucket + ".evil.example", "x" + HOST, HOST + "."):
        assert region_of(other) is None
    assert region_of(bucket.replace("s3.eu-west-1", "s3.eu-west-2")) is None


@given(st.from_regex(IMAGE_NAME, fullmatch=True).map(str.strip))
def test_every_image_of_a_landscape_can_have_its_repository(name: str) -> None:
    assert is_name(image_repository(name))


@given(st.text(string.printable, max_size=30))
def test_no_name_leads_out_of_where_it_is_put(text: str) -> None:
    if is_name(text):
        assert not {"..", "", "."} & set(text.split("/"))


@given(st.binary(max_size=200), st.sampled_from([*TAKEN, None, "text/plain"]))
def test_what_is_no_manifest_is_refused_and_breaks_nothing(
    body: bytes, media_type: str | None
) -> None:
    with pytest.raises(Unreadable):
        manifest(body, media_type)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=3,
)


@given(
    st.dictionaries(
        st.sampled_from(["schemaVersion", "mediaType", "config", "layers", "manifests"]), JSON
    ),
    st.sampled_from(sorted(TAKEN)),
)
def test_json_of_any_form_is_a_manifest_or_refused(
    said: dict[str, object], media_type: str
) -> None:
    try:
        found = manifest(json.dumps({"schemaVersion": 2, **said}).encode(), media_type)
    except Unreadable:
        return
    assert found.media_type == media_type


def test_a_manifest_says_what_it_is_made_of() -> None:
    found = manifest(image_of(b"config", b"one", b"two", b"one"), OCI)

    assert found.config is not None
    assert len(found.layers) == 3
    assert len(found.blobs) == 3
    with pytest.raises(Unreadable, match="media type"):
        manifest(found.body, DOCKER)
    with pytest.raises(Unreadable, match="one reading"):
        manifest(b'{"schemaVersion": 2, "schemaVersion": 2}', OCI)
