"""Numbers, moments and addresses: every named point and something in every gap."""

from decimal import Decimal
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.policy.operators import OPERATORS
from studiogate.policy.values import moment, number
from studiogate.reach.prove import scales
from studiogate.reach.prove.answers import Unbounded
from studiogate.reach.prove.clauses import FAMILIES
from studiogate.reach.prove.marks import Marks
from studiogate.reach.prove.samples import measured

PATIENT = settings(deadline=None)
DECIMALS = st.decimals(-(10**6), 10**6, places=3)


@PATIENT
@given(st.sets(DECIMALS, min_size=1, max_size=5))
def test_numbers_are_the_bounds_and_one_in_each_gap(bounds: set[Decimal]) -> None:
    found = scales.numbers(bounds)

    assert found == sorted(found)
    assert found[1:-1:2] == sorted(bounds)
    assert len(found) == 2 * len(bounds) + 1


@PATIENT
@given(DECIMALS, st.sets(st.sampled_from(["5", "05", "1.5"])))
def test_a_number_is_spelled_otherwise_than_what_is_named(
    found: Decimal, avoid: set[str]
) -> None:
    text = scales.spelled(found, frozenset(avoid | {format(found, "f")}))

    assert number(text) == found
    assert text not in avoid


def test_numbers_too_close_for_one_between_are_given_up() -> None:
    far = "1" + "0" * 2_500

    with pytest.raises(Unbounded):
        scales.numbers([Decimal(far), Decimal(far[:-1] + "1")])


def test_moments_are_written_as_dates_where_there_is_one() -> None:
    start = moment("2030-01-01") or Decimal(0)

    assert scales.dated(start, frozenset()) == "2030-01-01T00:00:00Z"
    other = scales.dated(start, frozenset({"2030-01-01T00:00:00Z"}))
    assert moment(other or "") == start
    assert scales.dated(start + Decimal("1e-9"), frozenset()) is None
    assert scales.dated(Decimal("1e20"), frozenset()) is None


def test_a_date_and_text_on_one_key_are_told_apart() -> None:
    named = frozenset({"2030-01-01", "2030-01-01T00:00:00Z"})
    marks = Marks(moments=frozenset({moment("2030-01-01") or Decimal(0)}))

    found = measured(marks, named)

    same = [one for one in found if moment(one) == moment("2030-01-01")]
    assert {*named} < {*same}
    assert any(moment(one) is None for one in found)


@PATIENT
@given(
    st.lists(st.sampled_from(["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "::/1", "2001:db8::1"]))
)
def test_addresses_are_cut_at_every_border_and_all_there(nets: list[str]) -> None:
    named = [ip_network(net) for net in nets]

    rows = scales.ranges(named)

    assert sum(row.size for row in rows) == 2**32
    assert sum(row.last - row.first + 1 for row in rows if row.six) == 2**128
    for row in rows:
        for public in (True, False):
            address = ip_address(row.address(public=public))
            assert row.first <= int(address) <= row.last
            assert (address.version == 6) is row.six


def test_the_address_shown_is_one_that_could_be_there() -> None:
    (four, six) = scales.ranges([])

    assert four.address(public=True) == "1.0.0.0"
    assert four.address(public=False) == "10.0.0.0"
    assert scales.is_public(six.address(public=True))


@pytest.mark.parametrize(
    ("text", "there"),
    [("10.0.0.1", True), ("2001:db8::1", True), ("2001:DB8::1", False), ("::ffff:10.0.0.1", False),
     ("10.0.0.0/8", False), ("alice", False)],
)  # fmt: skip
def test_only_an_address_as_aws_writes_it_can_be_met(text: str, *, there: bool) -> None:
    assert (scales.host(text) is not None) is there


def test_values_of_different_kinds_on_one_key_are_given_up() -> None:
    with pytest.raises(Unbounded):
        measured(Marks(numbers=frozenset({Decimal(1)}), codes=frozenset({"YQ=="})), frozenset())


def test_every_operator_of_the_evaluator_is_known_to_the_prover() -> None:
    assert FAMILIES.keys() == OPERATORS.keys() | {"Null"}
