"""`docker` in a build: words of a pipeline, done by another builder."""

import pytest

from studiogate.local.codebuild.runs.docker import UnknownError, main, words_for


@pytest.mark.parametrize(
    ("said", "done"),
    [
        (
            "build -t a:1 --label x=y --file=D --no-cache .",
            "--tag a:1 --label x=y --file D --no-cache .",
        ),
        ("build --platform linux/amd64 --iidfile i .", "--platform linux/amd64 --iidfile i ."),
        (
            "build --build-arg SOURCE_DATE_EPOCH=0 .",
            "--timestamp 0 --build-arg SOURCE_DATE_EPOCH=0 .",
        ),
        ("build --progress=plain --provenance false .", "."),
    ],
)
def test_a_build_is_said_in_the_builder_s_words(said: str, done: str) -> None:
    verb, *words = said.split()

    assert words_for(verb, words) == [
        "build", "--format", "docker", "--isolation", "chroot", *done.split(),
    ]  # fmt: skip


@pytest.mark.parametrize("user", ["-u AWS", "--username AWS", "--username=AWS"])
def test_a_login_takes_its_password_from_standard_input(user: str) -> None:
    words = f"{user} --password-stdin host.example".split()

    assert words_for("login", words) == [
        "login", "--username", "AWS", "--password-stdin", "host.example",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        "run image",
        "build --secret id=x .",
        "build",
        "build -t",
        "login -u AWS -p open-sesame host",
        "login -u AWS host",
        "tag only-one",
        "pull --all-tags a",
    ],
)
def test_what_is_not_mapped_is_refused_by_its_name(
    said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    verb, *words = said.split()

    with pytest.raises(UnknownError):
        words_for(verb, words)

    assert main(["/bin/false", "/nowhere", verb, *words]) == 125
    assert "open-sesame" not in capsys.readouterr().err
