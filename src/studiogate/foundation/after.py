"""What CloudFormation cannot say of a resource and AWS's own call can: settled afterwards.

As data: whoever deploys makes the call where `wanted` is not what AWS describes, after every
change of the stack, so that doing it twice is doing it once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from studiogate.foundation.stacks import Output, Stack, StackKey

DEFAULT_GROUP = "DefaultGroupId"
"""The output of a stack with a VPC that says which group AWS made with it."""


@dataclass(frozen=True, slots=True)
class Afterwards:
    """One call, made in the account of a stack that stands."""

    stack: StackKey
    service: str
    """As boto3 names it."""

    describe: str
    """The operation that says how it is."""

    update: str
    """The operation that takes `wanted`, beside the same `about`."""

    about: Mapping[str, Output]
    """Parameters of both calls, which outputs of stacks give."""

    wanted: Mapping[str, Any]
    """Parameters of `update`; the answer of `describe` has them in the same place."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A security group that is to have no rules at all, and that no template makes.

    The default group of a VPC lets its members talk to one another and out to everywhere, and
    whatever is made without a group is a member (Security Hub, EC2.2).
    """

    stack: StackKey
    group: Output
    """What gives its id."""


@dataclass(frozen=True, slots=True)
class Propagated:
    """A domain whose sessions are to carry the person's profile as their source identity.

    Its template says so, too; what somebody changed by hand CloudFormation does not look at.
    """

    stack: StackKey
    domain: Output
    """What gives its id."""


@dataclass(frozen=True, slots=True)
class Seated:
    """The people of a domain with RStudio, who are to get in, and what each of them is there.

    Whoever has a profile before the domain has RStudio is shut out of it, and CloudFormation
    replaces a profile to change that (SageMaker Developer Guide, "Add RStudio support to an
    existing domain"; Template Reference, AWS::SageMaker::UserProfile).
    """

    stack: StackKey
    domain: Output
    """What gives its id."""

    people: Mapping[str, str]
    """Profile to user group."""


Step = Afterwards | Closed | Propagated | Seated
"""One thing that is settled by calls."""


def propagated(domains: Iterable[Output]) -> tuple[Propagated, ...]:
    """Every session carries its person, in each of the domains that have these ids (S1-08)."""
    return tuple(Propagated(one.stack, one) for one in domains)


def closed_by_default(stacks: Iterable[Stack]) -> Iterator[Closed]:
    """The default group of every VPC that one of `stacks` makes."""
    for one in stacks:
        if DEFAULT_GROUP in one.template.outputs:
            yield Closed(one.key, Output(one.key, DEFAULT_GROUP))


def named_sessions(domains: Iterable[Output]) -> tuple[Afterwards, ...]:
    """The session of a notebook is called like its person, in each of these domains (S1-08).

    `ExecutionRoleSessionNameMode` is in the API of SageMaker and not in the resource
    specification of `AWS::SageMaker::Domain`.
    """
    wanted = {
        "DefaultUserSettings": {
            "StudioWebPortalSettings": {"ExecutionRoleSessionNameMode": "USER_IDENTITY"}
        }
    }
    return tuple(
        Afterwards(
            stack=one.stack,
            service="sagemaker",
            describe="DescribeDomain",
            update="UpdateDomain",
            about={"DomainId": one},
            wanted=wanted,
        )
        for one in domains
    )
