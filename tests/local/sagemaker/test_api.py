"""The emulated SageMaker API: as strict as AWS, in AWS's words."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import botocore.session
import pytest
from botocore.model import ServiceModel
from botocore.parsers import create_parser

from studiogate.local.call import ApiCall, ApiError, Place
from studiogate.local.sagemaker.api import OPERATIONS
from studiogate.local.sagemaker.model import Owner, Status
from studiogate.local.sagemaker.shapes import SHAPES
from studiogate.local.sagemaker.store import Store
from studiogate.local.sagemaker.tickets import Ticket
from tests.kit.studio import (
    LOB_A,
    LOB_B,
    OFFICE,
    REGION,
    ROLE,
    SETTINGS,
    FakeLauncher,
    HandClock,
    Studio,
)

APP = {"AppType": "JupyterLab", "AppName": "default"}
IMAGE = {"ImageName": "lab"}
VERSION = {**IMAGE, "Version": 1}
CONFIG = {"AppImageConfigName": "lab"}
IMAGES: list[tuple[str, dict[str, Any]]] = [
    ("CreateImage", {**IMAGE, "RoleArn": ROLE, "DisplayName": "Lab", "Description": "ours"}),
    ("DescribeImage", IMAGE),
    ("ListImages", {}),
    ("UpdateImage", {**IMAGE, "DisplayName": "Lab 2"}),
    ("CreateImageVersion", {**IMAGE, "BaseImage": "x", "ClientToken": "t", "Aliases": ["a"]}),
    ("DescribeImageVersion", VERSION),
    ("ListImageVersions", IMAGE),
    ("UpdateImageVersion", {**VERSION, "ReleaseNotes": "first"}),
    ("ListAliases", IMAGE),
    ("CreateAppImageConfig", {**CONFIG, "JupyterLabAppImageConfig": {}}),
    ("DescribeAppImageConfig", CONFIG),
    ("ListAppImageConfigs", {}),
    ("UpdateAppImageConfig", {**CONFIG, "CodeEditorAppImageConfig": {}}),
    ("DeleteAppImageConfig", CONFIG),
]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def launcher(tmp_path: Path) -> FakeLauncher:
    launcher = FakeLauncher(tmp_path)
    launcher.held = asyncio.Event()  # apps stay pending: nothing here waits for them
    return launcher


@pytest.fixture
async def studio(clock: HandClock, launcher: FakeLauncher) -> AsyncIterator[Studio]:
    studio = Studio(launcher, clock=clock)
    yield studio
    await studio.apps.close()


@pytest.fixture
async def domain(studio: Studio) -> str:
    domain = await studio.domain()
    await studio.profile(domain)
    return domain


async def refusal(studio: Studio, operation: str, **params: Any) -> ApiError:
    account = params.pop("account", LOB_A)
    with pytest.raises(ApiError) as caught:
        await studio.ask(operation, account=account, **params)
    return caught.value


def test_the_table_of_shapes_and_the_table_of_operations_agree() -> None:
    assert set(SHAPES) == set(OPERATIONS)


async def test_a_domain_is_made_shown_and_counted(studio: Studio) -> None:
    domain = await studio.domain(Tags=[{"Key": "lob", "Value": "a"}])

    shown = await studio.ask("DescribeDomain", DomainId=domain)

    assert len(domain) == 14
    assert domain.startswith("d-")
    assert shown["DomainArn"] == f"arn:aws:sagemaker:{REGION}:{LOB_A}:domain/{domain}"
    assert shown["AuthMode"] == "IAM"
    assert shown["AppNetworkAccessType"] == "VpcOnly"
    assert shown["SubnetIds"] == ["subnet-1"]
    assert shown["DefaultUserSettings"] == SETTINGS
    assert shown["Url"] == f"http://{studio.host(domain)}"
    assert shown["Status"] == "InService"
    assert isinstance(shown["CreationTime"], float)


async def test_new_things_are_pending_until_their_time(
    clock: HandClock, tmp_path: Path
) -> None:
    studio = Studio(FakeLauncher(tmp_path), clock=clock, ready_after=timedelta(seconds=30))
    domain = await studio.domain()
    assert (await studio.ask("DescribeDomain", DomainId=domain))["Status"] == "Pending"
    early = await refusal(studio, "CreateUserProfile", DomainId=domain, UserProfileName="ada")
    clock.forward(30)
    await studio.profile(domain)
    unready = await refusal(
        studio, "CreatePresignedDomainUrl", DomainId=domain, UserProfileName="ada"
    )
    clock.forward(30)

    assert (early.code, unready.code) == ("ValidationException", "ValidationException")
    assert "is not InService" in early.message
    assert await studio.url(domain)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"VpcId": None}, "VpcId and SubnetIds are required"),
        ({"SubnetIds": None}, "VpcId and SubnetIds are required"),
        ({"DefaultUserSettings": {}}, "ExecutionRole is required"),
        ({"DefaultUserSettings": {"ExecutionRole": ROLE}}, "SecurityGroups is required"),
    ],
    ids=["no vpc", "no subnets", "no role", "no security group"],
)
async def test_a_domain_that_could_run_nothing_is_refused(
    studio: Studio, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(ApiError, match=words) as caught:
        await studio.domain(**change)

    assert caught.value.code == "ValidationException"


async def test_a_domain_name_is_taken_once_per_account(studio: Studio) -> None:
    await studio.domain()
    with pytest.raises(ApiError) as caught:
        await studio.domain()

    assert caught.value.code == "ResourceInUse"
    assert await studio.domain(account=LOB_B)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("DescribeDomain", {}),
        ("UpdateDomain", {}),
        ("DeleteDomain", {}),
        ("CreateUserProfile", {"UserProfileName": "eve"}),
        ("DescribeUserProfile", {"UserProfileName": "ada"}),
        ("CreatePresignedDomainUrl", {"UserProfileName": "ada"}),
        ("CreateApp", {"UserProfileName": "ada", **APP}),
    ],
)
async def test_another_accounts_domain_is_not_there(
    studio: Studio, domain: str, operation: str, params: dict[str, Any]
) -> None:
    error = await refusal(studio, operation, account=LOB_B, DomainId=domain, **params)

    assert error.code == "ResourceNotFound"
    assert error.message == f"Domain [{domain}] does not exist."


async def test_each_account_lists_its_own(studio: Studio, domain: str) -> None:
    assert await studio.ask("ListDomains", account=LOB_B) == {"Domains": []}
    assert (await studio.ask("ListUserProfiles", account=LOB_B))["UserProfiles"] == []
    mine = (await studio.ask("ListDomains"))["Domains"]
    assert [one["DomainId"] for one in mine] == [domain]


@pytest.mark.parametrize("order", ["Ascending", "Descending"])
@pytest.mark.parametrize("size", [1, 3, 7, 100])
async def test_pages_show_everybody_once_even_while_people_leave(
    studio: Studio, domain: str, clock: HandClock, size: int, order: str
) -> None:
    people = ["ada", *(f"p{number}" for number in range(6))]
    for name in people[1:]:
        clock.forward(1)
        await studio.profile(domain, name)
    seen: list[str] = []
    more: dict[str, Any] = {}
    while True:
        answer = await studio.ask(
            "ListUserProfiles", DomainIdEquals=domain, MaxResults=size, SortOrder=order, **more
        )
        assert len(answer["UserProfiles"]) <= size
        seen += [one["UserProfileName"] for one in answer["UserProfiles"]]
        if "NextToken" not in answer:
            break
        more = {"NextToken": answer["NextToken"]}
        await studio.ask("DeleteUserProfile", DomainId=domain, UserProfileName=seen[-1])

    assert seen == (people if order == "Ascending" else people[::-1])


@pytest.mark.parametrize("token", ["x", "e30=", "WzEsMl0=", "é", "bnVsbA=="])
async def test_a_token_that_is_not_ours_is_refused(studio: Studio, token: str) -> None:
    error = await refusal(studio, "ListDomains", NextToken=token)

    assert (error.code, error.message) == ("ValidationException", "Invalid NextToken")


async def test_s1_09_source_identity_is_switched_on_only_while_no_app_lives(
    studio: Studio, domain: str
) -> None:
    await studio.ask("CreateApp", DomainId=domain, UserProfileName="ada", **APP)
    change = {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"}

    error = await refusal(
        studio, "UpdateDomain", DomainId=domain, DomainSettingsForUpdate=change
    )

    assert error.code == "ValidationException"
    assert "app/" + domain + "/ada/JupyterLab/default" in error.message
    assert (await studio.ask("DescribeDomain", DomainId=domain))["DomainSettings"] == {}
    await studio.ask("DeleteApp", DomainId=domain, UserProfileName="ada", **APP)
    await studio.ask("UpdateDomain", DomainId=domain, DomainSettingsForUpdate=change)
    assert (await studio.ask("DescribeDomain", DomainId=domain))["DomainSettings"] == change


async def test_the_network_is_changed_only_while_no_app_lives(
    studio: Studio, domain: str
) -> None:
    await studio.ask("CreateApp", DomainId=domain, UserProfileName="ada", **APP)

    error = await refusal(
        studio, "UpdateDomain", DomainId=domain, AppNetworkAccessType="PublicInternetOnly"
    )

    assert "AppNetworkAccessType can only be modified" in error.message
    await studio.ask("DeleteApp", DomainId=domain, UserProfileName="ada", **APP)


async def test_a_profile_name_is_taken_whatever_its_case_and_found_only_as_spelled(
    studio: Studio, domain: str
) -> None:
    taken = await refusal(studio, "CreateUserProfile", DomainId=domain, UserProfileName="ADA")
    other = await refusal(studio, "DescribeUserProfile", DomainId=domain, UserProfileName="Ada")

    assert taken.code == "ResourceInUse"
    assert other.code == "ResourceNotFound"
    assert other.message == f"UserProfile [{domain}/Ada] does not exist."


async def test_nothing_is_deleted_while_something_depends_on_it(
    studio: Studio, domain: str
) -> None:
    ada = {"DomainId": domain, "UserProfileName": "ada"}
    await studio.ask("CreateApp", **ada, **APP)
    await studio.ask(
        "CreateSpace",
        DomainId=domain,
        SpaceName="mine",
        OwnershipSettings={"OwnerUserProfileName": "ada"},
        SpaceSharingSettings={"SharingType": "Private"},
    )
    assert (await refusal(studio, "DeleteDomain", DomainId=domain)).code == "ResourceInUse"
    assert "still has an App" in (await refusal(studio, "DeleteUserProfile", **ada)).message
    await studio.ask("DeleteApp", **ada, **APP)
    assert "still owns a Space" in (await refusal(studio, "DeleteUserProfile", **ada)).message
    mine = {"DomainId": domain, "SpaceName": "mine"}
    await studio.ask("CreateApp", **mine, **APP)
    assert "still has an App" in (await refusal(studio, "DeleteSpace", **mine)).message
    await studio.ask("DeleteApp", **mine, **APP)
    await studio.ask("DeleteSpace", **mine)
    await studio.ask("DeleteUserProfile", **ada)
    await studio.ask("DeleteDomain", DomainId=domain)

    assert (await refusal(studio, "DescribeDomain", DomainId=domain)).code == "ResourceNotFound"


async def test_what_is_made_anew_under_an_old_name_inherits_nothing(
    studio: Studio, domain: str, launcher: FakeLauncher
) -> None:
    await studio.ask("DeleteUserProfile", DomainId=domain, UserProfileName="ada")
    await studio.ask("CreateSpace", DomainId=domain, SpaceName="s")
    await studio.ask("DeleteSpace", DomainId=domain, SpaceName="s")
    await studio.ask("DeleteDomain", DomainId=domain)

    assert launcher.forgotten == [
        (domain, Owner("user-profile", "ada")),
        (domain, Owner("space", "s")),
    ]
    assert await studio.domain() != domain


async def test_an_app_has_a_life_and_stays_listed_after_it(studio: Studio, domain: str) -> None:
    ada = {"DomainId": domain, "UserProfileName": "ada"}
    made = await studio.ask("CreateApp", **ada, **APP)
    assert made["AppArn"].endswith(f":app/{domain}/ada/JupyterLab/default")
    assert (await studio.ask("DescribeApp", **ada, **APP))["Status"] == "Pending"
    assert (await refusal(studio, "CreateApp", **ada, **APP)).code == "ResourceInUse"
    await studio.ask("DeleteApp", **ada, **APP)

    (row,) = (await studio.ask("ListApps", UserProfileNameEquals="ada"))["Apps"]

    assert row["Status"] == "Deleted"
    assert (await refusal(studio, "DeleteApp", **ada, **APP)).code == "ResourceNotFound"
    assert await studio.ask("CreateApp", **ada, **APP)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"AppType": "KernelGateway", "AppName": "default"}, "is not offered"),
        ({"AppType": "JupyterLab", "AppName": "other"}, "must be default"),
        ({"SpaceName": "s", **APP}, "Exactly one of"),
    ],
    ids=["another type", "another name", "profile and space"],
)
async def test_an_app_we_cannot_run_is_refused_by_name(
    studio: Studio, domain: str, params: dict[str, Any], words: str
) -> None:
    error = await refusal(studio, "CreateApp", DomainId=domain, UserProfileName="ada", **params)

    assert error.code == "ValidationException"
    assert words in error.message


async def test_tags_are_set_overwritten_listed_and_removed(studio: Studio, domain: str) -> None:
    arn = f"arn:aws:sagemaker:{REGION}:{LOB_A}:user-profile/{domain}/ada"
    await studio.ask("AddTags", ResourceArn=arn, Tags=[{"Key": "lob", "Value": "b"}])
    await studio.ask(
        "AddTags",
        ResourceArn=arn,
        Tags=[{"Key": "lob", "Value": "a"}, {"Key": "x", "Value": ""}],
    )
    await studio.ask("DeleteTags", ResourceArn=arn, TagKeys=["x", "never"])

    assert await studio.ask("ListTags", ResourceArn=arn) == {
        "Tags": [{"Key": "lob", "Value": "a"}]
    }
    many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    assert (
        await refusal(studio, "AddTags", ResourceArn=arn, Tags=many)
    ).code == "ValidationException"
    other = await refusal(studio, "ListTags", account=LOB_B, ResourceArn=arn)
    assert other.code == "ResourceNotFound"


def test_an_organisation_that_keeps_its_salt_finds_its_domains_again() -> None:
    place = Place(LOB_A, REGION)
    ids = [Store(HandClock(), salt=salt).new_domain_id(place, "f") for salt in ("a", "a", "b")]

    assert ids[0] == ids[1] != ids[2]


# ── CreatePresignedDomainUrl ──


async def test_a_url_names_the_domain_and_carries_who_asked(
    studio: Studio, domain: str, clock: HandClock
) -> None:
    url = urlsplit(
        await studio.url(
            domain, ExpiresInSeconds=20, SessionExpirationDurationInSeconds=28800,
            LandingUri="app:JupyterLab:",
        )
    )  # fmt: skip

    ticket = studio.tickets.look(parse_qs(url.query)["token"][0])

    assert url.hostname == f"{domain}.studio.{REGION}.localhost"
    assert url.path == "/auth"
    assert isinstance(ticket, Ticket)
    assert ticket.caller.source_identity == "user-lob-a"
    assert (ticket.domain_id, ticket.profile, ticket.space) == (domain, "ada", None)
    assert (ticket.expires_at - clock()).total_seconds() == 20
    assert (ticket.session_s, ticket.landing) == (28800, "app:JupyterLab:")


async def test_a_url_lives_five_minutes_and_a_session_twelve_hours_unless_said(
    studio: Studio, domain: str, clock: HandClock
) -> None:
    url = await studio.url(domain, LandingUri=None)

    ticket = studio.tickets.look(url.partition("token=")[2])

    assert isinstance(ticket, Ticket)
    assert (ticket.expires_at - clock()).total_seconds() == 300
    assert (ticket.session_s, ticket.landing) == (43200, "studio::")


async def test_two_urls_are_never_the_same(studio: Studio, domain: str) -> None:
    urls = {await studio.url(domain) for _ in range(50)}

    assert len(urls) == 50
    assert min(len(url.partition("token=")[2]) for url in urls) >= 64


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"ExpiresInSeconds": 4}, "Value '4' at 'expiresInSeconds' failed to satisfy constraint: Member must have value greater than or equal to 5"),
        ({"ExpiresInSeconds": 301}, "Value '301' at 'expiresInSeconds' failed to satisfy constraint: Member must have value less than or equal to 300"),
        ({"SessionExpirationDurationInSeconds": 1799}, "Member must have value greater than or equal to 1800"),
        ({"SessionExpirationDurationInSeconds": 43201}, "Member must have value less than or equal to 43200"),
        ({"UserProfileName": "a.b"}, "Value 'a.b' at 'userProfileName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"),
        ({"UserProfileName": "ada\n"}, "Member must satisfy regular expression pattern"),
        ({"UserProfileName": "../bo"}, "Member must satisfy regular expression pattern"),
        ({"UserProfileName": "a" * 64}, "Member must have length less than or equal to 63"),
        ({"UserProfileName": None}, "Value null at 'userProfileName' failed to satisfy constraint: Member must not be null"),
        ({"DomainId": "D-1"}, "Member must satisfy regular expression pattern: d-(-*[a-z0-9]){1,61}"),
        ({"SpaceName": "-x"}, "Value '-x' at 'spaceName' failed"),
        ({"LandingUri": "x" * 1024}, "Member must have length less than or equal to 1023"),
    ],
)  # fmt: skip
async def test_what_is_out_of_range_is_refused_in_awss_words(
    studio: Studio, domain: str, params: dict[str, Any], words: str
) -> None:
    asked = {"DomainId": domain, "UserProfileName": "ada", **params}

    error = await refusal(studio, "CreatePresignedDomainUrl", **asked)

    assert error.code == "ValidationException"
    assert error.message.startswith("1 validation error detected: Value ")
    assert words in error.message


@pytest.mark.parametrize(
    "params",
    [
        {"ExpiresInSeconds": 5, "SessionExpirationDurationInSeconds": 1800},
        {"ExpiresInSeconds": 300, "SessionExpirationDurationInSeconds": 43200},
        {"LandingUri": "studio::a/b"},
        {"LandingUri": "app:CodeEditor:"},
    ],
)
async def test_the_bounds_themselves_are_allowed(
    studio: Studio, domain: str, params: dict[str, Any]
) -> None:
    assert await studio.url(domain, **params)


async def test_all_breaches_are_told_at_once(studio: Studio, domain: str) -> None:
    error = await refusal(
        studio,
        "CreatePresignedDomainUrl",
        DomainId=domain,
        UserProfileName="a_b",
        ExpiresInSeconds=1,
    )

    assert error.message.startswith("2 validation errors detected: ")
    assert "; " in error.message


@pytest.mark.parametrize(
    "params",
    [{"ExpiresInSeconds": "20"}, {"ExpiresInSeconds": True}, {"UserProfileName": ["ada"]}],
)
async def test_a_value_of_another_type_is_not_converted(
    studio: Studio, domain: str, params: dict[str, Any]
) -> None:
    asked = {"DomainId": domain, "UserProfileName": "ada", **params}

    assert (
        await refusal(studio, "CreatePresignedDomainUrl", **asked)
    ).code == "SerializationException"


@pytest.mark.parametrize(
    "uri",
    ["/", "https://evil.example/", "app:Nope:", "app:JupyterLab", "studio:", "app:JupyterLab:../x",
     "app:JupyterLab://evil.example", "app:JupyterLab:a\\b", "app:JupyterLab:a\r\nb", "app:JupyterLab:\n"],
)  # fmt: skip
async def test_a_landing_place_aws_does_not_know_is_refused(
    studio: Studio, domain: str, uri: str
) -> None:
    error = await refusal(
        studio,
        "CreatePresignedDomainUrl",
        DomainId=domain,
        UserProfileName="ada",
        LandingUri=uri,
    )

    assert error.code == "ValidationException"
    assert "is not supported" in error.message


async def test_a_domain_of_iam_identity_center_has_no_presigned_urls(studio: Studio) -> None:
    domain = await studio.domain(AuthMode="SSO")
    await studio.profile(domain)

    error = await refusal(
        studio, "CreatePresignedDomainUrl", DomainId=domain, UserProfileName="ada"
    )

    assert error.code == "ValidationException"
    assert "can only be called when the authentication mode equals IAM" in error.message


async def test_a_missing_profile_is_not_found(studio: Studio, domain: str) -> None:
    error = await refusal(
        studio, "CreatePresignedDomainUrl", DomainId=domain, UserProfileName="nobody"
    )

    assert error.code == "ResourceNotFound"


async def test_somebody_elses_private_space_opens_for_its_owner_alone(
    studio: Studio, domain: str
) -> None:
    await studio.profile(domain, "bo")
    await studio.ask(
        "CreateSpace",
        DomainId=domain,
        SpaceName="mine",
        OwnershipSettings={"OwnerUserProfileName": "ada"},
        SpaceSharingSettings={"SharingType": "Private"},
    )

    assert await studio.url(domain, "ada", SpaceName="mine")
    with pytest.raises(ApiError, match="does not own"):
        await studio.url(domain, "bo", SpaceName="mine")
    with pytest.raises(ApiError) as absent:
        await studio.url(domain, "bo", SpaceName="nowhere")
    assert absent.value.code == "ResourceNotFound"


async def test_too_many_urls_are_throttled_per_account(
    clock: HandClock, tmp_path: Path
) -> None:
    studio = Studio(FakeLauncher(tmp_path), clock=clock, presigns_per_s=2)
    domain = await studio.domain()
    await studio.profile(domain)
    other = await studio.domain(account=LOB_B)
    await studio.profile(other, account=LOB_B)
    await studio.url(domain)
    await studio.url(domain)

    with pytest.raises(ApiError) as throttled:
        await studio.url(domain)

    assert (throttled.value.code, throttled.value.message) == (
        "ThrottlingException",
        "Rate exceeded",
    )
    assert await studio.url(other, account=LOB_B)
    clock.forward(0.5)
    assert await studio.url(domain)


async def test_an_unsigned_call_gets_no_url(studio: Studio, domain: str) -> None:
    call = ApiCall(
        service="sagemaker",
        operation="CreatePresignedDomainUrl",
        params={"DomainId": domain, "UserProfileName": "ada"},
        region=REGION,
        caller=None,
        arrival=OFFICE,
    )

    with pytest.raises(ApiError):
        await studio.service.answer(call)


@pytest.mark.parametrize(
    "operation",
    ["CreatePresignedNotebookInstanceUrl", "StartSession", "CreateModel", "createDomain", ""],
)
async def test_what_is_not_offered_is_refused_by_name(studio: Studio, operation: str) -> None:
    error = await refusal(studio, operation)

    assert error.code == "UnknownOperationException"
    assert operation in error.message
    assert "not offered by this emulation" in error.message


# ── what botocore makes of the answers ──


async def test_a_real_client_understands_every_answer(studio: Studio, domain: str) -> None:
    model = ServiceModel(
        botocore.session.get_session().get_service_data("sagemaker"), "sagemaker"
    )
    space = {"DomainId": domain, "SpaceName": "s"}
    ada = {"DomainId": domain, "UserProfileName": "ada"}
    owned = {
        "OwnershipSettings": {"OwnerUserProfileName": "ada"},
        "SpaceSharingSettings": {"SharingType": "Shared"},
    }
    asked: list[tuple[str, dict[str, Any]]] = [
        ("DescribeDomain", {"DomainId": domain}),
        ("ListDomains", {}),
        ("UpdateDomain", {"DomainId": domain}),
        ("DescribeUserProfile", ada),
        ("ListUserProfiles", {}),
        ("UpdateUserProfile", {**ada, "UserSettings": {"DefaultLandingUri": "studio::"}}),
        ("CreateSpace", {**space, **owned}),
        ("DescribeSpace", space),
        ("UpdateSpace", space),
        ("ListSpaces", {}),
        ("CreateApp", {**space, **APP}),
        ("DescribeApp", {**space, **APP}),
        ("ListApps", {"SpaceNameEquals": "s"}),
        ("CreatePresignedDomainUrl", ada),
        ("DeleteApp", {**space, **APP}),
        ("DeleteSpace", space),
        *IMAGES,
    ]
    for operation, params in asked:
        answer = await studio.service.answer(studio.asking(operation, params))
        shape = model.operation_model(operation).output_shape
        if shape is None:
            assert answer.body == b"{}"
            continue
        read = create_parser("json").parse(
            {
                "body": answer.body,
                "headers": dict(answer.headers),
                "status_code": answer.status,
            },
            shape,
        )
        assert set(read) - {"ResponseMetadata"} == set(json.loads(answer.body)), operation


class TestHomes:
    async def test_a_domain_comes_with_a_file_system_that_outlives_it(
        self, studio: Studio
    ) -> None:
        domain = await studio.domain()
        shown = await studio.ask("DescribeDomain", DomainId=domain)
        home = shown["HomeEfsFileSystemId"]

        assert studio.homes.standing == {home: shown["DomainArn"]}
        await studio.ask("DeleteDomain", DomainId=domain)
        assert home in studio.homes.standing

    async def test_the_file_system_goes_with_the_domain_when_that_is_said(
        self, studio: Studio
    ) -> None:
        domain = await studio.domain()

        retention = {"HomeEfsFileSystem": "Delete"}
        await studio.ask("DeleteDomain", DomainId=domain, RetentionPolicy=retention)

        assert studio.homes.standing == {}

    async def test_there_is_no_domain_without_the_homes_it_needs(self, studio: Studio) -> None:
        with pytest.raises(ApiError):
            await studio.domain(SubnetIds=["subnet-absent"])

        assert (await studio.ask("ListDomains"))["Domains"] == []
        bare = await studio.domain(HomeEfsFileSystemCreation="Disabled")
        assert "HomeEfsFileSystemId" not in await studio.ask("DescribeDomain", DomainId=bare)


async def test_a_space_is_changed_and_keeps_its_type_of_app(studio: Studio) -> None:
    domain = await studio.domain()
    space = {"DomainId": domain, "SpaceName": "s"}
    spec = {"DefaultResourceSpec": {"InstanceType": "ml.t3.medium"}}
    before = {"AppType": "JupyterLab", "JupyterLabAppSettings": spec}
    await studio.ask("CreateSpace", **space, SpaceSettings=before)

    large = {"DefaultResourceSpec": {"InstanceType": "ml.t3.large"}}
    other = await refusal(
        studio, "UpdateSpace", **space, SpaceSettings={"AppType": "CodeEditor"}
    )
    unknown = await refusal(
        studio,
        "UpdateSpace",
        **space,
        SpaceSettings={
            "JupyterLabAppSettings": {
                "DefaultResourceSpec": {
                    "SageMakerImageArn": f"arn:aws:sagemaker:{REGION}:{LOB_A}:image/nowhere"
                }
            }
        },
    )
    await studio.ask(
        "UpdateSpace",
        **space,
        SpaceDisplayName="Ours",
        SpaceSettings={"JupyterLabAppSettings": large},
    )

    shown = await studio.ask("DescribeSpace", **space)
    assert "cannot be changed" in other.message
    assert "nowhere" in unknown.message
    assert shown["SpaceDisplayName"] == "Ours"
    assert shown["SpaceSettings"] == {**before, "JupyterLabAppSettings": large}
    gone = {"DomainId": domain, "SpaceName": "gone"}
    assert (await refusal(studio, "UpdateSpace", **gone)).code == "ResourceNotFound"


async def test_what_failed_goes_with_whose_it_is(studio: Studio) -> None:
    domain = await studio.domain()
    await studio.profile(domain)
    ada = {"DomainId": domain, "UserProfileName": "ada"}
    await studio.ask("CreateApp", **ada, AppType="JupyterLab", AppName="default")
    (app,) = studio.store.apps.values()
    await studio.apps.stop(app)
    app.progress = Status.FAILED

    await studio.ask("DeleteUserProfile", **ada)
    await studio.profile(domain)

    assert (await studio.ask("ListApps"))["Apps"][0]["Status"] == "Deleted"
    await studio.ask("CreateApp", **ada, AppType="JupyterLab", AppName="default")
