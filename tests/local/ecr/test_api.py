"""ECR's API as boto3 meets it, in AWS's words."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from studiogate.local.ecr.api import EcrService
from studiogate.local.front.models import operations
from tests.kit.ecr import CONFIG, Registry, digest, image_of, push
from tests.kit.front import LOB_A, LOB_B, REGION, allow, policy, root_of, trusting

MIB = 1024 * 1024


def refusal(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture
def ecr(here: Registry) -> Any:
    return here.org.admin(LOB_A, "ecr")


def pushed(here: Registry, name: str, tag: str, layer: bytes = b"layer") -> str:
    with here.client(here.token()) as client:
        return push(client, name, tag, layer)


def asked_as(here: Registry, *statements: Any, account: str = LOB_A) -> Any:
    """A client of a role that may do what `statements` say."""
    arn = here.org.role(
        account, trust=policy(trusting(root_of(account))), can=policy(*statements)
    )
    by = here.org.founded.explorers[account]
    return here.org.client("ecr", here.org.assume(arn, by))


class TestRepositories:
    def test_a_repository_is_described_as_it_was_created(
        self, here: Registry, ecr: Any
    ) -> None:
        name = here.org.name("team/image")

        made = ecr.create_repository(
            repositoryName=name,
            imageTagMutability="IMMUTABLE",
            imageScanningConfiguration={"scanOnPush": True},
            tags=[{"Key": "team", "Value": "forecasting"}],
        )["repository"]

        assert made["repositoryUri"] == f"{LOB_A}.dkr.ecr.{REGION}.amazonaws.com/{name}"
        assert made["repositoryArn"] == f"arn:aws:ecr:{REGION}:{LOB_A}:repository/{name}"
        assert made["encryptionConfiguration"] == {"encryptionType": "AES256"}
        assert ecr.describe_repositories(repositoryNames=[name])["repositories"] == [made]
        tags = ecr.list_tags_for_resource(resourceArn=made["repositoryArn"])["tags"]
        assert tags == [{"Key": "team", "Value": "forecasting"}]

    def test_names_are_each_accounts_own(self, here: Registry, ecr: Any) -> None:
        name = here.repository()

        with pytest.raises(ClientError) as caught:
            ecr.create_repository(repositoryName=name)
        code, message = refusal(caught)
        assert code == "RepositoryAlreadyExistsException"
        assert message == (
            f"The repository with name '{name}' already exists in the registry with id "
            f"'{LOB_A}'"
        )
        here.org.admin(LOB_B, "ecr").create_repository(repositoryName=name)

    @pytest.mark.parametrize(
        "name", ["Capital", "a", "../up", "a//b", "a__-b", "x" * 257, "a:b"]
    )
    def test_a_name_that_a_path_could_trip_over_is_refused(self, ecr: Any, name: str) -> None:
        with pytest.raises(ClientError) as caught:
            ecr.create_repository(repositoryName=name)

        assert refusal(caught)[0] == "InvalidParameterException"

    def test_s6_25_a_repository_with_images_is_deleted_by_force_alone(
        self, here: Registry, ecr: Any
    ) -> None:
        name = here.repository()
        pushed(here, name, "one")

        with pytest.raises(ClientError) as caught:
            ecr.delete_repository(repositoryName=name)

        code, message = refusal(caught)
        assert code == "RepositoryNotEmptyException"
        assert message == (
            f"The repository with name '{name}' in registry with id '{LOB_A}' cannot be "
            "deleted because it still contains images"
        )
        ecr.delete_repository(repositoryName=name, force=True)
        with pytest.raises(ClientError) as caught:
            ecr.describe_repositories(repositoryNames=[name])
        code, message = refusal(caught)
        assert code == "RepositoryNotFoundException"
        assert message == (
            f"The repository with name '{name}' does not exist in the registry with id "
            f"'{LOB_A}'"
        )

    def test_repositories_are_listed_in_pages(self, here: Registry) -> None:
        ecr = here.org.admin("111111111111", "ecr")
        for number in range(3):
            ecr.create_repository(repositoryName=f"page/{number}")

        first = ecr.describe_repositories(maxResults=2)
        rest = ecr.describe_repositories(maxResults=2, nextToken=first["nextToken"])

        found = [one["repositoryName"] for one in first["repositories"] + rest["repositories"]]
        assert found == ["page/0", "page/1", "page/2"]
        assert "nextToken" not in rest

    def test_settings_change_and_policies_come_and_go(self, here: Registry, ecr: Any) -> None:
        name = here.repository()
        text = json.dumps(
            {
                "rules": [
                    {
                        "rulePriority": 1,
                        "selection": {
                            "tagStatus": "untagged",
                            "countType": "sinceImagePushed",
                            "countUnit": "days",
                            "countNumber": 14,
                        },
                        "action": {"type": "expire"},
                    }
                ]
            }
        )
        ecr.put_image_tag_mutability(repositoryName=name, imageTagMutability="IMMUTABLE")
        ecr.put_image_scanning_configuration(
            repositoryName=name, imageScanningConfiguration={"scanOnPush": True}
        )
        ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=text)

        (found,) = ecr.describe_repositories(repositoryNames=[name])["repositories"]
        assert found["imageTagMutability"] == "IMMUTABLE"
        assert found["imageScanningConfiguration"] == {"scanOnPush": True}
        kept = ecr.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"]
        assert kept == text
        ecr.delete_lifecycle_policy(repositoryName=name)
        with pytest.raises(ClientError) as caught:
            ecr.get_lifecycle_policy(repositoryName=name)
        assert refusal(caught)[0] == "LifecyclePolicyNotFoundException"
        with pytest.raises(ClientError) as caught:
            ecr.get_repository_policy(repositoryName=name)
        assert refusal(caught)[0] == "RepositoryPolicyNotFoundException"

    @pytest.mark.parametrize(
        "statement",
        [
            pytest.param(
                {"Principal": "*", "Action": "ecr:*", "Resource": "*"}, id="names a resource"
            ),
            pytest.param({"Action": "ecr:*"}, id="names nobody"),
            pytest.param(
                {"Principal": {"AWS": f"arn:aws:iam::{LOB_A}:role/nobody"}, "Action": "ecr:*"},
                id="names somebody who is not there",
            ),
        ],
    )
    def test_a_policy_that_ecr_would_not_take_is_refused(
        self, here: Registry, ecr: Any, statement: dict[str, Any]
    ) -> None:
        name = here.repository()

        with pytest.raises(ClientError) as caught:
            ecr.set_repository_policy(
                repositoryName=name, policyText=policy({"Effect": "Allow", **statement})
            )

        code, message = refusal(caught)
        assert code == "InvalidParameterException"
        assert message.startswith("Invalid parameter at 'PolicyText' failed to satisfy")

    def test_a_policy_that_locks_its_author_out_needs_force(
        self, here: Registry, ecr: Any
    ) -> None:
        name = here.repository()
        text = policy({"Effect": "Deny", "Principal": "*", "Action": "ecr:*"})

        with pytest.raises(ClientError) as caught:
            ecr.set_repository_policy(repositoryName=name, policyText=text)
        assert refusal(caught)[0] == "InvalidParameterException"

        ecr.set_repository_policy(repositoryName=name, policyText=text, force=True)
        with pytest.raises(ClientError) as caught:
            ecr.describe_images(repositoryName=name)
        assert refusal(caught)[0] == "AccessDeniedException"

    def test_what_is_not_offered_is_refused_by_its_name(self, ecr: Any) -> None:
        with pytest.raises(ClientError) as caught:
            ecr.get_registry_policy()
        assert "GetRegistryPolicy" in refusal(caught)[1]
        with pytest.raises(ClientError) as caught:
            ecr.create_repository(
                repositoryName="some/thing", imageTagMutability="IMMUTABLE_WITH_EXCLUSION"
            )
        assert "IMMUTABLE_WITH_EXCLUSION" in refusal(caught)[1]


class TestImages:
    def test_images_are_described_with_digest_tags_size_and_kind(
        self, here: Registry, ecr: Any
    ) -> None:
        name = here.repository()
        own = pushed(here, name, "one")
        pushed(here, name, "two")

        (found,) = ecr.describe_images(repositoryName=name)["imageDetails"]

        assert found["imageDigest"] == own
        assert found["imageTags"] == ["one", "two"]
        assert found["imageSizeInBytes"] == len(b"layer")
        assert found["imageManifestMediaType"] == "application/vnd.oci.image.manifest.v1+json"
        assert "imageScanStatus" not in found
        listed = ecr.list_images(repositoryName=name, maxResults=1)
        assert listed["imageIds"] == [{"imageDigest": own, "imageTag": "one"}]
        assert listed["nextToken"]
        untagged = ecr.list_images(repositoryName=name, filter={"tagStatus": "UNTAGGED"})
        assert untagged["imageIds"] == []

    def test_an_image_that_is_not_there_is_named(self, here: Registry, ecr: Any) -> None:
        name = here.repository()

        with pytest.raises(ClientError) as caught:
            ecr.describe_images(repositoryName=name, imageIds=[{"imageTag": "no"}])
        got = ecr.batch_get_image(repositoryName=name, imageIds=[{"imageTag": "no"}, {}])

        code, message = refusal(caught)
        assert code == "ImageNotFoundException"
        assert message == (
            "The image with imageId {imageDigest:'null', imageTag:'no'} does not exist within "
            f"the repository with name '{name}' in the registry with id '{LOB_A}'"
        )
        assert got["images"] == []
        codes = [one["failureCode"] for one in got["failures"]]
        assert codes == ["ImageNotFound", "MissingDigestAndTag"]

    def test_s6_14_tags_that_are_immutable_stay_where_they_are(
        self, here: Registry, ecr: Any
    ) -> None:
        name = here.repository(imageTagMutability="IMMUTABLE")
        pushed(here, name, "one")
        other = pushed(here, name, "two", b"another layer")
        (image,) = ecr.batch_get_image(repositoryName=name, imageIds=[{"imageTag": "two"}])[
            "images"
        ]

        with pytest.raises(ClientError) as caught:
            ecr.put_image(
                repositoryName=name, imageManifest=image["imageManifest"], imageTag="one"
            )

        code, message = refusal(caught)
        assert code == "ImageTagAlreadyExistsException"
        assert message == (
            f"The image tag 'one' already exists in the '{name}' repository and cannot be "
            "overwritten because the tag is immutable."
        )
        with pytest.raises(ClientError) as caught:
            ecr.put_image(
                repositoryName=name, imageManifest=image["imageManifest"], imageTag="two"
            )
        assert refusal(caught)[0] == "ImageAlreadyExistsException"
        done = ecr.put_image(
            repositoryName=name, imageManifest=image["imageManifest"], imageTag="three"
        )
        assert done["image"]["imageId"] == {"imageDigest": other, "imageTag": "three"}

    def test_s6_25_an_image_goes_with_its_last_tag_and_its_layers_with_it(
        self, here: Registry, ecr: Any
    ) -> None:
        name, layer = here.repository(), b"of this image alone"
        own = pushed(here, name, "one", layer)
        pushed(here, name, "two", layer)

        def delete(**which: str) -> Any:
            return ecr.batch_delete_image(repositoryName=name, imageIds=[which])

        delete(imageTag="one")
        assert len(ecr.describe_images(repositoryName=name)["imageDetails"]) == 1
        gone = delete(imageTag="two")

        assert gone["imageIds"] == [{"imageDigest": own, "imageTag": "two"}]
        assert ecr.describe_images(repositoryName=name)["imageDetails"] == []
        with pytest.raises(KeyError):
            here.ecr.registries.blobs.path(digest(layer))
        assert delete(imageDigest=own)["failures"][0]["failureCode"] == "ImageNotFound"

    def test_no_scan_ever_says_that_nothing_was_found(self, here: Registry, ecr: Any) -> None:
        name = here.repository(imageScanningConfiguration={"scanOnPush": True})
        silent = here.repository()
        own = pushed(here, name, "one")
        pushed(here, silent, "one")

        (found,) = ecr.describe_images(repositoryName=name)["imageDetails"]
        said = ecr.describe_image_scan_findings(
            repositoryName=name, imageId={"imageDigest": own}
        )

        assert found["imageScanStatus"]["status"] == "FAILED"
        assert "no scanner" in said["imageScanStatus"]["description"]
        assert "imageScanFindings" not in said
        with pytest.raises(ClientError) as caught:
            ecr.describe_image_scan_findings(repositoryName=silent, imageId={"imageTag": "one"})
        assert refusal(caught)[0] == "ScanNotFoundException"
        begun = ecr.start_image_scan(repositoryName=silent, imageId={"imageTag": "one"})
        assert begun["imageScanStatus"]["status"] == "FAILED"


class TestLayers:
    def test_an_image_can_be_pushed_and_read_by_the_api_alone(
        self, here: Registry, ecr: Any
    ) -> None:
        name, layer = here.repository(), bytes(range(256)) * 4096 * 6
        for content in (CONFIG, layer):
            begun = ecr.initiate_layer_upload(repositoryName=name)
            for first in range(0, len(content), 5 * MIB):
                piece = content[first : first + 5 * MIB]
                ecr.upload_layer_part(
                    repositoryName=name,
                    uploadId=begun["uploadId"],
                    partFirstByte=first,
                    partLastByte=first + len(piece) - 1,
                    layerPartBlob=piece,
                )
            ecr.complete_layer_upload(
                repositoryName=name,
                uploadId=begun["uploadId"],
                layerDigests=[digest(content)],
            )

        ecr.put_image(
            repositoryName=name, imageManifest=image_of(CONFIG, layer).decode(), imageTag="one"
        )

        said = ecr.batch_check_layer_availability(
            repositoryName=name, layerDigests=[digest(layer), digest(b"no"), "nonsense"]
        )
        assert [one["layerAvailability"] for one in said["layers"]] == [
            "AVAILABLE",
            "UNAVAILABLE",
        ]
        assert said["failures"][0]["failureCode"] == "InvalidLayerDigest"
        url = ecr.get_download_url_for_layer(repositoryName=name, layerDigest=digest(layer))
        with here.client(None) as client:
            assert client.get(url["downloadUrl"]).content == layer

    def test_a_layer_that_is_not_its_digest_is_refused(self, here: Registry, ecr: Any) -> None:
        name = here.repository()
        id_ = ecr.initiate_layer_upload(repositoryName=name)["uploadId"]

        def part(first: int, content: bytes) -> Any:
            return ecr.upload_layer_part(
                repositoryName=name,
                uploadId=id_,
                partFirstByte=first,
                partLastByte=first + len(content) - 1,
                layerPartBlob=content,
            )

        part(0, b"content")
        with pytest.raises(ClientError) as caught:
            part(3, b"overlapping")
        assert refusal(caught)[0] == "InvalidLayerPartException"
        with pytest.raises(ClientError) as caught:
            ecr.complete_layer_upload(
                repositoryName=name, uploadId=id_, layerDigests=[digest(b"other")]
            )
        assert refusal(caught)[0] == "InvalidLayerException"
        with pytest.raises(ClientError) as caught:
            part(7, b"more")
        assert refusal(caught)[0] == "UploadNotFoundException"

    def test_a_manifest_without_its_layers_is_refused(self, here: Registry, ecr: Any) -> None:
        name = here.repository()

        with pytest.raises(ClientError) as caught:
            ecr.put_image(repositoryName=name, imageManifest=image_of(CONFIG, b"x").decode())

        code, message = refusal(caught)
        assert code == "LayersNotFoundException"
        assert message.startswith(f"Layers with digests '[{digest(CONFIG)}, {digest(b'x')}]'")


class TestPermissions:
    def test_s6_04_login_takes_a_permission_of_its_own(self, here: Registry) -> None:
        without = asked_as(here, allow("ecr:PutImage", "ecr:InitiateLayerUpload"))

        with pytest.raises(ClientError) as caught:
            without.get_authorization_token()

        code, message = refusal(caught)
        assert code == "AccessDeniedException"
        assert "ecr:GetAuthorizationToken on resource: *" in message

    def test_a_token_is_for_aws_and_ends_with_the_session(self, here: Registry) -> None:
        keys = here.org.founded.explorers[LOB_A]
        (own,) = here.org.client("ecr", keys).get_authorization_token()["authorizationData"]
        (short,) = asked_as(here, allow("ecr:*")).get_authorization_token()["authorizationData"]

        now = here.org.clock()
        assert base64.b64decode(own["authorizationToken"]).startswith(b"AWS:")
        assert own["proxyEndpoint"] == f"https://{here.host()}"
        assert timedelta(hours=11.9) < own["expiresAt"] - now <= timedelta(hours=12)
        assert short["expiresAt"] - now <= timedelta(hours=1)

    def test_tags_of_a_repository_decide(self, here: Registry) -> None:
        name = here.repository(tags=[{"Key": "team", "Value": "ours"}])
        theirs = here.repository(tags=[{"Key": "team", "Value": "theirs"}])
        only = {"StringEquals": {"ecr:ResourceTag/team": "ours"}}
        client = asked_as(here, allow("ecr:DescribeImages", **only))

        client.describe_images(repositoryName=name)
        with pytest.raises(ClientError):
            client.describe_images(repositoryName=theirs)

    def test_a_new_repository_with_tags_asks_for_tagging_too(self, here: Registry) -> None:
        client = asked_as(here, allow("ecr:CreateRepository"))
        client.create_repository(repositoryName=here.org.name("plain"))

        with pytest.raises(ClientError) as caught:
            client.create_repository(
                repositoryName=here.org.name("tagged"), tags=[{"Key": "a", "Value": "b"}]
            )

        assert "ecr:TagResource" in refusal(caught)[1]

    def test_another_accounts_repository_needs_its_policy(
        self, here: Registry, ecr: Any
    ) -> None:
        name = here.repository()
        other = asked_as(here, allow("ecr:*"), account=LOB_B)

        def look() -> Any:
            return other.describe_images(registryId=LOB_A, repositoryName=name)

        with pytest.raises(ClientError) as caught:
            look()
        assert "no resource-based policy allows the ecr:DescribeImages action" in str(
            caught.value
        )
        ecr.set_repository_policy(
            repositoryName=name,
            policyText=policy(
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": root_of(LOB_B)},
                    "Action": "ecr:DescribeImages",
                }
            ),
        )
        assert look()["imageDetails"] == []


def test_every_operation_is_one_of_ecrs(here: Registry) -> None:
    assert EcrService(here.ecr).operations <= operations("ecr")
    assert "DescribeImages" in EcrService(here.ecr).operations
