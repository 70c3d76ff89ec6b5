"""Random trust policies, and whoever tries to become the presign role through them."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

from studiogate import names
from studiogate.policy.documents import policy_document
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.guardrails import full_access_rcp, full_access_scp
from studiogate.policy.language import Kind, Policy, parse
from studiogate.policy.request import ContextValue, Principal, Request
from studiogate.reach.estate import Estate, Holder, Studio
from tests.kit.attack import DOMAIN, REGION
from tests.kit.verify import GATEWAY, HUB, LOB_A, LOB_B

PRESIGNER = names.role_arn(REGION, LOB_A, names.PRESIGN_ROLE)
STRANGE = "888888888888"
_ADMIN = "role/path/Admin"
_WHO: tuple[Any, ...] = (
    {"AWS": GATEWAY}, {"AWS": GATEWAY}, {"AWS": HUB}, {"AWS": [GATEWAY, LOB_B]}, "*",
    {"AWS": f"arn:aws:iam::{HUB}:user/ann"}, {"AWS": f"arn:aws:iam::{STRANGE}:{_ADMIN}"},
    {"AWS": f"arn:aws:sts::{HUB}:assumed-role/Admin/me"}, {"AWS": LOB_A},
    {"Service": "lambda.amazonaws.com"}, {"AWS": STRANGE},
)  # fmt: skip
_TESTS: tuple[tuple[str, str, Any], ...] = (
    ("StringLike", "sts:SourceIdentity", "?*"), ("Null", "sts:SourceIdentity", "false"),
    ("StringNotEquals", "sts:SourceIdentity", "ann"), ("StringEquals", "sts:ExternalId", "x"),
    ("ArnEquals", "aws:PrincipalArn", GATEWAY), ("ArnNotEquals", "aws:PrincipalArn", GATEWAY),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/path/*"),
    ("StringEquals", "aws:PrincipalAccount", [HUB, LOB_B]),
    ("StringNotEqualsIfExists", "aws:PrincipalAccount", HUB),
    ("StringEquals", "aws:SourceVpc", "vpc-hub"), ("StringNotEquals", "aws:SourceVpc", "vpc-hub"),
    ("ForAllValues:StringEquals", "aws:TagKeys", ["studiogate:profile"]),
    ("ForAnyValue:StringEquals", "aws:TagKeys", ["studiogate:profile"]),
    ("StringEquals", "aws:RequestTag/studiogate:profile", "${sts:SourceIdentity}"),
    ("Bool", "aws:PrincipalIsAWSService", "false"), ("StringEquals", "aws:username", "ann"),
    ("StringEquals", "aws:PrincipalOrgID", "o-ours"), ("Null", "aws:username", "true"),
)  # fmt: skip
_DOES = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession", "sts:*")

Attempt = tuple[str, Request]
"""Who asks, as findings name them, and for what."""


class Climber:
    """Makes trust policies, guardrails and principals out of a seed, and tries them."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - repeatable, and nothing secret
        trust = self._policy(Kind.TRUST)
        presigner = self._role(PRESIGNER, LOB_A, trust)
        full = parse(full_access_scp(), kind=Kind.SCP, name="FullAWSAccess")
        whole = parse(full_access_rcp(), kind=Kind.RCP, name="RCPFullAWSAccess")
        kept = (whole, self._policy(Kind.RCP)) if self._random.random() < 0.4 else (whole,)
        guard = (full, self._policy(Kind.SCP)) if self._random.random() < 0.4 else (full,)
        ann = f"arn:aws:iam::{HUB}:user/ann"
        others = [
            self._role(GATEWAY, HUB),
            self._role(names.role_arn(REGION, HUB, "path/Admin"), HUB),
            self._role(names.role_arn(REGION, HUB, "Admin"), HUB),
            self._role(names.role_arn(REGION, LOB_B, "path/Admin"), LOB_B),
            self._role(names.role_arn(REGION, LOB_A, "Admin"), LOB_A),
            Holder("user", ann, HUB, "ann", (self._policy(Kind.IDENTITY),)),
        ]
        self.estate = Estate(
            region=REGION,
            holders=(presigner, *others),
            doors=(),
            studios=(Studio("one", DOMAIN, LOB_A, ("ann",)),),
            scps={HUB: ((full,), guard), LOB_A: ((full,), guard), LOB_B: None},
            rcps={HUB: (), LOB_A: (kept,), LOB_B: ()},
        )

    def attempts(self, number: int) -> Iterator[Attempt]:
        """What is allowed of `number` requests by each principal, strangers among them."""
        admin = f"arn:aws:iam::{STRANGE}:{_ADMIN}"
        everything = policy_document({"Effect": "Allow", "Action": "*", "Resource": "*"})
        strange = replace(
            self._role(admin, STRANGE),
            identity=(parse(everything, kind=Kind.IDENTITY, name="x"),),
        )
        for who in (*self.estate.holders[1:], strange):
            for _ in range(number):
                request = self._request(who)
                if all(self._allowed(who, one) for one in _needs(request)):
                    yield f"{who.kind} {who.name} of {who.account}", request

    def _allowed(self, who: Holder, request: Request) -> bool:
        layers = Layers(
            identity=who.identity,
            scps=self.estate.scps.get(who.account),
            rcps=self.estate.rcps[LOB_A],
            resource=self.estate.holders[0].trust,
        )
        return decide(layers, request).allowed

    def _role(self, arn: str, account: str, trust: Policy | None = None) -> Holder:
        held = tuple(self._policy(Kind.IDENTITY) for _ in range(self._random.randint(1, 2)))
        return Holder("role", arn, account, arn.rpartition("/")[2], held, trust)

    def _policy(self, kind: Kind) -> Policy:
        rows = [self._statement(kind) for _ in range(self._random.randint(1, 2))]
        return parse(policy_document(*rows), kind=kind, name=kind.value)

    def _statement(self, kind: Kind) -> dict[str, Any]:
        pick, chance = self._random.choice, self._random.random
        only_denies = kind in {Kind.RCP, Kind.SCP}
        deny = only_denies or chance() < (0.25 if kind is Kind.TRUST else 0.1)
        does = self._random.sample(_DOES, self._random.randint(1, 3))
        found: dict[str, Any] = {"Effect": "Deny" if deny else "Allow", "Action": does}
        if kind is Kind.TRUST:
            spares = deny and chance() < 0.4
            account = GATEWAY.split(":")[4]
            listed = {"AWS": [GATEWAY, f"arn:aws:iam::{account}:root"]}
            found |= {"NotPrincipal": listed} if spares else {"Principal": pick(_WHO)}
        elif kind is Kind.RCP:
            found |= {"Principal": "*", "Resource": "*"}
        else:
            found["Resource"] = pick(("*", PRESIGNER, "arn:aws:iam::*:role/*"))
        if chance() < (1.0 if only_denies else 0.5):
            tests: dict[str, dict[str, Any]] = {}
            for operator, key, values in self._random.sample(
                _TESTS, self._random.randint(1, 2)
            ):
                tests.setdefault(operator, {})[key] = values
            found["Condition"] = tests
        return found

    def _request(self, who: Holder) -> Request:
        pick, chance = self._random.choice, self._random.random
        context: dict[str, ContextValue] = {
            "aws:PrincipalArn": who.arn,
            "aws:PrincipalAccount": who.account,
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalType": "User" if who.kind == "user" else "AssumedRole",
        }
        principal = Principal("user", who.arn, who.account)
        if who.kind == "role":
            session = pick(("me", "other"))
            arn = f"arn:aws:sts::{who.account}:assumed-role/{who.name}/{session}"
            principal = Principal("assumed-role", arn, who.account, who.arn)
        else:
            context["aws:username"] = who.name
        if chance() < 0.5:
            context["sts:SourceIdentity"] = pick(("ann", "bob"))
        if chance() < 0.4:
            context["aws:TagKeys"] = pick(
                (("studiogate:profile",), ("x", "studiogate:profile"))
            )
            context["aws:RequestTag/studiogate:profile"] = pick(("ann", "bob"))
        if chance() < 0.5:
            context |= {"sts:ExternalId": pick(("x", "y")), "aws:PrincipalOrgID": "o-ours"}
        if chance() < 0.5:
            vpc = pick(("vpc-hub", "vpc-theirs"))
            context |= {"aws:SourceVpce": "vpce-x", "aws:SourceVpc": vpc}
            context["aws:VpcSourceIp"] = "10.0.0.1"
        else:
            context["aws:SourceIp"] = "198.51.100.7"
        return Request("sts:AssumeRole", PRESIGNER, principal, context, LOB_A)


def _needs(request: Request) -> Iterator[Request]:
    """`request`, and the permissions it takes as well."""
    yield request
    if "sts:sourceidentity" in request.keys:
        yield replace(request, action="sts:SetSourceIdentity")
    if "aws:tagkeys" in request.keys:
        yield replace(request, action="sts:TagSession")
