"""Profiles: put together as text, and equal to what rendering them all would give."""

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from studiogate.foundation.templates.people import TOGETHER, drawn, logical_id, people, spread
from tests.kit.lob_stacks import stood
from tests.kit.templates import MOST_RESOURCES, of_type, resolved

PROFILES = st.from_regex(r"[a-zA-Z0-9](-?[a-zA-Z0-9]){0,20}", fullmatch=True)

# Names that YAML reads as something else where they are not quoted.
ODD = [
    "on", "Off", "yes", "NO", "y", "N", "true", "False", "null", "NULL", "0", "007", "123",
    "1e5", "0x1f", "0b1", "2001-01-01", "12-34", "1-000", "e", "x-y", "ada", "Z", "Zd", "a-Z-b",
    "a" * 63,
]  # fmt: skip


@pytest.mark.parametrize("profile", ODD)
def test_a_profile_keeps_its_name_whatever_yaml_makes_of_it(profile: str) -> None:
    found = resolved(people([profile]).text, {"DomainId": "d-abc"})

    (one,) = of_type(found, "AWS::SageMaker::UserProfile").values()
    assert one == {"DomainId": "d-abc", "UserProfileName": profile}


@given(st.lists(PROFILES | st.sampled_from(ODD), unique=True, min_size=1, max_size=8))
def test_text_put_together_is_what_rendering_gives(profiles: list[str]) -> None:
    found, whole = people(profiles), drawn(profiles)

    assert found.text == whole.text
    assert (found.parameters, found.outputs) == (whole.parameters, whole.outputs)
    assert found.named_roles is whole.named_roles


@given(st.sets(PROFILES | st.sampled_from(ODD)))
@example({"a-b", "aZdb", "aZZdb", "aZ-db"})
def test_no_two_profiles_share_a_resource(profiles: set[str]) -> None:
    ids = {logical_id(one) for one in profiles}

    assert len(ids) == len(profiles)
    assert all(one.isalnum() for one in ids)


@given(st.sets(PROFILES, min_size=2, max_size=60), st.data())
def test_whoever_comes_or_goes_moves_nobody_else(
    profiles: set[str], data: st.DataObject
) -> None:
    everybody = [*sorted(profiles), *(f"more-{n}" for n in range(TOGETHER * 2))]
    gone = data.draw(st.sampled_from(everybody))

    before, after = spread(everybody), spread([one for one in everybody if one != gone])
    where = {one: number for number, some in before.items() for one in some}
    assert {where[one] == number for number, some in after.items() for one in some} == {True}


def test_many_profiles_are_spread_over_templates_that_hold_them() -> None:
    everybody = [f"person-{n}" for n in range(3_000)]

    found = spread(everybody)
    assert sorted(one for some in found.values() for one in some) == sorted(everybody)
    assert max(map(len, found.values())) < MOST_RESOURCES


def test_s1_06_everybody_of_a_lob_has_a_profile_in_each_of_its_domains() -> None:
    known = stood("many-ways")

    found = {
        (one["DomainId"], one["UserProfileName"])
        for template in known.templates.values()
        for one in of_type(template, "AWS::SageMaker::UserProfile").values()
    }
    landscape = known.landscape
    assert found == {
        (known.ids.domains[name], landscape.profile_of(person))
        for name, domain in landscape.domains.items()
        for person, row in landscape.people.items()
        if row.lob == domain.lob
    }
    assert yaml.safe_load(people(["ada"]).text)["Description"]
