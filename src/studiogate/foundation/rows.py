"""The rows of the two directory tables, made from the landscape.

The same rows whoever writes them: the emulated organisation today, `apply` on AWS.
"""

from collections.abc import Mapping

from studiogate import names
from studiogate.foundation.directory import DomainRow, LobRow, PersonRow
from studiogate.landscape.model import Landscape


def person_rows(landscape: Landscape) -> list[PersonRow]:
    """One row for each person, in the order of the file."""
    return [
        PersonRow(
            person=name,
            lob=person.lob,
            profile=landscape.profile_of(name),
            idps=person.idp,
            administrator=person.administrator,
        )
        for name, person in landscape.people.items()
    ]


def lob_rows(landscape: Landscape, domain_ids: Mapping[str, str]) -> list[LobRow]:
    """One row for each lob; `domain_ids` gives the AWS id of each domain that exists."""
    return [
        LobRow(
            lob=name,
            account=landscape.accounts[lob.account],
            external_id=names.external_id(landscape.name, landscape.environment, name),
            domains=tuple(
                domain_row(landscape, domain, domain_ids[domain])
                for domain, declared in landscape.domains.items()
                if declared.lob == name and domain in domain_ids
            ),
            owner=lob.owner,
            groups=lob.groups,
        )
        for name, lob in landscape.lobs.items()
    ]


def domain_row(landscape: Landscape, name: str, domain_id: str) -> DomainRow:
    """The row of one domain; networks become the CIDRs a request can be checked against."""
    domain = landscape.domains[name]
    return DomainRow(
        name=name,
        domain_id=domain_id,
        opens_from={
            network: tuple(str(cidr) for cidr in landscape.networks[network].cidrs)
            for network in domain.opens_from
        },
        url_expires_s=domain.url_expires_s,
        session_s=domain.session_s,
        landing=domain.landing,
    )
