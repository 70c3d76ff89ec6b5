"""A warehouse as the landscape declares it: where it is, who reads it, whether we build it.

Which keys fit together is in `warehouse_rules`; node types and capacities are Redshift's own.
"""

from typing import Literal

from pydantic import Field

from studiogate.landscape.strict import Strict
from studiogate.landscape.values import Name, WarehouseName

WORKGROUP_ID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
"""What AWS calls a workgroup in its ARN (Redshift Serverless API reference, Workgroup)."""


class Build(Strict):
    """What a warehouse is made of that `apply` builds."""

    node_type: str | None = Field(
        default=None,
        min_length=1,
        max_length=40,
        description="The nodes of a cluster.",
        examples=["ra3.large"],
    )
    nodes: int | None = Field(
        default=None,
        ge=1,
        le=128,
        strict=True,
        description="How many of them; one, where it is left out.",
        examples=[2],
    )
    base_rpus: int | None = Field(
        default=None,
        ge=4,
        le=1024,
        strict=True,
        description="The base capacity of a serverless workgroup, in RPUs.",
        examples=[8],
    )


class Warehouse(Strict):
    """A Redshift cluster or serverless workgroup in a producer account.

    In the Region of the landscape, as everything is: notebooks do not read across Regions.
    """

    account: Name = Field(description="The account it is in.", examples=["data"])
    network: Name = Field(description="The VPC it is in.", examples=["data"])
    cluster: WarehouseName | None = Field(
        default=None,
        description="Its name, for a cluster; else give `workgroup`.",
        examples=["sales"],
    )
    workgroup: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9-]{3,64}$",
        description="Its name, for a serverless workgroup; else give `cluster`.",
        examples=["sales"],
    )
    workgroup_id: str | None = Field(
        default=None,
        pattern=WORKGROUP_ID,
        description="What its ARN ends in, for a workgroup that is not built by us: nobody is "
        "let into what cannot be named.",
        examples=["5c0c3a9e-2b7d-4f0e-9a51-0d6f1e2b3c4d"],
    )
    database: WarehouseName = Field(
        description="The database that notebooks read.", examples=["dev"]
    )
    any_database: bool = Field(
        default=False,
        description="Whether notebooks may ask for passwords that name no database, as AWS SDK "
        "for pandas does: each opens every database of the cluster.",
    )
    build: Build | None = Field(
        default=None,
        title="Build",
        description="What `apply` makes it of; left out, it is there already and not ours.",
        examples=[{"node_type": "ra3.large", "nodes": 1}],
    )
    reached_by: Literal["network", "endpoint"] = Field(
        default="network",
        description="How notebooks reach it: by routes between the two networks, or by a "
        "Redshift-managed endpoint in their own.",
        examples=["endpoint"],
    )
    readers: dict[Name, tuple[WarehouseName, ...]] = Field(
        default_factory=dict,
        description="Lobs that may read it, each with the database groups its people join.",
        examples=[{"lob-a": ["analysts"]}],
    )

    @property
    def name_in_redshift(self) -> str:
        """What Redshift calls it: the name of the cluster, or else of the workgroup."""
        return self.cluster or self.workgroup or ""

    @property
    def readable(self) -> bool:
        """Whether it can be named in a policy: a workgroup's ARN is AWS's to make up."""
        return self.cluster is not None or self.build is not None or bool(self.workgroup_id)
