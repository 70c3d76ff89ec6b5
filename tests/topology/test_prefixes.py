from ipaddress import IPv4Address, IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from studiogate.topology.prefixes import Prefixes

numbers = st.integers(0, 2**32 - 1)
# Few distinct addresses, so that blocks lie inside one another.
places = st.one_of(numbers, st.integers(0, 3).map(lambda n: 0x0A000000 + (n << 8)))
blocks = st.builds(
    lambda number, prefix: IPv4Network((number, prefix), strict=False),
    places,
    st.integers(0, 32),
)


@given(st.lists(blocks, unique=True), places)
def test_the_longest_block_that_holds_an_address_answers(
    known: list[IPv4Network], number: int
) -> None:
    address = IPv4Address(number)

    found = Prefixes((block, block) for block in known).at(address)

    holding = [block for block in known if address in block]
    assert found == max(holding, key=lambda block: block.prefixlen, default=None)


@given(st.lists(blocks, unique=True), blocks)
def test_a_block_is_answered_for_only_by_one_that_holds_all_of_it(
    known: list[IPv4Network], wanted: IPv4Network
) -> None:
    found = Prefixes((block, block) for block in known).at(wanted)

    holding = [block for block in known if wanted.subnet_of(block)]
    assert found == max(holding, key=lambda block: block.prefixlen, default=None)


def test_of_two_for_the_same_block_the_first_counts() -> None:
    block = IPv4Network("10.0.0.0/8")

    assert Prefixes([(block, "first"), (block, "second")]).at(block) == "first"


def test_where_nothing_is_known_nothing_answers() -> None:
    assert Prefixes[str]([]).at(IPv4Address("10.0.0.1")) is None
