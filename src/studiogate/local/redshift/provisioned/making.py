"""What a cluster may be: node types, sizes, ports and the rest of what AWS checks.

Sources: Redshift API Reference, CreateCluster; Management Guide, "Node type details".
"""

from collections.abc import Mapping
from typing import Any

from studiogate.local.redshift.standing import faults, rules

NODE_TYPES: Mapping[str, range] = {
    "dc2.large": range(1, 33),
    "dc2.8xlarge": range(2, 129),
    "ra3.large": range(1, 17),
    "ra3.xlplus": range(1, 33),
    "ra3.4xlarge": range(2, 65),
    "ra3.16xlarge": range(2, 129),
    "rg.large": range(1, 17),
    "rg.xlarge": range(1, 33),
    "rg.4xlarge": range(2, 65),
    "rg.12xlarge": range(2, 129),
}
"""How many nodes a cluster of each type has; DS2 is gone, and refused like any other word.

For RG the numbers are those of the RA3 type it follows: AWS's own are not verified.
"""

_PORTS = (*range(5431, 5456), *range(8191, 8216))
_DC2_PORTS = range(1150, 65536)
_RETENTION = range(36)
DEFAULT_PORT = 5439
KEPT = (
    *("AllowVersionUpgrade", "AutomatedSnapshotRetentionPeriod", "AvailabilityZoneRelocation"),
    *("DefaultIamRoleArn", "EnhancedVpcRouting", "IamRoles", "KmsKeyId", "LoadSampleData"),
    *("MaintenanceTrackName", "ManualSnapshotRetentionPeriod", "PreferredMaintenanceWindow"),
)
"""Settings that are kept and shown; nothing here acts on them but on sample data."""


def relocates(settings: Mapping[str, Any]) -> bool:
    """Whether a cluster can move to another zone, as endpoints need it to."""
    return bool(settings.get("AvailabilityZoneRelocation", False))


def managed_storage(node_type: str) -> bool:
    """Whether a type keeps its data apart from its nodes, as endpoints need: RA3 and RG."""
    return node_type.startswith(("ra3.", "rg."))


def hold_name(params: Mapping[str, Any]) -> None:
    """Return when the cluster, its database and its administrator can be called so.

    Raises:
        ApiError: InvalidParameterValue.
    """
    if not rules.is_identifier(params["ClusterIdentifier"]):
        raise faults.wrong(
            "The parameter ClusterIdentifier is not a valid identifier. Identifiers must begin "
            "with a letter; must contain only lower case ASCII letters, digits, and hyphens; "
            "and must not end with a hyphen or contain two consecutive hyphens."
        )
    if not rules.is_new_database(params.get("DBName", "dev")):
        raise faults.wrong(f"Invalid database name: {params['DBName']}")
    if not rules.is_master(params["MasterUsername"]):
        raise faults.wrong(f"Invalid master user name: {params['MasterUsername']}")


def size(params: Mapping[str, Any]) -> int:
    """The number of nodes a call asks for.

    Raises:
        ApiError: InvalidParameterValue, InvalidParameterCombination.
    """
    kind, asked = params["NodeType"], params.get("NumberOfNodes")
    if kind not in NODE_TYPES:
        raise faults.wrong(f"Invalid node type: {kind}")
    single = params.get("ClusterType", "single-node" if asked in {None, 1} else "multi-node")
    if single not in {"single-node", "multi-node"}:
        raise faults.wrong(f"Invalid cluster type: {single}")
    if single == "single-node":
        if asked not in {None, 1}:
            raise faults.clash("Number of nodes must be 1 for cluster type single-node.")
        asked = 1
    elif asked is None or asked == 1:
        raise faults.clash(
            "Number of nodes for cluster type multi-node must be greater than or equal to 2."
        )
    if asked not in NODE_TYPES[kind]:
        least, most = NODE_TYPES[kind][0], NODE_TYPES[kind][-1]
        raise faults.wrong(
            f"Invalid number of nodes for {kind}: {asked}. It can be {least} to {most}."
        )
    return int(asked)


def hold_settings(params: Mapping[str, Any]) -> None:
    """Return when port, encryption and retention are such as AWS has.

    Raises:
        ApiError: InvalidParameterValue.
    """
    kind, port = params["NodeType"], params.get("Port", DEFAULT_PORT)
    if port not in (_PORTS if managed_storage(kind) else _DC2_PORTS):
        raise faults.wrong(f"Invalid port number for {kind}: {port}.")
    if params.get("Encrypted") is False:
        raise faults.wrong("Encrypted must be true: clusters are encrypted at rest.")
    retention = params.get("AutomatedSnapshotRetentionPeriod", 1)
    if retention not in _RETENTION or (retention == 0 and managed_storage(kind)):
        raise faults.wrong(
            f"Invalid automated snapshot retention period for {kind}: {retention}."
        )


def given_password(params: Mapping[str, Any]) -> str | None:
    """The administrator's password; `None` where Redshift is to look after one.

    Raises:
        ApiError: both or neither is asked for, or it is no password Redshift takes.
    """
    password = params.get("MasterUserPassword")
    if params.get("ManageMasterPassword"):
        if password is not None:
            raise faults.clash(
                "MasterUserPassword can't be specified when ManageMasterPassword is true."
            )
        return None
    if "MasterPasswordSecretKmsKeyId" in params:
        raise faults.clash(
            "MasterPasswordSecretKmsKeyId needs ManageMasterPassword to be true."
        )
    if password is None:
        raise faults.clash(
            "Either MasterUserPassword or ManageMasterPassword must be specified."
        )
    rules.hold_password("MasterUserPassword", password, code="InvalidParameterValue")
    return str(password)
