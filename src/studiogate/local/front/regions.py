"""Which Regions there are: those that moto has."""

from moto.ec2.models import ec2_backends

from studiogate.local.call import ApiCall, ApiError

NOBODY = "000000000000"
"""The account of an unsigned call that names nothing we know: it holds nothing."""


def hold_region(call: ApiCall) -> None:
    """Return when there is such a Region.

    Raises:
        ApiError: SignatureDoesNotMatch: a Region is part of what is signed.
    """
    if call.region not in ec2_backends[NOBODY].regions:
        raise ApiError(
            "SignatureDoesNotMatch",
            f"Credential should be scoped to a valid region, not '{call.region}'.",
            status=403,
        )
