"""Metadata files of SAML providers: read as they are, or refused before anything is changed."""

from pathlib import Path
from typing import Any

import pytest

from studiogate.deploy.documents import LARGEST, documents
from studiogate.errors import LandscapeError
from studiogate.landscape.model import Landscape, SamlIdp
from studiogate.landscape.read import read
from tests.kit.gateway import NOW
from tests.kit.saml_idp import SSO
from tests.kit.saml_idp import SamlIdp as Provider
from tests.kit.starting import EXAMPLE

GOOD = Provider(lambda: NOW).metadata()
BY_POST_ALONE = GOOD.replace(b"bindings:HTTP-Redirect", b"bindings:SOAP")


def declaring(**idps: dict[str, Any]) -> Landscape:
    declared = {
        name: SamlIdp.model_validate({"kind": "saml"} | one) for name, one in idps.items()
    }
    return read(EXAMPLE.read_text("utf-8")).model_copy(update={"idps": declared})


def found(folder: Path, content: bytes | None, **more: Any) -> str:
    """What is read where the file of the one provider holds `content`."""
    if content is not None:
        (folder / "x.xml").write_bytes(content)
    workforce = {"metadata": "x.xml"} | more
    return documents(declaring(workforce=workforce), beside=folder / "acme.yaml")["workforce"]


@pytest.mark.parametrize(
    "mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"]
)
def test_a_document_is_read_beside_the_landscape(tmp_path: Path, mark: bytes) -> None:
    assert found(tmp_path, mark + GOOD) == GOOD.decode()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "no such file"),
        (b"<html/>", "no EntityDescriptor"),
        (GOOD.decode().encode("utf-16"), "not UTF-8"),
        (GOOD + b" " * LARGEST, "larger than"),
    ],
    ids=["absent", "an error page", "another encoding", "endless"],
)
def test_what_is_no_document_is_refused_by_name(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    with pytest.raises(LandscapeError, match=why) as refused:
        found(tmp_path, content)

    (problem,) = refused.value.problems
    assert problem.where == "idps.workforce.metadata"


def test_s3_20_a_provider_by_which_nobody_could_sign_in_is_refused(tmp_path: Path) -> None:
    assert SSO.encode() in BY_POST_ALONE
    assert found(tmp_path, BY_POST_ALONE) == BY_POST_ALONE.decode()
    assert found(tmp_path, GOOD, unsolicited=False) == GOOD.decode()

    with pytest.raises(LandscapeError, match="can begin nowhere else"):
        found(tmp_path, BY_POST_ALONE, unsolicited=False)


def test_every_document_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    landscape = declaring(one={"metadata": "one.xml"}, two={"metadata": "two.xml"})

    with pytest.raises(LandscapeError) as refused:
        documents(landscape, beside=tmp_path / "acme.yaml")

    assert [one.where for one in refused.value.problems] == [
        "idps.one.metadata",
        "idps.two.metadata",
    ]
