"""Policies of the organisation, and which accounts they are attached to.

Source: CloudFormation Template Reference, "AWS::Organizations::Policy".
"""

from collections.abc import Iterable

from studiogate.local.cloudformation.kinds.api_kind import ApiKind
from studiogate.local.cloudformation.kinds.asking import (
    Ask,
    Look,
    Step,
    Turn,
    at,
    by,
    changing,
    made_by,
    text,
    this,
    words,
)
from studiogate.local.cloudformation.kinds.settled import document
from studiogate.local.cloudformation.kinds.tagging import pairs, tagged, tagging

_GONE = words("PolicyNotFoundException")


def _target_changes(turn: Turn) -> Iterable[Ask]:
    wanted, before = (list(p.get("TargetIds") or []) for p in (turn.wanted, turn.before))
    for target in before:
        if target not in wanted:
            params = {"PolicyId": turn.id, "TargetId": target}
            fine = words("PolicyNotAttachedException TargetNotFoundException")
            yield Ask("DetachPolicy", params, fine=fine)
    for target in wanted:
        if target not in before:
            yield Ask("AttachPolicy", {"PolicyId": turn.id, "TargetId": target})


def _end(turn: Turn) -> Iterable[Ask]:
    yield from _target_changes(Turn(turn.account, turn.region, {}, turn.wanted, turn.id))
    yield Ask("DeletePolicy", {"PolicyId": turn.id})


POLICY = ApiKind(
    name="AWS::Organizations::Policy",
    service="organizations",
    properties=words("Content Description Name Tags TargetIds Type"),
    required=words("Content Name Type"),
    replaced_by=words("Type"),
    # The call wants a description, a template does not.
    make=made_by(
        "CreatePolicy",
        apart="TargetIds",
        always={"Description": ""},
        Content=text("Content"),
        Tags=tagged(pairs),
    ),
    id=lambda answer, _: str(answer["Policy"]["PolicySummary"]["Id"]),
    looks=(
        Look(
            asks=by("DescribePolicy", PolicyId=this),
            at=at("Policy"),
            gone=_GONE,
            attributes={
                "Id": at("PolicySummary.Id"),
                "Arn": at("PolicySummary.Arn"),
                "AwsManaged": at("PolicySummary.AwsManaged"),
            },
            live={
                "Content": lambda policy: document(policy["Content"]),
                "Description": at("PolicySummary.Description"),
                "Name": at("PolicySummary.Name"),
            },
        ),
        Look(
            asks=by("ListTargetsForPolicy", PolicyId=this),
            live={
                "TargetIds": lambda answer: [
                    one["TargetId"] for one in answer.get("Targets", ())
                ]
            },
        ),
    ),
    steps=(
        changing(
            "UpdatePolicy",
            "Content Description Name",
            into={"Content": text("Content")},
            without={"Description": ""},
            PolicyId=this,
        ),
        Step(words("TargetIds"), _target_changes, first=True),
        tagging("TagResource", "UntagResource", who={"ResourceId": this}),
    ),
    end=_end,
    gone=_GONE,
)

KINDS = (POLICY,)
