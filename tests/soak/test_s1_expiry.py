"""S1, past the end of a password: AWS's shortest lasts a quarter of an hour, and so does this."""

import asyncio

import pytest

from tests.kit.organisation import Organisation
from tests.kit.sales import PUBLISHED
from tests.kit.studio_session import Session, printed

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1500)]

SHORTEST_S = 900

ASK = (
    PUBLISHED.replace("return wr.redshift.connect_temp(", "return dict(")
    + """
from studiogate import warehouse
import redshift_connector

sales = warehouse.connect("sales")
asked = connected()
found = asked.pop("boto3_session").client("redshift")
got = found.get_cluster_credentials(
    DbUser=asked["user"], ClusterIdentifier="sales", AutoCreate=True,
    DbGroups=asked["db_groups"], DurationSeconds=900,
)
where = found.describe_clusters(ClusterIdentifier="sales")["Clusters"][0]["Endpoint"]

def again():
    return redshift_connector.connect(
        user=got["DbUser"], password=got["DbPassword"], database="dev",
        host=where["Address"], port=where["Port"],
    )

old = again()
print(sales.read("select current_user as me")["me"][0])
"""
)

AFTER = """
try:
    again()
    print("let in")
except Exception as refused:
    print(type(refused).__name__, refused)
cursor = old.cursor()
cursor.execute("select current_user")
print("the open session:", cursor.fetchone()[0])
print("the library:", sales.read("select current_user as me")["me"][0])
print("anew:", warehouse.connect("sales").read("select current_user as me")["me"][0])
"""


async def test_s1_32_a_password_that_has_expired_opens_nothing_and_the_library_goes_on(
    acme: Organisation,
) -> None:
    with acme.studio() as client:
        session = Session(acme, "user-lob-a", client)
        session.lab()
        kernel = session.kernel()
        async with session.channel(kernel) as socket:
            before = await printed(socket, ASK)
        await asyncio.sleep(SHORTEST_S + 5)  # there is no shorter one, and no way to hurry it
        async with session.channel(kernel) as socket:
            seen = await printed(socket, AFTER)

    assert before.strip() == "user-lob-a"
    assert "password authentication failed" in seen
    assert "the open session: user-lob-a" in seen
    assert "the library: user-lob-a" in seen
    assert "anew: user-lob-a" in seen
