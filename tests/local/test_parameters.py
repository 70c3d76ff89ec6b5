"""AWS's public parameters about images, and nothing of anybody's own."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from studiogate.foundation.templates.onpremises import LINUX, WINDOWS
from studiogate.local.parameters import IMAGES, image_id
from tests.kit.front import LOB_A, REGION, World, allow, deny, policy, root_of, trusting, world


@pytest.fixture(scope="module")
def org() -> Iterator[World]:
    with world() as made:
        yield made


def test_s3_23_the_images_of_the_stand_in_are_found_by_name(org: World) -> None:
    ssm = org.admin(LOB_A, "ssm")

    found = ssm.get_parameters(Names=[LINUX, WINDOWS, "/ours/secret"])
    one = ssm.get_parameter(Name=LINUX)["Parameter"]

    assert {LINUX, WINDOWS} <= IMAGES
    assert {p["Name"]: p["Value"] for p in found["Parameters"]} == {
        name: image_id(REGION, name) for name in (LINUX, WINDOWS)
    }
    assert found["InvalidParameters"] == ["/ours/secret"]
    assert (one["DataType"], one["Value"][:4]) == ("aws:ec2:image", "ami-")
    assert image_id("us-east-1", LINUX) != image_id(REGION, LINUX)


def test_what_is_not_there_is_not_pretended(org: World) -> None:
    ssm = org.admin(LOB_A, "ssm")

    with pytest.raises(ClientError, match="ParameterNotFound"):
        ssm.get_parameter(Name="/ours/secret")
    with pytest.raises(ClientError, match="not offered"):
        ssm.put_parameter(Name="/ours/secret", Value="x", Type="String")


def test_a_public_parameter_is_asked_about_by_its_own_name(org: World) -> None:
    only = f"arn:aws:ssm:{REGION}::parameter{LINUX}"
    can = policy(allow("ssm:*"), deny("ssm:GetParameters", on=only))
    role = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A))), can=can)
    ssm = org.client("ssm", org.assume(role, org.founded.explorers[LOB_A]))

    assert ssm.get_parameters(Names=[WINDOWS])["Parameters"]
    with pytest.raises(ClientError, match="explicit deny"):
        ssm.get_parameters(Names=[WINDOWS, LINUX])
