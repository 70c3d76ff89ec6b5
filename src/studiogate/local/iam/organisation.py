"""The tree of the organisation as moto keeps it: where an account is, and what guards it."""

from typing import Any

from moto.organizations.models import organizations_backends

from studiogate.local.iam.reading import read
from studiogate.policy.language import Kind, Policy

_TYPES = {Kind.SCP: "SERVICE_CONTROL_POLICY", Kind.RCP: "RESOURCE_CONTROL_POLICY"}


class Organisation:
    """Reads the organisation of one management account, live."""

    def __init__(self, management: str) -> None:
        """Name the management account; the organisation may still be founded later."""
        self.management = management

    @property
    def id(self) -> str | None:
        """`o-…`; `None` while there is no organisation."""
        org = self._backend().org
        return None if org is None else str(org.id)

    def has(self, account: str) -> bool:
        """Whether `account` is in the organisation, the management account included."""
        return self._account(account) is not None

    def path(self, account: str) -> str:
        """`aws:PrincipalOrgPaths` of `account`: `o-…/r-…/ou-…/`; empty outside."""
        member = self._account(account)
        if member is None:
            return ""
        parts = [str(self.id), *(str(unit.id) for unit in self._units(member))]
        return "/".join(parts) + "/"

    def levels(self, account: str, kind: Kind) -> tuple[tuple[Policy, ...], ...] | None:
        """Policies of `kind` that guard `account`, one tuple per level, root first.

        `None` where they do not apply: in the management account, outside the organisation, or
        while the policy type is not enabled (Organizations User Guide, "SCP evaluation").
        """
        if account == self.management:
            return None
        member = self._account(account)
        if member is None:
            return None
        units = self._units(member)
        if not units or units[0].type != "ROOT":
            return ((),)  # its unit was deleted under it: nothing is allowed any more
        enabled = {entry["Type"] for entry in units[0].policy_types}
        if _TYPES[kind] not in enabled:
            return None
        return tuple(_attached(target, kind) for target in (*units, member))

    def _units(self, member: Any) -> list[Any]:
        """From the root down to the unit that holds `member`."""
        by_id = {unit.id: unit for unit in list(self._backend().ou)}
        found: list[Any] = []
        unit = by_id.get(member.parent_id)
        while unit is not None:
            found.insert(0, unit)
            unit = by_id.get(unit.parent_id)
        return found

    def _account(self, account: str) -> Any | None:
        return next((one for one in list(self._backend().accounts) if one.id == account), None)

    def _backend(self) -> Any:
        return organizations_backends[self.management]["aws"]


def _attached(target: Any, kind: Kind) -> tuple[Policy, ...]:
    return tuple(
        read(policy.content, kind=kind, name=str(policy.name))
        for policy in list(target.attached_policies)
        if policy.type == _TYPES[kind]
    )
