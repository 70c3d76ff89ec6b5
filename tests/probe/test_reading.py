"""What is read of people, from a moto server: whole, and never less than was there.

moto keeps no Studio profiles; that they are read is shown by the journey.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from moto.server import ThreadedMotoServer

from studiogate import names
from studiogate.aws.session import Accounts
from studiogate.errors import Absent, Unreachable
from studiogate.foundation.directory import PersonRow
from studiogate.foundation.rows import lob_rows
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.probe.people import Unreadable
from studiogate.probe.reading import known

REGION, ELSEWHERE = "eu-west-1", "eu-central-1"
HUB, LOB_A = "111111111111", "222222222222"
EXAMPLE = (Path(__file__).parents[2] / "examples" / "two-lobs.yaml").read_text("utf-8")
ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AcmeDemo1"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class World:
    """An organisation in which tables stand and are empty, and no pool is known yet."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        for table in (names.PEOPLE_TABLE, names.LOBS_TABLE):
            self.client(HUB, "dynamodb").create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
            )

    def accounts(self, region: str) -> Accounts:
        return Accounts(region, endpoint=self._endpoint, access_key="AKIA", secret_key="x")

    def client(self, account: str, service: Any, region: str = REGION) -> Any:
        return self.accounts(region).client(account, service)

    def enter(self, table: str, item: dict[str, Any]) -> None:
        self.client(HUB, "dynamodb").put_item(TableName=table, Item=item)

    def pool(self, region: str = REGION) -> str:
        made = self.client(HUB, "cognito-idp", region).create_user_pool(PoolName="people")
        return str(made["UserPool"]["Id"])

    def domain(self) -> str:
        sagemaker = self.client(LOB_A, "sagemaker")
        made = sagemaker.create_domain(
            DomainName="forecasting",
            AuthMode="IAM",
            DefaultUserSettings={"ExecutionRole": names.role_arn(REGION, LOB_A, "Any")},
            SubnetIds=["subnet-1"],
            VpcId="vpc-1",
        )
        return str(made["DomainArn"].rpartition("/")[2])


@pytest.fixture
def world(server: str) -> World:
    with urlopen(Request(f"{server}/moto-api/reset", method="POST")):  # noqa: S310 - loopback
        return World(server)


def landscape(
    issuer: str = "https://idp.acme.example", claim: str = "cognito:username"
) -> Landscape:
    text = EXAMPLE.replace(ISSUER, issuer).replace(
        "username_claim: cognito:username", f"username_claim: {claim}"
    )
    return read(text)


def issuer(pool: str, region: str = REGION) -> str:
    return f"https://cognito-idp.{region}.amazonaws.com/{pool}"


@pytest.mark.parametrize("region", [REGION, ELSEWHERE])
def test_users_are_read_over_all_pages_in_the_region_of_the_pool(
    world: World, region: str
) -> None:
    pool = world.pool(region)
    cognito = world.client(HUB, "cognito-idp", region)
    for number in range(61):  # ListUsers gives 60 at most
        cognito.admin_create_user(UserPoolId=pool, Username=f"u{number:02}")
    cognito.admin_disable_user(UserPoolId=pool, Username="u07")

    found = known(landscape(issuer(pool, region)), world.accounts)

    assert found.pools == {"corporate": {f"u{n:02}": n != 7 for n in range(61)}}


def test_the_name_is_the_one_the_claim_holds_and_who_has_none_is_nobody(world: World) -> None:
    pool = world.pool()
    cognito = world.client(HUB, "cognito-idp")
    mail = [{"Name": "email", "Value": "ada@acme.example"}]
    cognito.admin_create_user(UserPoolId=pool, Username="u1", UserAttributes=mail)
    cognito.admin_create_user(UserPoolId=pool, Username="u2")

    found = known(landscape(issuer(pool), claim="email"), world.accounts)

    assert found.pools == {"corporate": {"ada@acme.example": True}}


def test_a_provider_that_is_no_pool_is_not_asked(world: World) -> None:
    assert known(landscape(), world.accounts).pools == {}


def test_a_row_that_cannot_be_read_is_told_and_the_others_are_read(world: World) -> None:
    world.enter(names.PEOPLE_TABLE, {"PK": {"S": "ada"}, "LOB": {"S": "lob-a"}})
    world.enter(names.PEOPLE_TABLE, {"PK": {"S": "bob"}, "UNTIL": {"S": "2030-01-31"}})
    world.enter(names.LOBS_TABLE, {"PK": {"S": "lob-a"}, "DOMAINS": {"S": "{"}})

    found = known(landscape(), world.accounts)

    assert found.people == {
        "ada": PersonRow("ada", "lob-a", None),
        "bob": Unreadable("UNTIL needs a time zone, as 2030-01-31T18:00:00+00:00"),
    }
    assert isinstance(found.lobs["lob-a"], Unreadable)
    assert found.profiles == {}


def test_a_domain_that_is_not_there_is_not_one_without_profiles(world: World) -> None:
    for row in lob_rows(landscape(), {"forecasting": "d-gone"}):
        world.enter(names.LOBS_TABLE, row.item())

    assert known(landscape(), world.accounts).profiles == {}


def test_a_row_of_another_account_is_not_followed(world: World) -> None:
    id_ = world.domain()
    (row, _) = lob_rows(landscape(), {"forecasting": id_})
    world.enter(names.LOBS_TABLE, row.item() | {"ACCOUNT_ID": {"S": "999999999999"}})

    assert known(landscape(), world.accounts).profiles == {}


def test_a_table_that_is_not_there_is_an_error_and_not_a_table_without_rows(
    world: World,
) -> None:
    world.client(HUB, "dynamodb").delete_table(TableName=names.LOBS_TABLE)

    with pytest.raises(Absent) as told:
        known(landscape(), world.accounts)

    assert (told.value.action, told.value.about) == ("dynamodb:Scan", names.LOBS_TABLE)


def test_a_pool_that_is_not_there_is_an_error_and_not_a_pool_without_users(
    world: World,
) -> None:
    with pytest.raises(Absent) as told:
        known(landscape(issuer("eu-west-1_Nobody")), world.accounts)

    assert told.value.action == "cognito-idp:ListUsers"


def test_nobody_there_to_ask_is_an_error() -> None:
    def nobody(region: str) -> Accounts:
        return Accounts(
            region, endpoint="http://127.0.0.1:1", access_key="AKIA", secret_key="x"
        )

    with pytest.raises(Unreachable):
        known(landscape(), nobody)
