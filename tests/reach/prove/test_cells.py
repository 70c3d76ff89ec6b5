"""Cells and evaluator never disagree, and no request is without a cell that stands for it."""

from ipaddress import ip_network

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from studiogate.policy.evaluate import Layers
from studiogate.policy.request import ContextValue, Principal
from studiogate.reach.estate import Door
from studiogate.reach.prove.answers import Unbounded
from studiogate.reach.prove.arrivals import ARRIVALS, Arrival
from studiogate.reach.prove.question import Inside, ask
from studiogate.reach.prove.spread import Ground
from tests.kit.policy import API, STUDIO
from tests.kit.prove import about, allows, view
from tests.kit.prove_cases import CALLERS, arrivals, doors, layers

CLIENTS = (ip_network("10.16.0.0/16"), ip_network("192.168.10.0/24"))
INSIDES = st.sampled_from(
    [Inside(frozenset({API, STUDIO})), Inside(frozenset({API, "vpce-ab"}), CLIENTS)]
)
MOST_CELLS = 3_000
SLOWLY = settings(
    deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)


@SLOWLY
@given(layers(), doors(), CALLERS, INSIDES, st.sampled_from(ARRIVALS))
def test_every_cell_is_allowed_just_where_the_evaluator_allows_its_request(
    found: Layers, known: tuple[Door, ...], who: Principal, inside: Inside, arrival: Arrival
) -> None:
    question = about(found, by=who)
    try:
        seen = view(question, Ground(known, frozenset({"vpc-x"}), inside), arrival)
    except Unbounded:
        return
    assume(seen is None or (seen.layout.size <= MOST_CELLS and not seen.loose))
    for _, request, _, allowed in seen.cells() if seen else ():
        assert allows(found, request, known) is allowed, dict(request.context)


@SLOWLY
@given(layers(), doors(), CALLERS, INSIDES, arrivals())
def test_every_request_is_alike_to_the_request_of_some_cell(
    found: Layers,
    known: tuple[Door, ...],
    who: Principal,
    inside: Inside,
    asked: tuple[Arrival, dict[str, ContextValue]],
) -> None:
    arrival, context = asked
    question = about(found, by=who)
    ground = Ground(known, frozenset({"vpc-x"}), inside)
    request = ask(question, context)
    try:
        seen = view(question, ground, arrival)
    except Unbounded:
        return
    assume(seen is None or seen.layout.size <= MOST_CELLS)
    if seen is None:
        assert not allows(found, request, known)
        return
    mine = seen.kind_of(request, ground)
    cells = [cell for cell in range(seen.layout.size) if seen.kind(cell) == mine]
    assert cells, dict(request.context)
    for cell in cells:
        assert bool(seen.allowed >> cell & 1) is allows(found, request, known)
