"""The rules, each on an image that has no other fault."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.images.inside import r, rstudio
from studiogate.images.inside.checked import faults
from studiogate.images.inside.facts import Entry, Inside, Trace, resolved, tidy
from studiogate.images.inside.versions import required
from studiogate.images.parts import Fault, Ran
from studiogate.landscape.image import Image, Recipe
from tests.kit.images_inside import (
    LAB,
    RSTUDIO,
    SERVICE,
    SETTINGS,
    TODAY,
    answered,
    lab,
    tree,
    workbench,
)


def codes(found: tuple[Fault, ...]) -> set[str]:
    return {fault.code for fault in found}


def of_lab(inside: Inside, image: Image = LAB) -> tuple[Fault, ...]:
    return faults(inside, image, today=TODAY)


def of_workbench(inside: Inside, image: Image = RSTUDIO) -> tuple[Fault, ...]:
    return faults(inside, image, today=TODAY)


def with_said(inside: Inside, command: tuple[str, ...], ran: Ran) -> Inside:
    return replace(inside, said={**inside.said, command: ran})


def with_files(inside: Inside, *files: str) -> Inside:
    return replace(inside, paths={**inside.paths, **tree(files)})


def test_an_image_that_keeps_every_rule_has_no_fault() -> None:
    assert of_lab(lab()) == ()
    assert of_workbench(workbench()) == ()
    assert of_lab(editor("/opt/code-editor/bin:/usr/bin:/bin")) == ()


def editor(path: str) -> Inside:
    """An image with conda-forge's Code Editor, whose PATH this is."""
    folder = "opt/code-editor/bin"
    starts = (f"/{folder}/sagemaker-code-editor", "--port=8888")
    made = lab(entrypoint=starts, settings={"PATH": path})
    return with_files(made, f"{folder}/node", f"{folder}/sagemaker-code-editor")


@pytest.mark.parametrize(
    ("inside", "code", "says"),
    [
        (lab(architecture="arm64"), "platform", "linux/arm64"),
        (lab(entrypoint=()), "entry-point", "starts nothing"),
        (lab(entrypoint=(), command=("/bin/bash",)), "entry-point", "/bin/bash"),
        (lab(entrypoint=("/opt/serve",)), "entry-point", "/opt/serve, which is not in it"),
        (lab(entrypoint=("serve", "--port=8888")), "entry-point", "it starts serve, which"),
        (editor("/usr/bin:/bin"), "entry-point", "finds node by the PATH"),
        (lab(ports=("8080/tcp",)), "port", "8080/tcp"),
        (lab(command=("--port=9999",), entrypoint=("jupyter",)), "port", "9999"),
        (lab(entrypoint=("jupyter", "--ServerApp.ip=127.0.0.1")), "port", "127.0.0.1"),
        (lab(user=""), "user", "root"),
        (lab(user="root"), "user", "1000:100"),
        (lab(user="sagemaker-user:1000"), "user", "1000:100"),
        (lab(user="nobody-knows"), "user", "nobody-knows"),
        (lab(without="etc/passwd"), "user", "1000"),
        (lab(without="etc/group"), "group", "100"),
        (lab(without="etc/os-release"), "system-unknown", "does not say"),
        (lab(without="usr/bin/python3"), "python", "no Python"),
        (with_files(lab(), "opt/ml/model.bin"), "hidden", "/opt/ml"),
        (with_files(lab(), "home/sagemaker-user/notes.md"), "hidden", "nobody sees"),
        (replace(lab(), size=36_000_000_000), "size", "35 GB"),
    ],
)  # fmt: skip
def test_a_fault_of_a_jupyterlab_image_is_found(inside: Inside, code: str, says: str) -> None:
    found = [fault for fault in of_lab(inside) if fault.code == code]

    assert found
    assert any(says in fault.what for fault in found)
    assert all(fault.remedy and fault.where for fault in found)


@pytest.mark.parametrize(
    ("inside", "code", "says"),
    [
        (workbench(without="usr/lib/rstudio-server/bin/rsession"), "session-missing", "no session"),
        (workbench(without="usr/bin/sudo"), "needed", "sudo"),
        (workbench(without="usr/bin/java"), "needed", "Java"),
        (workbench(without="usr/lib/x86_64-linux-gnu/libpng16.so.16"), "needed", "libpng"),
        (workbench(without="usr/bin/odbcinst"), "drivers", "no driver"),
        (workbench(without="usr/local/bin/Rscript"), "r-default", "no R"),
        (workbench(environment={"PATH": SETTINGS["PATH"]}), "settings", "RSTUDIO_CONNECT_URL"),
    ],
)  # fmt: skip
def test_a_fault_of_an_rstudio_image_is_found(inside: Inside, code: str, says: str) -> None:
    found = [fault for fault in of_workbench(inside) if fault.code == code]

    assert found
    assert any(says in fault.what for fault in found)


def test_s6_08_a_session_of_another_version_is_told_in_the_words_of_workbench() -> None:
    other = RSTUDIO.model_copy(update={"recipe": Recipe(session="2026.08.2+200.pro1")})

    found = [one for one in of_workbench(workbench(), other) if one.code == "session-version"]

    assert [one.what for one in found] == [
        f"Session version {SERVICE} does not match server version 2026.08.2+200.pro1"
    ]


def test_s6_08_a_version_that_only_rsession_knows_is_asked_of_it() -> None:
    inside = workbench(without="usr/lib/rstudio-server/VERSION")

    assert rstudio.session_version(inside) == SERVICE
    assert of_workbench(inside) == ()


def test_s6_09_a_session_made_for_another_system_is_found_by_its_package_or_its_libraries() -> (
    None
):
    step = "curl -fsSLO https://s3.amazonaws.com/rstudio-ide-build/server/centos7/x86_64/x-workbench.rpm"
    broken = "rsession: error while loading shared libraries: libssl.so.1.1: cannot open"

    by_package = of_workbench(workbench(history=(step,)))
    by_library = of_workbench(with_said(workbench(), rstudio.ASK_SESSION, Ran(127, broken)))

    assert "centos7" in next(one.what for one in by_package if one.code == "session-system")
    assert "libssl.so.1.1" in next(
        one.what for one in by_library if one.code == "session-system"
    )


def test_s6_10_an_image_without_r_or_with_one_that_does_not_run_is_refused() -> None:
    none = replace(workbench(), paths={})
    home = ("/opt/R/4.4.3/bin/Rscript", "--version")
    broken = with_said(workbench(), home, Ran(127, "libR.so: cannot open\n"))

    assert "r-missing" in codes(of_workbench(none))
    assert ("r-broken", home[0]) in {(one.code, one.where) for one in of_workbench(broken)}


def test_s6_10_the_default_r_is_the_landscape_s_first() -> None:
    newest = ("/usr/local/bin/Rscript", "--version")
    inside = with_said(workbench(), newest, Ran(0, "Rscript (R) version 4.4.3 (2025)\n"))

    found = next(one for one in of_workbench(inside) if one.code == "r-default")

    assert "4.4.3" in found.what
    assert "4.5.1" in found.remedy


def test_s6_11_every_r_in_a_scanned_folder_is_listed_and_one_elsewhere_is_not() -> None:
    inside = with_files(
        workbench(),
        "usr/lib/R/bin/R",
        "usr/lib/R/bin/Rscript",
        "srv/R/bin/R",
        "srv/R/bin/Rscript",
    )

    assert r.homes(inside) == ("/usr/lib/R", "/opt/R/4.4.3", "/opt/R/4.5.1")


def test_s6_11_a_version_that_the_landscape_names_and_the_image_lacks_is_named() -> None:
    more = RSTUDIO.model_copy(update={"recipe": Recipe(r=("4.5.1", "3.6.3"), session=SERVICE)})

    found = next(one for one in of_workbench(workbench(), more) if one.code == "r-version")

    assert "3.6.3" in found.what
    assert "4.4.3, 4.5.1" in found.what


def test_s6_12_drivers_are_wanted_unless_the_landscape_turns_them_off() -> None:
    silent = with_said(workbench(), rstudio.ASK_DRIVERS, Ran(0, ""))
    off = RSTUDIO.model_copy(
        update={"recipe": RSTUDIO.recipe.model_copy(update={"drivers": False})}
    )

    assert codes(of_workbench(silent)) == {"drivers"}
    assert "drivers" not in codes(of_workbench(answered(silent, off), off))


def test_s6_13_a_package_of_r_that_does_not_load_is_named_and_the_others_are_not() -> None:
    inside = workbench()
    asked = next(one for one in inside.said if "fable" in one[-1])
    lacking = inside.said[asked].output.replace("loaded fable\n", "")

    found = of_workbench(with_said(inside, asked, Ran(0, lacking)))

    assert [one.what for one in found] == ["library() of these fails: fable"]


@pytest.mark.parametrize(
    ("version", "says"),
    [("2.0.0", "boto3>1.0,<2.0"), ("1.0", "boto3>1.0,<2.0"), (None, "is not installed")],
)
def test_s6_13_boto3_is_within_its_bounds(version: str | None, says: str) -> None:
    inside = lab()
    asked, ran = next(iter(inside.said.items()))
    wrong = f'"{version}"' if version else "null"
    said = ran.output.replace('"1.42.1"', wrong)
    if version is None:
        said = ran.output.replace('"boto3": "1.42.1", ', "")

    found = of_lab(with_said(inside, asked, Ran(0, said)))

    assert [one.code for one in found] == ["python"]
    assert says in found[0].what


def test_s6_13_python_that_cannot_import_boto3_or_does_not_run_is_said() -> None:
    inside = lab()
    asked, ran = next(iter(inside.said.items()))
    unimportable = ran.output.replace('"broken": {}', '"broken": {"boto3": "ImportError: x"}')

    assert "ImportError: x" in of_lab(with_said(inside, asked, Ran(0, unimportable)))[0].what
    assert "does not run" in of_lab(with_said(inside, asked, Ran(1, "no module")))[0].what


def test_what_the_landscape_says_of_a_package_counts_more_than_the_usual_bounds() -> None:
    image = Image(kind="jupyterlab", recipe=Recipe(python_packages=("boto3>=2",)))

    assert "boto3>=2" in of_lab(lab(), image)[0].what


def test_an_image_that_runs_as_root_is_none_of_studios() -> None:
    (found,) = of_lab(lab(user=""))

    assert (found.code, found.what) == ("user", "it runs as root; Studio runs apps as 1000:100")


@pytest.mark.parametrize(
    ("today", "code", "advice"),
    [
        (date(2026, 3, 1), None, False),
        (date(2029, 1, 1), "system-ends", True),
        (date(2029, 6, 1), "system-ended", False),
    ],
)
def test_a_system_past_its_support_is_a_fault_and_one_near_it_advice(
    *, today: date, code: str | None, advice: bool
) -> None:
    found = faults(lab(), LAB, today=today)

    assert [one.code for one in found] == ([code] if code else [])
    assert all(one.advice is advice for one in found)


def test_a_large_image_is_advice_and_what_useradd_makes_is_nothing() -> None:
    assert [one.advice for one in of_lab(replace(lab(), size=20_000_000_000))] == [True]
    assert of_lab(with_files(lab(), "home/sagemaker-user/.bashrc")) == ()


def test_a_secret_is_reported_by_place_and_kind() -> None:
    found = of_lab(replace(lab(), traces=(Trace("layer 3: /srv/.netrc", "netrc"),)))

    assert [(one.code, one.where) for one in found] == [("secret", "layer 3: /srv/.netrc")]


def test_an_image_for_another_machine_is_told_only_what_can_be_known_of_it() -> None:
    inside = replace(lab(architecture="arm64"), said={})

    assert codes(of_lab(inside)) == {"platform"}


@given(st.lists(st.sampled_from(["..", ".", "etc", "a", "", "b"]), max_size=12))
def test_no_name_in_a_layer_leads_out_of_the_image(parts: list[str]) -> None:
    assert ".." not in tidy("/".join(parts)).split("/")


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "a/b", "c"]),
        st.sampled_from(["/", "..", "a", "b", "/a/b", "../../c", "c/.."]),
    ),
    st.sampled_from(["a", "a/b", "b/../a", "../../c", "a/a/a"]),
)
def test_links_that_go_in_circles_or_upwards_end(links: dict[str, str], path: str) -> None:
    paths = {name: Entry("link", target) for name, target in links.items()}

    found = resolved({**paths, "c": Entry("folder")}, path)

    assert found is None or ".." not in found


@pytest.mark.parametrize(
    ("requirement", "version", "holds"),
    [
        ("boto3>1.0,<2.0", "1.42.1", True),
        ("boto3>1.0,<2.0", "1.0.0", False),
        ("boto3>1.0,<2.0", "2.0", False),
        ("sagemaker[local]<3", "2.250.0", True),
        ("sagemaker[local]<3", "3.0.0rc1", False),
        ("polars==1.*", "1.9", True),
        ("polars==1.2", "1.2.0", True),
        ("polars~=1.4", "1.9", True),
        ("polars~=1.4.2", "1.5", False),
        ("polars!=1.2", "1.2.0", False),
        ("numpy", "0.1", True),
        ("numpy @ https://x", "1.0", False),  # not understood is not met
        ("numpy>=2", "unknown", False),
    ],
)  # fmt: skip
def test_bounds_of_a_requirement(*, requirement: str, version: str, holds: bool) -> None:
    found = required(requirement)

    assert found is not None
    assert found.met_by(version) is holds
