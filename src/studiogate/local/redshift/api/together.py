"""The emulated Redshift put together: three services over one state, and EC2 beside them."""

from collections.abc import Mapping
from dataclasses import dataclass

from studiogate.local.call import Service
from studiogate.local.redshift.api.ec2 import HeldNetworks
from studiogate.local.redshift.provisioned import table as provisioned
from studiogate.local.redshift.serverless import table as serverless
from studiogate.local.redshift.standing.desk import Desk
from studiogate.local.redshift.standing.warehouses import Warehouses
from studiogate.local.redshift.statements import table as statements
from studiogate.local.redshift.statements.asking import DataApi
from studiogate.local.redshift.statements.jobs import Jobs


@dataclass(frozen=True, slots=True)
class Redshift:
    """The services, and what others need of what they keep."""

    services: Mapping[str, Service]
    """By signing name: `redshift`, `redshift-serverless`, `redshift-data`; and `ec2`."""

    warehouses: Warehouses
    jobs: Jobs

    async def close(self) -> None:
        """Give up statements and openings that are under way."""
        await self.jobs.close()
        await self.warehouses.close()


def redshift(warehouses: Warehouses, ec2: Service) -> Redshift:
    """The emulated Redshift over `warehouses`, in networks that `ec2` keeps."""
    jobs = Jobs(warehouses.clock)
    services: dict[str, Service] = {
        "ec2": HeldNetworks(ec2, warehouses),
        "redshift": Desk("redshift", warehouses, provisioned.OPERATIONS),
        "redshift-serverless": Desk("redshift-serverless", warehouses, serverless.OPERATIONS),
        "redshift-data": Desk(
            "redshift-data", DataApi(warehouses, jobs), statements.OPERATIONS
        ),
    }
    return Redshift(services, warehouses, jobs)
