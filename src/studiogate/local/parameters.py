"""Parameter Store, as far as AWS itself puts something into it: the newest machine images.

The names are AWS's public ones (Systems Manager User Guide, "Calling AMI public parameters in
Parameter Store"); the ids are made up: an instance here is nothing but an entry.
Nobody's own parameters are kept here.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Needed
from studiogate.local.front.models import params_of, rendered

_LINUX = "/aws/service/ami-amazon-linux-latest"
_WINDOWS = "/aws/service/ami-windows-latest"
IMAGES = frozenset(
    {
        f"{_LINUX}/al2023-ami-kernel-default-x86_64",
        f"{_LINUX}/al2023-ami-kernel-default-arm64",
        f"{_LINUX}/al2023-ami-minimal-kernel-default-x86_64",
        f"{_LINUX}/al2023-ami-minimal-kernel-default-arm64",
        *(
            f"{_WINDOWS}/Windows_Server-{year}-English-{kind}-Base"
            for year in (2019, 2022, 2025)
            for kind in ("Core", "Full")
        ),
    }
)
"""Every public parameter there is here."""

_OFFERED = frozenset({"GetParameter", "GetParameters"})


class PublicParameters:
    """`ssm`, for reading public parameters.  Implements `local.call.Service`."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Say of every parameter that it was written when the emulation began."""
        self._at = clock()

    def needed(self, call: ApiCall) -> Sequence[Needed]:
        """The permission to read each parameter; a public one is in no account.

        Raises:
            ApiError: the operation is not offered.
        """
        stem = f"arn:aws:ssm:{call.region}::parameter"
        names = _names(call)
        return tuple(Needed(f"ssm:{call.operation}", f"{stem}{name}") for name in names)

    async def answer(self, call: ApiCall) -> ApiAnswer:
        """The parameters that are there.

        Raises:
            ApiError: `ParameterNotFound`.
        """
        asked = _names(call)
        known = [self._shown(call.region, name) for name in asked if name in IMAGES]
        unknown = [name for name in asked if name not in IMAGES]
        if call.operation == "GetParameters":
            result: Mapping[str, Any] = {"Parameters": known, "InvalidParameters": unknown}
        elif unknown:
            raise ApiError("ParameterNotFound", f"Parameter {unknown[0]} not found.")
        else:
            result = {"Parameter": known[0]}
        return rendered("ssm", call.operation, result, call.request_id)

    def _shown(self, region: str, name: str) -> Mapping[str, Any]:
        return {
            "Name": name,
            "Type": "String",
            "Value": image_id(region, name),
            "Version": 1,
            "LastModifiedDate": self._at,
            "ARN": f"arn:aws:ssm:{region}::parameter{name}",
            "DataType": "aws:ec2:image",
        }


def image_id(region: str, name: str) -> str:
    """The image that the parameter `name` is about: another in each Region, always the same."""
    return f"ami-{sha256(f'{region} {name}'.encode()).hexdigest()[:17]}"


def _names(call: ApiCall) -> list[str]:
    if call.operation not in _OFFERED:
        raise ApiError(
            "UnknownOperationException",
            f"The operation {call.operation} of ssm is not offered by this emulation: it has "
            "AWS's public parameters about images, and nobody's own.",
            status=501,
        )
    asked = params_of(call)
    return [str(asked["Name"])] if "Name" in asked else [str(one) for one in asked["Names"]]
