"""Who opens a domain: the front door's role, and everybody else its account may hold.

A proof about the presign role alone proves nothing: any other principal with the same
permission is a way around the gateway.  So every question is put for all of them, and for each
action that opens a Studio domain.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from studiogate import names
from studiogate.policy.documents import PRESIGN, policy_document
from studiogate.policy.language import Kind, Policy, Statement, parse
from studiogate.reach.estate import Estate, Holder, Studio
from studiogate.reach.prove.question import Inside, Question
from studiogate.reach.verify.ask import Ask, Sentence
from studiogate.reach.verify.classes import PROFILES, representatives
from studiogate.reach.verify.who import Who, everything, is_notebook, layers, of, root, stranger

WAYS = (
    (PRESIGN, "user-profile"),
    ("sagemaker:CreatePresignedDomainUrlWithPrincipalTag", "user-profile"),
    ("sagemaker:StartSession", "space"),
)
"""Every action that opens a Studio domain, and the kind of resource it is asked about."""

NOBODY = "nobodys-profile"
"""A name to ask about where no pattern tells names apart: nobody is called that."""

_DOMAIN_KEY, _PROFILE_KEY = "sagemaker:DomainId", "sagemaker:UserProfileName"
_EVERYTHING = everything()
_TAG = f"aws:PrincipalTag/{names.PROFILE_TAG}"


@dataclass(frozen=True, slots=True)
class Session:
    """Condition keys of one kind of session: some with a value, some missing, others any."""

    known: Mapping[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()


_ANY = Session()
_NO_NOTEBOOK = Session(absent=frozenset({_DOMAIN_KEY, _PROFILE_KEY}))
"""Only the sessions of Studio's own notebooks carry these keys."""


class Opening:
    """The questions about one domain of an estate."""

    def __init__(self, estate: Estate, studio: Studio) -> None:
        self._estate = estate
        self._studio = studio
        region, account = estate.region, studio.account
        self._stem = names.domain_arn(region, account, studio.domain_id)
        self._presign_arn = names.role_arn(region, account, names.PRESIGN_ROLE)
        self._holders = [one for one in estate.holders if one.account == account]
        self._domains = [one.domain_id for one in estate.studios if one.account == account]
        self._guardrails = [one for level in estate.scps[account] or () for one in level]
        self._names: dict[tuple[str, ...], dict[str, tuple[str, ...]]] = {}
        self._doors = _patterns([one.policy for one in estate.doors if one.policy], self._heads)

    @property
    def outside(self) -> Sentence:
        """The sentence of `from_outside`."""
        return self._sentence("outside", "Nobody opens the domain from outside our endpoints.")

    def from_outside(self) -> Iterator[Ask]:
        """Whether anybody of the account opens the domain from outside."""
        inside = Inside(doors=self._estate.inside) if self._estate.inside else None
        for who in self._everybody():
            for action, resource, _ in self._resources(who):
                for session in self._sessions(who):
                    yield self._ask(who, action, resource, session, inside=inside)

    @property
    def around(self) -> Sentence:
        """The sentence of `around_the_gateway`."""
        return self._sentence(
            "around",
            "Nobody but the gateway's role opens anybody's profile, not even from inside.",
        )

    def around_the_gateway(self) -> Iterator[Ask]:
        """Whether anybody but the presign role, and a notebook, opens it from anywhere."""
        for who in self._everybody():
            holder = who.holder
            if holder and (holder.arn == self._presign_arn or is_notebook(holder)):
                continue
            for action, resource, _ in self._resources(who):
                yield self._ask(who, action, resource, _NO_NOTEBOOK)

    @property
    def notebook(self) -> Sentence:
        """The sentence of `from_a_notebook`."""
        return self._sentence("notebook", "A notebook opens its own profile, and no other.")

    def from_a_notebook(self) -> Iterator[Ask]:
        """Whether a notebook's role opens a profile that is not the notebook's own."""
        for holder in filter(is_notebook, self._holders):
            if holder.arn == self._presign_arn:
                continue
            who = of(holder)
            for action, resource, name in self._resources(who):
                own = {_DOMAIN_KEY: self._studio.domain_id, _PROFILE_KEY: name}
                for session in self._sessions(who):
                    yield self._ask(who, action, resource, session, unless=own)

    @property
    def own(self) -> Sentence:
        """The sentence of `by_tag`."""
        return self._sentence(
            "own-profile", "The presign role opens the profile it is tagged with, and no other."
        )

    def by_tag(self) -> Iterator[Ask]:
        """Whether the presign role opens a profile its session is not tagged with."""
        for holder in self._holders:
            if holder.arn != self._presign_arn:
                continue
            who = of(holder)
            for action, resource, name in self._resources(who):
                yield self._ask(who, action, resource, unless={_TAG: name})

    @property
    def strangers(self) -> Sentence:
        """The sentence of `from_another_account`."""
        return self._sentence(
            "other-account",
            "No other account opens the domain, another line of business's included.",
        )

    def from_another_account(self) -> Iterator[Ask]:
        """Whether another account opens it, whatever its principals may do there.

        Nothing is asked about each of them: an administrator under no guardrail may do all
        that any of them may, and an Allow more never takes anything away.
        """
        who = stranger(self._estate.region, unknown_account(self._estate))
        for action, kind in WAYS:
            yield self._ask(who, action, self._arn(kind, NOBODY))

    def _sentence(self, id_: str, says: str) -> Sentence:
        return Sentence(id_, f"domain {self._studio.name}", says)

    def _everybody(self) -> Iterator[Who]:
        yield from (of(one) for one in self._holders)
        yield root(self._estate.region, self._studio.account)

    def _resources(self, who: Who) -> Iterator[tuple[str, str, str]]:
        """Action, resource and name, for every class of names that `who`'s policies tell."""
        policies = [*_policies(who.holder), *self._guardrails]
        patterns = (*_patterns(policies, self._heads), *self._doors)
        if patterns not in self._names:
            profiles = [*self._studio.profiles, NOBODY]
            self._names[patterns] = {
                kind: representatives(patterns, self._arn(kind, ""), PROFILES, known)
                for kind, known in (("user-profile", profiles), ("space", [NOBODY]))
            }
        for action, kind in WAYS:
            for name in self._names[patterns][kind]:
                yield action, self._arn(kind, name), name

    @property
    def _heads(self) -> tuple[str, ...]:
        return tuple(self._arn(kind, "") for kind in ("user-profile", "space"))

    def _arn(self, kind: str, name: str) -> str:
        return f"{self._stem.replace(':domain/', f':{kind}/')}/{name}"

    def _sessions(self, who: Who) -> Iterator[Session]:
        """Every kind of session `who` has.

        A notebook is of one of the account's domains, and AWS gives those their ids; of the
        profile, which people name, nothing is supposed.
        """
        if who.holder is None or not is_notebook(who.holder):
            yield _NO_NOTEBOOK
            return
        for domain in self._domains:
            yield Session({_DOMAIN_KEY: domain})
        yield Session(absent=frozenset({_DOMAIN_KEY}))

    def _ask(
        self,
        who: Who,
        action: str,
        resource: str,
        session: Session = _ANY,
        *,
        inside: Inside | None = None,
        unless: Mapping[str, str] | None = None,
    ) -> Ask:
        """One question; `unless` leaves out sessions whose keys have these values."""
        owner = self._studio.account
        left_out = (_leaving_out(unless),) if unless else ()
        found = layers(self._estate, who, service="sagemaker", owner=owner)
        about = {"aws:RequestedRegion": self._estate.region, "aws:ResourceAccount": owner}
        question = Question(
            action=action,
            resource=resource,
            principal=who.principal,
            layers=replace(found, identity=(*found.identity, *left_out)),
            known={**who.known, **about, **session.known},
            absent=session.absent,
            resource_account=owner,
        )
        # Guardrails alone often settle it, whatever somebody holds.
        whatever = replace(found, identity=(_EVERYTHING, *left_out), boundary=None)
        easier = replace(question, layers=whatever) if who.holder else None
        return Ask(who, question, inside, easier)


def unknown_account(estate: Estate) -> str:
    """The id of an account that the estate does not hold."""
    return next(
        text for number in range(999, 0, -1) if (text := f"{number:03d}" * 4) not in estate.scps
    )


def _leaving_out(keys: Mapping[str, str]) -> Policy:
    """A Deny for sessions with exactly these keys, so that a proof is about all others.

    Better than to ask about some other values: a pattern that goes on after a variable opens
    `ann-2` to whoever is `ann`, and there are endless such names.
    """
    statement = {
        "Sid": "TheirOwn",
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringEquals": dict(keys)},
    }
    return parse(policy_document(statement), kind=Kind.IDENTITY, name="left out")


def _policies(holder: Holder | None) -> tuple[Policy, ...]:
    if holder is None:
        return ()
    return (*holder.identity, *((holder.boundary,) if holder.boundary else ()))


def _patterns(policies: Iterable[Policy], heads: tuple[str, ...]) -> list[str]:
    """Patterns of resources that some name under one of `heads` may fit."""
    return [
        pattern
        for policy in policies
        for statement in policy.statements
        for pattern in _resources_of(statement)
        if any(_meets(pattern, head) for head in heads)
    ]


def _resources_of(statement: Statement) -> tuple[str, ...]:
    return statement.resources or statement.not_resources or ()


def _meets(pattern: str, head: str) -> bool:
    """Whether the plain beginning of `pattern` agrees with `head`, as far as both go."""
    ends = [at for sign in "*?$" if (at := pattern.find(sign)) >= 0]
    plain = pattern[: min(ends)] if ends else pattern
    return plain.startswith(head) or head.startswith(plain)
