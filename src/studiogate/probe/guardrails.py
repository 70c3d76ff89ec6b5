"""Which organisation policies stand over an account, level by level, from the root down.

Source: Organizations API Reference; Organizations User Guide, "SCP evaluation".
"""

from functools import cache, cached_property
from typing import Any

from studiogate.aws.session import calling, paged
from studiogate.policy.language import Kind, Policy
from studiogate.probe.documents import Documents
from studiogate.reach.estate import Levels

_TYPES = {Kind.SCP: "SERVICE_CONTROL_POLICY", Kind.RCP: "RESOURCE_CONTROL_POLICY"}


class Guardrails:
    """The organisation's policies, read through the management account.

    Accounts share their units and policies, so that most is read once.  Safe to share between
    threads; two that ask for the same at once may both ask AWS.
    """

    def __init__(self, organizations: Any, documents: Documents) -> None:
        """Read through `organizations`, a client of the management account."""
        self._organizations = organizations
        self._documents = documents
        self._parent = cache(self._parent_of)
        self._policies = cache(self._policies_of)
        self._document = cache(self._document_of)

    def scps(self, account: str) -> Levels | None:
        """Service control policies over `account`, or `None` where they do not apply.

        They do not apply to the management account, nor while they are not switched on.

        Raises:
            AwsError: the organisation could not be read, or `account` is not in it.
        """
        return self._levels(account, Kind.SCP)

    def rcps(self, account: str) -> Levels:
        """Resource control policies over what `account` owns; none while not switched on.

        Raises:
            AwsError: the organisation could not be read, or `account` is not in it.
        """
        return self._levels(account, Kind.RCP) or ()

    def _levels(self, account: str, kind: Kind) -> Levels | None:
        if account == self._management or kind not in self._enabled:
            return None
        targets = [account]
        while (parent := self._parent(targets[0])) is not None:
            targets.insert(0, parent)
        return tuple(self._policies(target, kind) for target in targets)

    @cached_property
    def _management(self) -> str:
        with calling("organizations:DescribeOrganization"):
            answer = self._organizations.describe_organization()
        return str(answer["Organization"]["MasterAccountId"])

    @cached_property
    def _enabled(self) -> frozenset[Kind]:
        """Kinds of policy that are switched on at the root; an organisation has one root."""
        with calling("organizations:ListRoots"):
            (root,) = paged(self._organizations, "list_roots", "Roots")
        on = {one["Type"] for one in root["PolicyTypes"] if one["Status"] == "ENABLED"}
        return frozenset(kind for kind, type_ in _TYPES.items() if type_ in on)

    def _parent_of(self, child: str) -> str | None:
        """The unit or root that `child` is in; `None` above the root."""
        if child.startswith("r-"):
            return None
        with calling("organizations:ListParents", about=child):
            (parent,) = paged(self._organizations, "list_parents", "Parents", ChildId=child)
        return str(parent["Id"])

    def _policies_of(self, target: str, kind: Kind) -> tuple[Policy, ...]:
        with calling("organizations:ListPoliciesForTarget", about=target):
            attached = list(
                paged(
                    self._organizations,
                    "list_policies_for_target",
                    "Policies",
                    TargetId=target,
                    Filter=_TYPES[kind],
                )
            )
        return tuple(
            self._documents.policy(
                self._document(one["Id"]), kind, one["Name"], f"{kind.upper()} of {target}"
            )
            for one in attached
        )

    def _document_of(self, policy: str) -> str:
        with calling("organizations:DescribePolicy", about=policy):
            answer = self._organizations.describe_policy(PolicyId=policy)
        return str(answer["Policy"]["Content"])
