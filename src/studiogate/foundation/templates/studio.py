"""The Studio domains of one lob: their apps' doors, their key, and what notebooks run as.

VPC-only and IAM, so that nothing leaves but by the VPC and nobody enters but by a URL of ours
(S1-05, S3-01 to S3-03).  What CloudFormation cannot say of a domain is in `foundation.after`.
`AppSecurityGroupManagement` is for RStudio alone: there it must be `Service`, and is left out
elsewhere (API reference, CreateDomain).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from troposphere import GetAtt, Ref, ec2, kms, sagemaker
from troposphere import Template as Troposphere

from studiogate import names
from studiogate.foundation.notebook_library import named
from studiogate.foundation.stacks import Template
from studiogate.foundation.symbols import symbol
from studiogate.foundation.templates.dns import NOWHERE
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.policies import resolvable, role
from studiogate.foundation.templates.starting import NOTHING, Starts, starting
from studiogate.foundation.templates.studio_parameters import told
from studiogate.foundation.templates.subnets import ANYWHERE, described, gives
from studiogate.foundation.templates.workbench import Urls, seat, workbench, workbench_role
from studiogate.policy.keys import studio_key_policy
from studiogate.topology.parts import DNS, HTTPS
from studiogate.topology.roles import Role, execution_trust

NFS, REDSHIFT = 2049, 5439
AMONG_APPS = ((NFS, NFS), (8192, 65535))
"""Ports on which apps reach one another and their file system (SageMaker Developer Guide,
"Connect Studio in a VPC to external resources")."""

KEY_PENDING_DAYS = 30
"""Days in which a key that was deleted with its domains can be had back: the most AWS gives,
because a home file system that was kept is unreadable without it."""


_MARK: Final = re.compile("ZZ([0-9]+)ZZ")
"""What stands for the name of a domain, by its number from 0: the names are in lower case."""


@cache
def studio(
    domains: tuple[str, ...],
    *,
    egress: tuple[bool, ...] = (),
    warehouses: int = 0,
    by_endpoint: bool = False,
    scripts: tuple[str, ...] = (),
    rstudio: tuple[Urls | None, ...] = (),
) -> Template:
    """The template of the `domains` of one account, by their names in the landscape.

    `egress` says of each whether its VPC has a way out (none has, where it is left out), and
    `warehouses` is the number of VPCs with a warehouse that the lob reads; `by_endpoint`:
    there are warehouses that have an endpoint in its own VPCs.  `scripts` are what the apps of
    each domain run when they start, of a lob that reads any; in them are symbols of parameters.
    `rstudio` says of each domain which URLs Posit Workbench is told; `None`: it has none.

    What a domain has is called after it (`called`), so that one that comes or goes is no
    reason to touch another.  A shape is drawn once, and names are put into its text.
    """
    rendered = drawn(
        tuple(f"ZZ{n}ZZ" for n in range(len(domains))),
        egress=egress,
        warehouses=warehouses,
        by_endpoint=by_endpoint,
        scripts=scripts,
        rstudio=rstudio,
    )

    def put(text: str) -> str:
        return _MARK.sub(lambda found: names.camel(domains[int(found[1])]), text)

    return replace(
        rendered,
        text=put(rendered.text),
        parameters=frozenset(map(put, rendered.parameters)),
        outputs=frozenset(map(put, rendered.outputs)),
    )


def called(what: str, domain: str) -> str:
    """What a resource, a parameter or an output of `domain` is called: `DomainForecasting`.

    No two are called the same: of the words that come first, none begins with another.
    """
    return f"{what}{names.camel(domain)}"


@cache
def drawn(
    words: tuple[str, ...],
    *,
    egress: tuple[bool, ...],
    warehouses: int,
    by_endpoint: bool,
    scripts: tuple[str, ...],
    rstudio: tuple[Urls | None, ...],
) -> Template:
    """The same template, rendered whole, with one of `words` for each domain's name."""
    template = described("the Studio domains of one line of business")
    trust = execution_trust(symbol("AWS::AccountId"))
    execution = Role("", names.EXECUTION_ROLE, trust, {})
    made_role = role(
        template, "ExecutionRole", execution, "What notebooks run as, in a person's name"
    )
    server = workbench_role(template) if any(one is not None for one in rstudio) else None
    key = _key(template)
    starts = starting(template, scripts) if scripts else [NOTHING] * len(words)
    for n, (word, begins) in enumerate(zip(words, starts, strict=True)):
        goes_out = egress[n] if egress else False
        groups = _apps(
            template, word, goes_out=goes_out, warehouses=warehouses, by_endpoint=by_endpoint
        )
        settings = {"ExecutionRole": GetAtt(made_role, "Arn"), "SecurityGroups": groups}
        urls = rstudio[n] if rstudio else None
        more = (
            workbench(template, word, urls=urls, server=server)
            if server is not None and urls is not None
            else {}
        )
        _domain(template, word, key=key, settings=settings, begins=begins, workbench=more)
    gives(template, "ExecutionRoleArn", GetAtt(made_role, "Arn"))
    does = ["by-endpoint"] if by_endpoint else []
    does += [f"starts-{named(''.join(scripts))}"] if scripts else []
    does += _with_rstudio(rstudio)
    return made("-".join([_shape(len(words), egress, warehouses), *does]), template)


def kept(domains: Iterable[str]) -> tuple[str, ...]:
    """The resources that hold what cannot be made again: homes, and the key they are under."""
    return ("Key", *(called("Domain", one) for one in domains))


def _key(template: Troposphere) -> kms.Key:
    """One key for the homes of one lob, so that no other account's grants reach them."""
    document = studio_key_policy(
        region=symbol("AWS::Region"),
        suffix=symbol("AWS::URLSuffix"),
        account=symbol("AWS::AccountId"),
        execution_role_arn=symbol("ExecutionRole.Arn"),
    )
    return template.add_resource(
        kms.Key(
            "Key",
            Description="Home file systems and volumes of Studio",
            EnableKeyRotation=True,
            PendingWindowInDays=KEY_PENDING_DAYS,
            KeyPolicy=resolvable(document),
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Retain",
        )
    )


def _domain(
    template: Troposphere,
    word: str,
    *,
    key: kms.Key,
    settings: Mapping[str, Any],
    begins: Starts,
    workbench: Mapping[str, Any],
) -> None:
    """`workbench` are the members of DomainSettings of a domain with RStudio."""
    managed = {"AppSecurityGroupManagement": "Service"} if workbench else {}
    seats = {"RStudioServerProAppSettings": seat()} if workbench else {}
    domain = template.add_resource(
        sagemaker.Domain(
            f"Domain{word}",
            DomainName=told(template, "NameOfDomain", word),
            AuthMode="IAM",
            AppNetworkAccessType="VpcOnly",
            VpcId=told(template, "VpcId", word),
            SubnetIds=told(template, "SubnetIds", word),
            KmsKeyId=Ref(key),
            DomainSettings=sagemaker.DomainSettings(
                # Every session carries the person's profile (S1-08).
                ExecutionRoleIdentityConfig="USER_PROFILE_NAME",
                **workbench,
            ),
            **managed,
            DefaultUserSettings=sagemaker.UserSettings(
                **settings,
                **begins.of_people,
                **seats,
                StudioWebPortal="ENABLED",
                DefaultLandingUri=told(template, "LandingUri", word),
            ),
            # Of shared spaces, which have no settings of anybody's own.
            DefaultSpaceSettings=sagemaker.DefaultSpaceSettings(**settings, **begins.of_spaces),
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Retain",
        )
    )
    gives(template, f"DomainId{word}", Ref(domain))
    gives(template, f"HomeEfsFileSystemId{word}", GetAtt(domain, "HomeEfsFileSystemId"))


def _apps(
    template: Troposphere, word: str, *, goes_out: bool, warehouses: int, by_endpoint: bool
) -> list[Any]:
    """The groups of the apps of one domain: to one another, and by named doors (F-45).

    One group says nothing but who is an app, the other what apps may: a group cannot name
    itself in its own rules, and CloudFormation takes rules that are resources of their own,
    beside a group with rules, for drift.
    """
    peers = _group(template, f"Peers{word}", word, "Studio apps, for one another", to=[NOWHERE])
    cidr, hub = told(template, "VpcCidr", word), told(template, "HubCidr")
    buckets = told(template, "S3PrefixListId")
    places = [told(template, "WarehouseCidr", one + 1) for one in range(warehouses)]
    places += [cidr] if by_endpoint else []
    to = [
        _rule("The endpoints of the hub", HTTPS, CidrIp=hub),
        *([_rule("By NAT, to fetch libraries", HTTPS, CidrIp=ANYWHERE)] if goes_out else []),
        _rule("Home file systems", NFS, CidrIp=cidr),
        *(_rule("Names", DNS, protocol=protocol, CidrIp=cidr) for protocol in ("tcp", "udp")),
        *(_rule("A warehouse", REDSHIFT, CidrIp=place) for place in places),
        *_among(DestinationSecurityGroupId=peers),
        _rule("Buckets, by the gateway of the VPC", HTTPS, DestinationPrefixListId=buckets),
    ]
    what = "Studio apps, and what they reach"
    come = _among(SourceSecurityGroupId=peers)
    group = _group(template, f"Apps{word}", word, what, to=to, SecurityGroupIngress=come)
    gives(template, f"AppsSecurityGroupId{word}", group)
    return [group, peers]


def _group(
    template: Troposphere, name: str, word: str, what: str, *, to: list[Any], **more: Any
) -> Any:
    group = ec2.SecurityGroup(
        name,
        GroupDescription=what,
        VpcId=told(template, "VpcId", word),
        SecurityGroupEgress=to,
        **more,
    )
    return GetAtt(template.add_resource(group), "GroupId")


def _among(**whom: Any) -> list[dict[str, Any]]:
    """From members to members."""
    return [_rule("Apps among themselves", *ports, **whom) for ports in AMONG_APPS]


def _rule(
    what: str, first: int, last: int | None = None, *, protocol: str = "tcp", **whom: Any
) -> dict[str, Any]:
    """A rule for the ports from `first` to `last`, and for whom."""
    rule: dict[str, Any] = {"Description": what, "IpProtocol": protocol}
    return {**rule, "FromPort": first, "ToPort": last or first, **whom}


def _with_rstudio(rstudio: tuple[Urls | None, ...]) -> list[str]:
    return [
        "-".join([f"rstudio-{n}", *urls]).lower()
        for n, urls in enumerate(rstudio, start=1)
        if urls is not None
    ]


def _shape(domains: int, egress: tuple[bool, ...], warehouses: int) -> str:
    out = [f"out-{n}" for n, one in enumerate(egress, start=1) if one]
    reads = [f"reads-{warehouses}"] if warehouses else []
    return "-".join([f"studio-{domains}", *out, *reads])
