"""What an administrator may configure of a provider, and what people may write of themselves."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.cognitoidp.exceptions import InvalidParameterException, NotAuthorizedError
from moto.core.exceptions import JsonRESTError

from studiogate.local.idp.external import Vouched
from studiogate.local.idp.pool import Pool
from studiogate.local.idp.providers import NATIVE, Offer
from tests.kit.federation import PROVIDER, details, new_pool
from tests.kit.idp import ADA, CLIENT_ID, POOL_ID, StandingClock
from tests.kit.saml_idp import SamlIdp


@pytest.fixture(scope="module")
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="module")
def pool(clock: StandingClock) -> Pool:
    return new_pool(clock)


@pytest.fixture
def config(clock: StandingClock) -> dict[str, Any]:
    return details(SamlIdp(clock))


def create(pool: Pool, config: dict[str, Any], name: str = PROVIDER) -> Any:
    """Configure a provider, and take it away again."""
    try:
        found = pool.backend.create_identity_provider(POOL_ID, name, config)
        return found.to_json(extended=True)
    finally:
        pool.pool.identity_providers.clear()


def test_what_is_configured_is_described(pool: Pool, config: dict[str, Any]) -> None:
    found = create(pool, config)

    assert (found["ProviderName"], found["ProviderType"]) == (PROVIDER, "SAML")
    assert found["ProviderDetails"]["SSORedirectBindingURI"] == "https://idp.acme.example/sso"
    assert found["AttributeMapping"] == config["AttributeMapping"]


@pytest.mark.parametrize(
    "name", ["", "ab", "_abc", "ab_", "a b", "a_bc_d", "a" * 33, "cognito"]
)
def test_a_name_that_would_blur_others_is_refused(
    pool: Pool, config: dict[str, Any], name: str
) -> None:
    with pytest.raises(InvalidParameterException, match="providerName"):
        create(pool, config, name)


def test_two_providers_of_one_name_are_refused(pool: Pool, config: dict[str, Any]) -> None:
    pool.backend.create_identity_provider(POOL_ID, PROVIDER, dict(config))

    with pytest.raises(JsonRESTError, match="already exists"):
        create(pool, config)


@pytest.mark.parametrize("kind", ["OIDC", "Google", "SignInWithApple", None])
def test_what_it_cannot_federate_with_is_refused(
    pool: Pool, config: dict[str, Any], kind: str | None
) -> None:
    with pytest.raises(InvalidParameterException, match="SAML providers only"):
        create(pool, {**config, "ProviderType": kind})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"MetadataFile": "<no/>"}, "Invalid metadata"),
        ({"MetadataFile": ""}, "MetadataFile or MetadataURL is required"),
        ({"MetadataURL": "https://idp.example/metadata"}, "fetches nothing"),
        ({"IDPInit": "true"}, "IDPInit"),
        ({"IDPSignout": "true"}, "IDPSignout"),
        ({"EncryptedResponses": "true"}, "EncryptedResponses"),
        ({"RequestSigningAlgorithm": "rsa-sha256"}, "RequestSigningAlgorithm"),
        ({"Something": "else"}, "Invalid provider details: Something"),
    ],
)
def test_details_that_cannot_be_honoured_are_refused(
    pool: Pool, config: dict[str, Any], changes: dict[str, str], words: str
) -> None:
    asked = {**config, "ProviderDetails": {**config["ProviderDetails"], **changes}}

    with pytest.raises(InvalidParameterException, match=words):
        create(pool, asked)


def test_details_that_say_no_are_taken(pool: Pool, config: dict[str, Any]) -> None:
    asked = {**config["ProviderDetails"], "IDPInit": "false", "IDPSignout": "false"}

    assert create(pool, {**config, "ProviderDetails": asked})


def test_metadata_whose_certificate_is_over_is_refused(
    pool: Pool, clock: StandingClock, config: dict[str, Any]
) -> None:
    idp = SamlIdp(clock)
    over = idp.certificate(until=clock.now - timedelta(days=1))
    document = idp.metadata(over).decode()

    with pytest.raises(InvalidParameterException, match="no certificate in it is valid now"):
        create(pool, {**config, "ProviderDetails": {"MetadataFile": document}})


@pytest.mark.parametrize(
    "mapping",
    [{"sub": "x"}, {"identities": "x"}, {"custom:x": "y"}, {"username": "mail"}, {"email": ""}],
)
def test_what_the_pool_says_itself_cannot_be_mapped(
    pool: Pool, config: dict[str, Any], mapping: dict[str, str]
) -> None:
    with pytest.raises(InvalidParameterException, match="Invalid AttributeMapping"):
        create(pool, {**config, "AttributeMapping": mapping})


def test_an_identifier_belongs_to_one_provider(pool: Pool, config: dict[str, Any]) -> None:
    mine = {**config, "IdpIdentifiers": ["acme.example"]}
    pool.backend.create_identity_provider(POOL_ID, "Partner", mine)

    with pytest.raises(InvalidParameterException, match=r"acme\.example is already in use"):
        create(pool, mine)


def test_a_refused_change_changes_nothing(pool: Pool, config: dict[str, Any]) -> None:
    kept = pool.backend.create_identity_provider(POOL_ID, PROVIDER, config)
    before = kept.to_json(extended=True)

    with pytest.raises(InvalidParameterException):
        pool.backend.update_identity_provider(
            POOL_ID, PROVIDER, {"ProviderDetails": {"MetadataFile": "<no/>"}}
        )

    assert kept.to_json(extended=True) == before
    pool.pool.identity_providers.clear()


def test_a_client_cannot_offer_a_provider_there_is_none_of(pool: Pool) -> None:
    offer = {"SupportedIdentityProviders": ["COGNITO", "Nobody"]}

    with pytest.raises(InvalidParameterException, match="Nobody does not exist"):
        pool.backend.update_user_pool_client(POOL_ID, CLIENT_ID, offer)
    with pytest.raises(InvalidParameterException, match="Nobody does not exist"):
        pool.backend.create_user_pool_client(POOL_ID, False, offer)  # noqa: FBT003 - the library's

    assert pool.pool.clients.keys() == {CLIENT_ID}


def test_what_an_update_does_not_say_is_as_for_a_new_client(clock: StandingClock) -> None:
    own = new_pool(clock)

    own.backend.update_user_pool_client(
        POOL_ID, CLIENT_ID, {"SupportedIdentityProviders": ["COGNITO"]}
    )

    found = own.pool.clients[CLIENT_ID].to_json(extended=True)
    assert found["ClientName"] == "studiogate"
    assert found["AllowedOAuthFlowsUserPoolClient"] is False
    assert not own.callbacks
    assert "ExplicitAuthFlows" not in found


def token(pool: Pool) -> str:
    """A token with which somebody may change their own entry."""
    answer = pool.backend.initiate_auth(
        CLIENT_ID, "USER_PASSWORD_AUTH", {"USERNAME": ADA[0], "PASSWORD": ADA[1]}
    )
    return str(answer["AuthenticationResult"]["AccessToken"])


@pytest.mark.parametrize("name", ["sub", "identities"])
def test_nobody_writes_what_the_pool_or_a_provider_says(pool: Pool, name: str) -> None:
    forged = [{"Name": name, "Value": "[]"}]
    before = dict(pool.pool.users[ADA[0]].attribute_lookup)

    with pytest.raises(InvalidParameterException, match="cannot be updated"):
        pool.backend.update_user_attributes(token(pool), forged)
    with pytest.raises(InvalidParameterException, match="cannot be updated"):
        pool.backend.admin_update_user_attributes(POOL_ID, ADA[0], forged)
    with pytest.raises(InvalidParameterException, match="cannot be updated"):
        pool.backend.admin_create_user(POOL_ID, "newcomer", "SUPPRESS", "Temp-1234!", forged)

    assert pool.pool.users[ADA[0]].attribute_lookup == before
    assert "newcomer" not in pool.pool.users


def test_nobody_proves_their_own_address(pool: Pool, clock: StandingClock) -> None:
    own = new_pool(clock)

    with pytest.raises(NotAuthorizedError):
        own.backend.update_user_attributes(
            token(own), [{"Name": "email_verified", "Value": "true"}]
        )
    assert own.pool.users[ADA[0]].attribute_lookup["email_verified"] == "true"
    own.backend.update_user_attributes(
        token(own), [{"Name": "email", "Value": "user-lob-b@acme.example"}]
    )

    assert own.pool.users[ADA[0]].attribute_lookup["email_verified"] == "false"
    assert pool.pool.id == own.pool.id


names = st.text(min_size=1, max_size=40)


@given(names, names, st.sampled_from(["Workforce", "Partner", "A_bc"]))
def test_s4_02_two_people_never_have_one_name(one: str, other: str, provider: str) -> None:
    first = Vouched("Workforce", "urn:a", one, {})
    second = Vouched(provider, "urn:b", other, {})

    if (one, "Workforce") != (other, provider):
        assert first.username != second.username


@given(st.dictionaries(st.sampled_from(["identity_provider", "idp_identifier"]), names))
def test_a_choice_is_the_page_a_provider_on_offer_or_nobody(given_: dict[str, str]) -> None:
    offer = Offer(providers=("Workforce",), identifiers={"acme.example": "Workforce"})

    assert offer.chosen(given_) in {NATIVE, "Workforce", None}
    if not given_:
        assert offer.chosen(given_) == NATIVE
