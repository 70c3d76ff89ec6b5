"""Sets of policies and requests for properties, drawn so that they often meet."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from studiogate.policy.evaluate import Layers
from studiogate.policy.language import Kind
from studiogate.policy.request import Principal, Request
from tests.kit.policy import (
    ALICE,
    BOB,
    OPEN,
    OURS,
    ROOT,
    SAGEMAKER,
    SESSION,
    THEIRS,
    USER,
    policy,
)

KEYS = st.sampled_from(
    ["aws:SourceVpce", "aws:VpcSourceIp", "aws:TagKeys", "aws:PrincipalTag/p"]
)
VALUES = st.sampled_from(["vpce-a", "vpce-b", "10.1.0.1", "alice", ""])
PREFIXES = st.sampled_from(["", "ForAllValues:", "ForAnyValue:"])
TEXT_OPERATORS = st.sampled_from(
    ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"]
)
SUFFIXES = st.sampled_from(["", "IfExists"])


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    operator = draw(PREFIXES) + draw(TEXT_OPERATORS) + draw(SUFFIXES)
    wanted = st.lists(VALUES | st.just("${aws:PrincipalTag/p}"), min_size=1, max_size=2)
    texts = {operator: {draw(KEYS): draw(wanted)}}
    addresses = {
        draw(st.sampled_from(["IpAddress", "NotIpAddress"])): {draw(KEYS): "10.0.0.0/8"}
    }
    return draw(st.sampled_from([{}, texts, addresses, {**texts, **addresses}]))


@st.composite
def statements(draw: st.DrawFn, effects: tuple[str, ...] = ("Allow", "Deny")) -> dict[str, Any]:
    return {
        "Effect": draw(st.sampled_from(effects)),
        draw(st.sampled_from(["Action", "NotAction"])): draw(
            st.sampled_from(["*", OPEN, "s3:*", "sagemaker:Create*"])
        ),
        draw(st.sampled_from(["Resource", "NotResource"])): draw(
            st.sampled_from(["*", ALICE, BOB, ALICE.replace("alice", "${aws:PrincipalTag/p}")])
        ),
        "Condition": draw(conditions()),
    }


@st.composite
def resource_statements(draw: st.DrawFn) -> dict[str, Any]:
    who = ["*", {"AWS": OURS}, {"AWS": THEIRS}, {"AWS": USER.arn}, {"AWS": SESSION.role_arn}]
    return {**draw(statements()), "Principal": draw(st.sampled_from(who))}


CONTEXTS = st.dictionaries(KEYS, VALUES | st.lists(VALUES, max_size=2).map(tuple), max_size=4)
FOREIGN = replace(USER, arn=f"arn:aws:iam::{THEIRS}:user/eve", account=THEIRS)
CALLERS: st.SearchStrategy[Principal] = st.sampled_from(
    [USER, SESSION, ROOT, SAGEMAKER, FOREIGN]
)
REQUESTS = st.builds(
    Request,
    st.sampled_from([OPEN, "s3:GetObject"]),
    st.sampled_from([ALICE, BOB]),
    CALLERS,
    CONTEXTS,
)
POLICIES = st.lists(statements(), min_size=1, max_size=3).map(lambda rows: policy(*rows))
LEVELS = st.lists(POLICIES, max_size=2).map(tuple)
RESOURCES = st.lists(resource_statements(), min_size=1, max_size=3).map(
    lambda rows: policy(*rows, kind=Kind.RESOURCE)
)


@st.composite
def layers(draw: st.DrawFn) -> Layers:
    return Layers(
        identity=draw(LEVELS),
        session=draw(st.none() | LEVELS),
        boundary=draw(st.none() | POLICIES),
        scps=draw(st.none() | st.lists(LEVELS, min_size=1, max_size=2).map(tuple)),
        rcps=draw(st.lists(LEVELS, max_size=1).map(tuple)),
        endpoint=draw(st.none() | RESOURCES),
        resource=draw(st.none() | RESOURCES),
    )


LAYERS = layers()
