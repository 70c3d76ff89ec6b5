"""Settings: what a wrong variable does, and what it never shows."""

import json
import traceback
from base64 import b64encode
from dataclasses import asdict
from ipaddress import ip_network
from pathlib import Path

import pytest

from studiogate.errors import SettingsError
from studiogate.gateway.providers import IdpSettings
from studiogate.gateway.readers import is_loopback
from studiogate.gateway.settings import Settings

KEY = b64encode(b"k" * 32).decode()
OLD = b64encode(b"o" * 32).decode()
ENVIRON = {
    "AWS_REGION": "eu-west-1",
    "STUDIOGATE_ORIGINS": "https://studio.acme.example, http://localhost:8080",
    "STUDIOGATE_COOKIE_KEYS": f"{KEY},{OLD}",
    "STUDIOGATE_LEDGER": "/var/log/studiogate/openings.jsonl",
    "STUDIOGATE_IDPS": json.dumps(
        {"corporate": {"issuer": "https://idp.acme.example/a", "client_id": "c1"}}
    ),
    "PATH": "/usr/bin",
    "STUDIOGATE_PORT": "tcp://10.0.0.1:80",
}


def test_the_environment_becomes_settings() -> None:
    settings = Settings.from_environment(
        ENVIRON
        | {
            "STUDIOGATE_TRUSTED_PROXIES": "unix, 10.0.0.0/24",
            "STUDIOGATE_PREFIXES": "/prod, /studio/gate-2",
            "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:4566",
        }
    )

    assert settings.region == "eu-west-1"
    assert settings.people_table == "studiogate-people"
    assert settings.origins == {"https://studio.acme.example", "http://localhost:8080"}
    assert [key.get_secret_value()[:1] for key in settings.cookie_keys] == [b"k", b"o"]
    assert settings.trusted_proxies == ("unix", ip_network("10.0.0.0/24"))
    assert settings.prefixes == {"/prod", "/studio/gate-2"}
    assert settings.endpoints == {"sts": "http://127.0.0.1:4566"}
    assert settings.idps == {
        "corporate": IdpSettings(
            name="corporate", issuer="https://idp.acme.example/a", client_id="c1"
        )
    }


SECRET = "hunter2-SECRET"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_REGION", f"EU-{SECRET}"),
        ("STUDIOGATE_ORIGINS", f"http://{SECRET}.example"),
        ("STUDIOGATE_ORIGINS", f"https://{SECRET}.example/path"),
        ("STUDIOGATE_ORIGINS", f"https://{SECRET}.example"),  # capitals
        ("STUDIOGATE_ORIGINS", f"https://x:{SECRET}"),
        ("STUDIOGATE_ORIGINS", "https://x.example:443"),
        ("STUDIOGATE_ORIGINS", f"https://user:{SECRET}@x.example"),
        ("STUDIOGATE_ORIGINS", ","),
        ("STUDIOGATE_COOKIE_KEYS", SECRET),
        ("STUDIOGATE_COOKIE_KEYS", b64encode(SECRET.encode()).decode()),
        ("STUDIOGATE_COOKIE_KEYS", f"{KEY},{SECRET}"),
        ("STUDIOGATE_IDPS", SECRET),
        ("STUDIOGATE_IDPS", f'["{SECRET}"]'),
        ("STUDIOGATE_IDPS", "{}"),
        ("STUDIOGATE_IDPS", f'{{"a": {{"issuer": "ftp://{SECRET}", "client_id": "c"}}}}'),
        ("STUDIOGATE_IDPS", f'{{"a": {{"issuer": "https://[{SECRET}", "client_id": "c"}}}}'),
        ("STUDIOGATE_IDPS", f'{{"a": {{"issuer": "http://{SECRET}.com", "client_id": "c"}}}}'),
        ("STUDIOGATE_IDPS", f'{{"a": {{"issuer": "{SECRET}"}}}}'),
        ("STUDIOGATE_IDPS", f'{{"a": {{"issuer": ["{SECRET}"], "client_id": "c"}}}}'),
        ("STUDIOGATE_IDPS", f'{{"a": {{"issuer": "https://a.example", "{SECRET}": "c"}}}}'),
        ("STUDIOGATE_IDPS", '{"a": {"issuer": "https://a.example", "client_id": ""}}'),
        ("STUDIOGATE_IDPS", '{"a": {"issuer": "https://a.example", "client_id": 7}}'),
        ("STUDIOGATE_IDPS", f'{{"{SECRET}": {{"issuer": "https://a.example"}}}}'),
        ("STUDIOGATE_PEOPLE_TABLE", "ab"),
        ("STUDIOGATE_API_ENDPOINT", SECRET),
        ("STUDIOGATE_STUDIO_URL", f"https://studio.{SECRET}.example"),
        ("STUDIOGATE_STUDIO_URL", f"https://{{domain_id}}.{{{SECRET}}}"),
        ("STUDIOGATE_STUDIO_URL", f"http://{{domain_id}}.{SECRET}"),
        ("STUDIOGATE_TRUSTED_PROXIES", SECRET),
        ("STUDIOGATE_PREFIXES", SECRET),
        ("STUDIOGATE_PREFIXES", f"/prod/{SECRET}/"),
        ("STUDIOGATE_PREFIXES", f"//{SECRET}"),
        ("STUDIOGATE_PREFIXES", f"/../{SECRET}"),
        ("STUDIOGATE_PREFIXES", f"/prod,https://{SECRET}"),
        ("STUDIOGATE_TRUSTED_PROXIES", f"10.0.0.1/8,{SECRET}"),
        ("AWS_ENDPOINT_URL_STS", f"http://{SECRET}"),
        ("STUDIOGATE_CONTACT", f"<b>{SECRET}"),
        ("STUDIOGATE_CONTACT", f"{SECRET}\n"),
        ("STUDIOGATE_CONTACT", SECRET * 10),
    ],
)
def test_a_wrong_variable_is_named_and_its_value_is_not_shown(
    variable: str, value: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(ENVIRON | {variable: value})

    shown = "".join(traceback.format_exception(refused.value))
    assert str(refused.value).startswith(variable)
    assert SECRET not in shown
    assert SECRET.lower() not in shown


@pytest.mark.parametrize(
    "variable",
    [
        "AWS_REGION",
        "STUDIOGATE_ORIGINS",
        "STUDIOGATE_COOKIE_KEYS",
        "STUDIOGATE_IDPS",
        "STUDIOGATE_LEDGER",
    ],
)
def test_what_has_no_default_must_be_set(variable: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        Settings.from_environment({**ENVIRON, variable: ""})


def test_whom_to_ask_and_where_the_landscape_is_may_be_told() -> None:
    assert Settings.from_environment(ENVIRON).contact is None
    assert Settings.from_environment(ENVIRON).landscape is None

    told = {
        "STUDIOGATE_CONTACT": "Platform team, room 4",
        "STUDIOGATE_LANDSCAPE": "/etc/studiogate/landscape.yaml",
    }
    settings = Settings.from_environment(ENVIRON | told)

    assert settings.contact == "Platform team, room 4"
    assert settings.landscape == Path("/etc/studiogate/landscape.yaml")


def test_saml_alone_is_a_way_to_sign_in() -> None:
    saml = {"workforce": {"audience": "urn:studiogate:acme:prod", "person": "uid"}}
    told = ENVIRON | {"STUDIOGATE_IDPS": "", "STUDIOGATE_SAML": json.dumps(saml)}

    settings = Settings.from_environment(told)

    assert settings.idps == {}
    assert (settings.saml["workforce"].person, settings.saml["workforce"].domain) == (
        "uid",
        "domain-id",
    )


LONG = "x" * 32
IDP: dict[str, object] = {"issuer": "https://idp.acme.example", "client_id": "studiogate"}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        pytest.param({"STUDIOGATE_IDPS": "{}"}, "names none", id="nobody to sign in with"),
        pytest.param(
            {"STUDIOGATE_SAML": '{"corporate": {"audience": "urn:x"}}'},
            "too",
            id="one name twice",
        ),
        pytest.param(
            {"STUDIOGATE_CLIENT_SECRETS": f'{{"other": "{LONG}"}}'},
            "has not",
            id="whose secret",
        ),
        pytest.param(
            {"STUDIOGATE_SCIM_TOKENS": f'{{"other": "{LONG}"}}'},
            "no provider",
            id="whose token",
        ),
        pytest.param(
            {"STUDIOGATE_SCIM_TOKENS": '{"corporate": "guess"}'}, "32", id="a token to guess"
        ),
        pytest.param({"STUDIOGATE_SCIM_TOKENS": '{"corporate": 1}'}, "texts", id="no text"),
        pytest.param({"STUDIOGATE_SCIM_TOKENS": '{"corporate": ""}'}, "empty", id="empty"),
        pytest.param({"STUDIOGATE_SCIM_TOKENS": "secret"}, "JSON", id="no JSON"),
        pytest.param({"STUDIOGATE_SAML": '{"A b": {}}'}, "name is", id="no name"),
        pytest.param({"STUDIOGATE_SAML": '{"workforce": {}}'}, "audience", id="no audience"),
        pytest.param(
            {"STUDIOGATE_SAML": '{"w": {"audience": "urn:x", "unsolicited": "false"}}'},
            "true or false",
            id="a text for truth",
        ),
        *(
            pytest.param(
                {"STUDIOGATE_IDPS": json.dumps({"x": IDP | {"keys_host": host}})},
                "name of a host",
                id=f"keys on {host!r}",
            )
            for host in ("https://keys.example", "keys.example/x", "Keys.example", "x", "", 7)
        ),
    ],
)
def test_what_is_told_of_providers_must_fit_together(told: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as refused:
        Settings.from_environment(ENVIRON | told)

    assert "guess" not in str(refused.value)


def test_all_wrong_variables_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({})

    assert str(refused.value).count("\n") == 4


def test_settings_show_no_key() -> None:
    settings = Settings.from_environment(ENVIRON)

    assert KEY not in repr(settings)
    assert "kkk" not in f"{settings!r} {settings} {asdict(settings)}"


@pytest.mark.parametrize(
    ("host", "is_it"),
    [
        ("localhost", True),
        ("studio.localhost", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost.evil.example", False),
        ("notlocalhost", False),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_and_nothing_else(host: str, *, is_it: bool) -> None:
    assert is_loopback(host) is is_it
