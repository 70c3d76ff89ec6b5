"""Who opens a domain: the front door's role, and everybody else its account may hold.

A proof about the presign role alone proves nothing: any other principal with the same
permission is a way around the gateway.  So every question is put for all of them, and for each
action that opens a Studio domain.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from studiogate import names
from studiogate.policy.documents import PRESIGN, policy_document
from studiogate.policy.language import Kind, Policy, parse
from studiogate.reach.estate import Holder, Studio
from studiogate.reach.prove.question import Inside, Question
from studiogate.reach.verify.apart import apart
from studiogate.reach.verify.ask import Ask, Sentence
from studiogate.reach.verify.classes import PROFILES, representatives
from studiogate.reach.verify.ground import Ground
from studiogate.reach.verify.who import (
    Who,
    everything,
    federated_session,
    is_notebook,
    layers,
    of,
    root,
    stranger,
)

WAYS = (
    (PRESIGN, "user-profile"),
    ("sagemaker:CreatePresignedDomainUrlWithPrincipalTag", "user-profile"),
    ("sagemaker:StartSession", "space"),
)
"""Every action that opens a Studio domain, and the kind of resource it is asked about."""

NOBODY = "nobodys-profile"
"""A name to ask about where no pattern tells names apart: nobody is called that."""

ELSEWHERE = "d-nobodys-domain"
"""A domain of the account that the estate does not hold: another Region's, or tomorrow's."""

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


@dataclass(frozen=True, slots=True)
class _Doubts:
    """Why a name may not stand for those that are not told from it."""

    everything: str | None = None
    """By all policies that count."""

    guardrails: str | None = None
    """By those that nobody of the account holds themselves."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One way to open one profile or space, which stands for all that is not told from it."""

    action: str
    resource: str
    name: str
    doubts: _Doubts = _Doubts()


class Opening:
    """The questions about one domain of an estate."""

    def __init__(self, ground: Ground, studio: Studio) -> None:
        self._estate = estate = ground.estate
        self._studio = studio
        region, account = estate.region, studio.account
        self._stem = names.domain_arn(region, account, studio.domain_id)
        self._presign_arn = names.role_arn(region, account, names.PRESIGN_ROLE)
        self._holders = ground.holders.get(account, ())
        self._domains = ground.domains[account]
        self._guardrails = [one for level in estate.scps[account] or () for one in level]
        self._ground = ground
        self._asked: dict[str, tuple[_Asked, ...]] = {}

    @property
    def outside(self) -> Sentence:
        """The sentence of `from_outside`."""
        return self._sentence("outside", "Nobody opens the domain from outside our endpoints.")

    def from_outside(self) -> Iterator[Ask]:
        """Whether anybody of the account opens the domain from outside."""
        inside = Inside(doors=self._estate.inside) if self._estate.inside else None
        for who in self._everybody():
            for asked in self._resources(who):
                for session in self._sessions(who):
                    yield self._ask(who, asked, session, inside=inside)

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
            for asked in self._resources(who):
                yield self._ask(who, asked, _NO_NOTEBOOK)

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
            for asked in self._resources(who):
                own = {_DOMAIN_KEY: self._studio.domain_id, _PROFILE_KEY: asked.name}
                for session in self._sessions(who):
                    yield self._ask(who, asked, session, unless=own)

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
            for asked in self._resources(who):
                yield self._ask(who, asked, unless={_TAG: asked.name})

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
        who = stranger(self._estate.region, unknown_account(self._estate.scps))
        for action, kind in WAYS:
            yield self._ask(who, _Asked(action, self._arn(kind, NOBODY), NOBODY))

    def _sentence(self, id_: str, says: str) -> Sentence:
        return Sentence(id_, f"domain {self._studio.name}", says)

    def _everybody(self) -> Iterator[Who]:
        yield from (of(one) for one in self._holders)
        yield from filter(None, map(federated_session, self._holders))
        yield root(self._estate.region, self._studio.account)

    def _resources(self, who: Who) -> tuple[_Asked, ...]:
        """What to ask about, for every class of names that `who`'s policies tell apart."""
        found = self._asked.get(who.label)
        if found is None:
            found = self._asked[who.label] = tuple(self._told_apart(who))
        return found

    def _told_apart(self, who: Who) -> Iterator[_Asked]:
        common = (*self._guardrails, *self._ground.varying)
        known, gates = self._known(who), self._ground.gates
        for kind in dict.fromkeys(kind for _, kind in WAYS):
            head = self._arn(kind, "")
            found = apart((*_policies(who.holder), *common), head, known, gates)
            guard = found.doubt and apart(common, head, known, gates).doubt
            there = self._studio.profiles if kind == "user-profile" else ()
            patterns = (*found.patterns, *self._ground.doors.meeting([head]))
            told = representatives(patterns, head, PROFILES, (*there, NOBODY))
            doubts = _Doubts(found.doubt, guard)
            for action in (action for action, one in WAYS if one == kind):
                yield from (_Asked(action, head + one, one, doubts) for one in told)

    def _known(self, who: Who) -> dict[str, tuple[str, ...]]:
        """Every value that the keys of `who`, and of its notebooks, may have."""
        known = {**who.known, **self._about}
        found = {key.lower(): (one,) for key, one in known.items() if isinstance(one, str)}
        return {**found, _DOMAIN_KEY.lower(): (*self._domains, ELSEWHERE)}

    @property
    def _about(self) -> dict[str, str]:
        account = self._studio.account
        return {"aws:RequestedRegion": self._estate.region, "aws:ResourceAccount": account}

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
        for domain in (*self._domains, ELSEWHERE):
            yield Session({_DOMAIN_KEY: domain})
        yield Session(absent=frozenset({_DOMAIN_KEY}))

    def _ask(
        self,
        who: Who,
        asked: _Asked,
        session: Session = _ANY,
        *,
        inside: Inside | None = None,
        unless: Mapping[str, str] | None = None,
    ) -> Ask:
        """One question; `unless` leaves out sessions whose keys have these values."""
        owner = self._studio.account
        left_out = (_leaving_out(tuple(unless.items())),) if unless else ()
        found = layers(self._estate, who, service="sagemaker", owner=owner)
        question = Question(
            action=asked.action,
            resource=asked.resource,
            principal=who.principal,
            layers=replace(found, identity=(*found.identity, *left_out)),
            known={**who.known, **self._about, **session.known},
            absent=session.absent,
            resource_account=owner,
        )
        # Guardrails alone often settle it, whatever somebody holds.
        whatever = replace(found, identity=(_EVERYTHING, *left_out), boundary=None)
        quick = who.holder and not asked.doubts.guardrails
        easier = replace(question, layers=whatever) if quick else None
        return Ask(who, question, inside, easier, doubt=asked.doubts.everything)


def unknown_account(known: Collection[str]) -> str:
    """The id of an account that is none of `known`."""
    return next(
        text for number in range(999, 0, -1) if (text := f"{number:03d}" * 4) not in known
    )


@lru_cache(maxsize=256)
def _leaving_out(keys: tuple[tuple[str, str], ...]) -> Policy:
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
