"""Worlds to ask, sound and with one thing broken, and landscapes of any shape."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

from hypothesis import strategies as st

from studiogate import names
from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.policy.doors import private_api_policy, studio_endpoint_policy
from studiogate.policy.language import Document, Kind, Policy, parse
from studiogate.reach.estate import Holder
from studiogate.reach.world import World, world
from studiogate.topology.attached import api_arn
from studiogate.topology.parts import HTTPS, Admission, CorporateForward, ZoneAssociation
from tests.kit.starting import EXAMPLE

ACME = read(EXAMPLE.read_text(encoding="utf-8"))
WORLD = world(ACME)
OFFICE = ACME.networks["office"].cidrs[0]
OPENS = ("user-lob-a", "forecasting", "office")
"""A question whose answer is yes."""

Break = Callable[[World], World]


def forwarded(service: str) -> Break:
    """Break the DNS servers of the office: they no longer forward the name of `service`."""

    def broken(known: World) -> World:
        name = known.topology.service_name(service)
        return known.but(topology=known.topology.without(CorporateForward(name, "office")))

    return broken


def admitted(group: str, source: str = str(OFFICE)) -> Break:
    """Break the security group `group`: it no longer lets `source` in."""

    def broken(known: World) -> World:
        rule = next(
            one
            for one in known.topology.admissions
            if (one.group, str(one.source), one.port) == (group, source, HTTPS)
        )
        assert isinstance(rule, Admission)
        return known.but(topology=known.topology.without(rule))

    return broken


def hidden_from_hub(service: str) -> Break:
    """Break the private DNS of `service`: the hub no longer sees its zone."""

    def broken(known: World) -> World:
        name = known.topology.service_name(service)
        return known.but(topology=known.topology.without(ZoneAssociation(name, "hub")))

    return broken


def door(service: str, document: Document) -> Break:
    """Give the endpoint of `service` another policy."""

    def broken(known: World) -> World:
        id_ = known.ids.endpoints[service]
        policy = parse(document, kind=Kind.ENDPOINT, name=id_)
        doors = tuple(
            replace(one, policy=policy) if one.id == id_ else one for one in known.estate.doors
        )
        return known.but(estate=replace(known.estate, doors=doors))

    return broken


def api(document: Document | None) -> Break:
    """Give the private API another resource policy, or one that nobody could read."""

    def broken(known: World) -> World:
        policy = (
            None
            if document is None
            else parse(document, kind=Kind.RESOURCE, name="private API")
        )
        return known.but(estate=replace(known.estate, api=policy))

    return broken


def of_another_endpoint(known: World) -> World:
    """Let the private API take calls through somebody else's endpoint only."""
    arn = api_arn(known.landscape, known.ids)
    return api(private_api_policy(api_arn=arn, endpoint="vpce-other"))(known)


def without_the_domain(service: str) -> Break:
    """Let the endpoint of `service` through to some other domain only."""
    others = {"222222222222": ["d-other"]}
    return door(service, studio_endpoint_policy(region=ACME.region, domains=others))


def role(name: str, account: str, **changes: Any) -> Break:
    """Change the role called `name` in `account`."""

    def broken(known: World) -> World:
        return known.but(
            estate=replace(
                known.estate,
                holders=tuple(
                    replace(one, **changes)
                    if (one.name, one.account) == (name, account)
                    else one
                    for one in known.estate.holders
                ),
            )
        )

    return broken


def gone(name: str, account: str) -> Break:
    """Take the role called `name` out of `account`."""

    def kept(one: Holder) -> bool:
        return (one.name, one.account) != (name, account)

    def broken(known: World) -> World:
        holders = tuple(one for one in known.estate.holders if kept(one))
        return known.but(estate=replace(known.estate, holders=holders))

    return broken


def scp(document: Document, account: str = "222222222222") -> Break:
    """Attach one more service control policy to `account`."""

    def broken(known: World) -> World:
        levels = known.estate.scps[account] or ()
        more = (*levels[:-1], (*levels[-1], parse(document, kind=Kind.SCP, name="more")))
        return known.but(
            estate=replace(known.estate, scps={**known.estate.scps, account: more})
        )

    return broken


def doorless(service: str) -> Break:
    """Delete the endpoint of `service`."""

    def broken(known: World) -> World:
        id_ = known.ids.endpoints[service]
        doors = tuple(one for one in known.estate.doors if one.id != id_)
        return known.but(estate=replace(known.estate, doors=doors))

    return broken


def unread(account: str, kind: Literal["scps", "rcps"]) -> Break:
    """Forget the guardrails of `kind` over `account`: nobody has read them."""

    def broken(known: World) -> World:
        estate = known.estate
        scps = {id_: one for id_, one in estate.scps.items() if id_ != account}
        rcps = {id_: one for id_, one in estate.rcps.items() if id_ != account}
        changed = replace(estate, scps=scps) if kind == "scps" else replace(estate, rcps=rcps)
        return known.but(estate=changed)

    return broken


def studio(**changes: Any) -> Break:
    """Change the Studio domain `forecasting`."""

    def broken(known: World) -> World:
        studios = tuple(
            replace(one, **changes) if one.name == "forecasting" else one
            for one in known.estate.studios
        )
        return known.but(estate=replace(known.estate, studios=studios))

    return broken


def trust(**wanted: str) -> Policy:
    """A trust policy that wants the given condition values, exactly."""
    conditions: Mapping[str, Any] = {"StringEquals": {f"sts:{k}": v for k, v in wanted.items()}}
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": names.role_arn(ACME.region, "111111111111", names.GATEWAY_ROLE)},
        "Action": "sts:*",
        "Condition": conditions,
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return parse(document, kind=Kind.TRUST, name="another trust policy")


@st.composite
def landscapes(draw: st.DrawFn) -> Landscape:
    """Sound landscapes of up to three lobs, five domains, seven people and six networks."""
    lobs = [f"lob-{n}" for n in range(draw(st.integers(1, 3)))]
    sites = [f"site-{n}" for n in range(draw(st.integers(0, 2)))]
    networks = ["hub", *lobs, *sites]
    opens_from = st.lists(st.sampled_from(networks), min_size=1, max_size=3, unique=True)
    return Landscape.model_validate(
        {
            "name": "any",
            "environment": "demo",
            "region": draw(st.sampled_from(["eu-west-1", "cn-north-1"])),
            "accounts": {"hub": "111111111111"}
            | {lob: f"{n + 2}" * 12 for n, lob in enumerate(lobs)},
            "networks": {"hub": {"kind": "vpc", "account": "hub", "cidr": "10.0.0.0/16"}}
            | {
                lob: {"kind": "vpc", "account": lob, "cidr": f"10.{n + 1}.0.0/16"}
                for n, lob in enumerate(lobs)
            }
            | {
                site: {
                    "kind": "corporate",
                    "cidrs": [f"192.168.{n}.0/24"],
                    "dns_servers": [f"192.168.{n}.53"] if draw(st.booleans()) else [],
                }
                for n, site in enumerate(sites)
            },
            "connect": draw(st.sampled_from(["transit-gateway", "vpc-peering"])),
            "idps": {"workforce": {"kind": "saml", "metadata": "idp.xml"}},
            "lobs": {lob: {"account": lob} for lob in lobs},
            "domains": {
                f"domain-{n}": {"lob": lob, "network": lob, "opens_from": draw(opens_from)}
                for n, lob in enumerate(draw(st.lists(st.sampled_from(lobs), max_size=5)))
            },
            "people": {
                f"person-{n}": {
                    "lob": lob,
                    "profile": f"profile-{n}" if draw(st.booleans()) else None,
                    "idp": draw(st.sampled_from([None, "workforce"])),
                }
                for n, lob in enumerate(
                    draw(st.lists(st.sampled_from([None, *lobs]), max_size=7))
                )
            },
        }
    )
