"""Random policies and random requests that live near each other: borders, literals, neighbours."""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from hypothesis import strategies as st

from studiogate.policy.evaluate import Layers
from studiogate.policy.language import Kind, Policy
from studiogate.policy.request import ContextValue, Principal
from studiogate.reach.prove.arrivals import CONSOLE, ENDPOINT, INTERNET, SERVICE, Arrival
from tests.kit.policy import ALICE, BOB, OPEN, OURS, ROOT, SESSION, THEIRS, USER, policy
from tests.kit.prove import DOORS, door

NETS = (
    "10.16.0.0/16",
    "10.16.8.0/24",
    "192.168.10.7",
    "0.0.0.0/0",
    "203.0.113.0/24",
    "2001:db8::/32",
    "::/0",
)
ADDRESSES = tuple(
    str(ip_address(one))
    for one in (
        "10.15.255.255", "10.16.0.0", "10.16.7.255", "10.16.8.0", "10.16.8.255", "10.16.255.255",
        "10.17.0.0", "192.168.10.6", "192.168.10.7", "192.168.10.8", "203.0.113.0", "203.0.113.255",
        "203.0.114.0", 0, "255.255.255.255", "2001:db8::", "2001:db7::1", "2001:db9::", "::1",
    )
)  # fmt: skip
IDS = ("vpce-api", "vpce-studio", "vpce-a", "vpce-ab", "VPCE-A", "vpce-*", "vpce-?", "*b")
VPCS = ("vpc-ours", "vpc-b", "vpc-*", "*-ours")
WORDS = ("alice", "Alice", "bob", "al*", "*e", "?l*", "*", "", "a?i*e", "d-1")
TEXTS = (
    "alice",
    "Alice",
    "ALICE",
    "bob",
    "alike",
    "al",
    "e",
    "",
    "xlx",
    "d-1",
    "zz",
    "5",
    "alibe",
)
ARNS = (
    "arn:aws:iam::222222222222:role/*", "arn:aws:iam::*:role/a*", "arn:aws:iam::222222222222:role/ab",
    "arn:aws:sts::*", "*", "arn:*:iam::2*:*",
)  # fmt: skip
MOMENTS = (
    "2030-01-01",
    "2030-06-01T12:00:00Z",
    "1893456000",
    "2029-12-31T23:59:59Z",
    "x",
    "2031-01-01",
)
NUMBERS = ("5", "5.0", "-1", "4.5", "10", "1e1", "x", "7", "0")

TAG, ASKED, WHO = "aws:PrincipalTag/t", "aws:RequestTag/r", "aws:SourceIdentity"
VARIABLES = (f"${{{TAG}}}", f"${{{ASKED}}}", f"${{{WHO}, 'bob'}}")


def _some(*values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)


def _one(
    operators: tuple[str, ...], keys: tuple[str, ...], values: tuple[str, ...]
) -> st.SearchStrategy[tuple[str, str, list[str]]]:
    return st.tuples(st.sampled_from(operators), st.sampled_from(keys), _some(*values))


_TEXT = (
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
)
_OPTIONAL = ("StringEqualsIfExists", "StringLikeIfExists", "StringNotEqualsIfExists")
_SETS = tuple(f"{set_}:{one}" for set_ in ("ForAnyValue", "ForAllValues") for one in _TEXT)
_IP = ("IpAddress", "NotIpAddress", "IpAddressIfExists")
_ARN = ("ArnLike", "ArnNotLike", "ArnEquals")
_NUMERIC = ("NumericEquals", "NumericLessThan", "NumericGreaterThanEquals", "NumericNotEquals")
_DATE = ("DateLessThan", "DateGreaterThanEquals", "DateEquals", "DateNotEqualsIfExists")

CONDITIONS = st.one_of(
    _one(_IP, ("aws:SourceIp", "aws:VpcSourceIp", "aws:sourceIP"), NETS),
    _one(("StringEquals", "StringNotEquals"), ("aws:SourceIp", "aws:VpcSourceIp"), ADDRESSES),
    _one((*_TEXT, *_OPTIONAL, *_SETS), ("aws:SourceVpce", "aws:sourcevpce"), IDS),
    _one((*_TEXT, *_OPTIONAL), ("aws:SourceVpc",), VPCS),
    _one((*_TEXT, *_OPTIONAL, "ForAnyValue:StringNotEquals"), (TAG, ASKED, WHO), WORDS),
    _one(("StringEquals", "StringNotEquals", "StringLike"), (TAG, ASKED, WHO), VARIABLES),
    _one(("StringEquals", "StringLike"), (TAG, ASKED), ("a-${aws:SourceIdentity}", "${aws:SourceIdentity}*")),
    _one(_SETS, ("aws:TagKeys",), WORDS),
    _one(_ARN, ("aws:PrincipalArn",), ARNS),
    _one(_NUMERIC, ("s3:max-keys",), ("5", "-1", "10", "4.5")),
    _one(_DATE, ("aws:CurrentTime",), MOMENTS[:3]),
    _one(("Bool", "BoolIfExists"), ("aws:ViaAWSService", "aws:SecureTransport"), ("true", "false")),
    _one(("Null",), ("aws:SourceVpce", "aws:SourceIp", TAG, "aws:TagKeys"), ("true", "false")),
    _one(("BinaryEquals",), ("x:code",), ("YWxpY2U=",)),
)  # fmt: skip
MINE = (
    ALICE, BOB, "*", ALICE.replace("alice", f"${{{TAG}}}"), ALICE.replace("alice", f"${{{WHO}}}"),
    ALICE.replace("d-1/alice", f"${{{ASKED}}}/${{{TAG}}}"), ALICE.replace("alice", f"*${{{WHO}, 'e'}}"),
)  # fmt: skip


@st.composite
def statements(
    draw: st.DrawFn,
    *,
    principals: bool = False,
    effects: tuple[str, ...] = ("Allow", "Allow", "Deny"),
) -> dict[str, Any]:
    conditions: dict[str, dict[str, list[str]]] = {}
    for operator, key, values in draw(st.lists(CONDITIONS, max_size=2)):
        row = conditions.setdefault(operator, {})
        if key.lower() not in {one.lower() for one in row}:
            row[key] = values
    found: dict[str, Any] = {
        "Effect": draw(st.sampled_from(effects)),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(
            st.sampled_from(["*", OPEN, "s3:*", "sagemaker:Create*"])
        ),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(
            st.sampled_from(MINE)
        ),
        "Condition": conditions,
    }
    if principals:
        who = [
            "*",
            {"AWS": OURS},
            {"AWS": THEIRS},
            {"AWS": USER.arn},
            {"AWS": SESSION.role_arn},
        ]
        found["Principal"] = draw(st.sampled_from(who))
    return found


POLICIES = st.lists(statements(), min_size=1, max_size=3).map(lambda rows: policy(*rows))
LAWS = st.lists(statements(principals=True), min_size=1, max_size=2).map(
    lambda rows: policy(*rows, kind=Kind.RESOURCE)
)
GATES = st.lists(statements(principals=True), min_size=1, max_size=2).map(
    lambda rows: policy(*rows, kind=Kind.ENDPOINT)
)
FULL = policy({"Effect": "Allow", "Action": "*", "Resource": "*"}, name="full")
OPENISH = st.just((FULL,)) | st.tuples(POLICIES) | st.tuples(POLICIES, POLICIES)
FOREIGN = replace(USER, arn=f"arn:aws:iam::{THEIRS}:user/eve", account=THEIRS)
CALLERS: st.SearchStrategy[Principal] = st.sampled_from([SESSION, SESSION, USER, ROOT, FOREIGN])


@st.composite
def layers(draw: st.DrawFn) -> Layers:
    return Layers(
        identity=draw(OPENISH),
        session=draw(st.none() | OPENISH),
        boundary=draw(st.none() | st.none() | POLICIES),
        scps=draw(st.none() | st.lists(OPENISH, min_size=1, max_size=2).map(tuple)),
        rcps=draw(st.just(()) | st.lists(OPENISH, max_size=1).map(tuple)),
        resource=draw(st.none() | st.none() | LAWS),
    )


@st.composite
def doors(draw: st.DrawFn) -> tuple[Any, ...]:
    gate: Policy | None = draw(st.none() | GATES)
    return (*DOORS, door("vpce-a", "vpc-b", gate))


_TIMES = st.sampled_from(MOMENTS[:4] + MOMENTS[5:])
FREE: Mapping[str, st.SearchStrategy[ContextValue]] = {
    TAG: st.sampled_from(TEXTS),
    ASKED: st.sampled_from(TEXTS),
    WHO: st.sampled_from(TEXTS),
    "aws:TagKeys": st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3).map(tuple),
    "aws:PrincipalArn": st.sampled_from(
        [
            "arn:aws:iam::222222222222:role/ab", "arn:aws:iam::333333333333:role/a", "x",
            "arn:aws:sts::222222222222:assumed-role/a/b", "arn:aws:iam::2:user/a:b", "arn:aws:iam",
        ]
    ),
    "s3:max-keys": st.sampled_from(NUMBERS),
    "aws:CurrentTime": _TIMES,
    "aws:SecureTransport": st.sampled_from(["true", "false", "TRUE", "x"]),
    "x:code": st.sampled_from(["YWxpY2U=", "YWxpY2U", "", "Ym9i"]),
}  # fmt: skip
_UNKNOWN = st.sampled_from(["vpce-ab", "vpce-x", "vpce-b", "vpce-zzz", "vpce-aab"])
_VPC = st.sampled_from(["vpc-ours", "vpc-b", "vpc-x", "vpc-zb", "vpc-not-ours"])
_ADDRESS = st.sampled_from(ADDRESSES) | st.ip_addresses(v=4).map(str)


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[Arrival, dict[str, ContextValue]]:
    """A way in, and a request's keys for it."""
    arrival = draw(st.sampled_from([INTERNET, ENDPOINT, ENDPOINT, CONSOLE, SERVICE]))
    context: dict[str, ContextValue] = {}
    for key, values in FREE.items():
        if draw(st.booleans()):
            context[key] = draw(values)
    match arrival.name:
        case "internet" | "service":
            context["aws:SourceIp"] = draw(_ADDRESS)
        case "console":
            context["aws:SourceVpc"] = draw(_VPC)
        case _:
            known = {"vpce-api": "vpc-ours", "vpce-studio": "vpc-ours", "vpce-a": "vpc-b"}
            id_ = draw(st.sampled_from([*known]) | _UNKNOWN)
            context["aws:SourceVpce"] = id_
            context["aws:SourceVpc"] = known.get(id_) or draw(_VPC)
            context["aws:VpcSourceIp"] = draw(_ADDRESS)
    if arrival is SERVICE:
        context["aws:ViaAWSService"] = "true"
    elif draw(st.booleans()):
        context["aws:ViaAWSService"] = "false"
    return arrival, context
