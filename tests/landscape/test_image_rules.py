"""Images that AWS would not take, or nobody could use: each says how to put it right."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate import names
from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.image import IMAGE_NAME
from studiogate.landscape.image_rules import MOST_ON_A_DOMAIN
from studiogate.landscape.read import read
from tests.kit.images import DOMAINS, LAB, R, with_images
from tests.kit.topology import document

PEOPLE = {"ada": {"lob": "lob-a"}, "ben": {"lob": "lob-b"}}


def problems(images: dict[str, Any], **changes: Any) -> list[Problem]:
    file = document(**{"domains": DOMAINS, "people": PEOPLE, **changes}, images=images)
    try:
        read(json.dumps(file))
    except LandscapeError as refused:
        return [*refused.problems]
    return []


def test_images_of_every_kind_are_sound() -> None:
    editor = {
        "kind": "codeeditor",
        "domains": ["forecasting", "fraud"],
        "uid": 1000,
        "gid": 100,
    }

    assert problems({"r-4.5": R, "lab": LAB, "editor": editor}) == []


def test_images_written_out_with_every_default_are_read_again() -> None:
    images = {"r-4.5": R, "lab": LAB}
    landscape = read(json.dumps(with_images(images=images)))

    again = landscape.model_dump(mode="json", by_alias=True)
    assert read(json.dumps(again)).images == landscape.images


@pytest.mark.parametrize("name", ["a", "r-4.5.1-rstudio-2025.05.1", "0a.b", "a" * 63])
def test_s6_21_a_name_may_have_dots_which_its_configuration_has_not(name: str) -> None:
    assert problems({name: LAB}) == []
    assert "." not in names.app_image_config(name)


@pytest.mark.parametrize("name", ["R-4", "r_4", "r--4", "r..4", "-r", "r.", "", "a" * 64])
def test_s6_21_a_name_that_sagemaker_or_ecr_does_not_take_is_refused(name: str) -> None:
    (found,) = problems({name: LAB})

    assert found.where.startswith("images.")
    assert "63" in f"{found.what} {found.remedy}" or "another name" in found.remedy


@given(st.from_regex(IMAGE_NAME, fullmatch=True).filter(lambda one: len(one) <= 63))
def test_every_name_that_is_taken_is_one_for_sagemaker_and_for_ecr(name: str) -> None:
    ecr = r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*"
    assert re.fullmatch(ecr, names.image_repository(name))
    assert re.fullmatch(r"[a-zA-Z0-9]([-.]?[a-zA-Z0-9]){0,62}", name)
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", names.app_image_config(name))


def test_s6_21_two_images_whose_configuration_would_be_one_are_told_apart() -> None:
    (found,) = problems({"r-4.5": R, "r-4-5": LAB})

    assert found.where == "images.r-4-5"
    assert "'r-4-5'" in found.what
    assert "r-4.5" in found.what.replace('"', "")


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"domains": ["fraud"], "canary": "lob-b"}, "domains[0]", "has no RStudio"),
    ({"domains": ["forecast"]}, "domains[0]", "Did you mean forecasting?"),
    ({"domains": ["forecasting", "forecasting"]}, "domains[1]", "already"),
    ({"canary": "lob-b"}, "canary", "Lobs of its domains: lob-a"),
    ({"canary": "lob-z"}, "canary", "there is no lob"),
    ({"uid": 1000}, "uid", "RStudio chooses"),
    ({"gid": 0}, "gid", "RStudio chooses"),
    ({"mount": "/srv/x"}, "mount", "RStudio puts homes"),
    ({"folder": "../r"}, "folder", "stays inside"),
    ({"folder": "/etc"}, "folder", "stays inside"),
    ({"folder": "images/../../r"}, "folder", "stays inside"),
    ({"folder": "~/r"}, "folder", "stays inside"),
    ({"folder": "."}, "folder", "images/it"),
    ({"folder": "images\\..\\r"}, "folder", "stays inside"),
    ({"recipe": {}}, "recipe.r", "r: [4.5.1]"),
    ({"recipe": {"r": ["4.5.1", "4.5.1"]}}, "recipe.r[1]", "already"),
    ({"tags": {"aws:x": "1"}}, "tags.aws:x", "for AWS"),
    ({"tags": {"StudioGate:lob": "1"}}, "tags.StudioGate:lob", "for AWS"),
    ({"tags": {"team": "a<b"}}, "tags.team", "no such value"),
    ({"tags": {"team": "x" * 257}}, "tags.team", "256"),
    ({"tags": {"a#b": "1"}}, "tags.a#b", "128"),
    ({"tags": {f"t{n}": "1" for n in range(41)}}, "tags", "40 at most"),
]


@pytest.mark.parametrize(("change", "where", "what"), WRONG)
def test_what_an_rstudio_image_cannot_be_is_refused_by_its_key(
    change: dict[str, Any], where: str, what: str
) -> None:
    (found,) = problems({"it": {**R, **change}})

    assert found.where.replace('"', "") == f"images.it.{where}"
    assert what in f"{found.what} {found.remedy}".replace('"', "")
    assert found.line == 1
    assert len(found.remedy) > 10


WRONG_LAB: list[tuple[dict[str, Any], str, str]] = [
    ({"uid": 0, "gid": 0}, "uid", "user 0 with group 0"),
    ({"gid": 0}, "gid", "user 1000 with group 0"),
    ({"uid": 1001, "gid": 100}, "uid", "user 1001"),
    ({"mount": "/data"}, "mount", "at /home/sagemaker-user alone"),
    ({"mount": "/home/sagemaker-user/.."}, "mount", "at /home/sagemaker-user alone"),
    ({"recipe": {"r": ["4.5.1"]}}, "recipe.r", "for JupyterLab has none"),
    ({"recipe": {"session": "2025.05.1+513.pro3"}}, "recipe.session", "has none"),
    ({"recipe": {"r_packages": ["fable"]}}, "recipe.r_packages", "has none"),
    ({"recipe": {"python": False}}, "recipe.python", "Python"),
]


@pytest.mark.parametrize(("change", "where", "what"), WRONG_LAB)
def test_what_a_jupyterlab_image_cannot_be_is_refused_by_its_key(
    change: dict[str, Any], where: str, what: str
) -> None:
    (found,) = problems({"it": {**LAB, **change}})

    assert found.where == f"images.it.{where}"
    assert what in f"{found.what} {found.remedy}"


@pytest.mark.parametrize(
    ("person", "what"), [("ben", "is not of the lob 'lob-a'"), ("eve", "there is no person")]
)
def test_who_administers_rstudio_is_of_the_lob(person: str, what: str) -> None:
    forecasting = {**DOMAINS["forecasting"], "rstudio": {"administrators": ["ada", person]}}

    (found,) = problems({}, domains={**DOMAINS, "forecasting": forecasting})

    assert found.where == "domains.forecasting.rstudio.administrators[1]"
    assert what in found.what


def test_a_domain_has_as_many_images_of_a_kind_as_sagemaker_takes() -> None:
    many = {f"lab-{n}": LAB for n in range(MOST_ON_A_DOMAIN)}
    editor = {"kind": "codeeditor", "domains": ["forecasting"]}

    assert problems({**many, "editor": editor}) == []
    (found,) = problems({**many, "one-more": LAB, "and-another": LAB})
    assert found.where == "images.one-more.domains"
