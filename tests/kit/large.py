"""Landscapes as large as one may ever be: a lob, a domain and a VPC each, ten people in it."""

from collections.abc import Iterator

SITES = 4
_BLOCKS = 64


def large(lobs: int, *, people: int = 10, promises: bool = True) -> str:
    """The landscape in YAML: each domain opens from one of the offices and from its own VPC."""
    return "\n".join(_lines(lobs, people, promises=promises)) + "\n"


def _lines(lobs: int, people: int, *, promises: bool) -> Iterator[str]:
    yield from ("name: large", "environment: prod", "region: eu-west-1")
    yield "accounts:"
    yield "  hub: '111111111111'"
    yield from (f"  lob-{n}: '{200_000_000_000 + n}'" for n in range(lobs))
    yield "networks:"
    yield "  hub: {kind: vpc, account: hub, cidr: 10.0.0.0/16}"
    yield from (
        f"  lob-{n}: {{kind: vpc, account: lob-{n}, cidr: {_cidr(n)}}}" for n in range(lobs)
    )
    for n in range(SITES):
        where = f"cidrs: [192.168.{n}.0/24], dns_servers: [192.168.{n}.53]"
        yield f"  site-{n}: {{kind: corporate, {where}}}"
    yield "idps:"
    yield "  corporate: {kind: oidc, issuer: 'https://login.acme.example', client_id: portal}"
    yield "lobs:"
    yield from (f"  lob-{n}: {{account: lob-{n}}}" for n in range(lobs))
    yield "domains:"
    for n in range(lobs):
        where = f"network: lob-{n}, opens_from: [site-{n % SITES}, lob-{n}]"
        yield f"  domain-{n}: {{lob: lob-{n}, {where}}}"
    yield "people:"
    yield "  sam-security: {administrator: true}"
    yield from (f"  person-{n}: {{lob: lob-{n % lobs}}}" for n in range(lobs * people))
    if promises:
        yield "invariants:"
        yield "  - {never: {from: internet, open: '*'}}"
        yield f"  - {{never: {{lob: lob-0, open: domain-{lobs - 1}}}}}"


def _cidr(n: int) -> str:
    return f"10.{_BLOCKS + n // _BLOCKS}.{n % _BLOCKS * 4}.0/22"
