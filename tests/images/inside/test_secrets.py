"""What a secret looks like, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.images.inside.secrets import (
    kind_of_name,
    kind_of_setting,
    kinds_in,
    kinds_in_step,
)

KEY_ID = "AKIA" + "Z3XJ7QP2LMN4RT6V"
SECRET = "q9Zr7Lk2" * 5
PAIR = f"aws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n"
PEM = "-----BEGIN " + "PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj" * 2
GITHUB = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PAIR, "pair of AWS keys"),
        (f'{{"AccessKeyId": "{KEY_ID}", "SecretAccessKey": "{SECRET}"}}', "pair of AWS keys"),
        (f"export AWS_SECRET_ACCESS_KEY='{SECRET}' # {KEY_ID}", "pair of AWS keys"),
        ("IQoJb3JpZ2lu" + "X2VjE" * 30, "AWS session token"),
        ("IQoJb3JpZ2luX2VjEOz" + "/" * 10 + "wEaCXVzLWVhc3QtMSJ" + "x" * 90, "AWS session token"),
        (PEM, "private key"),
        (PEM.replace("PRIVATE", "OPENSSH PRIVATE"), "private key"),
        (PEM.replace("PRIVATE", "RSA PRIVATE").replace("-\n", "-\nProc-Type: 4,ENCRYPTED\n\n"),
         "private key"),
        (f"token: {GITHUB}", "GitHub token"),
        ("glpat-" + "x" * 20, "GitLab token"),
        ("hf_" + "A" * 34, "Hugging Face token"),
    ],
)  # fmt: skip
def test_a_secret_is_known_by_its_form(content: str, kind: str) -> None:
    assert kinds_in(content.encode(), "opt/app/settings") == {kind}


@pytest.mark.parametrize(
    "content",
    [
        (
            "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        ),  # AWS's examples
        "IQoJb3JpZ2luX2VjEOz"
        + "/" * 20
        + "wEXAMPLEtMSJHMEUCIDoKK3JH9uG"
        + "x" * 80,  # botocore's
        f"only an id: {KEY_ID}",
        f"only a secret: {SECRET}",
        'if line.startswith("-----BEGIN PRIVATE KEY-----"):',  # a program about keys
        "ghp_short",
        "",
    ],
)
def test_what_is_no_secret_is_not_taken_for_one(content: str) -> None:
    assert kinds_in(content.encode(), "opt/app/settings") == frozenset()


def test_keys_that_packages_publish_for_their_tests_are_theirs_and_keys_of_aws_are_not() -> (
    None
):
    published = "usr/lib/python3/dist-packages/tornado/test/test.key"

    assert kinds_in(PEM.encode(), published) == frozenset()
    assert kinds_in(PAIR.encode(), published) == {"pair of AWS keys"}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("root/.aws/credentials", True),
        ("home/sagemaker-user/.netrc", True),
        ("root/.docker/config.json", True),
        ("run/containers/auth.json", True),
        ("root/.ssh/id_ed25519", True),
        ("etc/ssh/ssh_host_rsa_key", True),
        ("root/.ssh/id_ed25519.pub", False),
        ("root/.aws/config", False),
        ("opt/app/config.json", False),
        ("usr/share/doc/git/contrib/credential/netrc/test.netrc", False),
    ],
)
def test_a_file_is_known_by_its_name(*, path: str, found: bool) -> None:
    assert (kind_of_name(path) is not None) is found


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("API_TOKEN", "a1b2c3d4e5", True),
        ("DB_PASSWORD", "correct-horse", True),
        ("GREETING", GITHUB, True),
        ("PIP_INDEX_URL", "https://ada:open-sesame@pypi.acme.example/simple", True),
        ("JUPYTER_TOKEN", "", False),
        ("TOKENIZERS_PARALLELISM", "falsehood", False),
        ("CREDENTIALS", "/run/secrets/login", False),
        ("RSTUDIO_PACKAGE_MANAGER_URL", "https://packagemanager.posit.co/cran/latest", False),
        ("GPG_KEY", "A035C8C19219BA821ECEA86B64E628F8D684696D", False),
        ("PATH", "/usr/bin:/bin", False),
    ],
)
def test_a_setting_is_known_by_its_name_or_its_value(
    *, name: str, value: str, found: bool
) -> None:
    assert (kind_of_setting(name, value) is not None) is found


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("|1 NPM_TOKEN=a1b2c3d4e5 /bin/sh -c npm install", True),
        ("RUN curl -fsSL https://ada:open-sesame@files.acme.example/x -o x", True),
        ("ENV DB_PASSWORD=correct-horse", True),
        ("RUN TOKEN=$(cat /run/secrets/token) && curl -fsSL https://x.example", False),
        ("RUN --mount=type=secret,id=token pip install x", False),
        ("RUN skopeo login --password-stdin", False),
    ],
)
def test_a_step_of_the_history_gives_away_what_it_was_told(*, step: str, found: bool) -> None:
    assert bool(kinds_in_step(step)) is found


@given(st.binary(max_size=400), st.text(max_size=60), st.text(max_size=60))
def test_any_content_name_and_step_is_judged(content: bytes, name: str, text: str) -> None:
    assert all(kind.isprintable() for kind in kinds_in(content, name) | kinds_in_step(text))
    assert kind_of_setting(name, text) in {None, "what its name calls a secret"}


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_secret_is_found_whatever_is_around_it(before: bytes, after: bytes) -> None:
    assert "private key" in kinds_in(before + PEM.encode() + after, "opt/key")
