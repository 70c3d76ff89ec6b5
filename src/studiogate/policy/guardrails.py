"""The documents that only take away: guardrails of accounts and roles, and the kill switch.

A guardrail is a Deny, so nothing an account gives itself can undo it.  Service control policies
bind the callers of an account, resource control policies whoever asks for what is in it.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from studiogate import names
from studiogate.policy.documents import FRONT_DOORS, exact, policy_document, some
from studiogate.policy.language import Document
from studiogate.policy.place import Place

_REVOKED = re.compile(r"RevokedAt([0-9]{1,11})\Z")


def lob_guardrail(*, region: str, endpoints: Sequence[str]) -> Document:
    """The SCP of every line of business: no door into SageMaker but ours, by our endpoints.

    A missing key satisfies `StringNotEquals`, so whatever does not come through an endpoint
    is denied; `aws:VpcSourceIp` would not do, since any VPC may use the same addresses (F-57).
    The second statement ends the ways around the gateway from inside: an administrator is in
    the right network and still nobody's deputy.  Notebooks keep the way to their own profile.
    """
    openers = [
        names.role_arn(region, "*", role) for role in (names.PRESIGN_ROLE, names.EXECUTION_ROLE)
    ]
    return policy_document(
        {
            "Sid": "OnlyOurEndpoints",
            "Effect": "Deny",
            "Action": list(FRONT_DOORS),
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:SourceVpce": some("endpoints", endpoints)}},
        },
        {
            "Sid": "OnlyTheFrontDoor",
            "Effect": "Deny",
            "Action": list(FRONT_DOORS),
            "Resource": "*",
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": openers}},
        },
    )


def sts_rcp(*, region: str, vpc: str) -> Document:
    """The RCP of the presign role, whatever account it hangs over: one becomes it from `vpc`.

    Credentials of the gateway that were carried off are worth nothing elsewhere.  Only this
    role is named: on every role it would catch each person's own sign-in.  Its account is not:
    an RCP speaks of the account it is attached to and of no other, and an organisation has no
    more than 1,000 of them (Organizations User Guide, "Quotas").  An AWS service is spared,
    for it comes from no VPC of ours (policy as data perimeters write it; RCPs cover STS but
    not SageMaker, Organizations User Guide, "Resource control policies").
    """
    return policy_document(
        {
            "Sid": "OnlyFromTheSharedVpc",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sts:AssumeRole",
            "Resource": names.role_arn(region, "*", names.PRESIGN_ROLE),
            "Condition": {
                "StringNotEquals": {"aws:SourceVpc": exact("vpc", vpc)},
                "BoolIfExists": {
                    "aws:PrincipalIsAWSService": "false",
                    "aws:ViaAWSService": "false",
                },
            },
        }
    )


def full_access_scp() -> Document:
    """What AWS attaches to every level, so that a guardrail has something to take from."""
    return policy_document(
        {"Sid": "FullAccess", "Effect": "Allow", "Action": "*", "Resource": "*"}
    )


def full_access_rcp() -> Document:
    """What AWS attaches to every level once RCPs are enabled: `RCPFullAWSAccess`."""
    return policy_document(
        {
            "Sid": "FullAccess",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "*",
            "Resource": "*",
        }
    )


def revocation_policy(person: str, *, at: datetime) -> Document:
    """What ends every session of a role that carries `person` as its source identity.

    One inline policy per person, so that nobody's revocation is read and rewritten to write
    another's.  The Sid keeps the moment, in whole seconds: after the longest session's life
    the policy may go.  `person` is the person's name, or the profile where the service names
    the session by it.

    Raises:
        PolicyError: `person` cannot be a source identity, so no session carries it.
        ValueError: `at` has no time zone.
    """
    if not names.is_person(person):
        raise Place("person").error(
            f"{person!r} cannot be a source identity", remedy="2 to 64 of A-Z a-z 0-9 _+=,.@-"
        )
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone is no moment")
    return policy_document(
        {
            "Sid": f"RevokedAt{int(at.timestamp())}",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceIdentity": person}},
        }
    )


def revoked_at(document: Document) -> datetime | None:
    """When `document` revoked somebody; `None` unless it is whole, as `revocation_policy` says.

    A revocation that somebody has edited may deny nothing any more, so it counts as none.
    """
    match document:
        case {
            "Statement": [
                {
                    "Sid": str(sid),
                    "Condition": {"StringEquals": {"aws:SourceIdentity": str(person)}},
                }
            ]
        } if (found := _REVOKED.match(sid)) and names.is_person(person):
            at = datetime.fromtimestamp(int(found[1]), UTC)
            return at if document == revocation_policy(person, at=at) else None
        case _:
            return None
