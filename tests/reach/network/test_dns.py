from dataclasses import replace
from ipaddress import IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.landscape.model import INTERNET
from studiogate.reach.network.dns import lookup
from studiogate.topology.endpoint_services import DYNAMODB, EXECUTE_API, STS, STUDIO
from studiogate.topology.network import Topology
from studiogate.topology.parts import (
    RESOLVER,
    Admission,
    Attachment,
    Corporate,
    CorporateForward,
    Forwarding,
    Part,
    Role,
    Route,
    RuleAssociation,
    Vpn,
    Zone,
    ZoneAssociation,
    transit_table,
)
from tests.kit.thorough import examples
from tests.kit.topology import MANNERS, Laid, answered_names, document, laid, landscapes

TRANSIT = laid().topology
PEERED = laid(connect="vpc-peering").topology
STUDIO_HOST = TRANSIT.studio_name("d-forecasting")
STUDIO_ZONE = TRANSIT.service_name(STUDIO)


def forwarding(topology: Topology) -> list[str]:
    """Networks that ask us: every VPC, and the corporate ones with DNS servers."""
    places = topology.places.items()
    return [n for n, p in places if not isinstance(p, Corporate) or p.dns_servers]


@given(landscapes())
@settings(max_examples=examples(60), deadline=None)
def test_s2_04_every_name_is_private_from_every_network_that_asks_us(found: Laid) -> None:
    topology = found.topology
    addresses = {address for one in topology.endpoints.values() for address in one.addresses}

    for network in forwarding(topology):
        for name in answered_names(topology):
            answer = lookup(topology, network, name)
            assert answer.private
            assert not answer.public
            assert set(answer.addresses) <= addresses


@given(landscapes())
@settings(max_examples=examples(60), deadline=None)
def test_everybody_else_gets_the_public_answer(found: Laid) -> None:
    others = {*found.topology.places, INTERNET} - {*forwarding(found.topology)}

    for network in others:
        for name in answered_names(found.topology):
            answer = lookup(found.topology, network, name)
            assert answer.public
            assert answer.address is None
            assert "aws:SourceIp" in answer.said


@given(landscapes(), st.data())
@settings(max_examples=examples(60), deadline=None)
def test_taking_one_part_away_spoils_exactly_the_answers_that_used_it_and_is_named(
    found: Laid, data: st.DataObject
) -> None:
    _spoils_what_used_it(found.topology, data.draw(st.sampled_from(found.topology.parts)))


@pytest.mark.parametrize("topology", [TRANSIT, PEERED], ids=MANNERS)
def test_no_part_of_name_resolution_is_there_for_nothing(topology: Topology) -> None:
    for part in topology.parts:
        _spoils_what_used_it(topology, part)


def _spoils_what_used_it(whole: Topology, part: Part) -> None:
    fewer = whole.without(part)

    for network in forwarding(whole):
        for name in answered_names(whole):
            before, after = lookup(whole, network, name), lookup(fewer, network, name)
            assert after.private == (part not in before.used)
            if not after.private:
                assert after.missing == part
                assert str(part) in after.said
                assert lookup(fewer.having(part), network, name).private


def test_s4_09_each_name_leads_to_the_endpoint_of_its_service() -> None:
    for name, service in (
        (STUDIO_HOST, STUDIO),
        (TRANSIT.api_name, EXECUTE_API),
        (TRANSIT.service_name(STS), STS),
    ):
        answer = lookup(TRANSIT, "office", name)
        assert answer.addresses == TRANSIT.endpoints[service].addresses
        assert answer.by == f"zone {STUDIO_ZONE if service == STUDIO else name}"


def test_s5_08_a_corporate_question_goes_through_its_servers_and_the_inbound_resolver() -> None:
    answer = lookup(TRANSIT, "office", STUDIO_HOST)

    assert answer.chain == (
        "office",
        "192.168.10.53 and 192.168.99.53 of office",
        "inbound resolver",
        "resolver of hub",
        f"zone {STUDIO_ZONE}",
    )
    assert answer.said == (
        f"From office, {STUDIO_HOST} leads to endpoint vpce-studio at 10.0.0.250 and "
        "10.0.1.250."
    )


def test_s2_04_a_lob_s_question_goes_by_a_rule_out_of_the_hub_and_in_again() -> None:
    assert lookup(TRANSIT, "lob-a", STUDIO_HOST).chain == (
        "lob-a",
        "resolver of lob-a",
        "outbound resolver",
        "inbound resolver",
        "resolver of hub",
        f"zone {STUDIO_ZONE}",
    )
    assert lookup(TRANSIT, "hub", STUDIO_HOST).chain == (
        "hub",
        "resolver of hub",
        f"zone {STUDIO_ZONE}",
    )


def test_a_lob_s_question_needs_no_route_of_the_lob() -> None:
    route = Route("lob-a", IPv4Network("10.0.0.0/16"), Attachment("lob-a"))

    assert route in TRANSIT.parts
    assert lookup(TRANSIT.without(route), "lob-a", STUDIO_HOST).private


def test_s4_15_a_corporate_network_without_dns_servers_is_told_which_key_to_fill() -> None:
    answer = lookup(TRANSIT, "branch", STUDIO_HOST)

    assert answer.public
    assert answer.missing is None, "no part of ours is missing: the landscape names no server"
    assert "networks.branch.dns_servers names none" in answer.said


@pytest.mark.parametrize("name", [STUDIO_HOST.upper(), f"{STUDIO_HOST}.", STUDIO_HOST.title()])
def test_capitals_and_a_last_dot_mean_nothing(name: str) -> None:
    assert lookup(TRANSIT, "office", name) == lookup(TRANSIT, "office", STUDIO_HOST)


@pytest.mark.parametrize("network", ["office", "hub", "lob-a"])
@pytest.mark.parametrize(
    "name",
    [
        "another.execute-api.eu-west-1.amazonaws.com",  # F-30: other APIs stay as they are
        "execute-api.eu-west-1.amazonaws.com",
        "xstudio.eu-west-1.sagemaker.aws",
        "d-1.studio.eu-west-2.sagemaker.aws",
        "sts.amazonaws.com",
        "www.example.com",
        TRANSIT.service_name(DYNAMODB),  # S2-18: a public name, and a route
    ],
)
def test_f_30_a_name_that_is_not_ours_is_left_to_public_dns(network: str, name: str) -> None:
    answer = lookup(TRANSIT, network, name)

    assert answer.public
    assert answer.missing is None
    assert "there is no" not in answer.said


@pytest.mark.parametrize("name", ["a.sts.eu-west-1.amazonaws.com", STUDIO_ZONE])
def test_f_30_a_private_zone_hides_the_names_in_it_that_it_has_no_record_for(name: str) -> None:
    answer = lookup(TRANSIT, "office", name)

    assert not answer.private
    assert not answer.public
    assert "has no answer" in answer.said


@pytest.mark.parametrize("network", ["office", "branch", "lob-a", "hub", INTERNET])
def test_s4_18_the_endpoint_s_own_name_is_private_to_everybody_without_private_dns(
    network: str,
) -> None:
    answer = lookup(replace(TRANSIT, parts=()), network, TRANSIT.endpoint_api_name)

    assert answer.addresses == TRANSIT.endpoints[EXECUTE_API].addresses
    assert answer.by == "public DNS"
    assert "only those with a route" in answer.said


def test_f_31_a_rule_for_the_hub_itself_sends_every_question_round_in_a_circle() -> None:
    circular = RuleAssociation(STUDIO_ZONE, "hub")
    topology = TRANSIT.having(circular)

    for network in ("hub", "lob-a", "office"):
        answer = lookup(topology, network, STUDIO_HOST)
        assert not answer.private
        assert not answer.public
        assert str(circular) in answer.said
    assert lookup(topology, "lob-a", TRANSIT.api_name).private


def test_s2_25_a_rule_that_is_shared_and_not_associated_leaves_the_public_answer() -> None:
    answer = lookup(
        TRANSIT.without(RuleAssociation(STUDIO_ZONE, "lob-a")), "lob-a", STUDIO_HOST
    )

    assert answer.public
    assert answer.chain[-1] == "public DNS"
    assert "Share the rule with the account of lob-a, and associate it there." in answer.said
    assert lookup(
        TRANSIT.without(RuleAssociation(STUDIO_ZONE, "lob-a")), "lob-b", STUDIO_HOST
    ).private


@pytest.mark.parametrize(
    ("part", "network", "remedy"),
    [
        (ZoneAssociation(STUDIO_ZONE, "hub"), "hub", "Switch on the private DNS of endpoint"),
        (ZoneAssociation(TRANSIT.api_name, "hub"), "hub", "Associate the zone with hub."),
        (Forwarding(TRANSIT.api_name), "lob-a", "with the inbound resolver's addresses"),
        (
            CorporateForward(TRANSIT.api_name, "office"),
            "office",
            "Have the DNS servers of office forward the zone to 10.0.0.254 and 10.0.1.254.",
        ),
        (
            Admission(RESOLVER, IPv4Network("192.168.10.53/32"), 53),
            "office",
            "Add the rule to the security group of the inbound resolver.",
        ),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(
    part: Forwarding, network: str, remedy: str
) -> None:
    topology = TRANSIT.without(part)
    name = STUDIO_HOST if getattr(part, "zone", "") == STUDIO_ZONE else TRANSIT.api_name

    assert remedy in lookup(topology, network, name).said


def test_f_28_a_server_that_is_not_let_in_gets_silence_and_not_the_public_answer() -> None:
    rule = Admission(RESOLVER, IPv4Network("192.168.10.53/32"), 53)

    answer = lookup(TRANSIT.without(rule), "office", STUDIO_HOST)

    assert not answer.private
    assert not answer.public
    assert answer.by == f"no {rule}"


def test_a_server_without_a_way_to_the_resolver_gets_silence() -> None:
    answer = lookup(PEERED.without(Vpn("office", "hub")), "office", STUDIO_HOST)

    assert not answer.public
    assert "Bring the connection of office up." in answer.said


@pytest.mark.parametrize("zone", [0, 1])
def test_a_server_gets_silence_if_it_cannot_ask_in_every_zone(zone: int) -> None:
    address = IPv4Network(TRANSIT.resolver.inbound[zone])
    table = transit_table(Role.CORPORATE)

    answer = lookup(
        TRANSIT.having(Route(table, address, Attachment("data"))), "office", STUDIO_HOST
    )

    assert not answer.private
    assert "data passes nothing on" in answer.said


def test_a_server_that_stands_in_no_network_gets_silence() -> None:
    office = TRANSIT.places["office"]
    assert isinstance(office, Corporate)
    places = {**TRANSIT.places, "office": replace(office, blocks=office.cidrs)}

    answer = lookup(replace(TRANSIT, places=places), "office", STUDIO_HOST)

    assert not answer.private
    assert not answer.public
    assert "192.168.99.53 is in no network" in answer.said


def test_a_server_in_another_network_asks_from_there() -> None:
    networks = document()["networks"]
    networks["branch"]["dns_servers"] = ["192.168.10.53"]
    topology = laid(networks=networks).topology

    answer = lookup(topology, "branch", STUDIO_HOST)

    assert answer.private
    assert not lookup(
        topology.without(Route("office", IPv4Network("10.0.0.0/16"), Attachment("office"))),
        "branch",
        STUDIO_HOST,
    ).private


def test_the_more_specific_of_rule_and_zone_answers() -> None:
    whole = TRANSIT.having(ZoneAssociation(STUDIO_ZONE, "lob-a"))
    wide = Forwarding("sagemaker.aws")
    with_wide = whole.without(RuleAssociation(STUDIO_ZONE, "lob-a")).having(
        wide, RuleAssociation("sagemaker.aws", "lob-a")
    )

    assert "outbound resolver" in lookup(whole, "lob-a", STUDIO_HOST).chain  # the rule, at par
    assert lookup(with_wide, "lob-a", STUDIO_HOST).chain == (
        "lob-a",
        "resolver of lob-a",
        f"zone {STUDIO_ZONE}",
    )


def test_of_two_zones_the_more_specific_answers() -> None:
    inner = Zone("d-1." + STUDIO_ZONE, STS, wildcard=False)
    topology = replace(TRANSIT, zones=(*TRANSIT.zones, inner)).having(
        ZoneAssociation(inner.name, "hub")
    )

    assert lookup(topology, "hub", inner.name).by == f"zone {inner.name}"
    assert lookup(topology, "hub", STUDIO_HOST).by == f"zone {STUDIO_ZONE}"


def test_a_rule_association_without_its_rule_forwards_nothing() -> None:
    topology = TRANSIT.without(Forwarding(STUDIO_ZONE))

    assert lookup(topology, "lob-a", STUDIO_HOST).public
    assert lookup(topology, "office", STUDIO_HOST).private


def test_a_network_nobody_declared_is_an_error_and_not_the_internet() -> None:
    with pytest.raises(KeyError):
        lookup(TRANSIT, "offce", STUDIO_HOST)
