"""Builders for policy tests: documents in one line, callers, and nine places to ask from."""

from collections.abc import Mapping
from typing import Any

from studiogate.policy.language import Document, Kind, Policy, parse
from studiogate.policy.request import ContextValue, Principal, Request

OPEN = "sagemaker:CreatePresignedDomainUrl"
OURS, THEIRS = "222222222222", "333333333333"
ALICE = f"arn:aws:sagemaker:eu-west-1:{OURS}:user-profile/d-1/alice"
BOB = f"arn:aws:sagemaker:eu-west-1:{OURS}:user-profile/d-1/bob"

USER = Principal(kind="user", arn=f"arn:aws:iam::{OURS}:user/ada", account=OURS)
SESSION = Principal(
    kind="assumed-role",
    arn=f"arn:aws:sts::{OURS}:assumed-role/Opener/alice",
    account=OURS,
    role_arn=f"arn:aws:iam::{OURS}:role/team/Opener",
)
ROOT = Principal(kind="root", arn=f"arn:aws:iam::{OURS}:root", account=OURS)
SAGEMAKER = Principal(kind="service", arn="sagemaker.amazonaws.com", account="")

API, STUDIO, VPC = "vpce-api", "vpce-studio", "vpc-ours"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}

NETWORKS: Mapping[str, Mapping[str, ContextValue]] = {
    "N1 function at the API endpoint": {
        "aws:SourceVpce": API, "aws:SourceVpc": VPC, "aws:VpcSourceIp": "10.16.8.4",
    },
    "N2 host at the Studio endpoint": {
        "aws:SourceVpce": STUDIO, "aws:SourceVpc": VPC, "aws:VpcSourceIp": "10.16.9.9",
    },
    "N3 office at the Studio endpoint": {
        "aws:SourceVpce": STUDIO, "aws:SourceVpc": VPC, "aws:VpcSourceIp": "192.168.10.7",
    },
    "N4 corporate egress": {"aws:SourceIp": "203.0.113.10"},
    "N5 internet": {"aws:SourceIp": "198.51.100.77"},
    "N6 internet, IPv6": {"aws:SourceIp": "2001:db8::77"},
    "N7 a stranger's VPC with our CIDR": {
        "aws:SourceVpce": "vpce-other", "aws:SourceVpc": "vpc-other",
        "aws:VpcSourceIp": "10.16.9.9",
    },
    "N8 a stranger's VPC": {
        "aws:SourceVpce": "vpce-other", "aws:SourceVpc": "vpc-other",
        "aws:VpcSourceIp": "172.31.0.5",
    },
    "N9 console private access": {"aws:SourceVpc": VPC},
}  # fmt: skip


def document(*statements: Mapping[str, Any], version: str = "2012-10-17") -> Document:
    return {"Version": version, "Statement": [dict(one) for one in statements]}


def policy(
    *statements: Mapping[str, Any],
    kind: Kind = Kind.IDENTITY,
    name: str = "",
    version: str = "2012-10-17",
) -> Policy:
    return parse(document(*statements, version=version), kind=kind, name=name)


def allow(
    action: str | list[str] = "*", resource: str | list[str] = "*", **more: Any
) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(
    action: str | list[str] = "*", resource: str | list[str] = "*", **more: Any
) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def when(operator: str, key: str, *values: Any) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


def asked(
    context: Mapping[str, ContextValue] | None = None,
    *,
    action: str = OPEN,
    resource: str = ALICE,
    by: Principal = USER,
) -> Request:
    return Request(action, resource, by, context or {})


def signed(by: Principal, context: Mapping[str, ContextValue]) -> dict[str, ContextValue]:
    """`context` with what AWS itself says of whoever signed a request."""
    who = {"aws:PrincipalArn": by.role_arn or by.arn, "aws:PrincipalAccount": by.account}
    return {**who, **context}
