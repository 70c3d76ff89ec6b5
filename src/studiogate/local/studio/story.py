"""The notebook that tells of a warehouse: who one is there, what one sees, what is refused.

It stands beside the welcome in the homes of a lob that reads a warehouse with the sample data.
"""

from typing import Any, Literal

_TITLE = """\
# `{name}`, in another account, as you

The warehouse belongs to account {account}.  Nothing is copied from there: every cell below asks
it, as the person this Studio was opened for.
"""

_WHO = """\
import json, os, pathlib

import boto3

place = os.environ.get("STUDIOGATE_METADATA", "/opt/ml/metadata/resource-metadata.json")
profile = json.loads(pathlib.Path(place).read_text()).get("UserProfileName")
print("profile         ", profile)
print("execution role  ", boto3.client("sts").get_caller_identity()["Arn"])
print("source identity ", profile, "(set by Studio; it cannot be changed from here)")
"""

_CONNECT = """\
from studiogate import warehouse

{variable} = warehouse.connect("{name}")
{variable}
"""

_USER = """\
{variable}.read("select current_user, current_database()")
"""

_TABLES = """\
{variable}.tables()
"""

_USERS = """\
{variable}.read(
    "select segment, count(*) as people, avg(spends_a_year) as spends"
    " from users where joined_at >= :since group by segment order by people desc",
    {{"since": "2020-01-01"}},
)
"""

_MAGIC = """\
%%warehouse {name} --as monthly
select month, region, revenue, orders
from monthly_revenue
order by month, region
"""

_PLOT = """\
import matplotlib.pyplot as plt

regions = monthly.assign(revenue=monthly["revenue"].astype(float)).pivot(
    index="month", columns="region", values="revenue"
)
ax = regions.plot(figsize=(9, 3.5), color=["#3d4fb8", "#d9822b"], linewidth=2)
ax.set_title("Revenue of a month, by region")
ax.set_xlabel("")
ax.set_ylim(bottom=0)
ax.spines[["top", "right"]].set_visible(False)
plt.show()
"""

_REFUSALS = """\
## What you are refused

Two things say no, and neither is on this side.  The **database** has not granted you every
table; and **AWS** hands out passwords for your own database user only.
"""

_UNGRANTED = """\
try:
    {variable}.read("select * from margins")
except warehouse.NotGranted as refused:
    print(refused)
    print()
    print("An administrator of the warehouse would run:")
    print(*refused.grants, sep="\\n")
"""

_SESSION = """\
from botocore.exceptions import ClientError

listed = pathlib.Path(
    os.environ.get("STUDIOGATE_WAREHOUSES", pathlib.Path.home() / ".studiogate/warehouses.json")
)
known = json.loads(listed.read_text())
facts = known["warehouses"]["{name}"]


def as_reader(role_arn):
    sts = boto3.client("sts")
    keys = sts.assume_role(RoleArn=role_arn, RoleSessionName=profile)["Credentials"]
    return boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        region_name=known["region"],
    )


somebody_else = {other}
"""

_NOT_THEM = """\
try:
    as_reader(facts["role_arn"]).client("redshift").get_cluster_credentials(
        ClusterIdentifier=facts["name"],
        DbName=facts["database"],
        DbUser=somebody_else,
        AutoCreate=True,
    )
except ClientError as refused:
    print(refused)
"""

_NOT_THEIR_ROLE = """\
try:
    as_reader(facts["role_arn"].replace("{profile}", somebody_else))
except ClientError as refused:
    print(refused)
"""

_PUBLISHED = """\
## The same with AWS SDK for pandas

If `awswrangler` is installed (`pip install awswrangler`), its calls work unchanged: remove the
`#` and run the cell.  It reads more slowly than `{variable}.read`, and does not renew a
password that has expired.
"""

_WRANGLER = """\
# import awswrangler as wr
#
#
# def get_userprofile_name():
#     return json.loads(pathlib.Path(place).read_text())["UserProfileName"]
#
#
# con_redshift = wr.redshift.connect_temp(
#     cluster_identifier=facts["name"],
#     database=facts["database"],
#     user=get_userprofile_name(),
#     auto_create=True,
#     db_groups=facts["groups"],
#     boto3_session=as_reader(facts["role_arn"]),
# )
# wr.redshift.read_sql_query(sql="SELECT * FROM users", con=con_redshift)
"""


def story(
    name: str, *, account: str, kind: Literal["cluster", "workgroup"], other: str
) -> dict[str, Any]:
    """The notebook about the warehouse `name` of `account`, as Jupyter keeps notebooks.

    `other` is the profile of somebody else, whose database user the reader is refused.
    """
    variable = name.replace("-", "_")
    session = _SESSION.replace("{name}", name).replace("{other}", repr(other))
    cells = [
        _text("title", _TITLE.format(name=name, account=account)),
        _code("who", _WHO),
        _code("connect", _CONNECT.format(name=name, variable=variable)),
        _code("user", _USER.format(variable=variable)),
        _code("tables", _TABLES.format(variable=variable)),
        _code("users", _USERS.format(variable=variable)),
        _code("magic", _MAGIC.format(name=name)),
        _code("plot", _PLOT),
        _text("refusals", _REFUSALS),
        _code("ungranted", _UNGRANTED.format(variable=variable)),
        _code("session", session),
        _code("not-them", _NOT_THEM if kind == "cluster" else _NOT_THEIR_ROLE),
    ]
    if kind == "cluster":
        cells += [
            _text("published", _PUBLISHED.format(variable=variable)),
            _code("wrangler", _WRANGLER),
        ]
    return {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _text(key: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": key, "metadata": {}, "source": source}


def _code(key: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": key,
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source.removesuffix("\n"),
    }
