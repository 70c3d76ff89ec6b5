"""What DNS servers are told is read back with a parser, and says what `topology` says."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings

from studiogate.errors import LandscapeError
from studiogate.foundation.corporate_dns import WRITERS, bind, windows, zscaler
from studiogate.topology.ids import symbolic
from studiogate.topology.network import Topology, topology
from tests.kit.thorough import examples
from tests.kit.topology import Laid, laid, landscapes

API = "zqjnbv0g9k"
Read = Callable[[str], dict[str, list[str]]]


def network() -> Topology:
    landscape = laid().landscape
    return topology(landscape, replace(symbolic(landscape), api=API))


def read_bind(text: str) -> dict[str, list[str]]:
    """Zones of `named.conf`, by the grammar: `zone NAME { KEY VALUE; forwarders { … }; };`."""
    tokens = re.findall(r'"[^"]*"|[{};]|[^\s{};"]+', text)
    found: dict[str, list[str]] = {}
    at = iter(tokens)
    for token in at:
        assert token == "zone"
        name = next(at).strip('"')
        assert [next(at) for _ in range(9)] == [
            "{", "type", "forward", ";", "forward", "only", ";", "forwarders", "{",
        ]  # fmt: skip
        found[name] = []
        while (address := next(at)) != "}":
            found[name].append(address)
            assert next(at) == ";"
        assert [next(at) for _ in range(3)] == [";", "}", ";"]
    return found


def read_unbound(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        key, _, value = line.strip().partition(":")
        if key == "name":
            name = value.strip().strip('"')
            assert name.endswith(".")
            found[name.rstrip(".")] = []
        elif key == "forward-addr":
            found[name.rstrip(".")].append(value.strip())
        else:
            assert line == "forward-zone:"
    return found


def read_dnsmasq(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        parts = re.fullmatch(r"server=/([^/]+)/([0-9.]+)#53", line)
        assert parts
        found.setdefault(parts[1], []).append(parts[2])
    return found


def read_windows(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        parts = re.fullmatch(
            r'Add-DnsServerConditionalForwarderZone -Name "([^"]+)" -MasterServers ([0-9.,]+)',
            line,
        )
        assert parts
        found[parts[1]] = parts[2].split(",")
    return found


def read_zscaler(text: str) -> dict[str, list[str]]:
    said = yaml.safe_load(text)
    servers = [one.removesuffix(":53") for one in said["dns_servers"]]
    return dict.fromkeys(said["dns_forward_zones"], servers)


READERS: dict[str, Read] = {
    "bind": read_bind,
    "unbound": read_unbound,
    "dnsmasq": read_dnsmasq,
    "windows": read_windows,
    "zscaler": read_zscaler,
}


def test_s4_15_bind_forwards_the_api_s_own_name_to_the_inbound_resolver_and_only_there() -> (
    None
):
    text = bind(network(), "office")

    assert (
        f'zone "{API}.execute-api.eu-west-1.amazonaws.com" {{\n'
        "    type forward;\n"
        "    forward only;\n"
        "    forwarders { 10.0.0.254; 10.0.1.254; };\n"
        "};\n"
    ) in text


@pytest.mark.parametrize("form", WRITERS)
@given(found=landscapes())
@settings(max_examples=examples(10), deadline=None)
def test_s5_05_every_form_says_which_names_go_where_and_nothing_else(
    form: str, found: Laid
) -> None:
    meant = found.topology
    names = {
        name: [one.name for one in meant.corporate_forwards if one.network == name]
        for name in meant.places
    }

    for name, expected in names.items():
        if expected:
            said = READERS[form](WRITERS[form](meant, name))
            resolvers = [str(one) for one in meant.resolver.inbound]
            assert said == dict.fromkeys(expected, resolvers)


def test_s5_05_a_connector_takes_each_host_and_for_studio_every_host_below() -> None:
    said = yaml.safe_load(zscaler(network(), "office"))

    assert said["tcp_ports"] == [443]
    assert f"{API}.execute-api.eu-west-1.amazonaws.com" in said["domains"]
    assert "*.studio.eu-west-1.sagemaker.aws" in said["domains"]
    assert not any("*.execute-api" in one or one == "*" for one in said["domains"])


@pytest.mark.parametrize("form", WRITERS)
def test_a_network_without_dns_servers_is_told_what_to_declare(form: str) -> None:
    with pytest.raises(LandscapeError, match=r"networks\.branch\.dns_servers") as refused:
        WRITERS[form](network(), "branch")

    assert "192.168.10.53" in refused.value.problems[0].remedy


@pytest.mark.parametrize("name", ["lob-a", "nowhere"])
def test_what_is_no_corporate_network_has_no_text(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        windows(network(), name)
