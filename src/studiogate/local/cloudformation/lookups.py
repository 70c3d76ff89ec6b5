"""Parameters whose values stand for something in the account: found there, or refused.

Asked with the permissions of whoever called, as CloudFormation does: an id of a VPC that is not
there is refused before anything is made, and a name in the Parameter Store becomes its value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kind import Cloud
from studiogate.local.cloudformation.template.document import Document
from studiogate.local.cloudformation.template.parameters import STORED, Parameter, typed
from studiogate.local.cloudformation.words import invalid, not_offered


@dataclass(frozen=True, slots=True)
class _Question:
    """How to ask whether an id is there."""

    service: str
    operation: str
    member: str


# Source: CloudFormation User Guide, "Specify existing resources at runtime with
# CloudFormation-supplied parameter types"; those this product's templates may use.
_EXISTING: Mapping[str, _Question] = {
    "AWS::EC2::Instance::Id": _Question("ec2", "DescribeInstances", "InstanceIds"),
    "AWS::EC2::SecurityGroup::Id": _Question("ec2", "DescribeSecurityGroups", "GroupIds"),
    "AWS::EC2::Subnet::Id": _Question("ec2", "DescribeSubnets", "SubnetIds"),
    "AWS::EC2::VPC::Id": _Question("ec2", "DescribeVpcs", "VpcIds"),
}
_BARE = re.compile(r"List<(?P<of>.+)>")
_PLAIN = frozenset({"CommaDelimitedList", "Number", "String", "AWS::SSM::Parameter::Name"})


async def looked_up(
    cloud: Cloud, document: Document, values: Mapping[str, str]
) -> dict[str, str]:
    """The values that the Parameter Store has for the parameters that are names of it.

    Raises:
        ApiError: ValidationError: a value stands for nothing, or for something this emulation
            does not have.
    """
    for declared in document.parameters.values():
        await _check(cloud, declared, values[declared.name])
    return {
        name: await _stored(cloud, declared, values[name])
        for name, declared in document.parameters.items()
        if STORED.fullmatch(declared.type)
    }


async def _check(cloud: Cloud, declared: Parameter, value: str) -> None:
    found = _BARE.fullmatch(declared.type)
    kind = found["of"] if found else declared.type
    if kind in _PLAIN or STORED.fullmatch(declared.type):
        return
    question = _EXISTING.get(kind)
    if question is None:
        raise not_offered(f"The type {declared.type} of parameter {declared.name}")
    parts = typed(declared, value)
    for part in parts if isinstance(parts, list) else [parts]:
        await _exists(cloud, question, declared, part)


async def _exists(cloud: Cloud, question: _Question, declared: Parameter, value: str) -> None:
    try:
        await cloud.call(question.service, question.operation, **{question.member: [value]})
    except ApiError as exc:
        if "NotFound" not in exc.code and "Malformed" not in exc.code:
            raise
        raise invalid(
            f"Parameter validation failed: parameter value {value} for parameter name "
            f"{declared.name} does not exist. Rollback requested by user."
        ) from exc


async def _stored(cloud: Cloud, declared: Parameter, name: str) -> str:
    words = f"Unable to fetch parameters [{name}] from parameter store for this account."
    try:
        answer = await cloud.call("ssm", "GetParameters", Names=[name])
    except ApiError as exc:
        raise invalid(f"{words} ({declared.type} of {declared.name}: {exc.message})") from exc
    found = {one["Name"]: one["Value"] for one in answer.get("Parameters", [])}
    if name not in found:
        raise invalid(words)
    return str(found[name])
