"""The whole reach of a large landscape, and single answers, beside a floor of the same run.

10,000 people, 100 domains, 6 networks: six million decisions.  The floor is the least a table
could cost: one look-up for each person and one for each cell of a row.

    python benchmarks/reach.py
"""

import resource
import time
from collections.abc import Callable
from typing import Any, TypeVar

from studiogate.landscape.model import INTERNET, Landscape
from studiogate.reach.answer import answer
from studiogate.reach.flip import flip
from studiogate.reach.table import table
from studiogate.reach.world import World, world

PEOPLE, DOMAINS, CORPORATE, RUNS = 10_000, 100, 4, 3
T = TypeVar("T")


def landscape(people: int = PEOPLE, domains: int = DOMAINS) -> Landscape:
    """One lob for each domain; people spread evenly; six networks, the internet among them."""
    accounts = {f"lob-{n}": f"{200_000_000_000 + n}" for n in range(domains)}
    places = [f"site-{n}" for n in range(CORPORATE - 1)]
    return Landscape.model_validate(
        {
            "name": "large",
            "environment": "prod",
            "region": "eu-west-1",
            "accounts": {"hub": "111111111111", **accounts},
            "networks": {
                "hub": {"kind": "vpc", "account": "hub", "cidr": "10.0.0.0/16"},
                "lobs": {"kind": "vpc", "account": "lob-0", "cidr": "10.1.0.0/16"},
                **{name: _site(n) for n, name in enumerate(places)},
            },
            "idps": {"corporate": {"kind": "saml", "metadata": "idp.xml"}},
            "lobs": {name: {"account": name} for name in accounts},
            "domains": {
                f"domain-{n}": {
                    "lob": f"lob-{n}",
                    "network": "lobs",
                    "opens_from": [places[n % len(places)], "hub"],
                }
                for n in range(domains)
            },
            "people": {f"person-{n}": {"lob": f"lob-{n % domains}"} for n in range(people)},
        }
    )


def _site(n: int) -> dict[str, Any]:
    block = f"192.168.{n}"
    return {
        "kind": "corporate",
        "cidrs": [f"{block}.0/24"],
        "dns_servers": [f"{block}.53"],
    }


def least(ask: Callable[[], T]) -> tuple[float, T]:
    """Seconds of CPU time of the least disturbed of several runs, and what it gave."""
    runs = []
    for _ in range(RUNS):
        began = time.process_time()
        found = ask()
        runs.append((time.process_time() - began, found))
    return min(runs, key=lambda run: run[0])


def floor(declared: Landscape) -> int:
    """A look-up for each person, and for each lob one for every domain and network."""
    seen = {row.lob for row in declared.people.values()}
    networks = (*declared.networks, INTERNET)
    cells = {
        (lob, d, n): lob is None for lob in seen for d in declared.domains for n in networks
    }
    return len(cells)


def main() -> None:
    """Print one line per question."""
    declared = landscape()
    networks = len(declared.networks) + 1
    decisions = len(declared.people) * len(declared.domains) * networks
    bare_s, _ = least(lambda: floor(declared))
    world_s, known = least(lambda: world(declared))
    table_s, found = least(lambda: table(known))
    opened = sum(len(row.people) * len(row.opens) for row in found.rows)
    assert opened == len(declared.people) * 2
    print(f"{decisions:,} decisions, {opened:,} open, {len(found.rows)} rows")
    print(f"{'floor: the look-ups alone':44}{bare_s:9.3f} s")
    print(f"{'reading policies and network':44}{world_s:9.3f} s")
    print(f"{'the table':44}{table_s:9.3f} s{table_s / bare_s:9.1f} floors")
    both = world_s + table_s
    print(f"{'both':44}{both:9.3f} s{decisions / both:14,.0f} decisions/s")
    _single(known)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'peak memory':44}{peak:9.0f} MiB")


def _single(known: World) -> None:
    question = ("person-0", "domain-0", INTERNET)
    bare_s, found = least(lambda: answer(known, *question, evidence=False))
    taken_s, _ = least(lambda: answer(known, *question))
    flip_s, _ = least(lambda: flip(known, found))
    print(f"{'one answer':44}{bare_s * 1000:9.3f} ms")
    print(f"{'one answer with its evidence':44}{taken_s * 1000:9.3f} ms")
    print(f"{'its smallest change':44}{flip_s * 1000:9.3f} ms")


if __name__ == "__main__":
    main()
