"""A Dockerfile taken apart: any text can be, and lines keep their numbers."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studiogate.images.dockerfile.facts import Subject, facts_of
from studiogate.images.dockerfile.judging import judged
from studiogate.images.dockerfile.shell import commands
from studiogate.images.dockerfile.syntax import Line, instructions, parsed
from studiogate.images.dockerfile.variables import resolved, used
from studiogate.landscape.image import Kind

TODAY = date(2026, 11, 22)
_words = st.sampled_from(
    [
        "FROM ",
        "RUN ",
        "COPY ",
        "ADD ",
        "ENV ",
        "ARG ",
        "USER ",
        "CMD ",
        "LABEL ",
        "# escape=`\n",
    ]
)
_bits = st.sampled_from(
    [
        "\\\n", "\n", "<<EOF\n", "EOF\n", "$X", "${X:-", "}", '"', "'", "`", "$(", ")", " && ", "; ",
        "curl -O https://x/y", "@sha256:", "--from=", " AS a", "http://u:p@h/", "[", "rstudio-",
    ]
)  # fmt: skip
dockerfiles = st.lists(_words | _bits | st.text(max_size=4), max_size=30).map("".join)


@given(st.text() | dockerfiles, st.sampled_from([None, "rstudio", "jupyterlab", "codeeditor"]))
@example("FROM", None)
@example("FROM a\nFROM a AS b\nFROM b\nRUN <<E", "rstudio")
@example("FROM x\nADD http://[/ y", None)
@example("FROM x\nENV =\nENV A\nARG =\nARG", "codeeditor")
def test_any_text_is_judged(text: str, kind: Kind | None) -> None:
    found = judged(text, Subject("Dockerfile", TODAY, name="r", kind=kind, session="x"))

    assert all(one.what and one.remedy for one in (*found.faults, *found.advice))


def test_lines_are_joined_and_keep_their_numbers() -> None:
    text = "FROM a\n\nRUN one \\\n  # a remark\n\n  two \\\n  three\nUSER 1000"

    found = list(instructions(text))

    assert [(one.word, one.line, one.text) for one in found] == [
        ("FROM", 1, "a"),
        ("RUN", 3, "one two three"),
        ("USER", 8, "1000"),
    ]
    assert [line.number for line in found[1].lines] == [3, 6, 7]


def test_another_letter_joins_lines_where_a_directive_says_so() -> None:
    assert [one.text for one in instructions("# escape=`\nRUN a `\n b")] == ["a b"]


def test_a_here_document_is_its_instructions_and_not_instructions() -> None:
    found = list(instructions("RUN <<EOF\nFROM nowhere\ncurl x\nEOF\nUSER a"))

    assert [one.word for one in found] == ["RUN", "USER"]
    assert [line.text for line in found[0].script] == ["FROM nowhere", "curl x"]


def test_flags_are_not_what_is_copied() -> None:
    (found,) = instructions("COPY --from=one --chmod=0755 a b")

    assert found.flags == (("from", "one"), ("chmod", "0755"))
    assert found.text == "a b"


def test_a_stage_has_what_it_is_built_on_and_its_variables() -> None:
    facts = facts_of(
        "ARG T=24.04\nFROM ubuntu:$T AS one\nENV A=x\nFROM one\nRUN echo $A ${B:-c}"
    )

    assert facts.image is not None
    assert facts.image.base == "ubuntu:24.04"
    assert [one.text for one in facts.image.steps if one.word == "RUN"] == ["echo x c"]
    assert [stage.name for stage in parsed("FROM a AS One").stages] == ["One"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a && b || c; d | e", ["a", "b", "c", "d", "e"]),
        ("if x; then y; fi", ["x", "y", ""]),
        ('bash -c "$(curl -f u)"', ["bash", "curl"]),
        ("V=$(wget u | cut -d: -f1)", ["", "wget", "cut"]),
        ("sudo A=1 /usr/bin/curl 'a && b'", ["curl"]),
        ("X=`sed s/a/b/`", ["", "sed"]),
        ("echo 'open", ["echo"]),
    ],
)
def test_a_line_is_cut_into_its_commands(text: str, names: list[str]) -> None:
    assert [one.name for one in commands([Line(1, text)])] == names


def test_a_command_knows_its_line_its_flags_and_what_it_sets() -> None:
    first, second = commands(
        [Line(3, "export A=1 && "), Line(5, "curl -fsSL --proto =https u")]
    )

    assert (first.line, first.assigns) == (3, ("A",))
    assert second.line == 5
    assert second.has("-f")
    assert second.has("--proto")
    assert not second.has("-k", "--insecure")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("$A ${B} ${C:-x} ${D:+y} ${E-z}", ["A", "B"]),
        (r"'$A' \$B \${C} $$ $1 $?", []),
        ('"$A"', ["A"]),
    ],
)
def test_what_is_used_without_a_value_of_its_own(text: str, names: list[str]) -> None:
    assert list(used(text)) == names


@given(st.text(), st.dictionaries(st.sampled_from(["A", "B"]), st.none() | st.text()))
def test_text_without_variables_resolves_to_itself(
    text: str, values: dict[str, str | None]
) -> None:
    bare = text.replace("$", "")

    assert resolved(bare, values) == bare
