"""How long it takes to prove a thousand lines of business, four roles each, on one core.

Three levels of SCPs, 40 corporate CIDRs and 8 endpoints have a say in every question.  `each by
itself` remembers nothing from one question to the next; `cold` starts with an empty memory,
takes every question apart, for lobs that differ in account and domain, and works out what is
left of it; `memoised` remembers answers as well, by all but the account.  The floor is one
decision by the evaluator for each question: what a look at a single request costs.
Memory is that of a process of its own, `before` the first proof, the questions' policies
included.

    python -m benchmarks.prove
"""

import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from studiogate.policy.documents import execution_role_policy, presign_role_policy
from studiogate.policy.evaluate import Layers, decide
from studiogate.policy.guardrails import full_access_scp
from studiogate.policy.language import Kind, Policy, parse
from studiogate.policy.request import Principal, Request
from studiogate.reach.estate import Door
from studiogate.reach.prove.answers import Proved
from studiogate.reach.prove.memo import Memo
from studiogate.reach.prove.prove import prove
from studiogate.reach.prove.question import Inside, Question

REGION = "eu-west-1"
OPEN = "sagemaker:CreatePresignedDomainUrl"
LOBS, CIDRS, ENDPOINTS = 1_000, 40, 8
IDS = [f"vpce-{number:08d}" for number in range(ENDPOINTS)]
MINE = IDS[:2]
RANGES = [f"10.{number}.0.0/16" for number in range(CIDRS - 1)] + ["192.168.10.0/24"]
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@dataclass(frozen=True)
class Asked:
    """Everything that is asked in one round."""

    questions: Sequence[Question]
    doors: tuple[Door, ...]
    inside: Inside


def _one(statement: Mapping[str, Any], kind: Kind, name: str) -> Policy:
    return parse({"Version": "2012-10-17", "Statement": statement}, kind=kind, name=name)


def _levels() -> tuple[tuple[Policy, ...], ...]:
    full = parse(full_access_scp(), kind=Kind.SCP, name="FullAWSAccess")
    by_address = {
        "Effect": "Deny",
        "Action": OPEN,
        "Resource": "*",
        "Condition": {"NotIpAddress": {"aws:VpcSourceIp": RANGES}},
    }
    by_endpoint = {
        "Effect": "Deny",
        "Action": OPEN,
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": MINE}},
    }
    return (
        (full,),
        (full, _one(by_address, Kind.SCP, "by address")),
        (full, _one(by_endpoint, Kind.SCP, "by endpoint")),
    )


def _roles(account: str, domain: str) -> Mapping[str, tuple[Policy, ...]]:
    presign = presign_role_policy(
        region=REGION,
        account=account,
        domains={domain: RANGES},
        endpoints=MINE,
    )
    execution = execution_role_policy(region=REGION, account=account, domain_ids=[domain])
    sso = {
        **EVERYTHING,
        "Action": OPEN,
        "Condition": {"IpAddress": {"aws:VpcSourceIp": RANGES}},
    }
    return {
        "PresignedUrlGenerator": (parse(presign, kind=Kind.IDENTITY, name="presign"),),
        "Execution": (parse(execution, kind=Kind.IDENTITY, name="execution"),),
        "Administrator": (_one(EVERYTHING, Kind.IDENTITY, "admin"),),
        "SingleSignOn": (_one(sso, Kind.IDENTITY, "sso"),),
    }


def asked(lobs: int = LOBS, *, same_domain: bool) -> Asked:
    """The questions; with `same_domain` lobs differ in their account ids alone."""
    levels = _levels()
    questions = [
        Question(
            OPEN,
            f"arn:aws:sagemaker:{REGION}:{account}:user-profile/{domain}/alice",
            Principal(
                kind="assumed-role",
                arn=f"arn:aws:sts::{account}:assumed-role/{role}/alice",
                account=account,
                role_arn=f"arn:aws:iam::{account}:role/{role}",
            ),
            Layers(identity=identity, scps=levels),
            {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/{role}"},
        )
        for lob in range(lobs)
        for account, domain in [(f"{lob + 1:012d}", f"d-{0 if same_domain else lob:06d}")]
        for role, identity in _roles(account, domain).items()
    ]
    doors = tuple(
        Door(id_, f"vpc-{number % 4}", f"service-{number}", "999999999999", None)
        for number, id_ in enumerate(IDS)
    )
    return Asked(questions, doors, Inside(frozenset(MINE)))


def all_of(these: Asked, memo: Callable[[], Memo | None]) -> float:
    """Seconds of processor time for all questions; each must be proved."""
    began = time.process_time()
    for question in these.questions:
        found = prove(question, doors=these.doors, inside=these.inside, memo=memo())
        if not isinstance(found, Proved):
            raise TypeError(f"not proved: {found}")
    return time.process_time() - began


def _least(these: Asked) -> float:
    """Seconds of processor time for one decision a question."""
    context = {"aws:SourceIp": "198.51.100.77"}
    began = time.process_time()
    for one in these.questions:
        decide(one.layers, Request(one.action, one.resource, one.principal, context))
    return time.process_time() - began


def _peak() -> float:
    """Mebibytes this process has held at most."""
    unit = 1 if sys.platform == "darwin" else 1_024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


@dataclass(frozen=True)
class Row:
    """One line of what is printed."""

    what: str
    seconds: float
    least: float
    before: float
    peak: float

    def __str__(self) -> str:
        times = f"{self.seconds:8.2f} s{self.seconds / self.least:9.1f}"
        return f"{self.what:48}{times}{self.before:10.0f} MiB{self.peak:8.0f} MiB"


def measure(what: str) -> Row:
    """One line, in a process of its own."""
    these = asked(same_domain=what.startswith("memoised, lobs"))
    least, before, kept = _least(these), _peak(), Memo(whole=what.startswith("memoised"))
    if what.endswith("again"):
        all_of(these, lambda: kept)
    alone = what.startswith("each")
    seconds = least if what == "floor" else all_of(these, lambda: None if alone else kept)
    return Row(what, seconds, least, before, _peak())


ROWS = (
    "floor",
    "each by itself",
    "cold",
    "memoised, lobs differ in their account",
    "memoised, the same questions again",
)


def main() -> None:
    """Print a line for each way to remember."""
    print(f"{'':48}{'processor':>10}{'/floor':>9}{'before':>14}{'peak':>12}")
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1)
    with pool:
        for row in pool.map(measure, ROWS):
            print(row)


if __name__ == "__main__":
    main()
