"""Every place of an estate that a policy is attached at."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from studiogate.policy.language import Policy
from studiogate.reach.estate import Estate, Holder, Levels

Swap = Callable[[Policy], Policy]
Policies = tuple[Policy, ...]


def swapped(estate: Estate, swap: Swap) -> Estate:
    """`estate` with each policy as `swap` gives it."""

    def maybe(policy: Policy | None) -> Policy | None:
        return None if policy is None else swap(policy)

    def levels(found: Levels) -> Levels:
        return tuple(tuple(swap(policy) for policy in level) for level in found)

    return replace(
        estate,
        holders=tuple(
            replace(
                one,
                identity=tuple(swap(policy) for policy in one.identity),
                trust=maybe(one.trust),
                boundary=maybe(one.boundary),
            )
            for one in estate.holders
        ),
        doors=tuple(replace(one, policy=maybe(one.policy)) for one in estate.doors),
        scps={
            account: None if found is None else levels(found)
            for account, found in estate.scps.items()
        },
        rcps={account: levels(found) for account, found in estate.rcps.items()},
        api=maybe(estate.api),
    )


def restored(estate: Estate, meant: Estate) -> Iterator[tuple[str, Estate]]:
    """`estate` with one policy as in `meant`, for each that is not; and what it is called.

    What others attached beside them stays: it is theirs to say why.
    """
    if estate.api != meant.api:
        yield "resource policy of the private API", replace(estate, api=meant.api)
    yield from _doors(estate, meant)
    yield from _guardrails(estate, meant)
    yield from _holders(estate, meant)


def _doors(estate: Estate, meant: Estate) -> Iterator[tuple[str, Estate]]:
    policies = {door.id: door.policy for door in meant.doors}
    for door in estate.doors:
        if door.id in policies and door.policy != policies[door.id]:
            changed = replace(door, policy=policies[door.id])
            doors = tuple(changed if one is door else one for one in estate.doors)
            yield f"endpoint policy of {door.id}", replace(estate, doors=doors)


def _guardrails(estate: Estate, meant: Estate) -> Iterator[tuple[str, Estate]]:
    for account, levels in meant.scps.items():
        there = estate.scps.get(account)
        # Where they do not apply, or nobody has read them, there is nothing to put back.
        for number, level in enumerate(levels or ()):
            if there is None or number >= len(there):
                break
            for name, policies in _as_meant(there[number], level):
                found = (*there[:number], policies, *there[number + 1 :])
                changed = {**estate.scps, account: found}
                yield f"SCP {name} of account {account}", replace(estate, scps=changed)


def _holders(estate: Estate, meant: Estate) -> Iterator[tuple[str, Estate]]:
    there = {one.arn: one for one in estate.holders}
    for holder in meant.holders:
        # Those that are only supposed are nobody's to write.
        if holder.supposed or there.get(holder.arn) == holder:
            continue
        where = f"role {holder.name} of account {holder.account}"
        for what, changed in _holder(there.get(holder.arn), holder):
            others = tuple(one for one in estate.holders if one.arn != holder.arn)
            yield f"{what}{where}", replace(estate, holders=(*others, changed))


def _holder(there: Holder | None, meant: Holder) -> Iterator[tuple[str, Holder]]:
    if there is None:
        yield "", meant
        return
    for name, policies in _as_meant(there.identity, meant.identity):
        yield f"policy {name} of ", replace(there, identity=policies)
    if there.trust != meant.trust:
        yield "trust policy of ", replace(there, trust=meant.trust)
    if there.boundary != meant.boundary:
        yield "permissions boundary of ", replace(there, boundary=meant.boundary)


def _as_meant(there: Policies, meant: Policies) -> Iterator[tuple[str, Policies]]:
    """`there` with one policy as in `meant`, for each of that name that differs or lacks."""
    for policy in meant:
        if policy not in there:
            rest = tuple(one for one in there if one.name != policy.name)
            yield policy.name, (*rest, policy)
