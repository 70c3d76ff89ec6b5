"""S5, S1: the example with every way in.  What the table and `why --live` say is what happens.

Its people read a serverless workgroup over a peering, each by a role of their own.  The
organisation is this module's own, so that whatever is changed in it disturbs nobody.
"""

import itertools
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from studiogate.aws.session import Accounts
from studiogate.cli.landscape_file import landscape_of
from studiogate.landscape.model import Landscape
from studiogate.names import GATEWAY_ROLE, PEOPLE_TABLE, PRESIGN_ROLE
from studiogate.probe.live import world_of
from studiogate.reach.answer import answer
from studiogate.reach.trace import Answer, Layer
from studiogate.reach.world import World, world
from tests.kit.commands import drifted, reported
from tests.kit.doctor import Doctor
from tests.kit.gateway import NOW
from tests.kit.kernel import Kernel
from tests.kit.organisation import Organisation
from tests.kit.starting import MANY_WAYS, STUDIOGATE, started_as
from tests.kit.ticks import READER, Joining, no_peering_route, readers
from tests.kit.truth import predicted

FRESH = 20
"""People of research who have opened nothing: the gateway remembers no session of theirs."""

Break = Callable[[Organisation, str], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def borealis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organisation]:
    landscape = tmp_path_factory.mktemp("borealis") / "landscape.yaml"
    example = MANY_WAYS.read_text(encoding="utf-8")
    fresh = "".join(
        f"  fresh-{n}: {{lob: research, demo_password: FreshFresh1!}}\n" for n in range(FRESH)
    )
    landscape.write_text(example.replace("people:\n", f"people:\n{fresh}"), encoding="utf-8")
    with started_as(landscape) as up, Organisation(up) as organisation:
        yield organisation


@pytest.fixture(scope="module")
def fresh() -> Iterator[str]:
    return (f"fresh-{n}" for n in range(FRESH))


@pytest.fixture(scope="module")
def landscape(borealis: Organisation) -> Landscape:
    return landscape_of(borealis.landscape)


def as_it_is(borealis: Organisation, landscape: Landscape, person: str, domain: str) -> World:
    keys = borealis.keys("management")
    accounts = Accounts(
        landscape.region,
        endpoint=borealis.up["aws_endpoint"],
        access_key=keys["aws_access_key_id"],
        secret_key=keys["aws_secret_access_key"],
    )
    return world_of(world(landscape), accounts, person=person, domain=domain, now=NOW)


def asked(borealis: Organisation, landscape: Landscape, *question: str) -> Answer:
    person, domain, network = question
    there = as_it_is(borealis, landscape, person, domain)
    return answer(there, person, domain, network)


def test_s2_24_peered_networks_that_nobody_touched_have_not_drifted(
    borealis: Organisation,
) -> None:
    status = reported(borealis, "status", "--drift")

    assert (drifted(status), status["ok"]) == ({}, True)


def test_s5_02_s5_14_every_cell_of_the_table_is_what_happens(
    borealis: Organisation, landscape: Landscape
) -> None:
    cells = predicted(landscape)
    people = [name for name in landscape.people if not name.startswith("fresh-")]
    asked = itertools.product(people, landscape.domains, borealis.up["networks"])

    wrong = {
        where: (cells[where].allowed, cells[where].why)
        for where in asked
        if cells[where].allowed is not borealis.opens(*where)
    }

    assert wrong == {}
    assert sum(cell.allowed for cell in cells.values()) == 18 + 4 * FRESH


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


NOTHING = document({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"})
NO_STUDIO = document(
    {"Effect": "Deny", "Action": "sagemaker:CreatePresigned*", "Resource": "*"}
)
NOBODY_BECOMES = document(
    {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sts:AssumeRole",
        "Resource": f"arn:aws:iam::510000000002:role/{PRESIGN_ROLE}",
    }
)


def closed(service: str) -> Break:
    def broken(borealis: Organisation, _: str) -> AbstractContextManager[None]:
        return borealis.endpoint_policy(service, json.loads(NOTHING))

    return broken


@contextmanager
def role_policy(
    borealis: Organisation, account: str, role: str, change: Callable[[Any], None]
) -> Iterator[None]:
    iam = borealis.client(account, "iam")
    which = {"RoleName": role, "PolicyName": role}
    before = iam.get_role_policy(**which)["PolicyDocument"]
    after = json.loads(json.dumps(before))
    change(after)
    iam.put_role_policy(**which, PolicyDocument=json.dumps(after))
    try:
        yield
    finally:
        iam.put_role_policy(**which, PolicyDocument=json.dumps(before))


def presigner_narrowed(borealis: Organisation, _: str) -> AbstractContextManager[None]:
    def other_profiles(policy: Any) -> None:
        for statement in policy["Statement"]:
            held = statement["Resource"]
            each = [held] if isinstance(held, str) else held
            statement["Resource"] = [one if one == "*" else f"{one}-other" for one in each]

    return role_policy(borealis, "research", PRESIGN_ROLE, other_profiles)


def gateway_narrowed(borealis: Organisation, _: str) -> AbstractContextManager[None]:
    def nobody(policy: Any) -> None:
        del policy["Statement"][0]

    return role_policy(borealis, "shared-services", GATEWAY_ROLE, nobody)


@contextmanager
def another_external_id(borealis: Organisation, _: str) -> Iterator[None]:
    iam = borealis.client("research", "iam")
    before = json.dumps(iam.get_role(RoleName=PRESIGN_ROLE)["Role"]["AssumeRolePolicyDocument"])
    after = before.replace("studiogate:borealis:demo:research", "somebody-else")
    assert after != before
    iam.update_assume_role_policy(RoleName=PRESIGN_ROLE, PolicyDocument=after)
    try:
        yield
    finally:
        iam.update_assume_role_policy(RoleName=PRESIGN_ROLE, PolicyDocument=before)


@contextmanager
def boundary(borealis: Organisation, person: str) -> Iterator[None]:
    iam = borealis.client("research", "iam")
    made = iam.create_policy(PolicyName=f"narrow-{person}", PolicyDocument=NO_STUDIO)
    arn = made["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName=PRESIGN_ROLE, PermissionsBoundary=arn)
    try:
        yield
    finally:
        iam.delete_role_permissions_boundary(RoleName=PRESIGN_ROLE)


def guardrail(kind: str, content: str) -> Break:
    @contextmanager
    def broken(borealis: Organisation, person: str) -> Iterator[None]:
        organizations = borealis.client("management", "organizations")
        made = organizations.create_policy(
            Name=f"{kind}-{person}", Description="closed", Type=kind, Content=content
        )
        which = {"PolicyId": made["Policy"]["PolicySummary"]["Id"], "TargetId": "510000000002"}
        organizations.attach_policy(**which)
        try:
            yield
        finally:
            organizations.detach_policy(**which)

    return broken


@contextmanager
def no_profile(borealis: Organisation, person: str) -> Iterator[None]:
    sagemaker = borealis.client("research", "sagemaker")
    domains = sagemaker.list_domains()["Domains"]
    (id_,) = (one["DomainId"] for one in domains if one["DomainName"] == "climate")
    sagemaker.delete_user_profile(DomainId=id_, UserProfileName=person)
    try:
        yield
    finally:
        sagemaker.create_user_profile(DomainId=id_, UserProfileName=person)


def row(**columns: Any) -> Break:
    """The person's row with other columns; without any, no row."""

    @contextmanager
    def broken(borealis: Organisation, person: str) -> Iterator[None]:
        dynamodb = borealis.client("shared-services", "dynamodb")
        key = {"TableName": PEOPLE_TABLE, "Key": {"PK": {"S": person}}}
        before = dynamodb.get_item(**key)["Item"]
        if columns:
            dynamodb.put_item(TableName=PEOPLE_TABLE, Item=before | columns)
        else:
            dynamodb.delete_item(**key)
        try:
            yield
        finally:
            dynamodb.put_item(TableName=PEOPLE_TABLE, Item=before)

    return broken


@pytest.mark.parametrize(
    ("broken", "layer"),
    [
        (closed("execute-api"), Layer.API_POLICY),
        (closed("sts"), Layer.ROLE),
        (another_external_id, Layer.ROLE),
        (gateway_narrowed, Layer.ROLE),
        (guardrail("RESOURCE_CONTROL_POLICY", NOBODY_BECOMES), Layer.ROLE),
        (closed("sagemaker.api"), Layer.CREATE),
        (presigner_narrowed, Layer.CREATE),
        (boundary, Layer.CREATE),
        (guardrail("SERVICE_CONTROL_POLICY", NO_STUDIO), Layer.CREATE),
        (no_profile, Layer.CREATE),
        (closed("studio"), Layer.USE),
        (row(), Layer.PERSON),
        (row(REVOKED={"BOOL": True}), Layer.PERSON),
        (row(UNTIL={"S": "2020-01-31T18:00:00+00:00"}), Layer.PERSON),
        (row(LOB={"S": "trading"}), Layer.GRANT),
        (row(PROFILE={"S": "nobody-s"}), Layer.CREATE),
    ],
)
def test_what_is_changed_in_the_accounts_is_what_why_live_says(
    borealis: Organisation,
    landscape: Landscape,
    fresh: Iterator[str],
    broken: Break,
    layer: Layer,
) -> None:
    way = (next(fresh), "climate", "office")

    with broken(borealis, way[0]):
        found = asked(borealis, landscape, *way)
        assert not borealis.opens(*way)

    assert (found.allowed, found.decided.layer) == (False, layer), found.decided


def test_as_it_was_laid_why_live_says_what_happens(
    borealis: Organisation, landscape: Landscape, fresh: Iterator[str]
) -> None:
    person = next(fresh)
    there = as_it_is(borealis, landscape, person, "climate")

    for network in borealis.up["networks"]:
        way = (person, "climate", network)
        assert answer(there, *way).allowed is borealis.opens(*way)


def test_s2_17_an_endpoint_that_is_gone_is_named(
    borealis: Organisation, landscape: Landscape, fresh: Iterator[str]
) -> None:
    ec2, found = borealis.client("shared-services", "ec2"), borealis.endpoint("sts")
    ec2.delete_vpc_endpoints(VpcEndpointIds=[found["VpcEndpointId"]])
    try:
        answered = asked(borealis, landscape, next(fresh), "climate", "office")
    finally:
        made = ec2.create_vpc_endpoint(
            VpcId=found["VpcId"],
            ServiceName=found["ServiceName"],
            VpcEndpointType="Interface",
            SubnetIds=found["SubnetIds"],
            PolicyDocument=found["PolicyDocument"],
        )

    assert made["VpcEndpoint"]["VpcEndpointId"] != found["VpcEndpointId"]
    assert answered.decided.layer is Layer.ROLE
    assert answered.decided.said.startswith("hub has no VPC endpoint for com.amazonaws.")


def test_the_command_says_it_and_proposes_what_was_tried(
    borealis: Organisation, clean_environment: dict[str, str], fresh: Iterator[str]
) -> None:
    person = next(fresh)
    command = [
        str(STUDIOGATE),
        "why",
        person,
        "climate",
        "--from",
        "office",
        "--live",
        "--json",
    ]
    more = ["--landscape", str(borealis.landscape), "--profile", "management"]
    environment = clean_environment | {"AWS_CONFIG_FILE": borealis.up["aws_config_file"]}

    with row(REVOKED={"BOOL": True})(borealis, person):
        ran = subprocess.run(
            [*command, *more], env=environment, capture_output=True, text=True, check=False
        )

    found = json.loads(ran.stdout)
    assert ran.returncode == 3, ran.stderr
    assert found["decided"]["layer"] == "person"
    assert f"run `studiogate restore {person}`" in found["decided"]["said"]
    assert found["change"]["kind"] == "directory"
    assert found["change"]["then"]["allowed"]
    assert any("not read from AWS" in note for note in found["notes"])


def test_s1_01_s1_24_s1_25_reader_and_warehouse_are_peered_with_routes_both_ways(
    borealis: Organisation,
) -> None:
    cidrs = {"research": "10.20.0.0/16", "trading": "10.40.0.0/16"}
    ways = {}
    for account, there in (("research", "trading"), ("trading", "research")):
        ec2 = borealis.client(account, "ec2")
        links = {
            one["VpcPeeringConnectionId"]: one["Status"]["Code"]
            for one in ec2.describe_vpc_peering_connections()["VpcPeeringConnections"]
        }
        routes = [one for table in ec2.describe_route_tables()["RouteTables"]
                  for one in table["Routes"]]  # fmt: skip
        ways[account] = {
            links[one["VpcPeeringConnectionId"]]
            for one in routes
            if one.get("DestinationCidrBlock") == cidrs[there]
        }

    assert ways == {"research": {"active"}, "trading": {"active"}}


@pytest.fixture(scope="module")
def reading(borealis: Organisation) -> Iterator[tuple[Kernel, Kernel, Joining]]:
    with readers(borealis) as found:
        yield found


def test_s1_11_s1_31_everybody_reads_a_workgroup_by_a_role_of_their_own(
    reading: tuple[Kernel, Kernel, Joining],
) -> None:
    asked = 'read("select current_user as me, count(*) from users").to_csv(header=False, index=False)'

    for name, kernel in zip(("ines", "late"), reading[:2], strict=True):
        assert kernel.of_warehouse("ticks", asked) == f"IAMR:StudioReader-ticks.{name},2000"


def test_s1_16_s1_33_the_groups_of_a_workgroup_come_with_the_role(
    reading: tuple[Kernel, Kernel, Joining],
) -> None:
    ines, *_ = reading

    groups = ines.of_warehouse(
        "ticks", 'read("select * from svv_user_grants").role_name.to_list()'
    )
    refused = ines.of_warehouse("ticks", 'read("select * from margins")')

    assert groups == "['analysts']"
    assert "NotGranted permission denied for relation margins" in refused
    assert 'ON TABLE "public"."margins" TO "IAMR:StudioReader-ticks.ines"' in refused


def test_s1_14_another_persons_role_of_a_workgroup_is_refused(
    reading: tuple[Kernel, Kernel, Joining],
) -> None:
    for kernel, own, other in zip(reading[:2], ("ines", "late"), ("late", "ines"), strict=True):
        for named in ((other, own), (other, other), (own, other)):
            said = kernel.run(READER + f"becoming{named}")
            assert "AccessDenied" in said
            assert "is not authorized to perform: sts:AssumeRole" in said
        assert kernel.run(READER + f"print(len(becoming{own, own}))") == "4"


def test_whoever_joins_later_has_a_role_of_their_own_after_the_next_apply(
    reading: tuple[Kernel, Kernel, Joining],
) -> None:
    *_, joining = reading

    assert len(joining.before) == 4 + FRESH
    assert joining.after - joining.before == {"StudioReader-ticks.late"}
    assert joining.before <= joining.after


def test_s1_17_f_61_statements_on_a_workgroup_are_their_owners_alone(
    reading: tuple[Kernel, Kernel, Joining],
) -> None:
    ines, late, _ = reading
    asked = 'WorkgroupName="ticks", Database="dev", Sql="select current_user"'

    begun = ines.run(READER + f'print(data_api("ines").execute_statement({asked})["Id"])')
    look = f'.describe_statement(Id="{begun}", WaitTimeSeconds=10)["Status"])'

    assert ines.run(f'{READER}print(data_api("ines"){look}') == "FINISHED"
    assert "AccessDenied" in late.run(f'{READER}print(data_api("late"){look}')


def test_s1_22_to_s1_25_without_the_peerings_route_the_notebook_and_the_doctor_say_so(
    borealis: Organisation,
    clean_environment: dict[str, str],
    reading: tuple[Kernel, Kernel, Joining],
) -> None:
    ines, *_ = reading
    doctor = Doctor(borealis, clean_environment)

    with no_peering_route(borealis) as tables, ThreadPoolExecutor(1) as waiting:
        lost = waiting.submit(ines.of_warehouse, "ticks", "user")
        broken = doctor.answer(borealis.landscape)
    found = ines.of_warehouse("ticks", "user")

    assert "NoRoute ticks: nobody answered" in lost.result()
    assert "studiogate doctor" in lost.result()
    assert [one["reaches"] for one in broken["warehouses"]] == [False, False]
    for one in broken["findings"]:
        assert "has no route to 10.40.0.0/16" in one["what"]
        assert one["remedy"].startswith("Add the route 10.40.0.0/16 by pcx-")
        assert any(table in one["where"] for table in tables)
    assert len(broken["findings"]) == 2
    assert found == "IAMR:StudioReader-ticks.ines"
