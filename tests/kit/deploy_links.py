"""The links of one lob's network to the hub, as AWS's calls tell them; each can be broken."""

from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from tests.kit.deploy_engine import check, method_of

HUB, LOB_A = "111111111111", "222222222222"


@dataclass
class Links:
    """What stands, as a test may change it."""

    shares: dict[str, str] = field(
        default_factory=lambda: {
            "studiogate-transit-gateway": "ASSOCIATED",
            "studiogate-names": "ASSOCIATED",
        }
    )
    invitations: list[str] = field(default_factory=list)
    attachment: str = "available"
    table: str = "rtb-lobs"
    association: str = "associated"
    propagated: set[str] = field(default_factory=lambda: {"rtb-hub"})
    rules_seen: set[str] = field(default_factory=lambda: {"rule-sts", "rule-api"})
    rules_asked: dict[str, str] = field(
        default_factory=lambda: {"rule-sts": "COMPLETE", "rule-api": "COMPLETE"}
    )
    zones: set[str] = field(default_factory=lambda: {"Z1"})
    domain: dict[str, Any] = field(
        default_factory=lambda: {
            "DomainSettings": {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"},
            "Status": "InService",
            "AppNetworkAccessType": "VpcOnly",
            "AuthMode": "IAM",
        }
    )
    peering: str = "active"
    refuses: dict[str, ClientError] = field(default_factory=dict)

    def client(self, account: str, service: str) -> Any:
        return _Asked(self, account, service)

    # Each answers one operation, whatever it is asked about.

    def get_resource_share_associations(self) -> dict[str, Any]:
        return {
            "resourceShareAssociations": [
                {"resourceShareName": name, "associatedEntity": LOB_A, "status": status}
                for name, status in self.shares.items()
            ]
        }

    def get_resource_share_invitations(self) -> dict[str, Any]:
        return {"resourceShareInvitations": [{"status": one} for one in self.invitations]}

    def describe_transit_gateway_attachments(self) -> dict[str, Any]:
        return {
            "TransitGatewayAttachments": [
                {
                    "TransitGatewayAttachmentId": "tgw-attach-a",
                    "State": self.attachment,
                    "Association": {
                        "TransitGatewayRouteTableId": self.table,
                        "State": self.association,
                    },
                }
            ]
            if self.attachment
            else []
        }

    def get_transit_gateway_route_table_propagations(self) -> dict[str, Any]:
        on = "rtb-hub" in self.propagated
        found = [{"TransitGatewayAttachmentId": "tgw-attach-a", "State": "enabled"}]
        return {"TransitGatewayRouteTablePropagations": found if on else []}

    def describe_vpc_peering_connections(self) -> dict[str, Any]:
        return {"VpcPeeringConnections": [{"Status": {"Code": self.peering}}]}

    def list_resolver_rules(self) -> dict[str, Any]:
        return {"ResolverRules": [{"Id": one} for one in self.rules_seen]}

    def list_resolver_rule_associations(self) -> dict[str, Any]:
        return {
            "ResolverRuleAssociations": [
                {"ResolverRuleId": rule, "VPCId": "vpc-a", "Status": status}
                for rule, status in self.rules_asked.items()
            ]
        }

    def list_hosted_zones_by_vpc(self) -> dict[str, Any]:
        return {"HostedZoneSummaries": [{"HostedZoneId": one} for one in self.zones]}

    def describe_domain(self) -> dict[str, Any]:
        return dict(self.domain)


@dataclass(frozen=True)
class _Asked:
    links: Links
    account: str
    service: str

    def can_paginate(self, _operation: str) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        answer = getattr(self.links, name)

        def call(**asked: Any) -> Any:
            check(self.service, method_of(self.service, name), asked)
            if refusal := self.links.refuses.get(name):
                raise refusal
            return answer()

        return call
