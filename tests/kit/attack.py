"""An attacker who knows nothing of the prover: random estates, and random requests at them.

The estates are made of what people write: published policies, ours, AWS's own, with what they
get wrong.  The requests are biased to the names, ids and addresses that policies mention, and
to what lies just beside them.  The only judge is the evaluator.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from studiogate import names
from studiogate.policy.documents import policy_document
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.guardrails import full_access_scp
from studiogate.policy.language import Kind, Policy, parse
from studiogate.policy.request import ContextValue, Principal, Request
from studiogate.reach.estate import Door, Estate, Holder, Studio
from tests.kit.verify import HUB, LOB_A, PRESIGN

REGION = "eu-west-1"
DOMAIN, OTHER, ELSEWHERE = "d-1", "d-2", "d-of-another-region"
API, STUDIO, OLD = "vpce-api", "vpce-studio", "vpce-old"
OURS = frozenset({API, STUDIO})
STEM = f"arn:aws:sagemaker:{REGION}:{LOB_A}"
PROFILES = f"{STEM}:user-profile/{DOMAIN}"
NAMES = ("ann", "anna", "bob", "team-1", "team-x-y", "Ann", "z9", "a", "d-1", "admin")
TAG = f"aws:PrincipalTag/{names.PROFILE_TAG}"

Context = dict[str, ContextValue]

_ON = (
    "*", "arn:aws:sagemaker:*:*:user-profile/*", f"{PROFILES}/*", f"{PROFILES}/ann",
    f"{PROFILES}/a*", f"{PROFILES}/team-*", f"{PROFILES}/?nn", f"{PROFILES}/*-*",
    f"{PROFILES}/${{aws:username}}", f"{PROFILES}/${{{TAG}}}", f"{PROFILES}/${{{TAG}}}-y",
    f"{PROFILES}/team-${{aws:PrincipalTag/team}}", f"{PROFILES}/${{{TAG}, 'bob'}}",
    f"{PROFILES}/${{sagemaker:UserProfileName}}", f"{PROFILES}/${{aws:SourceIdentity}}",
    f"{STEM}:user-profile/${{sagemaker:DomainId}}/${{sagemaker:UserProfileName}}",
    f"{STEM}:user-profile/${{sagemaker:DomainId}}/*", f"{STEM}:space/{DOMAIN}/*",
    f"{STEM}:*/{DOMAIN}/a*", f"{STEM}:user-profile/{OTHER}/*",
    f"{STEM}:user-profile/d-*/${{aws:PrincipalTag/team, 'x'}}-*",
)  # fmt: skip
_DOES = (
    PRESIGN, PRESIGN, "sagemaker:*", "*", "sagemaker:Create*", "sagemaker:*Presigned*Url*",
    "sagemaker:StartSession", "sagemaker:CreatePresignedDomainUrl*",
)  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """Somebody with a request."""

    who: Holder | None
    """`None` for the root user."""

    request: Request
    door: Door | None

    @property
    def label(self) -> str:
        """Whom a finding names as the one who made it."""
        if self.who is None:
            return f"root user of {LOB_A}"
        session = "federated session of " if "federated" in self.request.principal.arn else ""
        return f"{session}{self.who.kind} {self.who.name} of {self.who.account}"

    @property
    def inside(self) -> bool:
        return self.request.keys.get("aws:sourcevpce") in OURS

    @property
    def notebook(self) -> bool:
        return "sagemaker:domainid" in self.request.keys

    @property
    def profile(self) -> str:
        return self.request.resource.rpartition("/")[2]


class Attacker:
    """Makes an estate out of a seed, and attacks it."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - repeatable, and nothing secret
        self.estate = self._estate()

    def attacks(self, number: int) -> Iterator[Attack]:
        """Requests that the evaluator allows, of `number` that are tried for each holder."""
        for who in (*self.estate.holders, None):
            for _ in range(number):
                one = self._attack(who)
                if decide(self._layers(one), one.request).allowed:
                    yield one

    def _pick(self, *these: Any) -> Any:
        return self._random.choice(these)

    def _some(self, these: Sequence[Any], most: int = 2) -> list[Any]:
        return self._random.sample(these, self._random.randint(1, most))

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    # Estates

    def _estate(self) -> Estate:
        notebook = {"Service": "sagemaker.amazonaws.com"}
        gateway = {"AWS": names.role_arn(REGION, HUB, names.GATEWAY_ROLE)}
        holders = [
            self._role(names.PRESIGN_ROLE, gateway),
            self._role("Notebook", self._pick(notebook, {**notebook, **gateway})),
            self._role("Admin", {"AWS": HUB}),
            *(self._user(name) for name in self._some(("ann", "bob", "z9"))),
        ]
        found = self._some([*holders[1:]], 3)
        first = [holders[0]] if self._chance(0.6) else []
        full = parse(full_access_scp(), kind=Kind.SCP, name="FullAWSAccess")
        guard = tuple(self._policy(Kind.SCP, denies=1.0) for _ in range(self._pick(0, 1, 1, 2)))
        levels: tuple[tuple[Policy, ...], ...] = ((full,), (full, *guard))
        if self._chance(0.2):
            levels = (*levels, (self._policy(Kind.SCP, denies=0.3),))
        doors = [
            Door(API, "vpc-hub", f"com.amazonaws.{REGION}.sagemaker.api", HUB, None),
            Door(STUDIO, "vpc-hub", f"aws.sagemaker.{REGION}.studio", HUB, None),
            Door(OLD, "vpc-old", f"com.amazonaws.{REGION}.sagemaker.api", LOB_A, None),
        ]
        if self._chance(0.4):
            doors[2] = replace(doors[2], policy=self._policy(Kind.ENDPOINT, denies=0.2))
        return Estate(
            region=REGION,
            holders=(*first, *found),
            doors=tuple(doors),
            studios=(Studio("one", DOMAIN, LOB_A, tuple(self._some(NAMES, 3))),
                     *([Studio("two", OTHER, LOB_A, ())] if self._chance(0.4) else [])),
            scps={HUB: None, LOB_A: levels},
            rcps={HUB: (), LOB_A: ()},
            inside=OURS,
        )  # fmt: skip

    def _role(self, name: str, trusted: Mapping[str, str]) -> Holder:
        trust = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
        arn = names.role_arn(REGION, LOB_A, self._pick("", "path/") + name)
        if name == names.PRESIGN_ROLE:
            arn = names.role_arn(REGION, LOB_A, name)
        return Holder(
            kind="role",
            arn=arn,
            account=LOB_A,
            name=name,
            identity=self._held(),
            trust=parse(policy_document(trust), kind=Kind.TRUST, name="trust"),
            boundary=self._boundary(),
        )

    def _user(self, name: str) -> Holder:
        tags = {"team": self._pick("1", "x-y", "z")} if self._chance(0.5) else {}
        if self._chance(0.3):
            tags[names.PROFILE_TAG] = self._pick(*NAMES)
        arn = f"arn:aws:iam::{LOB_A}:user/{name}"
        return Holder(
            "user", arn, LOB_A, name, self._held(), boundary=self._boundary(), tags=tags
        )

    def _held(self) -> tuple[Policy, ...]:
        return tuple(self._policy(Kind.IDENTITY, denies=0.25) for _ in range(self._pick(1, 2)))

    def _boundary(self) -> Policy | None:
        return self._policy(Kind.BOUNDARY, denies=0.2) if self._chance(0.2) else None

    def _policy(self, kind: Kind, *, denies: float) -> Policy:
        rows = [self._statement(kind, denies) for _ in range(self._pick(1, 1, 2, 3))]
        return parse(policy_document(*rows), kind=kind, name=kind.value)

    def _statement(self, kind: Kind, denies: float) -> dict[str, Any]:
        found: dict[str, Any] = {"Effect": "Deny" if self._chance(denies) else "Allow"}
        if self._chance(0.1):
            found["NotAction"] = self._pick("iam:*", "sagemaker:*Describe*", PRESIGN)
        else:
            found["Action"] = self._some(_DOES)
        if self._chance(0.15):
            found["NotResource"] = self._some(_ON[1:])
        else:
            found["Resource"] = self._some(_ON)
        if kind is Kind.ENDPOINT:
            if self._chance(0.3) and found["Effect"] == "Deny":
                role = names.role_arn(REGION, LOB_A, "Admin")
                found["NotPrincipal"] = {"AWS": [role, f"arn:aws:iam::{LOB_A}:root"]}
            else:
                found["Principal"] = self._pick("*", {"AWS": LOB_A})
        if self._chance(0.75):
            tests: dict[str, dict[str, Any]] = {}
            for _ in range(self._pick(1, 1, 2)):
                operator, key, values = self._condition()
                tests.setdefault(operator, {}).setdefault(key, values)
            found["Condition"] = tests
        return found

    def _condition(self) -> tuple[str, str, Any]:
        kind = self._pick("door", "door", "address", "text", "text", "text", "odd", "arn")
        exists = self._pick("", "", "", "IfExists")
        match kind:
            case "door":
                set_ = self._pick("", "", "", "ForAnyValue:", "ForAllValues:")
                key, values = self._pick(
                    ("aws:SourceVpce", (API, STUDIO)),
                    ("aws:SourceVpce", (API, STUDIO, OLD)),
                    ("aws:sourceVpc", ("vpc-hub", "vpc-old")),
                )
                operator = self._pick("StringEquals", "StringNotEquals", "StringNotLike")
                return f"{set_}{operator}{exists}", key, self._some(values, len(values))
            case "address":
                nets = ("10.16.0.0/16", "203.0.113.0/24", "0.0.0.0/0", "::/0", "10.0.0.0/8")
                operator = self._pick("IpAddress", "NotIpAddress")
                key = self._pick("aws:SourceIp", "aws:VpcSourceIp")
                return f"{operator}{exists}", key, self._some(nets)
            case "text":
                return self._about_text(exists)
            case "arn":
                arns = (
                    f"arn:aws:iam::{LOB_A}:user/*", f"arn:aws:iam::{LOB_A}:role/Admin",
                    f"arn:aws:iam::*:role/{names.PRESIGN_ROLE}", "arn:aws:iam::*:role/path/*",
                    f"arn:aws:iam::{LOB_A}:root",
                )  # fmt: skip
                operator = self._pick("ArnLike", "ArnNotLike", "StringNotLike", "ArnEquals")
                return f"{operator}{exists}", "aws:PrincipalArn", self._some(arns)
            case _:
                found: tuple[str, str, Any] = self._pick(
                    ("Bool", "aws:ViaAWSService", self._pick("true", "false")),
                    ("BoolIfExists", "aws:MultiFactorAuthPresent", "true"),
                    ("NumericLessThan", "aws:MultiFactorAuthAge", 3600),
                    ("DateGreaterThan", "aws:CurrentTime", "2030-01-31T18:00:00Z"),
                    ("StringNotEquals", "aws:RequestedRegion", "us-east-1"),
                    ("StringEquals", "aws:PrincipalAccount", LOB_A),
                    ("StringNotEquals", "aws:PrincipalType", self._pick("User", "Account")),
                    ("ForAnyValue:StringEquals", "aws:CalledVia", "athena.amazonaws.com"),
                    ("Null", TAG, self._pick("true", "false")),
                    ("Null", "sagemaker:DomainId", self._pick("true", "false")),
                    ("StringNotEquals", "sagemaker:DomainId", [DOMAIN, OTHER]),
                    ("StringNotEquals", "aws:ResourceTag/owner", f"${{{TAG}}}"),
                )
                return found

    def _about_text(self, exists: str) -> tuple[str, str, Any]:
        key = self._pick(
            TAG, TAG, "aws:PrincipalTag/team", "aws:username", "aws:SourceIdentity",
            "sagemaker:UserProfileName", "aws:userid",
        )  # fmt: skip
        operator = self._pick(
            "StringEquals", "StringNotEquals", "StringLike", "StringNotLike",
            "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase",
        )  # fmt: skip
        texts = [*NAMES, "1", "x-y"]
        if "Like" in operator:
            texts = ["a*", "team-*", "?nn", "*", "*-*", *NAMES]
        if self._chance(0.1):
            texts = ["${aws:username}", "${aws:PrincipalTag/team}", "${aws:SourceIdentity}"]
        return f"{operator}{exists}", key, self._some(texts)

    # Attacks

    def _attack(self, who: Holder | None) -> Attack:
        name = self._name()
        action, kind = self._pick(
            (PRESIGN, "user-profile"),
            (PRESIGN, "user-profile"),
            ("sagemaker:CreatePresignedDomainUrlWithPrincipalTag", "user-profile"),
            ("sagemaker:StartSession", "space"),
        )
        arrival, door = self._arrival()
        principal, context = self._session(who, name)
        request = Request(
            action=action,
            resource=f"{STEM}:{kind}/{DOMAIN}/{name}",
            principal=principal,
            context={**context, **arrival, **self._odds(name)},
            resource_account=LOB_A,
        )
        return Attack(who, request, door)

    def _layers(self, one: Attack) -> Layers:
        who = one.who
        return Layers(
            identity=who.identity if who else (),
            boundary=who.boundary if who else None,
            scps=self.estate.scps[LOB_A],
            endpoint=one.door.policy if one.door else None,
        )

    def _name(self) -> str:
        name = str(self._pick(*NAMES))
        return name if self._chance(0.7) else name + str(self._pick("x", "-y", "1", "Z"))

    def _arrival(self) -> tuple[Context, Door | None]:
        address = self._pick("10.16.9.9", "10.200.0.1", "203.0.113.7", "198.51.100.7")
        match self._pick("internet", "internet", "endpoint", "endpoint", "console", "service"):
            case "internet":
                address = self._pick(address, "2001:db8::1")
                via: Context = {"aws:ViaAWSService": "false"} if self._chance(0.5) else {}
                return {"aws:SourceIp": address, **via}, None
            case "console":
                return {"aws:SourceVpc": self._pick("vpc-hub", "vpc-old", "vpc-theirs")}, None
            case "service":
                return {"aws:SourceIp": address, "aws:ViaAWSService": "true"}, None
            case _:
                strange = Door("vpce-x", self._pick("vpc-hub", "vpc-theirs"), "", "", None)
                door = self._pick(*self.estate.doors, strange)
                about = {"aws:SourceVpce": door.id, "aws:SourceVpc": door.vpc}
                return {**about, "aws:VpcSourceIp": address}, door

    def _session(self, who: Holder | None, name: str) -> tuple[Principal, Context]:
        if who is None:
            arn = f"arn:aws:iam::{LOB_A}:root"
            known = {"aws:PrincipalArn": arn, "aws:PrincipalType": "Account"}
            return Principal("root", arn, LOB_A), {**known, "aws:PrincipalAccount": LOB_A}
        known = {"aws:PrincipalArn": who.arn, "aws:PrincipalAccount": LOB_A}
        if who.kind == "user" and _federates(who) and self._chance(0.3):
            arn = f"arn:aws:sts::{LOB_A}:federated-user/somebody"
            about: Context = {**known, "aws:PrincipalArn": arn, TAG: self._value(name)}
            return Principal("user", arn, LOB_A), {
                **about,
                "aws:PrincipalType": "FederatedUser",
            }
        if who.kind == "user":
            tags = {f"aws:PrincipalTag/{key}": value for key, value in who.tags.items()}
            own: Context = {**known, **tags, "aws:PrincipalType": "User"}
            return Principal("user", who.arn, LOB_A), {**own, "aws:username": who.name}
        arn = f"arn:aws:sts::{LOB_A}:assumed-role/{who.name}/x"
        found: Context = {**known, "aws:PrincipalType": "AssumedRole"}
        for key in (TAG, "aws:PrincipalTag/team", "aws:SourceIdentity"):
            if self._chance(0.6):
                found[key] = self._value(name)
        if who.name == "Notebook" and self._chance(0.7):
            found["sagemaker:DomainId"] = self._pick(
                *(one.domain_id for one in self.estate.studios), ELSEWHERE
            )
            found["sagemaker:UserProfileName"] = self._value(name)
        return Principal("assumed-role", arn, LOB_A, who.arn), found

    def _value(self, name: str) -> str:
        """A tag or a name that is, or nearly is, the one that is opened."""
        nearly = (name, name, name.removesuffix("-y"), name.removeprefix("team-"))
        return str(self._pick(*nearly, *NAMES))

    def _odds(self, name: str) -> Context:
        """Keys that have nothing to do with who asks from where."""
        may: Context = {
            "aws:MultiFactorAuthPresent": self._pick("true", "false"),
            "aws:MultiFactorAuthAge": self._pick("0", "3600", "99999"),
            "aws:CurrentTime": self._pick("2026-01-01T00:00:00Z", "2031-01-01T00:00:00Z"),
            "aws:CalledVia": ("athena.amazonaws.com",),
            "aws:ResourceTag/owner": name,
            "aws:userid": self._value(name),
        }
        found = {key: value for key, value in may.items() if self._chance(0.5)}
        return {**found, "aws:RequestedRegion": REGION, "aws:ResourceAccount": LOB_A}


def _federates(who: Holder) -> bool:
    """Whether some Allow lets a user make a session of another kind."""
    allows = (one for policy in who.identity for one in policy.allows)
    return any("*" in (one.actions or ("*",)) for one in allows)
