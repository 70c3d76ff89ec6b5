"""What functions are made of and hang on elsewhere: code in S3, roles, subnets, keys.

Read where it is kept, at the moment of the call, and with AWS's refusals for what is not there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from moto.ec2.models import ec2_backends
from moto.kms.models import kms_backends

from studiogate.local.call import ApiCall, ApiError, Caller, Needed
from studiogate.local.functions.store import wrong
from studiogate.local.iam import entities
from studiogate.local.iam.policies import LivePolicies
from studiogate.local.s3.permissions import on_reading
from studiogate.local.s3.store import Buckets
from studiogate.policy.evaluate import Effect, verdict
from studiogate.policy.request import Principal, Request

LAMBDA = "lambda.amazonaws.com"
May = Callable[[ApiCall, Needed], bool]
"""Whether a caller has a permission that changes an answer and does not decide about it."""

_ON_INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
)


@dataclass(frozen=True, slots=True)
class World:
    """The services beside Lambda, as far as it asks them."""

    buckets: Buckets
    policies: LivePolicies
    may: May

    def code(self, call: ApiCall, said: Mapping[str, Any]) -> bytes:
        """The zip that `said` names, or holds.

        Raises:
            ApiError: InvalidParameterValueException, in Lambda's words for S3's refusals.
        """
        if "ZipFile" in said:
            return bytes(said["ZipFile"])
        _, key = self._object(said)
        try:
            bucket = self.buckets.get(said["S3Bucket"])
            if bucket.region != call.region:
                raise wrong(
                    "Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 "
                    f"Error Message: The bucket is in this region: {bucket.region}. Please "
                    "use this region to retry the request"
                )
            return self.buckets.body(bucket.name, key, said.get("S3ObjectVersion")).body
        except ApiError as exc:
            raise _of_s3(exc) from exc

    def needed_for_code(self, call: ApiCall, said: Mapping[str, Any]) -> Sequence[Needed]:
        """What S3 asks of the caller, for Lambda reads the code as they."""
        if "ZipFile" in said:
            return ()
        bucket, key = self._object(said)
        params = {"Bucket": bucket, "Key": key}
        if "S3ObjectVersion" in said:
            params["VersionId"] = said["S3ObjectVersion"]
        try:
            return on_reading(self.buckets, replace(call, params=params))
        except ApiError as exc:
            raise _of_s3(exc) from exc

    def _object(self, said: Mapping[str, Any]) -> tuple[str, str]:
        if "S3Bucket" not in said or "S3Key" not in said:
            raise wrong("Please provide a source for function code.")
        return str(said["S3Bucket"]), str(said["S3Key"])

    def hold_role(self, call: ApiCall, arn: str, *, in_vpc: bool) -> None:
        """Return when Lambda may become the role, and make what a function in a VPC needs.

        Raises:
            ApiError: InvalidParameterValueException.
        """
        role, trust = entities.role_by_arn(arn), self.policies.trust(arn)
        asked = Request(
            "sts:AssumeRole",
            arn,
            Principal("service", LAMBDA, ""),
            {
                "aws:PrincipalIsAWSService": "true",
                "aws:PrincipalServiceName": LAMBDA,
                "aws:SourceAccount": call.account,
            },
        )
        foreign = role is not None and role.account_id != call.account
        if role is None or trust is None or foreign or not _allows([trust], asked):
            raise wrong("The role defined for the function cannot be assumed by Lambda.")
        if in_vpc:
            self._hold_interfaces(role)

    def _hold_interfaces(self, role: Any) -> None:
        session = Caller(
            kind="assumed-role",
            account=role.account_id,
            arn=f"arn:aws:sts::{role.account_id}:assumed-role/{role.name}/lambda",
            user_id=f"{role.id}:lambda",
            name=role.name,
            access_key="",
            secret_key="",
        )
        policies = self.policies.identity(session)
        who = Principal("assumed-role", session.arn, session.account, str(role.arn))
        for action in _ON_INTERFACES:
            if not _allows(policies, Request(action, "*", who, {})):
                name = action.partition(":")[2]
                raise wrong(
                    f"The provided execution role does not have permissions to call {name} on "
                    "EC2"
                )


def _allows(policies: Sequence[Any], request: Request) -> bool:
    return verdict(policies, request).effect is Effect.ALLOWED


def hold_network(call: ApiCall, said: Mapping[str, Any]) -> str:
    """The VPC of the subnets and groups of a function; empty for one that is in none.

    Raises:
        ApiError: they are not there, or not in one VPC.
    """
    subnets, groups = said.get("SubnetIds") or [], said.get("SecurityGroupIds") or []
    if not subnets and not groups:
        return ""
    if not subnets or not groups:
        raise wrong("SecurityGroupIds and SubnetIds must be both empty or both non-empty.")
    backend = ec2_backends[call.account][call.region]
    known_subnets = {
        one.id: one.vpc_id for zone in list(backend.subnets.values()) for one in zone.values()
    }
    known_groups = {
        one.id: vpc for vpc, found in list(backend.groups.items()) for one in found.values()
    }
    for ids, known, what in (
        (subnets, known_subnets, "InvalidSubnetID.NotFound: The subnet ID"),
        (groups, known_groups, "InvalidGroup.NotFound: The security group"),
    ):
        missing = [one for one in ids if one not in known]
        if missing:
            raise wrong(
                "Error occurred while DescribeNetwork. EC2 Error Code: "
                f"{what.partition(':')[0]}. EC2 Error Message:{what.partition(':')[2]} "
                f"'{missing[0]}' does not exist"
            )
    vpcs = {known_subnets[one] for one in subnets} | {known_groups[one] for one in groups}
    if len(vpcs) > 1:
        raise wrong("Subnets and security groups are of one VPC.")
    return str(vpcs.pop())


def hold_key(call: ApiCall, arn: str) -> None:
    """Return when there is a key of this ARN that encrypts.

    Raises:
        ApiError: InvalidParameterValueException.
    """
    key = kms_backends[call.account][call.region].keys.get(arn.rpartition("/")[2])
    if key is None or key.key_state != "Enabled":
        raise wrong(
            "Lambda was unable to configure access to your environment variables because the "
            "KMS key is invalid. Please check your KMS key."
        )


def _of_s3(error: ApiError) -> ApiError:
    """Lambda's words for what S3 refused it."""
    if error.code == "InvalidParameterValueException":
        return error
    return wrong(
        f"Error occurred while GetObject. S3 Error Code: {error.code}. S3 Error Message: "
        f"{error.message}"
    )
