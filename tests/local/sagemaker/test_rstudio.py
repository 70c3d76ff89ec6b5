"""RStudio in a domain: its licence, its one server, and a session for each person."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from studiogate.local.call import ApiError, Place
from studiogate.local.sagemaker.model import Owner, Status
from studiogate.local.sagemaker.rstudio import admitted, has_rstudio
from tests.kit.studio import LOB_A, REGION, FakeLauncher, HandClock, Studio
from tests.kit.waiting import until

ROLE = f"arn:aws:iam::{LOB_A}:role/StudioRStudio"
RSTUDIO = {"DomainExecutionRoleArn": ROLE, "RStudioConnectUrl": "https://connect.acme.example"}
SERVER = {"UserProfileName": "domain-shared", "AppType": "RStudioServerPro"}
SESSION = {"UserProfileName": "ada", "AppType": "RSessionGateway"}
ASKED: Mapping[str, Any] = {
    "AppSecurityGroupManagement": "Service",
    "DomainSettings": {"RStudioServerProDomainSettings": RSTUDIO},
}
ADDED: Mapping[str, Any] = {
    "AppSecurityGroupManagement": "Service",
    "DomainSettingsForUpdate": {"RStudioServerProDomainSettingsForUpdate": RSTUDIO},
}


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    studio = Studio(FakeLauncher(tmp_path), clock=HandClock())
    yield studio
    await studio.apps.close()


async def with_rstudio(studio: Studio) -> str:
    domain = await studio.domain(**ASKED)
    await studio.profile(domain)
    return domain


async def refusal(studio: Studio, operation: str, **asked: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        await studio.ask(operation, **asked)
    return caught.value


def access(status: str) -> dict[str, Any]:
    return {"RStudioServerProAppSettings": {"AccessStatus": status}}


async def in_service(studio: Studio, domain: str, kind: str) -> None:
    async def served() -> bool:
        apps = studio.store.apps_of(domain)
        return any(a.type == kind and a.progress is Status.IN_SERVICE for a in apps)

    await until(served)


async def test_s6_03_a_domain_with_rstudio_has_its_server_from_the_start(
    studio: Studio,
) -> None:
    domain = await with_rstudio(studio)
    shown = await studio.ask("DescribeDomain", DomainId=domain)
    await in_service(studio, domain, "RStudioServerPro")

    (row,) = (await studio.ask("ListApps", DomainIdEquals=domain))["Apps"]

    assert shown["DomainSettings"] == ASKED["DomainSettings"]
    assert shown["AppSecurityGroupManagement"] == "Service"
    assert (row["UserProfileName"], row["AppName"]) == ("domain-shared", "default")
    assert row["AppType"] == "RStudioServerPro"
    assert (await studio.ask("ListApps", UserProfileNameEquals="ada"))["Apps"] == []
    people = (await studio.ask("ListUserProfiles", DomainIdEquals=domain))["UserProfiles"]
    assert [one["UserProfileName"] for one in people] == ["ada"]


UNLICENSED = (
    "ConfigurationError: Domain-level App [arn:aws:sagemaker:eu-west-1:{account}:app/{domain}/"
    "domain-shared/RStudioServerPro/default] failed to start: [ResourceNotFoundError: No "
    "available licenses were found. Validate that a license for RStudio Workbench exist"
)


async def test_s6_03_without_a_licence_aws_makes_the_domain_and_it_fails_with_its_server(
    studio: Studio,
) -> None:
    studio.licensed = False

    domain = await studio.domain(**ASKED)

    shown = await studio.ask("DescribeDomain", DomainId=domain)
    assert shown["Status"] == "Failed"
    assert shown["FailureReason"].startswith(UNLICENSED.format(account=LOB_A, domain=domain))
    server = {"DomainId": domain, **SERVER, "AppName": "default"}
    app = await studio.ask("DescribeApp", **server)
    assert (app["Status"], "No available licenses" in app["FailureReason"]) == ("Failed", True)
    with pytest.raises(ApiError, match="is not InService"):
        await studio.profile(domain)
    change = await refusal(studio, "UpdateDomain", DomainId=domain, **ADDED)
    assert change.code == "ResourceInUse"
    await studio.ask("DeleteDomain", DomainId=domain)
    assert [one["Status"] for one in (await studio.ask("ListApps"))["Apps"]] == ["Deleted"]


async def test_s6_03_without_a_licence_a_domain_that_stands_stays_as_it_was_and_says_why(
    studio: Studio,
) -> None:
    studio.licensed = False
    domain = await studio.domain()

    await studio.ask("UpdateDomain", DomainId=domain, **ADDED)
    failed = await studio.ask("DescribeDomain", DomainId=domain)
    studio.licensed = True
    await studio.ask("UpdateDomain", DomainId=domain, **ADDED)
    mended = await studio.ask("DescribeDomain", DomainId=domain)

    assert failed["Status"] == "Update_Failed"
    assert failed["FailureReason"].startswith(UNLICENSED.format(account=LOB_A, domain=domain))
    assert (failed["DomainSettings"], "AppSecurityGroupManagement" in failed) == ({}, False)
    assert (mended["Status"], "FailureReason" in mended) == ("InService", False)
    assert mended["DomainSettings"] == ASKED["DomainSettings"]
    await in_service(studio, domain, "RStudioServerPro")


async def test_s6_02_a_server_is_not_made_anew_when_the_licence_has_ended(
    studio: Studio,
) -> None:
    domain = await with_rstudio(studio)
    server = {"DomainId": domain, **SERVER, "AppName": "default"}
    await studio.ask("DeleteApp", **server)
    studio.licensed = False

    await studio.ask("CreateApp", **server)

    app = await studio.ask("DescribeApp", **server)
    assert (app["Status"], "No available licenses" in app["FailureReason"]) == ("Failed", True)


@pytest.mark.parametrize("management", [None, "Customer"])
async def test_in_a_network_of_ones_own_aws_must_manage_the_security_groups(
    studio: Studio, management: str | None
) -> None:
    with pytest.raises(ApiError, match="must be set to Service"):
        await studio.domain(**{**ASKED, "AppSecurityGroupManagement": management})

    outside = {"AppSecurityGroupManagement": None, "AppNetworkAccessType": "PublicInternetOnly"}
    assert await studio.domain(**{**ASKED, **outside})


async def test_s6_02_the_server_is_made_anew_but_not_while_a_session_lives(
    studio: Studio,
) -> None:
    domain = await with_rstudio(studio)
    server = {"DomainId": domain, **SERVER, "AppName": "default"}
    session = {"DomainId": domain, **SESSION, "AppName": "default"}
    await studio.ask("CreateApp", **session)

    held = await refusal(studio, "DeleteApp", **server)
    await studio.ask("DeleteApp", **session)
    await studio.ask("DeleteApp", **server)
    none = await refusal(studio, "CreateApp", **session)
    made = await studio.ask("CreateApp", **server)

    assert held.code == "ResourceInUse"
    assert f"app/{domain}/ada/RSessionGateway/default" in held.message
    assert "no RStudioServerPro app" in none.message
    assert made["AppArn"].endswith(f"app/{domain}/domain-shared/RStudioServerPro/default")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"UserProfileName": "ada", "AppType": "RStudioServerPro"}, "for domain-shared only"),
        ({"SpaceName": "s", "AppType": "RSessionGateway"}, "for a user profile only"),
        ({"UserProfileName": "domain-shared", "AppType": "RSessionGateway"}, "a user profile"),
        ({"UserProfileName": "domain-shared", "AppType": "JupyterLab"}, "has no app of type"),
        ({**SESSION, "AppName": "other"}, "must be default"),
        ({"UserProfileName": "bo", "AppType": "RSessionGateway"}, "has no access to RStudio"),
    ],
    ids=["server", "space", "shared session", "shared lab", "name", "shut out"],
)
async def test_an_app_of_rstudio_is_for_who_it_is_for(
    studio: Studio, asked: dict[str, Any], words: str
) -> None:
    domain = await with_rstudio(studio)
    await studio.ask("CreateSpace", DomainId=domain, SpaceName="s")
    bo: dict[str, Any] = {"UserProfileName": "bo", "UserSettings": access("DISABLED")}
    await studio.ask("CreateUserProfile", DomainId=domain, **bo)

    error = await refusal(
        studio, "CreateApp", **{"DomainId": domain, "AppName": "default", **asked}
    )

    assert (error.code, words in error.message) == ("ValidationException", True)


async def test_a_domain_without_rstudio_has_neither_server_nor_session(studio: Studio) -> None:
    domain = await studio.domain()
    await studio.profile(domain)
    named = {"DomainId": domain, "AppName": "default"}

    server = await refusal(studio, "CreateApp", **named, **SERVER)
    session = await refusal(studio, "CreateApp", **named, **SESSION)

    assert server.code == "ResourceNotFound"
    assert "has no access to RStudio" in session.message


async def test_rstudio_comes_to_a_domain_that_stands_and_whoever_was_there_asks_for_it(
    studio: Studio,
) -> None:
    domain = await studio.domain()
    await studio.profile(domain)
    lab = {"DomainId": domain, "UserProfileName": "ada"}
    app = {**lab, "AppType": "JupyterLab", "AppName": "default"}
    await studio.ask("CreateApp", **app)
    busy = await refusal(studio, "UpdateDomain", DomainId=domain, **ADDED)
    await studio.ask("DeleteApp", **app)
    await studio.ask("UpdateDomain", DomainId=domain, **ADDED)
    await studio.profile(domain, "bo")
    there = studio.store.domain(Place(LOB_A, REGION), domain)

    def may(name: str) -> bool:
        return admitted(there, studio.store.profiles[domain, name])

    assert f"domain/{domain}] with InService App" in busy.message
    assert has_rstudio(there)
    assert (may("ada"), may("bo")) == (False, True)
    await studio.ask("UpdateUserProfile", **lab, UserSettings=access("ENABLED"))
    assert may("ada")
    back = await refusal(studio, "UpdateUserProfile", **lab, UserSettings=access("DISABLED"))
    assert "can only become ENABLED" in back.message
    await in_service(studio, domain, "RStudioServerPro")


async def test_where_rstudio_connects_to_is_changed_while_not_even_its_server_runs(
    studio: Studio,
) -> None:
    domain = await with_rstudio(studio)
    other = {**RSTUDIO, "RStudioConnectUrl": "https://other.acme.example"}
    change = {"RStudioServerProDomainSettingsForUpdate": other}

    busy = await refusal(
        studio, "UpdateDomain", DomainId=domain, DomainSettingsForUpdate=change
    )
    await studio.ask("DeleteApp", DomainId=domain, **SERVER, AppName="default")
    await studio.ask("UpdateDomain", DomainId=domain, DomainSettingsForUpdate=change)

    shown = await studio.ask("DescribeDomain", DomainId=domain)
    assert shown["DomainSettings"] == {"RStudioServerProDomainSettings": other}
    assert "including shared Apps for [domain-shared] User Profile" in busy.message
    assert not studio.store.live_apps(domain)


async def test_s6_25_a_domain_goes_after_its_server_and_its_name_is_nobodys(
    studio: Studio,
) -> None:
    domain = await studio.domain(**ASKED)
    taken = await refusal(
        studio, "CreateUserProfile", DomainId=domain, UserProfileName="Domain-Shared"
    )
    held = await refusal(studio, "DeleteDomain", DomainId=domain)
    await studio.ask("DeleteApp", DomainId=domain, **SERVER, AppName="default")
    await studio.ask("DeleteDomain", DomainId=domain)

    with pytest.raises(ApiError):
        studio.store.owner(Place(LOB_A, REGION), domain, Owner("user-profile", "domain-shared"))
    assert (taken.code, held.code) == ("ResourceInUse", "ResourceInUse")
    assert "still has an App" in held.message


async def test_code_editor_is_an_app_like_jupyterlab(studio: Studio) -> None:
    domain = await studio.domain()
    await studio.profile(domain)
    both = {"DomainId": domain, "UserProfileName": "ada", "AppName": "default"}

    await studio.ask("CreateApp", **both, AppType="CodeEditor")
    await studio.ask("CreateApp", **both, AppType="JupyterLab")

    rows = (await studio.ask("ListApps", UserProfileNameEquals="ada"))["Apps"]
    assert sorted(row["AppType"] for row in rows) == ["CodeEditor", "JupyterLab"]
