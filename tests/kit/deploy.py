"""An organisation to deploy into, all in memory, and small stacks with the shape of the real ones.

`Town` gives clients by account as `Accounts` does.  It can be made to die at any call, as a
process does under `kill -9`: from then on nothing it is asked does anything.
"""

import itertools
import textwrap
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from studiogate import names
from studiogate.deploy.applying import Bundle, Wish
from studiogate.deploy.keep.lock import Holder
from studiogate.deploy.world import Doing, World
from studiogate.foundation.stacks import MANAGEMENT, Artifact, Output, Stack, StackKey, Template
from studiogate.landscape.model import Landscape, VpcNetwork
from studiogate.landscape.read import read
from tests.kit.deploy_cloudformation import FakeCloudFormation
from tests.kit.deploy_engine import FakeStack, Hooks, error
from tests.kit.deploy_services import (
    FakeDomain,
    FakeDynamo,
    FakeEfs,
    FakeKms,
    FakeS3,
    FakeSageMaker,
    Nothing,
)
from tests.kit.deploy_warehouses import FakeWarehouses
from tests.kit.starting import EXAMPLE

HUB, LOB_A, LOB_B, DATA = "111111111111", "222222222222", "333333333333", "444444444444"
NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
BUCKET = "studiogate-artifacts-acme"


class Killed(BaseException):
    """The process is gone."""


class Town:
    """Accounts that deploying speaks to."""

    def __init__(self) -> None:
        self.hooks = Hooks(create=self._create, change=self._change, delete=self._delete)
        self.cloudformation: dict[str, FakeCloudFormation] = {}
        self.s3: dict[str, FakeS3] = {}
        self.dynamodb: dict[str, FakeDynamo] = {}
        self.sagemaker: dict[str, FakeSageMaker] = {}
        self.efs: dict[str, FakeEfs] = {}
        self.kms: dict[str, FakeKms] = {}
        self.warehouses: dict[str, FakeWarehouses] = {}
        self.calls: list[tuple[str, str, str]] = []
        self.forgotten: list[str] = []
        self.refuses: dict[tuple[str, str], list[Exception]] = {}
        """By account and operation: errors it answers with, one after the other."""

        self.dies_at: int | None = None
        """At which call the process is killed."""

        self.dies_after_it = False
        """Whether AWS still does what that call asks."""

        self.dead = False
        self._calling = threading.RLock()

    def client(self, account_id: str | None, service: Any) -> Any:
        account = account_id or MANAGEMENT
        with self._calling:
            return _Client(self, account, service, self._made(account, service))

    def forget(self, account_id: str) -> None:
        self.forgotten.append(account_id)

    def anew(self) -> None:
        """A new process meets what the last one left."""
        self.dead, self.dies_at, self.calls = False, None, []

    def call(self, account: str, service: str, name: str, do: Callable[[], Any]) -> Any:
        with self._calling:
            self.calls.append((account, service, name))
            last = len(self.calls) == self.dies_at
            if self.dead or (last and not self.dies_after_it):
                self.dead = True
                raise Killed
            if waiting := self.refuses.get((account, name)):
                raise waiting.pop(0)
            answer = do()
            if last:
                self.dead = True
                raise Killed
            return answer

    def stacks(self) -> dict[str, FakeStack]:
        """Every stack that is there, by `ACCOUNT/NAME`."""
        return {
            f"{account}/{name}": stack
            for account, one in self.cloudformation.items()
            for name, stack in one.stacks.items()
        }

    def state(self) -> dict[str, Any]:
        """Everything that matters in the end, but for names that differ from run to run."""
        return {
            name: (
                stack.status,
                stack.text,
                dict(stack.tags),
                sorted(stack.outputs),
                stack.protected,
            )
            for name, stack in sorted(self.stacks().items())
        } | {
            "people": self.rows(names.PEOPLE_TABLE).keys(),
            "lobs": self.rows(names.LOBS_TABLE).keys(),
            "domains": sorted(
                one.name for some in self.sagemaker.values() for one in some.domains.values()
            ),
            "sets": [name for name, stack in self.stacks().items() if stack.sets],
            "kept": "landscape.yaml" in self.objects(),
        }

    def rows(self, table: str) -> dict[str, dict[str, Any]]:
        dynamodb = self.dynamodb.get(HUB)
        return {} if dynamodb is None else dynamodb.tables.get(table, {})

    def objects(self) -> dict[str, tuple[bytes, str]]:
        s3 = self.s3.get(HUB)
        return {} if s3 is None else s3.buckets.get(BUCKET, {})

    def domain(self, name: str) -> FakeDomain:
        return next(
            one
            for some in self.sagemaker.values()
            for one in some.domains.values()
            if one.name == name
        )

    def asked(self, operation: str) -> int:
        """How often an operation was asked for."""
        return sum(one[2] == operation for one in self.calls)

    def _made(self, account: str, service: str) -> Any:
        made: dict[str, Callable[[], Any]] = {
            "cloudformation": lambda: self.cloudformation.setdefault(
                account, FakeCloudFormation(account, self.hooks)
            ),
            "s3": lambda: self.s3.setdefault(account, FakeS3(account, self.hooks.templates)),
            "dynamodb": lambda: self.dynamodb.setdefault(account, FakeDynamo()),
            "sagemaker": lambda: self.sagemaker.setdefault(
                account, FakeSageMaker(self._made(account, "efs"))
            ),
            "efs": lambda: self.efs.setdefault(account, FakeEfs()),
            "kms": lambda: self.kms.setdefault(account, FakeKms()),
        }
        if service in made:
            return made[service]()
        there = self.warehouses.setdefault(account, FakeWarehouses())
        return there.client(service) or Nothing(service)

    def _create(self, account: str, kind: str, physical: str, told: dict[str, Any]) -> None:
        if kind == "AWS::S3::Bucket":
            self._made(account, "s3").buckets[physical] = {}
        elif kind == "AWS::DynamoDB::Table":
            self._made(account, "dynamodb").tables[physical] = {}
            self._made(account, "dynamodb").protected.add(physical)
        elif kind == "AWS::SageMaker::Domain":
            sagemaker = self._made(account, "sagemaker")
            efs = f"{physical}.HomeEfsFileSystemId"
            sagemaker.domains[physical] = FakeDomain(physical, told["DomainName"], efs)
            key = next(iter(self._made(account, "kms").keys), "")
            self._made(account, "efs").made(efs, key)
        elif kind == "AWS::KMS::Key":
            tags = {"studiogate:landscape": "acme", "studiogate:environment": "demo"}
            self._made(account, "kms").keys[physical] = {"state": "Enabled", "tags": tags}
        elif kind == "AWS::SageMaker::UserProfile":
            domain = self._made(account, "sagemaker").domains[told["DomainId"]]
            domain.profiles.append(told["UserProfileName"])

    def _change(self, account: str, kind: str, physical: str, told: dict[str, Any]) -> None:
        """A structure of a domain's settings that a template has stands for the one before."""
        if kind == "AWS::SageMaker::Domain":
            domain = self._made(account, "sagemaker").domains[physical]
            given = told.get("DefaultUserSettings", {})
            domain.users |= {one: dict(some) for one, some in given.items()}

    def _delete(self, account: str, kind: str, physical: str) -> str:
        deletes: dict[str, Callable[[str, str], str]] = {
            "AWS::S3::Bucket": self._delete_bucket,
            "AWS::DynamoDB::Table": self._delete_table,
            "AWS::SageMaker::Domain": self._delete_domain,
            "AWS::SageMaker::UserProfile": self._delete_profile,
            "AWS::EC2::VPC": self._delete_vpc,
            "AWS::KMS::Key": self._delete_key,
        }
        found = deletes.get(kind)
        return found(account, physical) if found else ""

    def _delete_bucket(self, account: str, physical: str) -> str:
        if self.s3[account].buckets.get(physical):
            return "The bucket you tried to delete is not empty"
        self.s3[account].buckets.pop(physical, None)
        return ""

    def _delete_table(self, account: str, physical: str) -> str:
        if physical in self.dynamodb[account].protected:
            return "Resource cannot be deleted as it is currently protected against deletion."
        self.dynamodb[account].tables.pop(physical, None)
        return ""

    def _delete_domain(self, account: str, physical: str) -> str:
        sagemaker = self.sagemaker[account]
        domain = sagemaker.domains.get(physical)
        if domain is not None:
            if why := sagemaker.in_use(domain):
                return f"Unable to delete Domain [{physical}]: it still has {why}"
            del sagemaker.domains[physical]
        return ""

    def _delete_vpc(self, account: str, _physical: str) -> str:
        efs = self.efs.get(account)
        mounted = efs is not None and any(one["mounts"] for one in efs.there.values())
        return "The vpc has dependencies and cannot be deleted." if mounted else ""

    def _delete_key(self, account: str, physical: str) -> str:
        self.kms[account].keys[physical]["state"] = "PendingDeletion"
        return ""

    def _delete_profile(self, account: str, physical: str) -> str:
        sagemaker = self.sagemaker[account]
        for domain in sagemaker.domains.values():
            if physical in domain.profiles:
                if why := sagemaker.profile_in_use(domain, physical):
                    return f"Unable to delete UserProfile [{physical}]: it still has {why}"
                domain.profiles.remove(physical)
        return ""


@dataclass(frozen=True)
class _Client:
    """What the product is handed: every call passes the town."""

    town: Town
    account: str
    service: str
    real: Any

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.real, name)
        if name == "can_paginate":
            return found
        if name == "get_paginator":
            return lambda operation: self._counted(operation, found(operation))
        return lambda **asked: self.town.call(
            self.account, self.service, name, lambda: found(**asked)
        )

    def _counted(self, operation: str, paginator: Any) -> Any:
        class Counted:
            def paginate(_self, **asked: Any) -> Any:  # noqa: N805 - `self` is the client's
                return iter(
                    self.town.call(
                        self.account,
                        self.service,
                        operation,
                        lambda: list(paginator.paginate(**asked)),
                    )
                )

        return Counted()


@dataclass
class Seconds:
    """Time that passes when somebody waits, and a little with every look at it."""

    now: float = 0.0
    passing: threading.Lock = field(default_factory=threading.Lock)

    def ticks(self) -> float:
        with self.passing:
            self.now += 0.001
            return self.now

    def pause(self, seconds: float) -> None:
        with self.passing:
            self.now += seconds

    def clock(self) -> datetime:
        return NOW + timedelta(seconds=self.now)


@dataclass
class Told:
    """What was told on the way."""

    lines: list[Doing] = field(default_factory=list)

    def __call__(self, doing: Doing) -> None:
        self.lines.append(doing)

    def __contains__(self, words: str) -> bool:
        return any(words in f"{one.about}: {one.what}" for one in self.lines)


def world_of(town: Any, told: Told | None = None, **more: Any) -> World:
    """The world of a run in `town`; what runs side by side does so two by two."""
    seconds = more.pop("seconds", None) or Seconds()
    numbers = itertools.count(1)
    return World(
        accounts=town,
        region="eu-west-1",
        clock=seconds.clock,
        ticks=seconds.ticks,
        pause=seconds.pause,
        chance=lambda: 0.5,
        token=lambda: f"t{next(numbers):04}",
        tell=told or Told(),
        **({"at_once": 2} | more),
    )


def plain() -> str:
    """The example without images and without RStudio, of which the town has no templates."""
    text = EXAMPLE.read_text(encoding="utf-8")
    before, _, images = text.partition("images:  ")
    without = before + "images: {}\n\n" + images[images.index("invariants:") :]
    return without.replace(", rstudio: {}", "")


def acme() -> Landscape:
    """The landscape of the example, as far as the town goes."""
    return read(plain())


def changed(*replaced: tuple[str, str]) -> Landscape:
    """The same with texts of the file replaced."""
    text = plain()
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    return read(text)


WITHOUT_LOB_B = (
    (
        "  lob-b: {account: lob-b, groups: [ml-lob-b], owner: ml-lob-b-owners@acme.example}\n",
        "",
    ),
    ("  fraud:       {lob: lob-b, network: lob-b, opens_from: [office]}\n", ""),
    (
        (
            "  user-lob-b: {lob: lob-b, profile: user-lob-b, idp: [corporate, workforce], "
            "demo_password: UserLobB1!}\n"
        ),
        "",
    ),
    ("  - {never: {lob: lob-a, open: fraud}}\n", ""),
    ("  - {never: {lob: lob-b, open: forecasting}}\n", ""),
    (", lob-b: [analysts]", ""),
    ('  lob-b: "333333333333"\n', ""),
    ("  lob-b:  {kind: vpc, account: lob-b, cidr: 10.120.0.0/16}\n", ""),
)
"""One line of business less."""


def wish_of(landscape: Landscape | None = None, **more: Any) -> Wish:
    """What `apply` is asked for."""
    told: dict[str, Any] = {
        "landscape": landscape or acme(),
        "compose": composed,
        "holder": Holder("arn:aws:iam::999999999999:user/ada", "here", "w1"),
        "bundle": Bundle("function/abc.zip", {"BundleKey": "function/abc.zip"}, lambda: b"PK"),
    }
    return Wish(**(told | more))


def composed(landscape: Landscape) -> tuple[Stack, ...]:
    """Small stacks of a landscape, with the names, the needs and the outputs of the real ones."""
    return tuple(_stacks(landscape))


def _stacks(landscape: Landscape) -> Iterable[Stack]:
    hub = landscape.hub_account
    network = StackKey(hub, "studiogate-network-hub")
    yield Stack(StackKey(hub, "studiogate-artifacts"), ARTIFACTS, {}, keeps=("Bucket",))
    yield Stack(network, VPC, {"Cidr": "10.0.0.0/16", "Hub": ""})
    owners = {}
    for name, one in landscape.networks.items():
        if isinstance(one, VpcNetwork) and name != "hub":
            key = StackKey(landscape.accounts[one.account], f"studiogate-network-{name}")
            owners[name] = key
            yield Stack(key, VPC, {"Cidr": str(one.cidr), "Hub": Output(network, "VpcId")})
    studios = {}
    for lob, declared in landscape.lobs.items():
        domains = [name for name, one in landscape.domains.items() if one.lob == lob]
        key = StackKey(landscape.accounts[declared.account], "studiogate-studio")
        told: dict[str, Any] = {}
        for number, name in enumerate(domains, 1):
            studios[name] = (key, number)
            told[f"NameOfDomain{number}"] = name
            told[f"VpcId{number}"] = Output(owners[landscape.domains[name].network], "VpcId")
        keeps = ("Key", *(f"Domain{number}" for number in range(1, len(domains) + 1)))
        yield Stack(key, studio(len(domains)), told, keeps=keeps)
    endpoints = StackKey(hub, "studiogate-endpoints")
    yield Stack(
        endpoints,
        ENDPOINTS,
        {
            "VpcId": Output(network, "VpcId"),
            "Domains": tuple(Output(key, f"DomainId{n}") for key, n in studios.values()),
        },
    )
    for key in dict.fromkeys(key for key, _ in studios.values()):
        yield Stack(
            StackKey(key.account, "studiogate-access"),
            ACCESS,
            {
                "DomainId1": Output(key, "DomainId1"),
                "VpceStudio": Output(endpoints, "VpceStudio"),
            },
        )
    yield Stack(
        StackKey(hub, "studiogate-gateway"),
        GATEWAY,
        {
            "VpcId": Output(network, "VpcId"),
            "BundleBucket": Output(StackKey(hub, "studiogate-artifacts"), "BucketName"),
            "BundleKey": Artifact("BundleKey"),
        },
        after=(endpoints,),
        keeps=("PeopleTable", "LobsTable"),
    )
    for name, (key, number) in studios.items():
        lob = landscape.domains[name].lob
        profiles = [
            landscape.profile_of(person) or ""
            for person, one in landscape.people.items()
            if one.lob == lob
        ]
        yield Stack(
            StackKey(key.account, f"studiogate-people-{name}"),
            people(tuple(profiles)),
            {"DomainId": Output(key, f"DomainId{number}")},
        )


def template(shape: str, text: str) -> Template:
    """A template of ours; what it takes and tells is read off its lines."""
    body = textwrap.dedent(text)
    sections: dict[str, list[str]] = {}
    section = ""
    for line in body.splitlines():
        if not line.startswith(" "):
            section = line.rstrip(":")
        elif line.startswith("  ") and not line.startswith("   "):
            sections.setdefault(section, []).append(line.partition(":")[0].strip())
    return Template(
        shape,
        body,
        frozenset(sections.get("Parameters", ())),
        frozenset(sections.get("Outputs", ())),
        named_roles="AWS::IAM::" in body,
    )


ARTIFACTS = template(
    "artifacts",
    f"""\
    Resources:
      Bucket: {{Type: "AWS::S3::Bucket", Properties: {{BucketName: {BUCKET}}}}}
    Outputs:
      BucketName: {{Value: {{Ref: Bucket}}}}
    """,
)
VPC = template(
    "vpc",
    """\
    Parameters:
      Cidr: {Type: String}
      Hub: {Type: String}
    Resources:
      Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: {Ref: Cidr}}}
      Route: {Type: "AWS::EC2::Route", Properties: {To: {Ref: Hub}, VpcId: {Ref: Vpc}}}
    Outputs:
      VpcId: {Value: {Ref: Vpc}}
    """,
)
ENDPOINTS = template(
    "endpoints",
    """\
    Parameters:
      VpcId: {Type: String}
      Domains: {Type: CommaDelimitedList}
    Resources:
      Studio: {Type: "AWS::EC2::VPCEndpoint", Properties: {VpcId: {Ref: VpcId}, Policy: {Ref: Domains}}}
    Outputs:
      VpceStudio: {Value: {Ref: Studio}}
    """,
)
ACCESS = template(
    "access",
    """\
    Parameters:
      DomainId1: {Type: String}
      VpceStudio: {Type: String}
    Resources:
      Presign: {Type: "AWS::IAM::Role", Properties: {Text: {"Fn::Sub": "${DomainId1} ${VpceStudio}"}}}
    Outputs:
      PresignRoleArn: {Value: {"Fn::GetAtt": [Presign, Arn]}}
    """,
)
GATEWAY = template(
    "gateway",
    f"""\
    Parameters:
      VpcId: {{Type: String}}
      BundleBucket: {{Type: String}}
      BundleKey: {{Type: String}}
    Resources:
      PeopleTable: {{Type: "AWS::DynamoDB::Table", Properties: {{TableName: {names.PEOPLE_TABLE}}}}}
      LobsTable: {{Type: "AWS::DynamoDB::Table", Properties: {{TableName: {names.LOBS_TABLE}}}}}
      IdpsTable: {{Type: "AWS::DynamoDB::Table", Properties: {{TableName: {names.IDPS_TABLE}}}}}
      Function: {{Type: "AWS::Lambda::Function", Properties: {{Key: {{Ref: BundleKey}}}}}}
    Outputs:
      PeopleTable: {{Value: {{Ref: PeopleTable}}}}
    """,
)


@cache
def studio(domains: int) -> Template:
    """The template of an account with so many domains; one shape is one object."""
    numbers = range(1, domains + 1)
    lines = ["Parameters:"]
    lines += [
        f"  NameOfDomain{n}: {{Type: String}}\n  VpcId{n}: {{Type: String}}" for n in numbers
    ]
    lines += [
        "Resources:",
        '  Role: {Type: "AWS::IAM::Role"}',
        '  Key: {Type: "AWS::KMS::Key"}',
    ]
    lines += [
        f'  Domain{n}: {{Type: "AWS::SageMaker::Domain", Properties: '
        f"{{DomainName: {{Ref: NameOfDomain{n}}}, VpcId: {{Ref: VpcId{n}}}}}}}"
        for n in numbers
    ]
    lines += ["Outputs:", '  ExecutionRoleArn: {Value: {"Fn::GetAtt": [Role, Arn]}}']
    lines += [
        f"  DomainId{n}: {{Value: {{Ref: Domain{n}}}}}\n  HomeEfsFileSystemId{n}: "
        f'{{Value: {{"Fn::GetAtt": [Domain{n}, HomeEfsFileSystemId]}}}}'
        for n in numbers
    ]
    return template(f"studio-{domains}", "\n".join(lines) + "\n")


@cache
def people(profiles: tuple[str, ...]) -> Template:
    """The template of the profiles of one domain."""
    lines = ["Parameters:", "  DomainId: {Type: String}", "Resources:"]
    lines += [
        f'  P{number}: {{Type: "AWS::SageMaker::UserProfile", Properties: '
        f"{{DomainId: {{Ref: DomainId}}, UserProfileName: {profile}}}}}"
        for number, profile in enumerate(profiles)
    ]
    return template(f"people-{'-'.join(profiles)}", "\n".join(lines) + "\n")


def throttled(operation: str) -> Exception:
    """What boto3 raises when AWS is asked too often."""
    return error(operation, "Throttling", "Rate exceeded")
