"""What AWS says of warehouses, the domains that read them, and the networks between.

Read side by side, and only in accounts that have a part in it.  Nothing turns a refusal into
absence: what may not be looked at is an error, and no finding.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from studiogate.aws.session import Accounts, calling, paged
from studiogate.errors import Absent
from studiogate.landscape.model import Landscape
from studiogate.probe.warehouses import (
    BY_PROFILE,
    Endpoint,
    Standing,
    Studio,
    Told,
    reading,
)
from studiogate.reach.packets.asking import Answers, Question, Row, questions
from studiogate.reach.packets.crossing import REDSHIFT
from studiogate.reach.packets.facts import Facts
from studiogate.reach.packets.read import facts

_SIDE_BY_SIDE = 8
_LIVE = frozenset({"InService", "Pending"})


def told(landscape: Landscape, accounts: Accounts) -> Told:
    """Everything of the warehouses that somebody reads; nothing is asked where nobody does.

    Raises:
        AwsError: something could not be read; then nothing is known.
        SettingsError: there are no credentials to ask with.
    """
    pairs = list(reading(landscape))
    if not pairs:
        return Told({}, {})
    reader = _Reader(landscape, accounts)
    names = list(dict.fromkeys(name for name, _ in pairs))
    domains = list(dict.fromkeys(domain for _, domain in pairs))
    by_endpoint = [
        pair for pair in pairs if landscape.warehouses[pair[0]].reached_by == "endpoint"
    ]
    with _threads() as threads:
        services = threads.submit(reader.services)
        standing = threads.map(reader.warehouse, names)
        studios = threads.map(reader.studio, domains)
        there = dict(zip(names, standing, strict=True))
        rooms = dict(zip(domains, studios, strict=True))
        wanted = [(name, domain, rooms[domain]) for name, domain in by_endpoint]
        found = threads.map(lambda one: reader.endpoint(*one), wanted)
        doors = dict(zip(by_endpoint, found, strict=True))
    return Told(there, rooms, doors, reader.network(there, rooms), services.result())


@contextmanager
def _threads() -> Iterator[ThreadPoolExecutor]:
    """Threads for what is read side by side; after an error nothing more is begun."""
    threads = ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="warehouses")
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)


class _Reader:
    """Asks about one landscape."""

    def __init__(self, landscape: Landscape, accounts: Accounts) -> None:
        self._landscape = landscape
        self._accounts = accounts

    def warehouse(self, name: str) -> Standing | None:
        """The cluster or workgroup behind a warehouse; `None`: it is not there."""
        declared = self._landscape.warehouses[name]
        account = self._account(name)
        if declared.cluster is not None:
            return self._cluster(account, declared.cluster)
        return self._workgroup(account, str(declared.workgroup))

    def _cluster(self, account: str, name: str) -> Standing | None:
        redshift = self._accounts.client(account, "redshift")
        try:
            with calling("redshift:DescribeClusters", about=name):
                (row,) = redshift.describe_clusters(ClusterIdentifier=name)["Clusters"]
        except Absent:
            return None
        group = row["ClusterSubnetGroupName"]
        with calling("redshift:DescribeClusterSubnetGroups", about=group):
            (seats,) = redshift.describe_cluster_subnet_groups(ClusterSubnetGroupName=group)[
                "ClusterSubnetGroups"
            ]
        return Standing(
            status=row["ClusterStatus"],
            vpc=row["VpcId"],
            subnets=tuple(one["SubnetIdentifier"] for one in seats["Subnets"]),
            groups=_groups(row.get("VpcSecurityGroups")),
            public=row["PubliclyAccessible"],
            port=row.get("Endpoint", {}).get("Port", REDSHIFT),
            node_type=row["NodeType"],
            administrator=row["MasterUsername"],
        )

    def _workgroup(self, account: str, name: str) -> Standing | None:
        serverless = self._accounts.client(account, "redshift-serverless")
        try:
            with calling("redshift-serverless:GetWorkgroup", about=name):
                row = serverless.get_workgroup(workgroupName=name)["workgroup"]
        except Absent:
            return None
        subnets = tuple(row["subnetIds"])
        ec2 = self._accounts.client(account, "ec2")
        with calling("ec2:DescribeSubnets", about=name):
            seats = ec2.describe_subnets(SubnetIds=list(subnets))["Subnets"]
        return Standing(
            status=row["status"],
            vpc=seats[0]["VpcId"],
            subnets=subnets,
            groups=tuple(row["securityGroupIds"]),
            public=row["publiclyAccessible"],
            port=row.get("port", REDSHIFT),
        )

    def studio(self, domain: str) -> Studio | None:
        """A domain, as it is; `None`: its lob's account has none of that name."""
        account = self._account_of(domain)
        sagemaker = self._accounts.client(account, "sagemaker")
        with calling("sagemaker:ListDomains", about=account):
            listed = paged(sagemaker, "list_domains", "Domains")
            ids = [str(one["DomainId"]) for one in listed if one["DomainName"] == domain]
        if not ids:
            return None
        with calling("sagemaker:DescribeDomain", about=ids[0]):
            row = sagemaker.describe_domain(DomainId=ids[0])
        settings = row.get("DomainSettings", {})
        identity = str(settings.get("ExecutionRoleIdentityConfig", ""))
        return Studio(
            id=ids[0],
            vpc=row["VpcId"],
            subnets=tuple(row["SubnetIds"]),
            groups=tuple(row["DefaultUserSettings"].get("SecurityGroups", ())),
            auth=row["AuthMode"],
            access=row.get("AppNetworkAccessType", "PublicInternetOnly"),
            identity=identity,
            apps=() if identity == BY_PROFILE else _apps(sagemaker, ids[0]),
        )

    def endpoint(self, name: str, domain: str, studio: Studio | None) -> Endpoint | None:
        """The Redshift-managed endpoint to a cluster in a domain's VPC; `None`: none."""
        if studio is None:
            return None
        declared = self._landscape.warehouses[name]
        redshift = self._accounts.client(self._account_of(domain), "redshift")
        try:
            with calling("redshift:DescribeEndpointAccess", about=name):
                rows = list(
                    paged(
                        redshift,
                        "describe_endpoint_access",
                        "EndpointAccessList",
                        ClusterIdentifier=declared.name_in_redshift,
                        ResourceOwner=self._account(name),
                        VpcId=studio.vpc,
                    )
                )
        except Absent:
            return None
        return _endpoint(rows[0], studio.vpc) if rows else None

    def services(self) -> frozenset[str]:
        """The services that have an endpoint which stands, in the shared-services account."""
        hub = self._landscape.hub_account
        with calling("ec2:DescribeVpcEndpoints", about=hub):
            ec2 = self._accounts.client(hub, "ec2")
            rows = paged(ec2, "describe_vpc_endpoints", "VpcEndpoints")
            return frozenset(
                str(one["ServiceName"]) for one in rows if one["State"] == "available"
            )

    def network(
        self,
        warehouses: Mapping[str, Standing | None],
        studios: Mapping[str, Studio | None],
    ) -> Facts:
        """The VPCs that they are in, and whatever is between those."""
        about: defaultdict[str, set[str]] = defaultdict(set)
        for name, standing in warehouses.items():
            if standing is not None:
                about[self._account(name)].add(standing.vpc)
        for domain, studio in studios.items():
            if studio is not None:
                about[self._account_of(domain)].add(studio.vpc)
        entered = frozenset(self._landscape.accounts.values())
        answers: Answers = {}
        with _threads() as threads:
            while asked := questions(about, answers, entered=entered):
                found = zip(asked, threads.map(self._rows, asked), strict=True)
                answers = {**answers, **dict(found)}
        return facts(answers)

    def _rows(self, asked: Question) -> list[Row]:
        ec2: Any = self._accounts.client(asked.account, "ec2")
        with calling(asked.action, about=asked.account):
            return list(paged(ec2, asked.method, asked.member, **asked.params))

    def _account(self, name: str) -> str:
        return self._landscape.accounts[self._landscape.warehouses[name].account]

    def _account_of(self, domain: str) -> str:
        lob = self._landscape.lobs[self._landscape.domains[domain].lob]
        return self._landscape.accounts[lob.account]


def _groups(rows: Any) -> tuple[str, ...]:
    return tuple(str(one["VpcSecurityGroupId"]) for one in rows or ())


def _apps(sagemaker: Any, domain_id: str) -> tuple[str, ...]:
    """Apps that hold back a change of the domain, each with whose it is."""
    with calling("sagemaker:ListApps", about=domain_id):
        rows = paged(sagemaker, "list_apps", "Apps", DomainIdEquals=domain_id)
        return tuple(
            f"{one.get('UserProfileName') or one.get('SpaceName')}/{one['AppType']}"
            for one in rows
            if one["Status"] in _LIVE
        )


def _endpoint(row: Mapping[str, Any], vpc: str) -> Endpoint:
    faces = row.get("VpcEndpoint", {}).get("NetworkInterfaces", ())
    return Endpoint(
        name=str(row["EndpointName"]),
        status=str(row["EndpointStatus"]),
        vpc=vpc,
        subnets=tuple(str(one["SubnetId"]) for one in faces if one.get("SubnetId")),
        groups=_groups(row.get("VpcSecurityGroups")),
    )
