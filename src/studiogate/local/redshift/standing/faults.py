"""Redshift's own words for a no, where several operations say them.

Codes from the API's service model; Serverless and the Data API share two of theirs.
"""

from studiogate.local.call import ApiCall, ApiError
from studiogate.local.front.protocols import WIRES, Protocol


def absent(what: str, name: str) -> ApiError:
    """What is not there: `absent("Cluster", …)` is `ClusterNotFound`."""
    words = {"ClusterSubnetGroup": "Cluster subnet group", "Cluster": "Cluster"}
    return ApiError(_ABSENT[what], f"{words.get(what, what)} {name} not found.", status=404)


_ABSENT = {
    "Cluster": "ClusterNotFound",
    "ClusterParameterGroup": "ClusterParameterGroupNotFound",
    "ClusterSubnetGroup": "ClusterSubnetGroupNotFoundFault",
    "Endpoint": "EndpointNotFound",
    "Resource": "ResourceNotFoundFault",
    "Snapshot": "ClusterSnapshotNotFound",
}


def wrong(message: str) -> ApiError:
    """A parameter that cannot be."""
    return ApiError("InvalidParameterValue", message)


def clash(message: str) -> ApiError:
    """Parameters that cannot be together."""
    return ApiError("InvalidParameterCombination", message)


def busy(cluster: str) -> ApiError:
    """A cluster that something is under way with."""
    return ApiError(
        "InvalidClusterState",
        f"There is an operation running on the Cluster {cluster}. Please try again at a later "
        "time.",
    )


def invalid(message: str) -> ApiError:
    """Serverless's and the Data API's word for a request that cannot be."""
    return ApiError("ValidationException", message)


def no_resource(message: str) -> ApiError:
    """Serverless's and the Data API's word for what is not there."""
    return ApiError("ResourceNotFoundException", message)


def conflict(message: str) -> ApiError:
    """Serverless's word for what is there already, or in use."""
    return ApiError("ConflictException", message)


def not_offered(call: ApiCall, what: str) -> ApiError:
    """The refusal of something AWS has and this emulation does not, in plain words."""
    queried = WIRES[call.service].protocol is Protocol.QUERY
    return ApiError(
        "UnsupportedOperation" if queried else "ValidationException",
        f"{what} is not offered by this emulation of {call.service}.",
        status=501,
    )
