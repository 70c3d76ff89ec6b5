"""Who becomes a presign role, and what the gateway's own role may become.

A trust policy must always allow, so only principals that it names, in whatever way, are asked
about; everybody else is refused by its silence.
"""

import re
from collections.abc import Iterable, Iterator

from studiogate import names
from studiogate.policy.documents import policy_document
from studiogate.policy.language import Kind, Policy, parse
from studiogate.policy.principals import Principals
from studiogate.reach.estate import Estate, Holder
from studiogate.reach.prove.question import Question
from studiogate.reach.verify.apart import apart
from studiogate.reach.verify.ask import Ask, Companion, Sentence
from studiogate.reach.verify.classes import ROLES, representatives
from studiogate.reach.verify.opening import unknown_account
from studiogate.reach.verify.who import Who, federated, layers, of, service, stranger

_ASSUME = "sts:AssumeRole"
_FEDERATED = ("sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
_IDENTITY = "sts:SourceIdentity"

_COMPANIONS = (
    Companion("sts:SetSourceIdentity", (_IDENTITY.lower(),)),
    Companion("sts:TagSession", ("aws:tagkeys", "aws:requesttag/", "sts:transitivetagkeys")),
)
"""A source identity and session tags take permissions of their own (IAM User Guide, "Pass
session tags in AWS STS", "Monitor and control actions taken with assumed roles")."""


_IDS = re.compile(r"(?<!\d)\d{12}(?!\d)", re.ASCII)
"""Account ids."""


class Becoming:
    """The questions about the roles of an estate; `gateway` is the ARN of the gateway's."""

    def __init__(self, estate: Estate, gateway: str) -> None:
        self._estate = estate
        self._gateway = gateway
        self._by_account: dict[str, list[Holder]] = {}
        for holder in estate.holders:
            self._by_account.setdefault(holder.account, []).append(holder)

    def presign_roles(self) -> Iterator[Holder]:
        """Every presign role of an account that has a domain."""
        accounts = dict.fromkeys(studio.account for studio in self._estate.studios)
        for account in accounts:
            arn = names.role_arn(self._estate.region, account, names.PRESIGN_ROLE)
            yield from (one for one in self._by_account.get(account, ()) if one.arn == arn)

    def gateway_alone(self, role: Holder) -> Sentence:
        """The sentence of `others_becoming`."""
        return _sentence(
            "gateway-alone", role, "Nobody but the gateway becomes the presign role."
        )

    def others_becoming(self, role: Holder) -> Iterator[Ask]:
        """Whether anybody but the gateway's role may assume `role`."""
        for who in self._named_by(role):
            if who.holder is not None and who.holder.arn == self._gateway:
                continue
            actions = _FEDERATED if who.principal.kind == "federated" else (_ASSUME,)
            for action in actions:
                yield self._ask(who, action, role.arn, role.trust)

    def in_a_name(self, role: Holder) -> Sentence:
        """The sentence of `becoming_nobody`."""
        return _sentence(
            "in-a-name", role, "Nobody becomes the presign role without a source identity."
        )

    def becoming_nobody(self, role: Holder) -> Iterator[Ask]:
        """Whether `role` may be assumed in nobody's name."""
        for who in self._named_by(role):
            yield self._ask(who, _ASSUME, role.arn, role.trust, absent=frozenset({_IDENTITY}))

    @property
    def only_ours(self) -> Sentence:
        """The sentence of `the_gateway_elsewhere`."""
        return Sentence(
            "only-ours",
            "the gateway",
            "The gateway becomes the presign roles of the landscape, and no other role.",
        )

    def the_gateway_elsewhere(self) -> Iterator[Ask]:
        """Whether the gateway's role may become another role: ours, or a stranger's.

        A stranger's role trusts whom its owner likes.  So whoever writes the directory could
        send people into an account of their own, if the gateway's own policy let it.
        """
        ours = {role.arn for role in self.presign_roles()}
        for gateway in self._holders(self._gateway):
            who = of(gateway)
            for arn, doubt in self._strange_roles(who, gateway):
                yield self._ask(who, _ASSUME, arn, _trusting_everybody(), doubt=doubt)
            for role in self._estate.holders:
                if role.arn not in ours and role.trust and _names(role.trust, who):
                    yield self._ask(who, _ASSUME, role.arn, role.trust)

    def _holders(self, arn: str) -> list[Holder]:
        account = arn.split(":", 5)[4]
        return [one for one in self._by_account.get(account, ()) if one.arn == arn]

    def _strange_roles(self, who: Who, gateway: Holder) -> Iterator[tuple[str, str | None]]:
        """Roles that stand for all of accounts we do not know, and why they may not."""
        gates = [door.policy for door in self._estate.doors if door.policy]
        levels = self._estate.scps[gateway.account] or ()
        policies = (
            *gateway.identity,
            *([gateway.boundary] if gateway.boundary else []),
            *(policy for level in levels for policy in level),
            *gates,
        )
        known = {key.lower(): (str(value),) for key, value in who.known.items()}
        for account in self._strange_accounts(policies):
            prefix = names.role_arn(self._estate.region, account, "")
            found = apart(policies, prefix, known, deep=True)
            for name in representatives(found.patterns, prefix, ROLES, [names.PRESIGN_ROLE]):
                yield prefix + name, found.doubt

    def _strange_accounts(self, policies: Iterable[Policy]) -> list[str]:
        """Accounts that are not ours: those that policies name, and one that none of them does.

        Of those that a pattern names, one.
        """
        head = names.role_arn(self._estate.region, "", "").removesuffix(":role/")
        texts = (
            text
            for policy in policies
            for one in policy.statements
            for text in one.resources or one.not_resources or ()
            if text.startswith(head)
        )
        fields = dict.fromkeys(text.removeprefix(head).split(":")[0] for text in texts)
        named = [one for one in map(_filled, fields) if names.is_account(one)]
        ours = {*self._estate.scps}
        strange = unknown_account({*ours, *named})
        return [*dict.fromkeys(one for one in (*named, strange) if one not in ours)]

    def _named_by(self, role: Holder) -> Iterator[Who]:
        """Everybody that an Allow of the role's trust policy names."""
        allowed = _allowed(role.trust)
        everyone = any(one.everyone for one in allowed)
        accounts = {account for one in allowed for account in one.accounts}
        arns = {arn for one in allowed for arn in one.arns}
        named = accounts | {_account(arn) for arn in arns}
        for account in self._by_account if everyone else named & self._by_account.keys():
            for holder in self._by_account[account]:
                yield from _sessions(role.trust, holder, arns)
        if everyone:
            accounts = {*accounts, unknown_account(self._estate.scps), *self._mentioned(role)}
        yield from self._strangers(arns, accounts)
        yield from (service(name) for one in allowed for name in sorted(one.services))
        yield from (federated(name) for one in allowed for name in sorted(one.federated))

    def _mentioned(self, role: Holder) -> set[str]:
        """Accounts that the conditions on becoming `role` write out."""
        kept = (policy for level in self._estate.rcps[role.account] for policy in level)
        policies = (*kept, *([role.trust] if role.trust else []))
        tests = (test for one in policies for row in one.statements for test in row.conditions)
        return {id_ for test in tests for text in test.values for id_ in _IDS.findall(text)}

    def _strangers(self, arns: set[str], accounts: set[str]) -> Iterator[Who]:
        region, known = self._estate.region, self._by_account.keys()
        for account in sorted(accounts - known):
            yield stranger(region, account)
        for arn in sorted(arns):
            if _account(arn) not in known:
                yield stranger(region, _account(arn), _role_of(arn))

    def _ask(
        self,
        who: Who,
        action: str,
        arn: str,
        trust: Policy | None,
        *,
        absent: frozenset[str] = frozenset(),
        doubt: str | None = None,
    ) -> Ask:
        owner = _account(arn)
        region = self._estate.region
        about = {"aws:ResourceAccount": owner, "aws:RequestedRegion": region}
        question = Question(
            action=action,
            resource=arn,
            principal=who.principal,
            layers=layers(self._estate, who, service="sts", owner=owner, resource=trust),
            known={**who.known, **about},
            absent=absent,
            resource_account=owner,
        )
        return Ask(who, question, companions=_COMPANIONS, doubt=doubt)


def _sentence(id_: str, role: Holder, says: str) -> Sentence:
    return Sentence(id_, f"account {role.account}", says)


def _allowed(trust: Policy | None) -> list[Principals]:
    statements = () if trust is None else trust.allows
    return [one.principals for one in statements if one.principals is not None]


def _names(trust: Policy, who: Who) -> bool:
    return any(one.grip(who.principal) > 0 for one in trust.allows)


def _sessions(trust: Policy | None, holder: Holder, arns: set[str]) -> Iterator[Who]:
    """`holder`, and each session of it that the trust policy names by itself."""
    sessions = [
        arn.rpartition("/")[2]
        for arn in arns
        if f":{holder.account}:assumed-role/{holder.name}/" in arn
    ]
    for who in (of(holder), *(of(holder, session=one) for one in sorted(sessions))):
        if trust is not None and _names(trust, who):
            yield who


def _filled(field: str) -> str:
    """The account that `field` of an ARN names, or one that its pattern fits."""
    if "*" not in field:
        return field.replace("?", "9")
    head, *middle, tail = field.replace("?", "9").split("*")
    known = len(head) + len(tail) + sum(map(len, middle))
    return head + "".join(middle) + "9" * (12 - known) + tail


def _account(arn: str) -> str:
    return arn.split(":", 5)[4]


def _role_of(arn: str) -> str:
    """The ARN of the role that a session's ARN is of; any other ARN is itself."""
    head, found, rest = arn.partition(":assumed-role/")
    if not found:
        return arn
    return f"{head.replace(':sts:', ':iam:')}:role/{rest.partition('/')[0]}"


def _trusting_everybody() -> Policy:
    document = policy_document(
        {"Sid": "Anybody", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:*"}
    )
    return parse(document, kind=Kind.TRUST, name="a stranger's trust policy")
