"""People whom providers sent: in the landscape that is deployed, and kept in the directory."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate import names
from studiogate.deploy.directory import OURS, differing, wanted_rows, write
from studiogate.deploy.keep.applied import text_of
from studiogate.deploy.provisioned import Provisioned, Sent, close, joined, provisioned
from studiogate.foundation.directory import Item
from studiogate.foundation.provisioned import NOT_MADE, lob_of
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from tests.kit.deploy import HUB, Town, acme, changed, world_of
from tests.kit.revoke import Town as MotoTown
from tests.kit.revoke import moto_server

IDS = {"forecasting": "d-a", "fraud": "d-b"}
PEOPLE = names.PEOPLE_TABLE
GRACE, RULE = "grace", "grace.hopper@acme.example"
FROM_MAIL = ("people:\n", "profiles: {from: local-part}\npeople:\n")


def row(name: str, *groups: str, lob: str | None = None, **more: str) -> Item:
    """A row as the gateway writes it."""
    listed = ", ".join(f'"{group}"' for group in groups)
    texts = {"PK": name, "IDP": "corporate", "SOURCE": "scim", "SCIM_ID": "0f" * 16}
    texts |= {"MEMBER_OF": f"[{listed}]", "PROFILE": NOT_MADE} | more
    item: Item = {column: {"S": text} for column, text in texts.items()}
    return item | {"SCIM_VERSION": {"N": "3"}} | ({"LOB": {"S": lob}} if lob else {})


def of(*rows: Item) -> dict[str, Item]:
    return {one["PK"]["S"]: one for one in rows}


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoTown]:
    with moto_server() as endpoint:
        yield MotoTown(endpoint)


@pytest.fixture
def town(moto: Any) -> Any:
    """The directory's tables in DynamoDB, as moto has it, where conditions hold."""
    dynamodb = moto._accounts.client(HUB, "dynamodb")
    for table in set(dynamodb.list_tables()["TableNames"]):
        dynamodb.delete_table(TableName=table)
    for table in OURS:
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
        )
    return moto


def put(town: Any, *items: Item) -> None:
    for item in items:
        town.client(HUB, "dynamodb").put_item(TableName=PEOPLE, Item=item)


def rows(town: Any) -> dict[str, Item]:
    return of(*town.client(HUB, "dynamodb").scan(TableName=PEOPLE)["Items"])


def applied(town: Any, landscape: Landscape) -> Provisioned:
    """The directory after an `apply` of `landscape`, and who was found."""
    found = provisioned(world_of(town), landscape)
    close(world_of(town), HUB, found)
    write(world_of(town), HUB, wanted_rows(found.landscape, IDS))
    return found


def test_somebody_sent_is_of_the_landscape_with_a_lob_by_group_and_a_profile_by_rule() -> None:
    found = joined(changed(FROM_MAIL), of(row(RULE, "ml-lob-a", "everybody")))

    assert found.entered == (RULE,)
    assert found.left_out == {}
    assert found.landscape.people[RULE].lob == "lob-a"
    assert found.landscape.people[RULE].idp == ("corporate",)
    assert found.landscape.profile_of(RULE) == "grace-hopper"


def test_what_is_applied_with_them_can_be_read_again() -> None:
    found = joined(acme(), of(row(GRACE, "ml-lob-a"), row("nobody-yet")))

    again = read(text_of(found.landscape))

    assert again.people[GRACE].lob == "lob-a"
    assert again.people["nobody-yet"].lob is None


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (row("user-lob-A", "ml-lob-a"), "cannot be a database user"),
        (row("ada", "ml-lob-a"), "'ada', made from the sign-in name, is the profile of"),
        (row("g@acme.example", "ml-lob-a"), "the sign-in name cannot be a Studio profile"),
        (row("openid", "ml-lob-a", IDP="gone"), "there is no idp called 'gone'"),
        (row("healthz", "ml-lob-a"), "the gateway answers this path itself"),
        (row("grace", "ml-lob-a", MEMBER_OF="x"), "their row cannot be read"),
        (row("grace", "ml-lob-a", IDP="a b"), "their row cannot be read"),
    ],
)
def test_whoever_does_not_fit_is_left_out_with_why_and_stops_nobody(
    item: Item, why: str
) -> None:
    found = joined(acme(), of(item, row(GRACE + "-too", "ml-lob-b")))

    name = item["PK"]["S"]
    assert why in found.left_out[name]
    assert found.entered == ("grace-too",)
    assert name not in found.landscape.people or found.landscape.people[name].lob is None
    assert (name in found.homeless) is (name not in found.landscape.people)


def test_of_two_who_would_have_one_profile_the_file_comes_first() -> None:
    landscape = changed(FROM_MAIL)
    found = joined(landscape, of(row("a-b@acme.example", "ml-lob-a"), row("a.b@acme.example", "ml-lob-a")))  # fmt: skip

    assert found.entered == ("a-b@acme.example",)
    assert found.left_out.keys() == {"a.b@acme.example"}


def test_nobody_sent_and_no_table_change_nothing() -> None:
    landscape = acme()

    assert joined(landscape, {}).landscape.people == landscape.people
    assert provisioned(world_of(Town()), landscape).landscape is landscape


def test_apply_keeps_makes_profiles_for_and_never_removes_people_who_were_sent(
    town: Any,
) -> None:
    put(town, row(GRACE, "ml-lob-a", lob="lob-a"), row("nobody-yet"))

    found = applied(town, acme())
    there = rows(town)

    assert set(found.entered) == {GRACE, "nobody-yet"}
    assert there[GRACE] == row(GRACE, "ml-lob-a", lob="lob-a", PROFILE=GRACE, PROFILE_MADE="lob-a/grace")  # fmt: skip
    assert there["nobody-yet"] == row("nobody-yet")
    assert there.keys() == acme().people.keys() | {GRACE, "nobody-yet"}
    again = wanted_rows(provisioned(world_of(town), acme()).landscape, IDS)
    assert differing(PEOPLE, there, again[PEOPLE]).counted.put == 0


def test_an_apply_that_knows_nothing_of_scim_leaves_their_rows_alone(town: Any) -> None:
    put(town, row(GRACE, "ml-lob-a", lob="lob-a"))

    write(world_of(town), HUB, wanted_rows(acme(), IDS))

    assert rows(town)[GRACE] == row(GRACE, "ml-lob-a", lob="lob-a")


def test_a_group_that_goes_to_another_lob_takes_its_people_along(town: Any) -> None:
    put(town, row(GRACE, "ml-lob-a", lob="lob-a"))
    applied(town, acme())
    moved = changed(("groups: [ml-lob-a]", "groups: [x]"), ("groups: [ml-lob-b]", "groups: [ml-lob-a]"))  # fmt: skip

    applied(town, moved)

    assert rows(town)[GRACE]["LOB"] == {"S": "lob-b"}
    assert rows(town)[GRACE]["PROFILE_MADE"] == {"S": "lob-b/grace"}


def test_a_group_that_no_lob_names_any_more_leaves_its_people_without_one(town: Any) -> None:
    put(town, row(GRACE, "ml-lob-a", lob="lob-a"))
    applied(town, acme())

    applied(town, changed(("groups: [ml-lob-a]", "groups: [x]")))

    assert "LOB" not in rows(town)[GRACE]
    assert rows(town)[GRACE]["PROFILE"] == {"S": NOT_MADE}


def test_whom_the_file_declares_is_no_providers_any_more(town: Any) -> None:
    flag: Item = {"REVOKED": {"BOOL": True}, "DEACTIVATED_BY": {"SS": ["corporate"]}}
    put(town, row("user-lob-a", "ml-lob-b", lob="lob-b") | flag)

    found = applied(town, acme())

    wanted = wanted_rows(acme(), IDS)[PEOPLE]["user-lob-a"]
    assert found.entered == ()
    assert rows(town)["user-lob-a"] == wanted | flag


def test_whoever_fits_nowhere_is_let_in_nowhere(town: Any) -> None:
    before = row("user-lob-A", "ml-lob-a", lob="lob-a", PROFILE="x")
    put(town, before, row("ada", "ml-lob-a", lob="lob-a", PROFILE="ada"))

    applied(town, acme())

    there = rows(town)
    assert there["user-lob-A"] == row("user-lob-A", "ml-lob-a")
    assert there["ada"] == row("ada", "ml-lob-a")


def test_whoever_the_provider_changed_or_ended_meanwhile_is_left_as_they_are(
    town: Any,
) -> None:
    put(town, row(GRACE, "ml-lob-a", lob="lob-a"), row("heidi", "ml-lob-a", lob="lob-a"))
    found = provisioned(world_of(town), acme())
    newer = row(GRACE) | {"SCIM_VERSION": {"N": "4"}}
    put(town, newer)
    town.client(HUB, "dynamodb").delete_item(TableName=PEOPLE, Key={"PK": {"S": "heidi"}})

    people, *_ = write(world_of(town), HUB, wanted_rows(found.landscape, IDS))

    assert rows(town)[GRACE] == newer
    assert "heidi" not in rows(town)
    assert people.put == len(acme().people)


def test_a_row_changed_between_comparing_and_writing_is_not_written_over(town: Any) -> None:
    put(town, row(GRACE, "ml-lob-a", lob="lob-a"))
    found = provisioned(world_of(town), acme())
    newer = row(GRACE) | {"SCIM_VERSION": {"N": "4"}}
    client = town.client(HUB, "dynamodb")

    class Meanwhile:
        """DynamoDB, in which the provider speaks right after the rows were compared."""

        def __getattr__(self, name: str) -> Any:
            if name == "update_item":
                put(town, newer)
            return getattr(client, name)

    class Between:
        def client(self, _account: str | None, _service: Any, /) -> Any:
            return Meanwhile()

        def forget(self, account: str) -> None:
            town.forget(account)

    write(world_of(Between()), HUB, wanted_rows(found.landscape, IDS))

    assert rows(town)[GRACE] == newer


groups = st.frozensets(st.sampled_from("abcde"), max_size=4)
lobs = st.dictionaries(st.sampled_from(["x", "y", "z"]), groups, max_size=3)


@given(groups, lobs)
def test_a_lob_is_given_only_where_no_other_could_be(
    mine: frozenset[str], known: dict[str, frozenset[str]]
) -> None:
    found = lob_of(mine, known)

    could_be = {lob for lob, named in known.items() if named & mine}
    assert could_be == {found} if found is not None else len(could_be) != 1


@given(groups, groups, lobs)
def test_more_groups_never_move_anybody_to_another_lob(
    mine: frozenset[str], more: frozenset[str], known: dict[str, frozenset[str]]
) -> None:
    before, after = lob_of(mine, known), lob_of(mine | more, known)

    assert before is None or after in {before, None}


def test_somebody_sent_is_copied_with_their_version() -> None:
    one = Sent.of(row(GRACE), "lob-a")

    assert one.model_copy(update={"lob": None}).version == "3"
