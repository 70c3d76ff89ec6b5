"""What an app in Studio gets of AWS: credentials of its role, its network's endpoints."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from studiogate.local.iam.vending import Vending
from studiogate.local.listeners import (
    DYNAMODB,
    REDSHIFT,
    REDSHIFT_DATA,
    REDSHIFT_SERVERLESS,
    S3,
    SAGEMAKER,
    STS,
    TASKS,
)
from studiogate.local.places import Places
from studiogate.local.studio.seat import Seat

_ENDPOINTS = {
    "AWS_ENDPOINT_URL_STS": STS,
    "AWS_ENDPOINT_URL_SAGEMAKER": SAGEMAKER,
    "AWS_ENDPOINT_URL_DYNAMODB": DYNAMODB,
    "AWS_ENDPOINT_URL_S3": S3,
    "AWS_ENDPOINT_URL_REDSHIFT": REDSHIFT,
    "AWS_ENDPOINT_URL_REDSHIFT_DATA": REDSHIFT_DATA,
    "AWS_ENDPOINT_URL_REDSHIFT_SERVERLESS": REDSHIFT_SERVERLESS,
}
"""By variable, the door that answers for a service (AWS SDKs, "Service-specific endpoints")."""

_CREDENTIALS = "AWS_CONTAINER_CREDENTIALS_FULL_URI"


class AppEnvironment:
    """Gives each app its environment, and registers the credentials it may ask for."""

    def __init__(self, places: Places, vending: Vending) -> None:
        self._places = places
        self._vending = vending
        self._paths: dict[str, str] = {}

    def __call__(self, seat: Seat) -> Mapping[str, str]:
        """The variables of one app: AWS reached from its domain's VPC, as its own role.

        The session is named after the profile and, where the domain says so, carries it as
        its source identity (S1-08).  What an earlier start of the app was given ends here.
        """
        landscape, known = self._places.landscape, self._places.known
        network = self._places.network_of(seat.domain.name)
        path, token = self._vending.register(
            seat.execution_role,
            service="sagemaker.amazonaws.com",
            session_name=seat.session_name,
            source_identity=seat.source_identity,
            context=_keys(seat),
        )
        self._vending.forget(self._paths.get(seat.app.arn, ""))
        self._paths[seat.app.arn] = path
        tasks = known[TASKS, landscape.gateway.network]
        return {
            "AWS_REGION": landscape.region,
            "AWS_DEFAULT_REGION": landscape.region,
            _CREDENTIALS: tasks.address + path,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
            # For every other service: no endpoint leads to it from here, and this one says so.
            "AWS_ENDPOINT_URL": known[SAGEMAKER, network].address,
            **{
                variable: known[door, network].address
                for variable, door in _ENDPOINTS.items()
                if (door, network) in known
            },
        }

    def ended(self, environment: Mapping[str, str]) -> None:
        """Hand out no more credentials to the app that was given `environment`."""
        self._vending.forget(urlsplit(environment[_CREDENTIALS]).path)


def _keys(seat: Seat) -> dict[str, str]:
    keys = {"sagemaker:DomainId": seat.domain.id}
    if seat.profile:
        keys["sagemaker:UserProfileName"] = seat.profile
    return keys
