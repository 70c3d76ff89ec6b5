"""Each person in every alphabet at once, and nobody's namesake: told at `check`."""

import json

import pytest

from studiogate.deploy.keep.applied import text_of
from studiogate.errors import LandscapeError, Problem
from studiogate.foundation.rows import person_rows
from studiogate.foundation.templates import pool
from studiogate.landscape.model import OWN_POOL
from studiogate.landscape.read import read
from studiogate.landscape.schema import schema
from tests.kit.landscape import SOUND, line_of

ADA = "ada.lovelace@acme.example"


def entered(*people: str, rule: str = "") -> str:
    """A sound landscape with a rule for profiles and more people, all of `corporate`."""
    lines = "".join(f"  {one}\n" for one in people)
    return SOUND.replace("people:\n", f"{rule}people:\n{lines}", 1)


def problems(text: str) -> list[Problem]:
    with pytest.raises(LandscapeError) as refused:
        read(text)
    return list(refused.value.problems)


LOCAL = "profiles: {from: local-part}\n"
U = 'profiles: {prefix: "u-"}\n'


def test_s3_10_f_62_profiles_are_made_by_the_rule_and_an_explicit_one_wins() -> None:
    text = entered("Bea.Wyn@acme.example: {lob: lob-b, idp: corporate}", rule=LOCAL)
    landscape = read(text)

    assert landscape.profile_of("Bea.Wyn@acme.example") == "bea-wyn"
    assert landscape.profile_of(ADA) == "ada"
    assert landscape.profile_of("user-lob-a") == "user-lob-a"
    rows = {row.person: row.profile for row in person_rows(landscape)}
    assert rows["Bea.Wyn@acme.example"] == "bea-wyn"


def test_without_a_rule_the_sign_in_name_itself_is_the_profile() -> None:
    landscape = read(entered("Olu: {lob: lob-b, idp: corporate}"))

    assert landscape.profile_of("Olu") == "Olu"


def test_the_landscape_as_it_was_applied_is_read_with_its_rule_and_its_idps() -> None:
    landscape = read(entered(rule=U))

    kept = read(text_of(landscape))

    assert person_rows(kept) == person_rows(landscape)
    assert kept.profiles == landscape.profiles


def test_somebody_from_whose_name_no_profile_can_be_made_is_named_with_the_fix() -> None:
    long = "x" * 62
    text = entered(
        f"{long}@a: {{lob: lob-b, idp: corporate}}",
        rule='profiles: {from: local-part, prefix: "u-"}\n',
    )

    (found,) = problems(text)

    assert found.where.startswith("people.'xxx") or found.where.startswith("people.xxx")
    assert "64 characters, and 63 is the most" in found.what
    assert "`profile:`" in found.remedy
    assert found.line == line_of(text, long)


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ("n42: {lob: lob-a, idp: corporate, profile: 42n}", "'42n' cannot be a database user"),
        ("bea: {lob: lob-a, idp: corporate, profile: Bea}", "'Bea' cannot be a database user"),
        ("user: {lob: lob-a, idp: corporate}", "'user' is a reserved word"),
    ],
)
def test_f_62_people_of_a_lob_that_reads_a_cluster_can_be_database_users(
    person: str, said: str
) -> None:
    (found,) = problems(entered(person))

    assert said in found.what
    assert "'lob-a' reads 'sales'" in found.what
    assert found.where.endswith(".profile")
    elsewhere = entered(person.replace("lob-a", "lob-b"))
    assert read(elsewhere).people


def test_a_serverless_workgroup_has_no_database_user_of_a_persons_name() -> None:
    text = entered("Olu: {lob: lob-a, idp: corporate}").replace(
        "cluster: sales", "workgroup: sales"
    )

    assert read(text).profile_of("Olu") == "Olu"


BOTH_READ = ("readers: {lob-a: [analysts]}", "readers: {lob-a: [analysts], lob-b: [analysts]}")


def test_f_62_two_lobs_that_read_one_cluster_do_not_share_a_database_user() -> None:
    text = entered("bea: {lob: lob-b, idp: corporate, profile: ada}").replace(*BOTH_READ)

    (found,) = problems(text)

    assert found.where == f"people.{ADA}.profile"
    assert "people.bea would be one database user, 'ada'" in found.what
    assert "another profile" in found.remedy


def test_two_entries_of_one_cluster_are_one_warehouse() -> None:
    again = (
        "warehouses:\n"
        "  again: {account: data, network: data, cluster: sales, database: old,"
        " readers: {lob-b: []}}\n"
    )
    text = entered("bea: {lob: lob-b, idp: corporate, profile: ada}")

    (found,) = problems(text.replace("warehouses:\n", again))

    assert "one database user" in found.what


@pytest.mark.parametrize(
    "people",
    [
        ["ada_l@acme.example: {lob: lob-b, idp: corporate}",
         "ada-l@acme.example: {lob: lob-b, idp: corporate}"],
        ["Ada@acme.example: {lob: lob-b, idp: corporate}",
         "ada@other.example: {lob: lob-b, idp: corporate}"],
        ["bea@acme.example: {lob: lob-b, idp: corporate}",
         "bo: {lob: lob-b, idp: corporate, profile: BEA}"],
    ],
    ids=["two derived", "of two addresses", "derived and explicit"],
)  # fmt: skip
def test_f_24_derived_profiles_collide_with_each_other_and_with_explicit_ones(
    people: list[str],
) -> None:
    (found,) = problems(entered(*people, rule=LOCAL))

    assert "already" in found.what
    assert ("made from the sign-in name" in found.what) is ("profile:" not in people[1])


def test_all_problems_of_all_people_are_told_at_once() -> None:
    text = entered(
        "a@b@c: {lob: lob-a, idp: corporate}",
        "zoe: {lob: lob-a}",
        "user: {lob: lob-a, idp: corporate}",
        rule=LOCAL,
    )

    assert [found.where for found in problems(text)] == [
        "people.a@b@c.profile",
        "people.zoe.idp",
        "people.user.profile",
    ]


def test_asvs_6_8_1_with_several_idps_everybody_says_whose_word_counts() -> None:
    (found,) = problems(entered("zoe: {lob: lob-b}"))

    assert found.where == "people.zoe.idp"
    assert "several idps" in found.what
    assert "`idp: corporate`" in found.remedy


def test_asvs_6_8_1_with_one_idp_nobody_has_to() -> None:
    one = "  workforce: {kind: saml, metadata: saml/workforce.xml}\n"
    text = entered("zoe: {lob: lob-b}").replace(one, "").replace("workforce", "corporate")

    assert read(text.replace("[corporate, corporate]", "corporate")).people["zoe"].idp is None


def test_asvs_6_8_1_the_pool_beside_the_gateway_is_an_idp_too() -> None:
    one = "  workforce: {kind: saml, metadata: saml/workforce.xml}\n"
    pooled = ("gateway: {network: hub}", "gateway: {network: hub, user_pool: true}")
    text = entered("zoe: {lob: lob-b}", "pia: {lob: lob-b, idp: pool}").replace(one, "")
    text = text.replace("[corporate, workforce]", "corporate").replace("workforce", "corporate")

    assert [found.where for found in problems(text.replace(*pooled))] == ["people.zoe.idp"]
    assert "people.pia.idp" in {found.where for found in problems(text)}
    assert pool.IDP == OWN_POOL


@pytest.mark.parametrize(
    ("idp", "said"),
    [
        ("[corporate, workforc]", "Did you mean workforce?"),
        ("[]", "at least one entry"),
        ("[Corporate]", "lower-case"),
        ("7", "must be a list"),
        ("[7]", "must be text"),
    ],
)
def test_a_list_of_idps_is_checked_one_by_one(idp: str, said: str) -> None:
    (found,) = problems(entered(f"zoe: {{lob: lob-b, idp: {idp}}}"))

    assert found.where.startswith("people.zoe.idp")
    assert said in f"{found.what} {found.remedy}"


def test_one_idp_and_a_list_of_one_are_the_same_row() -> None:
    landscape = read(SOUND)
    rows = {row.person: row.idps for row in person_rows(landscape)}

    assert rows[ADA] == rows["newcomer"] == ("corporate",)
    assert rows["user-lob-a"] == ("corporate", "workforce")


@pytest.mark.parametrize("prefix", ["U-", "1", "-u", "u_", "x" * 21])
def test_a_prefix_that_makes_no_profile_is_refused(prefix: str) -> None:
    (found,) = problems(entered(rule=f"profiles: {{prefix: {json.dumps(prefix)}}}\n"))

    assert found.where == "profiles.prefix"


def test_editors_know_that_an_idp_is_one_or_a_list() -> None:
    said = schema()["$defs"]["Person"]["properties"]["idp"]["anyOf"]

    assert [one["type"] for one in said] == ["string", "array", "null"]
