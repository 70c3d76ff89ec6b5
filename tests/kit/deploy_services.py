"""S3, DynamoDB and SageMaker of one account, in memory, as far as deploying asks them.

Each speaks as boto3's client does; what goes in is checked against botocore's models.
"""

import io
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from studiogate.local.sagemaker.alphabets import NAME
from tests.kit.deploy_engine import Asked, check, error, method_of, model

_EXPRESSION = re.compile(r"(?:SET (?P<set>.*?))? ?(?:REMOVE (?P<cut>.*))?\Z")


class Client:
    """Calls are checked, then answered by the method of their name with `do_` before it."""

    service = ""

    def __getattr__(self, name: str) -> Any:
        answer = getattr(type(self), f"do_{name}", None)
        if answer is None:
            raise AttributeError(name)
        operation = method_of(self.service, name)

        def call(**asked: Any) -> Any:
            check(self.service, operation, asked)
            return answer(self, asked)

        return call

    def can_paginate(self, _operation: str) -> bool:
        return False


class FakeS3(Client):
    """Buckets of one account, with conditional writes."""

    service = "s3"

    def __init__(self, account: str, templates: dict[str, tuple[str, str]]) -> None:
        self.account = account
        self.buckets: dict[str, dict[str, tuple[bytes, str]]] = {}
        self._templates = templates
        self._written = 0

    def do_put_object(self, asked: Asked) -> Any:
        there = self._bucket(asked).get(asked["Key"])
        if asked.get("IfNoneMatch") == "*" and there is not None:
            raise self._moved("PutObject")
        if "IfMatch" in asked and there is None:
            raise error("PutObject", "NoSuchKey", "The specified key does not exist.", 404)
        if "IfMatch" in asked and there is not None and there[1] != asked["IfMatch"]:
            raise self._moved("PutObject")
        self._written += 1
        etag = f'"{self._written:032x}"'
        self._bucket(asked)[asked["Key"]] = (asked["Body"], etag)
        url = f"https://{asked['Bucket']}.s3.eu-west-1.amazonaws.com/{asked['Key']}"
        if asked["Key"].startswith("templates/"):
            self._templates[url] = self.account, asked["Body"].decode()
        return {"ETag": etag}

    def do_get_object(self, asked: Asked) -> Any:
        there = self._bucket(asked).get(asked["Key"])
        if there is None:
            raise error("GetObject", "NoSuchKey", "The specified key does not exist.", 404)
        return {"Body": io.BytesIO(there[0]), "ETag": there[1]}

    def do_head_object(self, asked: Asked) -> Any:
        if asked["Key"] not in self._bucket(asked):
            raise error("HeadObject", "404", "Not Found", 404)
        return {}

    def do_list_object_versions(self, asked: Asked) -> Any:
        return {
            "Versions": [
                {"Key": key, "VersionId": etag.strip('"')}
                for key, (_, etag) in self._bucket(asked).items()
            ]
        }

    def do_list_buckets(self, _asked: Asked) -> Any:
        return {"Buckets": [{"Name": one} for one in self.buckets]}

    def do_delete_objects(self, asked: Asked) -> Any:
        for one in asked["Delete"]["Objects"]:
            self._bucket(asked).pop(one["Key"], None)
        return {}

    def _bucket(self, asked: Asked) -> dict[str, tuple[bytes, str]]:
        if asked["Bucket"] not in self.buckets:
            raise error("S3", "NoSuchBucket", "The specified bucket does not exist", 404)
        return self.buckets[asked["Bucket"]]

    def _moved(self, operation: str) -> ClientError:
        return error(operation, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)  # fmt: skip


class FakeDynamo(Client):
    """Tables of one account, keyed by `PK`."""

    service = "dynamodb"

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, dict[str, Any]]] = {}
        self.protected: set[str] = set()
        self.leaves = 0
        """How many calls of BatchWriteItem leave their last request unprocessed."""

        self.writes = 0

    def do_scan(self, asked: Asked) -> Any:
        return {
            "Items": [dict(one) for one in self._table("Scan", asked["TableName"]).values()]
        }

    def do_batch_write_item(self, asked: Asked) -> Any:
        ((table, requests),) = asked["RequestItems"].items()
        assert 1 <= len(requests) <= 25
        left = []
        if self.leaves > 0:
            self.leaves -= 1
            left, requests = requests[-1:], requests[:-1]
        for one in requests:
            self.writes += 1
            if "PutRequest" in one:
                item = one["PutRequest"]["Item"]
                self._table("BatchWriteItem", table)[item["PK"]["S"]] = dict(item)
            else:
                key = one["DeleteRequest"]["Key"]["PK"]["S"]
                self._table("BatchWriteItem", table).pop(key, None)
        return {"UnprocessedItems": {table: left} if left else {}}

    def do_update_item(self, asked: Asked) -> Any:
        table = self._table("UpdateItem", asked["TableName"])
        row = table.get(asked["Key"]["PK"]["S"])
        if row is None:
            raise error("UpdateItem", "ConditionalCheckFailedException", "The conditional request failed")  # fmt: skip
        self.writes += 1
        names = asked["ExpressionAttributeNames"]
        found = _EXPRESSION.match(asked["UpdateExpression"])
        assert found
        for part in (found["set"] or "").split(", ") if found["set"] else []:
            name, value = part.split(" = ")
            row[names[name]] = asked["ExpressionAttributeValues"][value]
        for name in (found["cut"] or "").split(", ") if found["cut"] else []:
            row.pop(names[name], None)
        return {}

    def do_update_table(self, asked: Asked) -> Any:
        assert asked["DeletionProtectionEnabled"] is False
        self._table("UpdateTable", asked["TableName"])
        self.protected.discard(asked["TableName"])
        return {}

    def do_list_tables(self, _asked: Asked) -> Any:
        return {"TableNames": sorted(self.tables)}

    def do_delete_table(self, asked: Asked) -> Any:
        self._table("DeleteTable", asked["TableName"])
        del self.tables[asked["TableName"]]
        return {}

    def _table(self, operation: str, name: str) -> dict[str, dict[str, Any]]:
        if name not in self.tables:
            raise error(operation, "ResourceNotFoundException", "Requested resource not found")
        return self.tables[name]


@dataclass
class FakeDomain:
    """A domain, what is in it, and its file system."""

    id: str
    name: str
    efs: str
    apps: list[dict[str, Any]] = field(default_factory=list)
    spaces: list[dict[str, Any]] = field(default_factory=list)
    profiles: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    """ARNs of lifecycle configurations that its settings name."""

    settings: dict[str, str] = field(
        default_factory=lambda: {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"}
    )
    users: dict[str, Any] = field(default_factory=dict)
    """DefaultUserSettings, beside the lifecycle configurations."""

    shared: dict[str, Any] = field(default_factory=dict)
    """DefaultSpaceSettings."""

    own: dict[str, dict[str, Any]] = field(default_factory=dict)
    """UserSettings by profile."""

    ended: list[str] = field(default_factory=list)
    """The types of the apps that were deleted, in their order."""

    unlicensed: str = ""
    """Why an app that is made does not start."""

    def app_of(self, profile: str) -> None:
        """Have an app of `profile` run."""
        self.apps.append(
            {
                "DomainId": self.id,
                "UserProfileName": profile,
                "AppType": "JupyterLab",
                "AppName": "default",
                "Status": "InService",
            }
        )

    def server(self) -> None:
        """Have RStudio's server run, as in every domain with RStudio."""
        self.app_of("domain-shared")
        self.apps[-1]["AppType"] = "RStudioServerPro"

    def space_of(self, profile: str, name: str) -> None:
        """Have a private space of `profile`, with an app in it."""
        self.spaces.append(
            {
                "DomainId": self.id,
                "SpaceName": name,
                "OwnershipSettingsSummary": {"OwnerUserProfileName": profile},
            }
        )
        self.apps.append(
            {
                "DomainId": self.id,
                "SpaceName": name,
                "AppType": "JupyterLab",
                "AppName": "default",
                "Status": "InService",
            }
        )


class Nothing(Client):
    """A service in which there is nothing: every list is empty, and nothing can be changed."""

    def __init__(self, service: str) -> None:
        self.service = service

    def __getattr__(self, name: str) -> Any:
        operation = method_of(self.service, name)

        def call(**asked: Any) -> Any:
            check(self.service, operation, asked)
            assert name.startswith(("describe_", "list_", "get_")), name
            shape = model(self.service).operation_model(operation).output_shape
            return {key: [] for key, one in shape.members.items() if one.type_name == "list"}

        return call


class FakeEfs(Client):
    """File systems of one account, and the mount targets that keep a VPC from going."""

    service = "efs"

    def __init__(self) -> None:
        self.there: dict[str, dict[str, Any]] = {}

    def made(self, id_: str, key: str) -> None:
        self.there[id_] = {"key": key, "tags": [], "mounts": [f"fsmt-{id_}"]}

    def do_describe_file_systems(self, _asked: Asked) -> Any:
        return {
            "FileSystems": [
                {
                    "FileSystemId": id_,
                    "LifeCycleState": "available",
                    "KmsKeyId": one["key"],
                    "Tags": one["tags"],
                }
                for id_, one in self.there.items()
            ]
        }

    def do_tag_resource(self, asked: Asked) -> Any:
        self._one(asked["ResourceId"])["tags"] = asked["Tags"]
        return {}

    def do_describe_mount_targets(self, asked: Asked) -> Any:
        mounts = self._one(asked["FileSystemId"])["mounts"]
        return {
            "MountTargets": [
                {"MountTargetId": m, "LifeCycleState": "available"} for m in mounts
            ]
        }

    def do_delete_mount_target(self, asked: Asked) -> Any:
        for one in self.there.values():
            if asked["MountTargetId"] in one["mounts"]:
                one["mounts"].remove(asked["MountTargetId"])
        return {}

    def do_delete_file_system(self, asked: Asked) -> Any:
        assert not self._one(asked["FileSystemId"])["mounts"]
        del self.there[asked["FileSystemId"]]
        return {}

    def _one(self, id_: str) -> dict[str, Any]:
        if id_ not in self.there:
            raise error(
                "EFS", "FileSystemNotFound", f"File system '{id_}' does not exist.", 404
            )
        return self.there[id_]


GOES = datetime(2026, 12, 22, tzinfo=UTC)
"""When a key goes whose deletion was asked for."""


class FakeKms(Client):
    """Keys of one account by id, each with its state and tags."""

    service = "kms"

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, Any]] = {}

    def do_list_keys(self, _asked: Asked) -> Any:
        return {"Keys": [{"KeyId": id_} for id_ in self.keys]}

    def do_describe_key(self, asked: Asked) -> Any:
        state = self.keys[asked["KeyId"]]["state"]
        going = {"DeletionDate": GOES} if state == "PendingDeletion" else {}
        return {"KeyMetadata": {"KeyId": asked["KeyId"], "KeyState": state, **going}}

    def do_list_resource_tags(self, asked: Asked) -> Any:
        tags = self.keys[asked["KeyId"]]["tags"]
        return {"Tags": [{"TagKey": k, "TagValue": v} for k, v in tags.items()]}

    def do_cancel_key_deletion(self, asked: Asked) -> Any:
        assert self.keys[asked["KeyId"]]["state"] == "PendingDeletion"
        self.keys[asked["KeyId"]]["state"] = "Disabled"
        return {}

    def do_schedule_key_deletion(self, asked: Asked) -> Any:
        assert self.keys[asked["KeyId"]]["state"] == "Enabled"
        self.keys[asked["KeyId"]]["state"] = "PendingDeletion"
        return {}

    def do_enable_key(self, asked: Asked) -> Any:
        self.keys[asked["KeyId"]]["state"] = "Enabled"
        return {}


SCRIPT_ARN = "arn:aws:sagemaker:eu-west-1:222222222222:studio-lifecycle-config/"


class FakeSageMaker(Client):
    """Domains of one account; each is deleted only when nothing is in it."""

    service = "sagemaker"

    def __init__(self, efs: FakeEfs) -> None:
        self.domains: dict[str, FakeDomain] = {}
        self.scripts: dict[str, dict[str, str]] = {}
        """Tags of lifecycle configurations, by name."""

        self.run_by_apps: set[str] = set()
        self.images: dict[str, dict[str, str]] = {}
        """Tags of images, by name."""

        self.gone: set[str] = set()
        """Names of images that are not there any more."""

        self.efs = efs

    def do_list_domains(self, _asked: Asked) -> Any:
        return {
            "Domains": [
                {
                    "DomainId": id_,
                    "DomainArn": f"arn:aws:sagemaker:::domain/{id_}",
                    "DomainName": one.name,
                }
                for id_, one in self.domains.items()
            ]
        }

    def do_list_images(self, _asked: Asked) -> Any:
        arn = "arn:aws:sagemaker:::image/"
        return {
            "Images": [{"ImageName": one, "ImageArn": f"{arn}{one}"} for one in self.images]
        }

    def do_list_app_image_configs(self, _asked: Asked) -> Any:
        return {"AppImageConfigs": []}

    def do_list_tags(self, asked: Asked) -> Any:
        tags = {**self.scripts, **self.images}.get(asked["ResourceArn"].rpartition("/")[2], {})
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def do_list_studio_lifecycle_configs(self, asked: Asked) -> Any:
        if not re.fullmatch(NAME.pattern, asked["NameContains"]):
            operation = "ListStudioLifecycleConfigs"
            raise error(operation, "ValidationException", "Member must satisfy pattern")
        return {
            "StudioLifecycleConfigs": [
                {
                    "StudioLifecycleConfigName": name,
                    "StudioLifecycleConfigArn": f"{SCRIPT_ARN}{name}",
                }
                for name in self.scripts
                if asked["NameContains"] in name
            ]
        }

    def do_delete_studio_lifecycle_config(self, asked: Asked) -> Any:
        name = asked["StudioLifecycleConfigName"]
        if name in self.run_by_apps:
            raise self._in_use("DeleteStudioLifecycleConfig", "an App")
        del self.scripts[name]
        return {}

    def do_list_apps(self, asked: Asked) -> Any:
        return {"Apps": [dict(one) for one in self._in(asked, "apps")]}

    def do_list_spaces(self, asked: Asked) -> Any:
        return {"Spaces": [dict(one) for one in self._in(asked, "spaces")]}

    def do_list_user_profiles(self, asked: Asked) -> Any:
        id_ = asked["DomainIdEquals"]
        found = self._in(asked, "profiles")
        return {"UserProfiles": [{"DomainId": id_, "UserProfileName": one} for one in found]}

    def do_delete_app(self, asked: Asked) -> Any:
        domain = self._domain("DeleteApp", asked)
        there = self._one("DeleteApp", domain.apps, asked)
        kinds = {one["AppType"] for one in domain.apps}
        if there["AppType"] == "RStudioServerPro" and "RSessionGateway" in kinds:
            raise self._in_use("DeleteApp", "sessions")
        domain.apps.remove(there)
        domain.ended.append(there["AppType"])
        return {}

    def do_create_app(self, asked: Asked) -> Any:
        domain = self._domain("CreateApp", asked)
        why = {"Status": "Failed", "FailureReason": domain.unlicensed}
        domain.apps.append({**asked, **(why if domain.unlicensed else {"Status": "InService"})})
        return {}

    def do_describe_app(self, asked: Asked) -> Any:
        return self._one("DescribeApp", self._domain("DescribeApp", asked).apps, asked)

    def do_delete_space(self, asked: Asked) -> Any:
        domain = self._domain("DeleteSpace", asked)
        if any(one.get("SpaceName") == asked["SpaceName"] for one in domain.apps):
            raise self._in_use("DeleteSpace", "an App")
        domain.spaces.remove(self._one("DeleteSpace", domain.spaces, asked))
        return {}

    def do_describe_space(self, asked: Asked) -> Any:
        domain = self._domain("DescribeSpace", asked)
        return self._one("DescribeSpace", domain.spaces, asked)

    def do_delete_user_profile(self, asked: Asked) -> Any:
        domain = self._domain("DeleteUserProfile", asked)
        if why := self.profile_in_use(domain, asked["UserProfileName"]):
            raise self._in_use("DeleteUserProfile", why)
        domain.profiles.remove(asked["UserProfileName"])
        return {}

    def do_describe_user_profile(self, asked: Asked) -> Any:
        domain = self._domain("DescribeUserProfile", asked)
        if asked["UserProfileName"] not in domain.profiles:
            raise self._absent("DescribeUserProfile")
        own = domain.own.get(asked["UserProfileName"])
        return {"Status": "InService", **({"UserSettings": dict(own)} if own else {})}

    def do_delete_domain(self, asked: Asked) -> Any:
        domain = self._domain("DeleteDomain", asked)
        if why := self.in_use(domain):
            raise self._in_use("DeleteDomain", why)
        del self.domains[domain.id]
        if asked["RetentionPolicy"]["HomeEfsFileSystem"] == "Delete":
            del self.efs.there[domain.efs]
        return {}

    def do_describe_domain(self, asked: Asked) -> Any:
        domain = self._domain("DescribeDomain", asked)
        return {
            "DomainId": domain.id,
            "DomainName": domain.name,
            "Status": "InService",
            "AuthMode": "IAM",
            "AppNetworkAccessType": "VpcOnly",
            "HomeEfsFileSystemId": domain.efs,
            "DomainSettings": dict(domain.settings),
            "DefaultUserSettings": {
                "JupyterLabAppSettings": {"LifecycleConfigArns": list(domain.scripts)},
                **domain.users,
            },
            "DefaultSpaceSettings": dict(domain.shared),
        }

    def do_update_domain(self, asked: Asked) -> Any:
        domain = self._domain("UpdateDomain", asked)
        self.retired(asked)
        domain.users |= asked.get("DefaultUserSettings", {})
        if "DomainSettingsForUpdate" not in asked:
            return {}
        live = [one for one in domain.apps if one["Status"] in {"InService", "Pending"}]
        if live:
            raise error(
                "UpdateDomain",
                "ValidationException",
                "ExecutionRoleIdentityConfig can only be modified if there are no apps in the "
                "InService or Pending state",
            )
        domain.settings |= asked["DomainSettingsForUpdate"]
        return {}

    def do_update_user_profile(self, asked: Asked) -> Any:
        domain, profile = self._domain("UpdateUserProfile", asked), asked["UserProfileName"]
        if any(one.get("UserProfileName") == profile for one in domain.apps):
            why = "The user profile has apps in the InService state"
            raise error("UpdateUserProfile", "ValidationException", why)
        domain.own.setdefault(profile, {}).update(asked["UserSettings"])
        return {}

    def retired(self, asked: Asked) -> None:
        """Refuse what names an image that is not there."""
        for one in asked.get("DefaultUserSettings", {}).values():
            for pair in one.get("CustomImages", ()):
                if pair["ImageName"] in self.gone:
                    why = f"Image {pair['ImageName']} does not exist"
                    raise error("UpdateDomain", "ValidationException", why)

    def in_use(self, domain: FakeDomain) -> str:
        kinds: tuple[tuple[str, list[Any]], ...] = (
            ("an App", domain.apps),
            ("a Space", domain.spaces),
            ("a UserProfile", domain.profiles),
        )
        return next((word for word, some in kinds if some), "")

    def profile_in_use(self, domain: FakeDomain, profile: str) -> str:
        if any(one.get("UserProfileName") == profile for one in domain.apps):
            return "an App"
        owners = [
            one["OwnershipSettingsSummary"]["OwnerUserProfileName"] for one in domain.spaces
        ]
        return "a Space" if profile in owners else ""

    def _in(self, asked: Asked, what: str) -> list[Any]:
        domain = self.domains.get(asked["DomainIdEquals"])
        return [] if domain is None else list(getattr(domain, what))

    def _domain(self, operation: str, asked: Asked) -> FakeDomain:
        if asked["DomainId"] not in self.domains:
            raise self._absent(operation)
        return self.domains[asked["DomainId"]]

    def _one(self, operation: str, some: list[Any], asked: Asked) -> Any:
        for one in some:
            if all(one.get(key) == value for key, value in asked.items()):
                return one
        raise self._absent(operation)

    def _absent(self, operation: str) -> ClientError:
        return error(operation, "ResourceNotFound", "RecordNotFound")

    def _in_use(self, operation: str, what: str) -> ClientError:
        return error(operation, "ResourceInUse", f"it still has {what}")
