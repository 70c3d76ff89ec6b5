"""Whether the notebooks of every lob that may read a warehouse get to it: one way, one answer.

What has to be true beside routes and doors is in `warehouse_faults`.
"""

from dataclasses import dataclass

from studiogate.landscape.model import Landscape
from studiogate.landscape.warehouse import Warehouse
from studiogate.probe.warehouse_faults import of_domain, of_hub, of_warehouse
from studiogate.probe.warehouses import Endpoint, Finding, Judged, Studio, Told, Way, reading
from studiogate.reach.packets.crossing import Side, crossing


def judged(landscape: Landscape, told: Told) -> Judged:
    """Every way and every finding, in the order of the landscape; what two share once."""
    pairs = list(reading(landscape))
    answers = [_Answer.of(landscape, name, domain, told) for name, domain in pairs]
    found: list[Finding] = list(of_hub(landscape, told)) if pairs else []
    for name in dict.fromkeys(name for name, _ in pairs):
        found += of_warehouse(landscape, name, told)
    for domain in dict.fromkeys(domain for _, domain in pairs):
        found += of_domain(landscape, domain, told)
    found += [finding for one in answers for finding in one.findings]
    ways = (_way(landscape, pair, one) for pair, one in zip(pairs, answers, strict=True))
    return Judged(tuple(ways), tuple(dict.fromkeys(found)))


@dataclass(frozen=True, slots=True)
class _Answer:
    """Whether one domain gets to one warehouse."""

    reaches: bool
    said: str
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, landscape: Landscape, name: str, domain: str, told: Told) -> "_Answer":
        """The answer for a warehouse and a domain that reads it."""
        warehouse = landscape.warehouses[name]
        standing, studio = told.warehouses.get(name), told.studios.get(domain)
        if standing is None or studio is None:
            gone = f"the warehouse {name}" if standing is None else f"the domain {domain}"
            return cls(reaches=False, said=f"{gone} is not there")
        if warehouse.reached_by == "endpoint":
            endpoint = told.endpoints.get((name, domain))
            waits = _endpoint(landscape, (name, domain), endpoint, warehouse)
            if waits is not None or endpoint is None:
                waiting = () if waits is None else (waits,)
                return cls(reaches=False, said="there is no endpoint to it", findings=waiting)
            return _crossed(name, domain, (studio, endpoint.side, standing.port), told)
        return _crossed(name, domain, (studio, standing.side, standing.port), told)


def _crossed(name: str, domain: str, between: tuple[Studio, Side, int], told: Told) -> _Answer:
    studio, target, port = between
    found = crossing(told.facts, studio.side, target, port=port)
    if found.stop is None:
        return _Answer(reaches=True, said=f"notebooks of {domain} reach {name}")
    back = "on the way back " if found.back else ""
    said = f"notebooks of {domain} do not reach it: {back}{found.stop.what}"
    finding = Finding(name, found.stop.where, said, found.stop.remedy)
    return _Answer(reaches=False, said=said, findings=(finding,))


def _endpoint(
    landscape: Landscape,
    pair: tuple[str, str],
    found: Endpoint | None,
    warehouse: Warehouse,
) -> Finding | None:
    """What is wrong with the Redshift-managed endpoint of a domain's VPC, if anything is."""
    name, domain = pair
    account = landscape.accounts[landscape.lobs[landscape.domains[domain].lob].account]
    where = f"account {account}"
    if found is None:
        what = f"the VPC of {domain} has no Redshift-managed endpoint to {warehouse.cluster}"
        return Finding(name, where, what, "`studiogate apply` makes it, or have it made there.")
    if found.status != "active":
        what = f"the endpoint {found.name} is {found.status}"
        return Finding(name, f"{where}, {found.name}", what, "Wait until it is active.")
    return None


def _way(landscape: Landscape, pair: tuple[str, str], answer: _Answer) -> Way:
    name, domain = pair
    lob = landscape.domains[domain].lob
    return Way(
        warehouse=name,
        lob=lob,
        domain=domain,
        region=landscape.region,
        producer=landscape.accounts[landscape.warehouses[name].account],
        consumer=landscape.accounts[landscape.lobs[lob].account],
        reaches=answer.reaches,
        said=answer.said,
    )
