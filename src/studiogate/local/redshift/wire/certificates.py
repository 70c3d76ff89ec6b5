"""The names under which clients know the emulated databases: those that AWS gives them."""

from studiogate.local.redshift.parts import Seat


def aws_name(seat: Seat) -> str:
    """The name a seat of this kind has on AWS (endpoints of clusters, and of workgroups)."""
    kind = "redshift" if seat.kind == "cluster" else "redshift-serverless"
    return f"{seat.name}.{seat.account}.{seat.region}.{kind}.amazonaws.com"
