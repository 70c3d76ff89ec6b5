"""The certificate is rolled over in three steps, by administrators, and outlives a restart."""

import json
import stat
from pathlib import Path

import pytest
from lxml import etree

from studiogate.errors import StartError
from studiogate.local.statedir import StateDir
from studiogate.local.workforce.certificates import FILE, Certificates, Phase, new_pair
from tests.kit.idp import StandingClock
from tests.kit.workforce import (
    ADA,
    ENTITY,
    NS,
    SAM,
    Founded,
    certificates,
    founded,
    handed,
    landscape,
    spare_pairs,
)


async def signer(portal: Founded) -> str:
    """Which of the published certificates goes with a new assertion."""
    page = await portal.browser().sign_in(*ADA, "/applications/forecasting")
    return handed(page).text("//ds:X509Certificate/text()").replace("\n", "")


def published(portal: Founded) -> list[str]:
    found = etree.fromstring(portal.metadata.read_bytes()).xpath(
        "//ds:X509Certificate/text()", namespaces=NS
    )
    assert isinstance(found, list)
    return [str(one) for one in found]


async def test_s3_08_s3_20_a_certificate_is_rolled_over_in_three_steps(portal: Founded) -> None:
    browser = portal.browser()
    await browser.sign_in(*SAM)
    seen = []

    for step in ("publish", "switch", "retire"):
        page = await browser.step(step)
        assert (page.status_code, page.url.path) == (200, "/certificates")
        seen.append((published(portal), await signer(portal)))

    (old, new), first = seen[0]
    assert first == old != new
    assert seen[1] == ([new, old], new)
    assert seen[2] == ([new], new)


async def test_the_page_offers_the_one_step_that_is_next(portal: Founded) -> None:
    browser = portal.browser()
    await browser.sign_in(*SAM)
    offered = []

    for step in ("publish", "switch", "retire"):
        page = await browser.http.get("/certificates")
        offered.append(
            [one for one in ("publish", "switch", "retire") if f'/{one}"' in page.text]
        )
        await browser.step(step)

    assert offered == [["publish"], ["switch"], ["retire"]]


@pytest.mark.parametrize("step", ["switch", "retire"])
async def test_a_step_out_of_turn_changes_nothing(portal: Founded, step: str) -> None:
    browser, before = portal.browser(), published(portal)
    await browser.sign_in(*SAM)

    page = await browser.step(step)

    assert (page.status_code, published(portal)) == (409, before)


async def test_nobody_but_an_administrator_rolls_it_over(portal: Founded) -> None:
    browser, before = portal.browser(), published(portal)
    home = await browser.sign_in(*ADA)
    form = {"form": home.text.split('name="form" value="')[1].split('"')[0]}

    pages = [
        await browser.http.get("/certificates"),
        await browser.http.post("/certificates/publish", data=form),
    ]

    assert [page.status_code for page in pages] == [403, 403]
    assert published(portal) == before


async def test_there_are_no_other_steps(portal: Founded) -> None:
    browser = portal.browser()
    await browser.sign_in(*SAM)

    assert (await browser.step("repeat")).status_code == 404


async def test_a_restart_keeps_key_and_certificates_in_a_file_for_the_owner_alone(
    portal: Founded, tmp_path: Path
) -> None:
    browser, before = portal.browser(), portal.published
    await browser.sign_in(*SAM)
    await browser.step("publish")
    await browser.step("switch")

    again = founded(tmp_path, port=5000)

    assert again.published == portal.published
    assert before[0] in again.published
    assert stat.S_IMODE((portal.state / FILE).stat().st_mode) == 0o600
    assert await signer(again) == published(again)[0]


async def test_the_metadata_says_where_it_is_asked_and_by_what_it_signs(
    portal: Founded,
) -> None:
    answer = await portal.browser().http.get("/metadata")

    root = etree.fromstring(answer.content)
    assert answer.headers["content-type"] == "application/samlmetadata+xml"
    assert answer.content == portal.metadata.read_bytes()
    assert root.get("entityID") == ENTITY
    assert certificates(answer.content) == portal.published
    sso = root.find("md:IDPSSODescriptor/md:SingleSignOnService", NS)
    assert sso is not None
    assert sso.get("Binding") == "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    where = portal.places.known["workforce", "internet"].url
    assert sso.get("Location") == f"{where}/saml/assertion/acme-workforce"
    assert "PRIVATE" not in answer.text


def test_the_metadata_follows_the_addresses_of_the_next_start(tmp_path: Path) -> None:
    before = founded(tmp_path).metadata.read_bytes()

    after = founded(tmp_path, port=6000).metadata.read_bytes()

    assert before != after
    assert certificates(before) == certificates(after)


@pytest.mark.parametrize(
    "there",
    [
        pytest.param(
            f'<EntityDescriptor xmlns="{NS["md"]}" entityID="https://okta.example"/>',
            id="another provider's",
        ),
        pytest.param(f'<r entityID="{ENTITY}"/>', id="something else under the name"),
        pytest.param("notes about the provider", id="no XML"),
        pytest.param("", id="an empty file"),
        pytest.param(
            f'<!DOCTYPE x><EntityDescriptor xmlns="{NS["md"]}" entityID="{ENTITY}"/>',
            id="with a document type",
        ),
    ],
)
def test_what_others_put_there_is_not_written_over(tmp_path: Path, there: str) -> None:
    path = tmp_path / "saml" / "workforce.xml"
    path.parent.mkdir()
    path.write_text(there, encoding="utf-8")

    with pytest.raises(StartError, match=r"idps\.workforce\.metadata") as refused:
        founded(tmp_path)

    assert "another file" in refused.value.remedy
    assert path.read_text(encoding="utf-8") == there


def test_where_nothing_can_be_written_the_start_says_so(tmp_path: Path) -> None:
    (tmp_path / "saml").write_text("a file where the folder would be", encoding="utf-8")

    with pytest.raises(StartError, match="cannot be written"):
        founded(tmp_path)


def test_outside_a_demo_nobody_is_founded(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="in a demo only"):
        founded(tmp_path, landscape(environment="dev", people={}))

    assert list(tmp_path.iterdir()) == []


def test_without_a_saml_provider_there_is_nothing_to_stand_in_for(tmp_path: Path) -> None:
    idps = {"corporate": {"kind": "oidc", "issuer": "https://idp.example", "client_id": "c"}}

    with pytest.raises(StartError, match="SAML"):
        founded(tmp_path, landscape(idps=idps))


@pytest.mark.parametrize(
    "spoilt",
    [
        "",
        "[]",
        "{}",
        '{"phase": "settled", "pairs": []}',
        '{"phase": "none", "pairs": []}',
        '{"phase": "settled", "pairs": [{"key": "x", "certificate": "y"}]}',
    ],
)
def test_a_spoilt_file_of_keys_stops_the_start_and_names_it(
    tmp_path: Path, spoilt: str
) -> None:
    state = StateDir(tmp_path)
    state.write(FILE, spoilt)

    with pytest.raises(StartError, match=r"certificates\.json") as refused:
        Certificates(state, StandingClock())

    assert refused.value.__cause__ is None


def test_a_new_certificate_signs_lasts_five_years_and_no_repr_shows_its_key() -> None:
    now = StandingClock().now

    pair = new_pair(now)

    assert (pair.ends - now).days == 5 * 365
    assert pair.certificate.not_valid_before_utc <= now
    assert pair.certificate.public_key() == pair.key.public_key()
    assert pair.key.key_size == 2048
    assert "key=" not in repr(pair)


def test_each_step_is_kept_before_it_counts(tmp_path: Path) -> None:
    state = StateDir(tmp_path)
    found = Certificates(state, StandingClock(), make=spare_pairs())
    found.publish()

    text = (state / FILE).read_text(encoding="utf-8")

    assert json.loads(text)["phase"] == found.phase.value == Phase.PUBLISHED.value
    assert len(Certificates(state, StandingClock()).published) == 2
