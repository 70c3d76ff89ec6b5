"""Dockerfiles that attack whoever judges them, and secrets in what they copy."""

from datetime import date

import pytest

from studiogate.images.dockerfile.facts import Subject
from studiogate.images.dockerfile.judging import Judged, judged

BASE = f"FROM ubuntu:24.04@sha256:{'a' * 64}\n"
WORD = "correct-horse"


def said(text: str, **files: str) -> Judged:
    named = {name.replace("__", "."): content for name, content in files.items()}
    return judged(text, Subject("Dockerfile", date(2026, 11, 22), session="1", files=named))


@pytest.mark.parametrize(
    "text",
    [
        BASE + "ENV A=aaaaaaaa\n" + "ENV A=${A}${A}\n" * 100,
        BASE + "RUN " + "eyJ-" * 10_000,
        BASE + "RUN " + "a." * 10_000,
        BASE + "ENV " + "_A" * 10_000,
        BASE + "RUN " + "$(" * 2_000,
        "\x00" * 10_000,
    ],
    ids=["doubling", "tokens", "addresses", "names", "commands", "nothing"],
)
def test_a_file_that_is_made_to_be_read_for_ever_is_judged(text: str) -> None:
    assert isinstance(said(text), Judged)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pip.conf", f"index-url = https://ada:{WORD}@pypi.acme.example/simple"),
        ("Renviron.site", f"CONNECT_API_KEY={WORD}"),
        (".Renviron", "GITHUB_PAT=ghp_" + "a1B2" * 9),
        ("settings.py", "key = 'AKIA" + "Z3XJ7QP2LMN4RT6V'"),
    ],
)
def test_a_file_that_is_copied_is_read_for_secrets(name: str, content: str) -> None:
    found = said(f"{BASE}COPY {name} /srv/", **{name.replace(".", "__"): content})

    (fault,) = [one for one in found.faults if one.code == "secret-copied"]
    assert fault.where == "Dockerfile:2"
    assert content.rsplit("=", maxsplit=1)[-1].strip(" '") not in str(fault)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pip.conf", "index-url = https://pypi.acme.example/simple"),
        ("Renviron.site", "RSTUDIO_CONNECT_URL=https://connect.acme.example"),
        ("settings.py", f"PASSWORD = read('{WORD}')"),
        ("requirements.txt", "boto3==1.40.0"),
    ],
)
def test_a_file_without_secrets_may_be_copied(name: str, content: str) -> None:
    found = said(f"{BASE}COPY {name} /srv/", **{name.replace(".", "__"): content})

    assert "secret-copied" not in {one.code for one in found.faults}


@pytest.mark.parametrize("name", [".kube/config", "kubeconfig", "containers/auth.json"])
def test_files_of_logins_are_known_by_their_names(name: str) -> None:
    codes = {one.code for one in said(f"{BASE}COPY {name} /srv/").faults}

    assert "secret-copied" in codes
