"""What no template can say is settled by a call, once, and only where it is not so already."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from studiogate.deploy.afterwards import settle
from studiogate.deploy.looking.checks import closed
from studiogate.errors import DeployError
from studiogate.foundation.after import Closed, named_sessions
from studiogate.foundation.stacks import Output, StackKey
from tests.kit.deploy import LOB_A, world_of
from tests.kit.deploy_engine import check

KEY = StackKey(LOB_A, "studiogate-studio")
OUTPUTS = {KEY: {"DomainId1": "d-one", "DomainId2": "d-two"}}
IDS = [Output(KEY, name) for name in OUTPUTS[KEY]]


@dataclass
class Domains:
    """Two domains and how their sessions are called; updates take a few looks."""

    modes: dict[str, str] = field(default_factory=lambda: {"d-one": "", "d-two": ""})
    updates: list[str] = field(default_factory=list)
    busy: int = 0
    deaf: bool = False
    """Whether updates are taken and nothing comes of them."""

    def client(self, account: str | None, service: str) -> Any:
        assert (account, service) == (LOB_A, "sagemaker")
        return self

    def forget(self, account: str) -> None:
        raise AssertionError(account)

    def describe_domain(self, **asked: Any) -> dict[str, Any]:
        check("sagemaker", "DescribeDomain", asked)
        self.busy -= 1
        mode = self.modes[asked["DomainId"]]
        portal = {"ExecutionRoleSessionNameMode": mode} if mode else {}
        return {
            "Status": "Updating" if self.busy > 0 else "InService",
            "DefaultUserSettings": {"ExecutionRole": "r", "StudioWebPortalSettings": portal},
        }

    def update_domain(self, **asked: Any) -> None:
        check("sagemaker", "UpdateDomain", asked)
        self.updates.append(asked["DomainId"])
        self.busy = 3
        portal = asked["DefaultUserSettings"]["StudioWebPortalSettings"]
        if not self.deaf:
            self.modes[asked["DomainId"]] = portal["ExecutionRoleSessionNameMode"]


def test_s1_08_sessions_are_called_like_their_person_in_every_domain_and_twice_is_once() -> (
    None
):
    domains = Domains()
    world = world_of(domains, at_once=1)

    settle(world, named_sessions(IDS), OUTPUTS)
    settle(world, named_sessions(IDS), OUTPUTS)

    assert domains.modes == {"d-one": "USER_IDENTITY", "d-two": "USER_IDENTITY"}
    assert domains.updates == ["d-one", "d-two"]


def test_what_aws_takes_and_does_not_do_is_no_success() -> None:
    world = world_of(Domains(deaf=True), at_once=1)

    with pytest.raises(DeployError, match="DescribeDomain does not say so"):
        settle(world, named_sessions(IDS[:1]), OUTPUTS)


ANYWHERE = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
NETWORK = StackKey(LOB_A, "studiogate-network-lob-a")
DEFAULT = Closed(NETWORK, Output(NETWORK, "DefaultGroupId"))


@dataclass
class Groups:
    """The default group of a VPC, as EC2 makes it."""

    rules: dict[str, list[dict[str, Any]]]
    calls: list[str] = field(default_factory=list)

    def client(self, account: str | None, service: str) -> Any:
        assert (account, service) == (LOB_A, "ec2")
        return self

    def forget(self, account: str) -> None:
        raise AssertionError(account)

    def describe_security_groups(self, **asked: Any) -> dict[str, Any]:
        check("ec2", "DescribeSecurityGroups", asked)
        return {"SecurityGroups": [{"GroupId": one, **self.rules} for one in asked["GroupIds"]]}

    def revoke_security_group_ingress(self, **asked: Any) -> None:
        self._revoke("RevokeSecurityGroupIngress", "IpPermissions", asked)

    def revoke_security_group_egress(self, **asked: Any) -> None:
        self._revoke("RevokeSecurityGroupEgress", "IpPermissionsEgress", asked)

    def _revoke(self, operation: str, rules: str, asked: dict[str, Any]) -> None:
        check("ec2", operation, asked)
        self.calls.append(operation)
        self.rules[rules] = [
            one for one in self.rules[rules] if one not in asked["IpPermissions"]
        ]


def test_a_default_group_is_closed_both_ways_and_twice_is_once() -> None:
    own = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1", "UserId": LOB_A}]}
    groups = Groups({"IpPermissions": [own], "IpPermissionsEgress": [ANYWHERE]})
    world = world_of(groups, at_once=1)
    outputs = {NETWORK: {"DefaultGroupId": "sg-1"}}

    (before,) = closed(world, LOB_A, "lob-a", "sg-1")
    settle(world, [DEFAULT], outputs)
    settle(world, [DEFAULT], outputs)
    (after,) = closed(world, LOB_A, "lob-a", "sg-1")

    assert groups.rules == {"IpPermissions": [], "IpPermissionsEgress": []}
    assert groups.calls == ["RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress"]
    assert (before.ok, before.remedy, after.ok) == (False, "Run `studiogate apply`.", True)


def test_only_the_way_that_is_open_is_closed() -> None:
    groups = Groups({"IpPermissions": [], "IpPermissionsEgress": [ANYWHERE]})

    settle(world_of(groups, at_once=1), [DEFAULT], {NETWORK: {"DefaultGroupId": "sg-1"}})

    assert groups.calls == ["RevokeSecurityGroupEgress"]
