"""S3 as unmodified clients meet it: boto3 and the AWS command line, over the wire."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.kit.boto import boto_session
from tests.kit.front import LOB_A, LOB_B, REGION, World, allow, policy, root_of, trusting

HERE = {"LocationConstraint": REGION}


def refusal(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def bucket(org: World, account: str = LOB_A) -> tuple[Any, str]:
    s3, name = org.admin(account, "s3"), org.name("bucket")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=HERE)
    return s3, name


class TestObjects:
    @pytest.mark.parametrize(
        "key", ["a", "deep/er", "a b+c", "ü/ß", "x//y", "../up", "a/./b", "50%", "q?a=b", "%2e"]
    )
    def test_what_was_put_comes_back(self, org: World, key: str) -> None:
        s3, name = bucket(org)
        s3.put_object(Bucket=name, Key=key, Body=b"hello", Metadata={"who": "ada"})

        got = s3.get_object(Bucket=name, Key=key)

        assert got["Body"].read() == b"hello"
        assert got["Metadata"] == {"who": "ada"}
        assert got["ServerSideEncryption"] == "AES256"
        assert [one["Key"] for one in s3.list_objects_v2(Bucket=name)["Contents"]] == [key]

    def test_an_upload_without_a_signed_body_is_taken_as_over_tls(self, org: World) -> None:
        _, name = bucket(org)
        keys = org.founded.explorers[LOB_A]
        s3 = boto_session().client(
            "s3",
            endpoint_url=org.doors["internet"],
            region_name=REGION,
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
            config=Config(s3={"payload_signing_enabled": False}),
        )

        s3.put_object(Bucket=name, Key="k", Body=b"x" * 100_000)

        assert len(s3.get_object(Bucket=name, Key="k")["Body"].read()) == 100_000

    def test_a_large_file_goes_up_in_parts_and_comes_down_in_ranges(
        self, org: World, tmp_path: Path
    ) -> None:
        s3, name = bucket(org)
        up, down = tmp_path / "up", tmp_path / "down"
        up.write_bytes(os.urandom(11 * 1024 * 1024))
        parts = TransferConfig(
            multipart_threshold=5 * 1024 * 1024, multipart_chunksize=5 * 1024 * 1024
        )

        s3.upload_file(str(up), name, "big", Config=parts)
        s3.download_file(name, "big", str(down), Config=parts)

        assert down.read_bytes() == up.read_bytes()
        assert s3.head_object(Bucket=name, Key="big")["ETag"].endswith('-3"')
        assert s3.list_multipart_uploads(Bucket=name).get("Uploads", []) == []

    def test_what_is_not_there_is_not_found(self, org: World) -> None:
        s3, name = bucket(org)

        with pytest.raises(ClientError) as caught:
            s3.get_object(Bucket=name, Key="no")
        assert refusal(caught) == ("NoSuchKey", "The specified key does not exist.")
        with pytest.raises(ClientError) as caught:
            s3.head_object(Bucket=name, Key="no")
        assert refusal(caught)[0] == "404"
        with pytest.raises(ClientError) as caught:
            s3.list_objects_v2(Bucket="no-such-bucket-anywhere")
        assert refusal(caught)[0] == "NoSuchBucket"

    def test_a_write_can_insist_on_being_the_first(self, org: World) -> None:
        s3, name = bucket(org)
        first = s3.put_object(Bucket=name, Key="lock", Body=b"1", IfNoneMatch="*")

        with pytest.raises(ClientError) as caught:
            s3.put_object(Bucket=name, Key="lock", Body=b"2", IfNoneMatch="*")
        assert refusal(caught)[0] == "PreconditionFailed"
        with pytest.raises(ClientError):
            s3.put_object(Bucket=name, Key="lock", Body=b"2", IfMatch='"other"')
        s3.put_object(Bucket=name, Key="lock", Body=b"2", IfMatch=first["ETag"])
        assert s3.get_object(Bucket=name, Key="lock")["Body"].read() == b"2"

    def test_what_has_not_changed_is_not_sent_again(self, org: World) -> None:
        s3, name = bucket(org)
        etag = s3.put_object(Bucket=name, Key="k", Body=b"1")["ETag"]

        with pytest.raises(ClientError) as caught:
            s3.get_object(Bucket=name, Key="k", IfNoneMatch=etag)

        assert refusal(caught)[0] == "304"

    def test_versions_are_kept_and_a_deletion_is_a_version(self, org: World) -> None:
        s3, name = bucket(org)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        one = s3.put_object(Bucket=name, Key="k", Body=b"1")["VersionId"]
        s3.put_object(Bucket=name, Key="k", Body=b"2")
        marker = s3.delete_object(Bucket=name, Key="k")

        assert marker["DeleteMarker"] is True
        assert "Contents" not in s3.list_objects_v2(Bucket=name)
        assert s3.get_object(Bucket=name, Key="k", VersionId=one)["Body"].read() == b"1"
        listed = s3.list_object_versions(Bucket=name)
        assert [v["IsLatest"] for v in listed["Versions"]] == [False, False]
        with pytest.raises(ClientError) as caught:
            s3.delete_bucket(Bucket=name)
        assert refusal(caught)[0] == "BucketNotEmpty"
        every = [*listed["Versions"], *listed["DeleteMarkers"]]
        s3.delete_objects(
            Bucket=name,
            Delete={"Objects": [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in every]},
        )
        s3.delete_bucket(Bucket=name)
        with pytest.raises(ClientError):
            s3.head_bucket(Bucket=name)

    def test_lists_come_in_pages_and_roll_up_what_looks_like_folders(self, org: World) -> None:
        s3, name = bucket(org)
        for key in ("a/1", "a/2", "b", "c/1", "d d"):
            s3.put_object(Bucket=name, Key=key)

        pages = list(
            s3.get_paginator("list_objects_v2").paginate(
                Bucket=name, Delimiter="/", PaginationConfig={"PageSize": 1}
            )
        )

        keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
        prefixes = [one["Prefix"] for page in pages for one in page.get("CommonPrefixes", [])]
        assert (keys, prefixes) == (["b", "d d"], ["a/", "c/"])
        assert [o["Key"] for o in s3.list_objects(Bucket=name, Prefix="a/")["Contents"]] == [
            "a/1",
            "a/2",
        ]


class TestBuckets:
    def test_a_name_is_one_in_all_accounts(self, org: World) -> None:
        s3, name = bucket(org)

        with pytest.raises(ClientError) as caught:
            s3.create_bucket(Bucket=name, CreateBucketConfiguration=HERE)
        assert refusal(caught)[0] == "BucketAlreadyOwnedByYou"
        with pytest.raises(ClientError) as caught:
            org.admin(LOB_B, "s3").create_bucket(Bucket=name, CreateBucketConfiguration=HERE)
        assert refusal(caught)[0] == "BucketAlreadyExists"
        assert name in [b["Name"] for b in s3.list_buckets()["Buckets"]]
        assert name not in [b["Name"] for b in org.admin(LOB_B, "s3").list_buckets()["Buckets"]]

    @pytest.mark.parametrize(
        ("name", "where", "code"),
        [
            ("UPPER", HERE, "InvalidBucketName"),
            ("192.168.1.1", HERE, "InvalidBucketName"),
            ("ab", HERE, "InvalidBucketName"),
            (
                "fine-name",
                {"LocationConstraint": "us-west-2"},
                "IllegalLocationConstraintException",
            ),
        ],
    )
    def test_a_bucket_is_named_and_placed_as_aws_wants(
        self, org: World, name: str, where: dict[str, str], code: str
    ) -> None:
        s3 = org.admin(LOB_A, "s3")
        for event in ("before-parameter-build", "before-call"):
            s3.meta.events.unregister(f"{event}.s3")

        with pytest.raises(ClientError) as caught:
            s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)

        assert refusal(caught)[0] == code

    def test_settings_are_kept(self, org: World) -> None:
        s3, name = bucket(org)
        key = org.admin(LOB_A, "kms").create_key()["KeyMetadata"]["Arn"]
        rule = {
            "ApplyServerSideEncryptionByDefault": {
                "SSEAlgorithm": "aws:kms",
                "KMSMasterKeyID": key,
            },
            "BucketKeyEnabled": True,
        }
        s3.put_bucket_encryption(
            Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]}
        )
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})

        kept = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
        assert kept["Rules"] == [rule]
        assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == [{"Key": "a", "Value": "b"}]
        assert s3.put_object(Bucket=name, Key="k")["SSEKMSKeyId"] == key
        closed = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        assert set(closed.values()) == {True}
        assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == REGION

    def test_a_lifecycle_is_kept_until_it_is_taken_away(self, org: World) -> None:
        s3, name = bucket(org)
        rule = {
            "ID": "Older",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 365},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        }

        s3.put_bucket_lifecycle_configuration(
            Bucket=name, LifecycleConfiguration={"Rules": [rule]}
        )

        assert s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"] == [rule]
        s3.delete_bucket_lifecycle(Bucket=name)
        with pytest.raises(ClientError) as caught:
            s3.get_bucket_lifecycle_configuration(Bucket=name)
        assert refusal(caught)[0] == "NoSuchLifecycleConfiguration"

    def test_what_is_not_offered_says_so(self, org: World) -> None:
        s3, name = bucket(org)

        with pytest.raises(ClientError) as caught:
            s3.put_bucket_website(
                Bucket=name, WebsiteConfiguration={"IndexDocument": {"Suffix": "i.html"}}
            )
        assert "PutBucketWebsite" in refusal(caught)[1]
        with pytest.raises(ClientError) as caught:
            s3.put_object(Bucket=name, Key="k", ACL="public-read")
        assert "ACL" in refusal(caught)[1]


def acting(org: World, *statements: dict[str, Any], account: str = LOB_A) -> Any:
    arn = org.role(
        account,
        trust=policy(trusting(root_of(account))),
        can=policy(*statements) if statements else None,
    )
    return org.client("s3", org.assume(arn, org.founded.explorers[account])), arn


def grant(arn: str, *actions: str, on: list[str], **more: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": arn},
        "Action": list(actions),
        "Resource": on,
        **more,
    }


class TestPermissions:
    def test_permission_is_for_one_prefix(self, org: World) -> None:
        admin, name = bucket(org)
        for key in ("mine/a", "other/a"):
            admin.put_object(Bucket=name, Key=key)
        s3, _ = acting(org, allow("s3:GetObject", on=f"arn:aws:s3:::{name}/mine/*"))

        s3.get_object(Bucket=name, Key="mine/a")["Body"].close()
        with pytest.raises(ClientError) as caught:
            s3.get_object(Bucket=name, Key="other/a")
        code, message = refusal(caught)
        assert code == "AccessDenied"
        assert f's3:GetObject on resource: "arn:aws:s3:::{name}/other/a"' in message
        assert "because no identity-based policy allows the s3:GetObject action" in message
        with pytest.raises(ClientError) as caught:
            s3.get_object(Bucket=name, Key="mine/absent")  # to know that takes ListBucket
        assert "s3:ListBucket" in refusal(caught)[1]

    def test_another_account_needs_the_buckets_policy_and_its_own(self, org: World) -> None:
        admin, name = bucket(org, LOB_B)
        admin.put_object(Bucket=name, Key="k", Body=b"1")
        theirs, arn = acting(org, allow("s3:*"))
        nothing, bare = acting(org)

        with pytest.raises(ClientError) as caught:
            theirs.get_object(Bucket=name, Key="k")
        assert "no resource-based policy" in refusal(caught)[1]
        objects = [f"arn:aws:s3:::{name}/*"]
        text = policy(
            grant(arn, "s3:GetObject", on=objects), grant(bare, "s3:GetObject", on=objects)
        )
        admin.put_bucket_policy(Bucket=name, Policy=text)
        assert theirs.get_object(Bucket=name, Key="k")["Body"].read() == b"1"
        with pytest.raises(ClientError):
            nothing.get_object(Bucket=name, Key="k")
        assert json.loads(admin.get_bucket_policy(Bucket=name)["Policy"]) == json.loads(text)
        admin.delete_bucket_policy(Bucket=name)
        with pytest.raises(ClientError):
            theirs.get_object(Bucket=name, Key="k")

    def test_a_policy_that_wants_tls_is_met_by_what_stands_for_tls(self, org: World) -> None:
        admin, name = bucket(org)
        everything = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
        insecure = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": everything,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }

        admin.put_bucket_policy(Bucket=name, Policy=policy(insecure))

        admin.put_object(Bucket=name, Key="k")

    def test_an_explicit_deny_of_the_bucket_is_obeyed_by_its_own_account(
        self, org: World
    ) -> None:
        admin, name = bucket(org)
        said = grant("*", "s3:PutObject", on=[f"arn:aws:s3:::{name}/*"])
        said |= {
            "Effect": "Deny",
            "Condition": {"Null": {"s3:x-amz-server-side-encryption": "true"}},
        }
        admin.put_bucket_policy(Bucket=name, Policy=policy(said))

        with pytest.raises(ClientError) as caught:
            admin.put_object(Bucket=name, Key="k")
        assert "with an explicit deny in a resource-based policy" in refusal(caught)[1]
        admin.put_object(Bucket=name, Key="k", ServerSideEncryption="AES256")

    @pytest.mark.parametrize(
        "condition",
        [
            {},
            {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
            {"Bool": {"aws:SecureTransport": "true"}},
        ],
    )
    def test_a_policy_for_the_public_is_blocked(
        self, org: World, condition: dict[str, Any]
    ) -> None:
        admin, name = bucket(org)
        said = grant("*", "s3:GetObject", on=[f"arn:aws:s3:::{name}/*"])
        said["Principal"] = "*"

        with pytest.raises(ClientError) as caught:
            admin.put_bucket_policy(
                Bucket=name,
                Policy=policy({**said, "Condition": condition} if condition else said),
            )

        assert "BlockPublicPolicy" in refusal(caught)[1]

    def test_a_policy_speaks_of_its_own_bucket(self, org: World) -> None:
        admin, name = bucket(org)

        with pytest.raises(ClientError) as caught:
            admin.put_bucket_policy(
                Bucket=name,
                Policy=policy(
                    grant(root_of(LOB_B), "s3:GetObject", on=["arn:aws:s3:::other/*"])
                ),
            )

        assert refusal(caught) == ("MalformedPolicy", "Policy has invalid resource")

    def test_an_object_under_a_key_takes_the_right_to_use_the_key(self, org: World) -> None:
        admin, name = bucket(org)
        key = org.admin(LOB_A, "kms").create_key()["KeyMetadata"]["Arn"]
        admin.put_object(Bucket=name, Key="k", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
        without, _ = acting(org, allow("s3:*"))
        with_key, _ = acting(org, allow("s3:*"), allow("kms:Decrypt", on=key))

        with pytest.raises(ClientError) as caught:
            without.get_object(Bucket=name, Key="k")
        assert f'kms:Decrypt on resource: "{key}"' in refusal(caught)[1]
        assert with_key.get_object(Bucket=name, Key="k")["Body"].read() == b""

    @pytest.mark.parametrize("whole", [True, False])
    def test_what_is_sealed_is_bound_to_the_object_or_by_a_bucket_key_to_the_bucket(
        self, org: World, *, whole: bool
    ) -> None:
        admin, name = bucket(org)
        key = org.admin(LOB_A, "kms").create_key()["KeyMetadata"]["Arn"]
        how = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
        rule = {"ApplyServerSideEncryptionByDefault": how, "BucketKeyEnabled": whole}
        rules = {"Rules": [rule]}
        admin.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=rules)
        admin.put_object(Bucket=name, Key="k")
        bound = "kms:EncryptionContext:aws:s3:arn"
        of_bucket, of_object = (
            acting(org, allow("s3:*"), allow("kms:Decrypt", StringEquals={bound: arn}))[0]
            for arn in (f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/k")
        )
        right, wrong = (of_bucket, of_object) if whole else (of_object, of_bucket)

        answer = right.get_object(Bucket=name, Key="k")
        answer["Body"].close()
        with pytest.raises(ClientError) as caught:
            wrong.get_object(Bucket=name, Key="k")

        assert answer.get("BucketKeyEnabled", False) is whole
        assert "kms:Decrypt" in refusal(caught)[1]


def test_the_command_line_copies_there_and_back(org: World, tmp_path: Path) -> None:
    _, name = bucket(org)
    keys = org.founded.explorers[LOB_A]
    (tmp_path / "file.txt").write_text("hello")
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": org.doors["internet"],
    }
    aws = [str(Path(sys.executable).parent / "aws"), "s3", "cp", "--only-show-errors"]

    for pair in (("file.txt", f"s3://{name}/a b/file"), (f"s3://{name}/a b/file", "back.txt")):
        run = subprocess.run(
            [*aws, *pair], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr

    assert (tmp_path / "back.txt").read_text() == "hello"
