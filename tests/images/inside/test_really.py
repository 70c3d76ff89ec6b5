"""The checks on images that buildah has built, with programs that really run in them."""

import pytest

from studiogate.images.builders.found import builder
from studiogate.images.inside.checked import checked
from studiogate.images.parts import Builder, Fault
from studiogate.landscape.image import Image, Recipe
from tests.kit.containers import BASE, Storage, built
from tests.kit.images_inside import SERVICE, TODAY, VERSIONS

RSCRIPT = """#!/bin/sh
case "$1" in
  --version) echo "Rscript (R) version 4.5.1 (2025-06-13)" ;;
  -e) echo "$2" | grep -o '"[a-zA-Z0-9.]*"' | sed 's/"//g; /MISSING/d; s/^/loaded /' ;;
esac
"""
PYTHON = '#!/bin/sh\necho \'{"versions": %s, "broken": {}}\'\n'
PAIR = (
    f"aws_access_key_id = {'AKIA' + 'Z3XJ7QP2LMN4RT6V'}\n"
    f"aws_secret_access_key = {'q9Zr7Lk2' * 5}\n"
)
RECIPE = f"FROM {BASE}\nCOPY image /\n"


def silent(line: str) -> None:
    """Somebody who does not listen."""


def found_in(
    storage: Storage, dockerfile: str, image: Image, reference: str
) -> tuple[Fault, ...]:
    files = {
        "image/opt/R/4.5.1/bin/Rscript": RSCRIPT,
        "image/opt/R/4.5.1/bin/R": RSCRIPT,
        "image/usr/lib/rstudio-server/bin/rsession": f"#!/bin/sh\necho {SERVICE}\n",
        "image/usr/lib/rstudio-server/VERSION": f"{SERVICE}\n",
        "image/usr/lib/x/libpng16.so": "",
        "image/usr/local/bin/java": "#!/bin/sh\necho 21\n",
        "image/usr/local/bin/odbcinst": "#!/bin/sh\necho '[PostgreSQL]'\n",
        "image/usr/local/bin/python3": PYTHON % str(VERSIONS).replace("'", '"'),
        "credentials": PAIR,
    }
    leaky = f"localhost/studiogate-test/leaky-{reference}:1"
    built(storage, f"FROM {BASE}\nCOPY credentials /srv/.aws/credentials\n", files, leaky)
    ours = f"localhost/studiogate-test/{reference}:1"
    made = built(storage, dockerfile.replace(BASE, leaky), files, ours)
    return checked(buildah(storage), made, image, today=TODAY, tell=silent)


def buildah(storage: Storage) -> Builder:
    return builder(storage.environment, named="buildah")


@pytest.fixture(scope="module")
def workbench(storage: Storage) -> tuple[Fault, ...]:
    image = Image(
        kind="rstudio", recipe=Recipe(r=("4.5.1",), session=SERVICE, r_packages=("MISSING",))
    )
    spoilt = RECIPE + (
        "ENV RSTUDIO_CONNECT_URL= RSTUDIO_PACKAGE_MANAGER_URL= API_TOKEN=correct-horse\n"
        "RUN rm -r /srv/.aws; ln -s /opt/R/4.5.1/bin/R /opt/R/4.5.1/bin/Rscript /usr/local/bin\n"
    )
    return found_in(storage, spoilt, image, "workbench")


def test_s6_10_the_r_that_runs_and_the_drivers_that_are_there_are_no_faults(
    workbench: tuple[Fault, ...],
) -> None:
    codes = {one.code for one in workbench}

    assert not codes & {"r-missing", "r-broken", "r-default", "r-version", "drivers", "python"}
    assert not codes & {"session-missing", "session-version", "platform", "system-ended"}


def test_what_really_is_wrong_is_found_and_named(workbench: tuple[Fault, ...]) -> None:
    assert {(one.code, one.what) for one in workbench if one.code != "secret"} == {
        ("needed", "it lacks sudo"),
        ("settings", "RSTUDIO_FORCE_NON_ZERO_EXIT_CODE has no default"),
        ("r-packages", "library() of these fails: MISSING"),
    }


def test_a_secret_that_the_dockerfile_deletes_is_found_and_never_repeated(
    workbench: tuple[Fault, ...],
) -> None:
    secrets = [one for one in workbench if one.code == "secret"]

    assert any("/srv/.aws/credentials" in one.where for one in secrets)
    assert any(one.where == "the environment: API_TOKEN" for one in secrets)
    assert "q9Zr7Lk2" not in str(workbench)
    assert "correct-horse" not in str(workbench)


def test_an_image_for_another_machine_is_not_run_and_is_refused(storage: Storage) -> None:
    reference = "localhost/studiogate-test/arm:1"
    context = storage.folder / "arm"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n", encoding="utf-8")
    storage.run("bud", "--platform", "linux/arm64", "--tag", reference, str(context))
    worker = buildah(storage)
    made = worker.find(reference)
    assert made is not None

    found = checked(worker, made, Image(kind="jupyterlab"), today=TODAY, tell=silent)

    assert "linux/arm64" in next(one.what for one in found if one.code == "platform")
