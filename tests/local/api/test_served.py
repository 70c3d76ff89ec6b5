"""Which method answers a path: the most particular resource, and no other."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.foundation.templates.api import AUTHORIZED, PATHS
from studiogate.local.api.served import Served


def _declared() -> dict[str, dict[str, dict[str, Any]]]:
    """Our own API: every path, those above it, and the one that has an authorizer."""
    methods: dict[str, dict[str, dict[str, Any]]] = {}
    for path, verbs in PATHS.items():
        parts = path.split("/")
        for number in range(2, len(parts)):
            methods.setdefault("/".join(parts[:number]), {})
        who = {"authorizerId": "auth01"} if path == AUTHORIZED else {}
        methods[path] = dict.fromkeys(verbs, who)
    return methods


OURS = Served(_declared(), {"auth01": {"id": "auth01"}}, {})


@pytest.mark.parametrize(
    ("verb", "path", "resource", "parameters"),
    [
        ("GET", "/", "/", {}),
        ("GET", "/user-lob-a", "/{person}", {"person": "user-lob-a"}),
        ("GET", "/ada%40acme.example", "/{person}", {"person": "ada@acme.example"}),
        ("GET", "/metrics", "/{person}", {"person": "metrics"}),
        ("GET", "/reach", "/reach", {}),
        ("GET", "/healthz", "/healthz", {}),
        ("GET", "/open/forecasting", "/open/{domain}", {"domain": "forecasting"}),
        ("POST", "/api/open/forecasting", "/api/{proxy+}", {"proxy": "open/forecasting"}),
        ("GET", "/signin/corporate/callback", "/signin/{proxy+}", {"proxy": "corporate/callback"}),
        ("GET", "/saml/metadata", "/saml/metadata", {}),
        ("POST", "/saml", "/saml", {}),
    ],
)  # fmt: skip
def test_a_declared_path_is_answered(
    verb: str, path: str, resource: str, parameters: dict[str, str]
) -> None:
    found = OURS.method(verb, path)

    assert found is not None
    assert (found.resource, found.parameters) == (resource, parameters)
    assert (found.authorizer is not None) is (resource == "/{person}")


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        pytest.param("POST", "/user-lob-a", id="another verb"),
        pytest.param("HEAD", "/", id="HEAD is a verb of its own"),
        pytest.param("GET", "/open", id="a word with nothing below"),
        pytest.param("GET", "/open/", id="an empty variable"),
        pytest.param("GET", "/open/a/b", id="more than there is"),
        pytest.param("GET", "/api", id="an empty greedy one"),
        pytest.param("GET", "/api/", id="the same with a slash"),
        pytest.param("GET", "/user-lob-a/more", id="below a person"),
        pytest.param("GET", "/user-lob-a/", id="a slash after a person"),
        pytest.param("GET", "/saml", id="a word that a variable would take"),
        pytest.param("GET", "//user-lob-a", id="an empty part"),
        pytest.param("GET", "*", id="no path"),
    ],
)
def test_anything_else_is_not(verb: str, path: str) -> None:
    assert OURS.method(verb, path) is None


PART = st.text("abc{}+%/", max_size=4)


@given(st.lists(PART, max_size=4).map("/".join))
def test_every_path_is_answered_by_what_it_reads_as_or_by_nothing(path: str) -> None:
    found = OURS.method("GET", f"/{path}")

    if found is not None and found.resource == "/{person}":
        assert "/" not in path
        assert path
