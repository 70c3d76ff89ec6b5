"""A buildspec is read in one way, and what nobody acts on is refused by its name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.images.buildspec import BUILDSPEC
from studiogate.local.codebuild.runs.buildspec import BuildspecError, inline, parsed

PHASE = "phases: {build: {commands: [a]}}"


def test_the_product_s_own_is_one_for_a_shell_that_knows_pipefail() -> None:
    found = parsed(BUILDSPEC)

    assert found.shell == "bash"
    assert list(found.phases) == ["pre_build", "build", "post_build"]
    assert inline(BUILDSPEC) == BUILDSPEC
    for phase in found.phases.values():
        assert all("\n" not in command for command in phase.commands)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("version: 0.1\n" + PHASE, "version: 0.1, expected 0.2"),
        (f"version: 0.2\n{PHASE}\nartifacts: {{files: [x]}}", "artifacts is not offered"),
        (f"version: 0.2\nenv: {{parameter-store: {{A: b}}}}\n{PHASE}", "env.parameter-store"),
        (f"version: 0.2\nenv: {{shell: zsh}}\n{PHASE}", "env.shell: zsh"),
        ("version: 0.2\nphases: {test: {commands: [a]}}", "phases.test is not offered"),
        (
            "version: 0.2\nphases: {install: {runtime-versions: {python: 3}, commands: [a]}}",
            "phases.install.runtime-versions",
        ),
        ("version: 0.2\nphases: {build: {commands: [{a: b}]}}", "Commands to be strings"),
        ("version: 0.2\nphases: {build: {finally: [a]}}", "a phase has commands"),
        ("version: 0.2", "at least one"),
        ("a: [", "while parsing"),
    ],
)
def test_what_is_not_done_here_is_refused(text: str, why: str) -> None:
    with pytest.raises(BuildspecError, match=why):
        parsed(text)


def test_variables_shell_and_finally_are_read() -> None:
    found = parsed(
        "version: 0.2\nenv: {shell: bash, variables: {A: 1, B: true}}\n"
        "phases: {build: {commands: a, finally: [b]}}"
    )

    assert dict(found.variables) == {"A": "1", "B": "true"}
    assert (found.phases["build"].commands, found.phases["build"].after) == (("a",), ("b",))


@given(text=st.text())
def test_no_text_is_read_as_a_build_by_accident(text: str) -> None:
    with pytest.raises(BuildspecError):
        parsed(text)
