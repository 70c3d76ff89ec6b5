"""EC2 as it is once clusters stand in its subnets: what they are in cannot be deleted.

A cluster, a workgroup and a managed endpoint each hold network interfaces on AWS, which keep
subnets and security groups from going.  In EC2's words (EC2 API Reference, "Error codes":
DependencyViolation).
"""

from collections.abc import Sequence

from studiogate.local.between import grounds
from studiogate.local.call import ApiAnswer, ApiCall, ApiError, Needed, Service
from studiogate.local.redshift.standing.warehouses import Warehouses


class HeldNetworks:
    """Implements `local.call.Service` in front of the one that keeps the VPCs."""

    def __init__(self, ec2: Service, warehouses: Warehouses) -> None:
        """Let `ec2` answer all that `warehouses` have nothing against."""
        self._ec2 = ec2
        self._warehouses = warehouses

    def needed(self, call: ApiCall) -> Sequence[Needed]:
        """What `call` needs of EC2.

        Raises:
            ApiError: the operation is not offered.
        """
        return self._ec2.needed(call)

    async def answer(self, call: ApiCall) -> ApiAnswer:
        """EC2's answer.

        Raises:
            ApiError: DependencyViolation, and whatever EC2 says.
        """
        match call.operation:
            case "DeleteSubnet":
                self._hold_subnet(call)
            case "DeleteVpc":
                vpc = str(call.params.get("VpcId"))
                if self._warehouses.occupy(call.region, vpc):
                    raise _depends(f"The vpc '{vpc}' has dependencies and cannot be deleted.")
            case "DeleteSecurityGroup":
                group = str(call.params.get("GroupId"))
                if self._warehouses.use_group(call.region, group):
                    raise _depends(f"resource {group} has a dependent object")
        return await self._ec2.answer(call)

    def _hold_subnet(self, call: ApiCall) -> None:
        name = str(call.params.get("SubnetId"))
        vpc = grounds.subnet(call.place, name).vpc
        if self._warehouses.occupy(call.region, vpc, name):
            raise _depends(f"The subnet '{name}' has dependencies and cannot be deleted.")


def _depends(message: str) -> ApiError:
    return ApiError("DependencyViolation", message)
