"""What takes away over every lob: service and resource control policies (S5-02, F-65).

In the management account, where alone they can be made.  One policy hangs over a hundred
accounts, and one template holds four of each kind: attaching is slow, and Organizations refuses
two changes at a time, so that each waits for the one before.
"""

from collections.abc import Iterator, Sequence

from troposphere import organizations

from studiogate.foundation.stacks import Template
from studiogate.foundation.symbols import symbol
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.policies import resolvable
from studiogate.foundation.templates.studio_parameters import told
from studiogate.foundation.templates.subnets import described
from studiogate.landscape.model import Landscape
from studiogate.policy.language import Document
from studiogate.topology.attached import (
    GUARDRAIL,
    ROLE_GUARDRAIL,
    guarded,
    guardrail_name,
    guardrails_of,
)
from studiogate.topology.endpoint_services import SAGEMAKER_API, STUDIO
from studiogate.topology.ids import Ids

TOGETHER = 4
"""Policies of each kind in one template, which then stays far below 51,200 bytes."""

_WHAT = "Studio opens through the shared endpoints, or not at all"


def guardrails(landscape: Landscape) -> tuple[Template, ...]:
    """The templates of the guardrails over every lob of `landscape`; none without lobs."""
    hub = landscape.gateway.network
    ids = Ids(
        domains={},
        endpoints={
            SAGEMAKER_API: symbol("VpceSagemakerApi"),
            STUDIO: symbol("VpceStudio"),
        },
        vpcs={hub: symbol("HubVpcId")},
        api="",
    )
    documents = guardrails_of(landscape, ids)
    targets = [*enumerate(guarded(landscape))]
    return tuple(
        _template(targets[n : n + TOGETHER], documents)
        for n in range(0, len(targets), TOGETHER)
    )


def _template(
    targets: Sequence[tuple[int, Sequence[str]]], documents: tuple[Document, Document]
) -> Template:
    template = described("guardrails over lines of business")
    for name in ("VpceSagemakerApi", "VpceStudio", "HubVpcId"):
        told(template, name)
    before: organizations.Policy | None = None
    for policy in _policies(targets, documents):
        if before is not None:
            policy.DependsOn = before.title
        before = template.add_resource(policy)
    return made(f"guardrails-{targets[0][0]}", template)


def _policies(
    targets: Sequence[tuple[int, Sequence[str]]], documents: tuple[Document, Document]
) -> Iterator[organizations.Policy]:
    kinds = (
        ("Callers", "SERVICE_CONTROL_POLICY", GUARDRAIL),
        ("Roles", "RESOURCE_CONTROL_POLICY", ROLE_GUARDRAIL),
    )
    for number, accounts in targets:
        for (word, kind, name), document in zip(kinds, documents, strict=True):
            yield organizations.Policy(
                f"{word}{number + 1}",
                Name=guardrail_name(name, number),
                Description=_WHAT,
                Type=kind,
                Content=resolvable(document),
                TargetIds=list(accounts),
            )
