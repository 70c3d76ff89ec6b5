"""A template as CloudFormation would see it: every intrinsic function worked out.

`resolved` does one template; `standing` builds stacks in their order in one's head, outputs of
one handed to the next.  Ids that nobody gives are made up in AWS's form, the same every time,
and other ones for every stack.  What CloudFormation would refuse is refused: an unknown
parameter, one that is missing or does not match its pattern, a reference to nothing, a
function that is not known here.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from studiogate.foundation.stacks import (
    Artifact,
    Fact,
    Output,
    Stack,
    StackKey,
    Value,
    in_order,
)

LONGEST_PARAMETER, MOST_PARAMETERS, MOST_RESOURCES = 4096, 200, 500
"""CloudFormation User Guide, "CloudFormation quotas"."""

FACTS = {"S3PrefixListId": "pl-6da54004"}
"""What AWS says of every account."""

PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "111111111111",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "stack",
    "AWS::StackId": "arn:aws:cloudformation:eu-west-1:111111111111:stack/stack/1",
}

PREFIXES = {
    "AWS::EC2::VPC": "vpc",
    "AWS::EC2::Subnet": "subnet",
    "AWS::EC2::RouteTable": "rtb",
    "AWS::EC2::SecurityGroup": "sg",
    "AWS::EC2::InternetGateway": "igw",
    "AWS::EC2::NatGateway": "nat",
    "AWS::EC2::EIP": "eipalloc",
    "AWS::EC2::Instance": "i",
    "AWS::EC2::VPCEndpoint": "vpce",
    "AWS::EC2::PrefixList": "pl",
    "AWS::EC2::DHCPOptions": "dopt",
    "AWS::EC2::VPCPeeringConnection": "pcx",
    "AWS::EC2::TransitGateway": "tgw",
    "AWS::EC2::TransitGatewayVpcAttachment": "tgw-attach",
    "AWS::EC2::TransitGatewayRouteTable": "tgw-rtb",
    "AWS::Route53Resolver::ResolverEndpoint": "rslvr-in",
    "AWS::Route53Resolver::ResolverRule": "rslvr-rr",
    "AWS::SageMaker::Domain": "d",
    "AWS::EFS::FileSystem": "fs",
}
"""How the id of a resource begins, which `Ref` gives."""

ARNS = {
    "AWS::IAM::Role": "iam::{account}:role/{made}",
    "AWS::IAM::ManagedPolicy": "iam::{account}:policy/{made}",
    "AWS::IAM::InstanceProfile": "iam::{account}:instance-profile/{made}",
    "AWS::S3::Bucket": "s3:::{made}",
    "AWS::KMS::Key": "kms:{region}:{account}:key/{made}",
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/{made}",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{made}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{made}:*",
    "AWS::SageMaker::Domain": "sagemaker:{region}:{account}:domain/{made}",
}
"""How the ARN of a resource goes on after its partition; for others, with their type in it."""

_IN_SUB = re.compile(r"\$\{(!?)([^}]+)\}")
_NOTHING = object()
"""`AWS::NoValue`: the property is not there."""


def resolved(
    text: str,
    parameters: Mapping[str, str | list[str]] | None = None,
    attributes: Mapping[str, Any] | None = None,
    *,
    pseudo: Mapping[str, str] | None = None,
    seed: str = "",
) -> dict[str, Any]:
    """The template with every function worked out, without what its conditions leave out.

    `attributes` has what `Ref` gives by logical id, and what `Fn::GetAtt` gives by
    `LogicalId.Attribute`; for others it is made up from `seed`.  A list given for a
    `CommaDelimitedList` is one; so is text with commas.
    """
    body = _read(text)
    declared = body.get("Parameters", {})
    _refuse(body, declared, parameters or {})
    found = _Resolving(
        resources=body["Resources"],
        parameters={
            name: _given(name, one, parameters or {}) for name, one in declared.items()
        },
        conditions=body.get("Conditions", {}),
        mappings=body.get("Mappings", {}),
        attributes=attributes or {},
        pseudo={**PSEUDO, **(pseudo or {})},
        seed=seed,
    )
    return found.template(body)


def standing(
    stacks: Iterable[Stack],
    *,
    artifacts: Mapping[str, str] | None = None,
    attributes: Mapping[StackKey, Mapping[str, Any]] | None = None,
    pseudo: Mapping[str, str] | None = None,
) -> dict[StackKey, dict[str, Any]]:
    """Every stack's resolved template, built in order; what each gives is in its `Outputs`."""
    stood: dict[StackKey, dict[str, Any]] = {}

    def told(value: Value) -> str | list[str]:
        match value:
            case Output(stack, name):
                return str(stood[stack]["Outputs"][name]["Value"])
            case Artifact(name):
                return (artifacts or {})[name]
            case Fact(name):
                return FACTS[name]
            case tuple():
                return [str(told(part)) for part in value]
        return value

    for wave in in_order(stacks):
        for stack in wave:
            key = stack.key
            stood[key] = resolved(
                stack.template.text,
                {name: told(value) for name, value in stack.parameters.items()},
                (attributes or {}).get(key),
                pseudo={
                    "AWS::AccountId": key.account,
                    "AWS::StackName": key.name,
                    **(pseudo or {}),
                },
                seed=str(key),
            )
    return stood


def of_type(template: Mapping[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The properties of every resource of type `kind`, by logical id."""
    return {
        name: one.get("Properties", {})
        for name, one in template["Resources"].items()
        if one["Type"] == kind
    }


def outputs(template: Mapping[str, Any]) -> dict[str, Any]:
    """What a resolved template gives."""
    return {name: one["Value"] for name, one in template.get("Outputs", {}).items()}


def made_up(kind: str, name: str, seed: str = "") -> str:
    """The id a resource of `kind` has where no test says otherwise; the same every time."""
    digits = hashlib.sha256(f"{seed}/{name}".encode()).hexdigest()[:17]
    return f"{PREFIXES[kind]}-{digits}" if kind in PREFIXES else f"{name}-{digits}"


@cache
def _read(text: str) -> dict[str, Any]:
    """The template as it is written; many stacks have the same, and nobody changes it."""
    body: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return body


@dataclass(frozen=True, slots=True)
class _Resolving:
    resources: Mapping[str, Any]
    parameters: Mapping[str, str | list[str]]
    conditions: Mapping[str, Any]
    mappings: Mapping[str, Any]
    attributes: Mapping[str, Any]
    pseudo: Mapping[str, str]
    seed: str
    _functions: dict[str, Callable[[Any], Any]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Condition": self.holds,
            "Fn::GetAtt": self._attribute,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Split": self._split,
            "Fn::Select": self._select,
            "Fn::If": self._if,
            "Fn::Base64": lambda one: b64encode(str(self.value(one)).encode()).decode(),
            "Fn::FindInMap": self._in_map,
            "Fn::Equals": lambda pair: self.value(pair[0]) == self.value(pair[1]),
            "Fn::Not": lambda one: not self.value(one[0]),
            "Fn::And": lambda some: all(self.value(one) for one in some),
            "Fn::Or": lambda some: any(self.value(one) for one in some),
        }
        object.__setattr__(self, "_functions", found)

    def template(self, body: Mapping[str, Any]) -> dict[str, Any]:
        sections = {
            name: {key: self.value(one) for key, one in body[name].items() if self._kept(one)}
            for name in ("Resources", "Outputs")
            if name in body
        }
        return {**body, **sections}

    def _kept(self, one: Mapping[str, Any]) -> bool:
        return "Condition" not in one or self.holds(one["Condition"])

    def holds(self, condition: str) -> bool:
        return bool(self.value(self.conditions[condition]))

    def value(self, one: Any) -> Any:
        """`one` with what is in it worked out; `_NOTHING` where it is no value."""
        if isinstance(one, dict):
            return self._mapping(one)
        if isinstance(one, list):
            found = [self.value(item) for item in one]
            return [item for item in found if item is not _NOTHING]
        return one

    def _mapping(self, one: dict[str, Any]) -> Any:
        name = str(next(iter(one), ""))
        # A resource has a `Condition` beside other keys, a policy statement a mapping in it.
        if len(one) == 1 and (name == "Ref" or name.startswith("Fn::") or _reference(one)):
            return self._functions[name](one[name])
        found = {key: self.value(item) for key, item in one.items()}
        return {key: item for key, item in found.items() if item is not _NOTHING}

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.parameters:
            return self.parameters[name]
        one = self.resources.get(name, {})
        if one.get("Type") == "AWS::IAM::Role" and "RoleName" in one["Properties"]:
            return self.value(one["Properties"]["RoleName"])
        return self.attributes.get(name) or self._made_up(name)

    def _made_up(self, name: str) -> str:
        if name not in self.resources:
            raise KeyError(f"nothing is called {name}")
        return made_up(self.resources[name]["Type"], name, self.seed)

    def _attribute(self, of: str | list[str]) -> Any:
        name, attribute = of.split(".", 1) if isinstance(of, str) else of
        if f"{name}.{attribute}" in self.attributes:
            return self.attributes[f"{name}.{attribute}"]
        made = self.attributes.get(name) or self._made_up(name)
        if attribute.endswith("Arn"):
            return self._arn(self.resources[name]["Type"], made)
        return made if attribute.endswith("Id") else f"{made}.{attribute}"

    def _arn(self, kind: str, made: str) -> str:
        known = ARNS.get(kind, f"{kind.split('::')[1].lower()}:{{region}}:{{account}}:{{made}}")
        where = {"region": "AWS::Region", "account": "AWS::AccountId"}
        given = {name: self.pseudo[one] for name, one in where.items()}
        return f"arn:{self.pseudo['AWS::Partition']}:{known.format(made=made, **given)}"

    def _sub(self, said: str | list[Any]) -> str:
        text, local = (said, {}) if isinstance(said, str) else said
        own = {name: self.value(one) for name, one in local.items()}

        def put(found: re.Match[str]) -> str:
            literal, name = found[1], found[2]
            if literal:
                return f"${{{name}}}"
            if name in own:
                return str(own[name])
            return str(self._attribute(name) if "." in name else self._ref(name))

        return _IN_SUB.sub(put, text)

    def _join(self, said: list[Any]) -> str:
        parts = self.value(said[1])
        assert isinstance(parts, list), f"Fn::Join of what is no list: {parts!r}"
        return str(said[0]).join(map(str, parts))

    def _split(self, said: list[Any]) -> list[str]:
        return str(self.value(said[1])).split(said[0])

    def _select(self, said: list[Any]) -> Any:
        number, some = int(self.value(said[0])), self.value(said[1])
        assert isinstance(some, list), f"Fn::Select from what is no list: {some!r}"
        return some[number]

    def _if(self, said: list[Any]) -> Any:
        return self.value(said[1] if self.holds(said[0]) else said[2])

    def _in_map(self, said: list[Any]) -> Any:
        first, second, third = (self.value(one) for one in said)
        return self.mappings[first][second][third]


def _reference(one: Mapping[str, Any]) -> bool:
    return isinstance(one.get("Condition"), str)


def _refuse(
    body: Mapping[str, Any], declared: Mapping[str, Any], given: Mapping[str, Any]
) -> None:
    assert len(body["Resources"]) <= MOST_RESOURCES, "more resources than a template may have"
    assert len(declared) <= MOST_PARAMETERS, "more parameters than a template may have"
    assert given.keys() <= declared.keys(), f"no such parameters: {given.keys() - declared}"


def _given(
    name: str, declared: Mapping[str, Any], given: Mapping[str, str | list[str]]
) -> str | list[str]:
    value = given.get(name, declared.get("Default"))
    assert value is not None, f"the parameter {name} has no value"
    text = ",".join(value) if isinstance(value, list) else str(value)
    assert len(text.encode()) <= LONGEST_PARAMETER, f"{name} is too long"
    allowed, pattern = declared.get("AllowedValues"), declared.get("AllowedPattern")
    assert allowed is None or text in map(str, allowed), f"{name} may not be {text!r}"
    if not _is_list(declared):
        assert pattern is None or re.fullmatch(pattern, text), f"{name} is {text!r}"
        return text
    parts = text.split(",")
    # CloudFormation holds the pattern against each item of a CommaDelimitedList.
    assert pattern is None or all(re.fullmatch(pattern, part) for part in parts), (
        f"{name} is {text!r}"
    )
    return parts


def _is_list(declared: Mapping[str, Any]) -> bool:
    kind = str(declared["Type"])
    return kind == "CommaDelimitedList" or kind.startswith("List<")
