"""buildah, really: what it builds, opens, writes out and pushes."""

import hashlib
import ssl
import tarfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from studiogate.errors import ImageError
from studiogate.images.builders.found import builder
from studiogate.images.parts import Builder, Built, Login
from tests.kit.containers import (
    BASE,
    Storage,
    built,
    busybox_image,
    private_storage,
    write_context,
)
from tests.kit.debian_registry import PASSWORD, USER, Registry, debian_registry

DOCKERFILE = f"""
FROM {BASE}
COPY hello.sh /usr/local/bin/hello
RUN hello > /opt/said && echo built
ENV TEAM=forecasting
USER 1000:100
ENTRYPOINT ["hello"]
"""
HELLO = {"hello.sh": "#!/bin/sh\necho hello\n"}
REFERENCE = "studiogate/hello:latest"


def names_in(layer: Path) -> list[str]:
    with tarfile.open(layer) as tar:
        return tar.getnames()


def silent(line: str) -> None:
    """Somebody who does not listen."""


@pytest.fixture(scope="module")
def buildah(storage: Storage) -> Builder:
    return builder(storage.environment, named="buildah")


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_context(tmp_path_factory.mktemp("recipe") / "hello", DOCKERFILE, HELLO)


@pytest.fixture(scope="module")
def heard() -> list[str]:
    return []


@pytest.fixture(scope="module")
def hello(buildah: Builder, context: Path, heard: list[str]) -> Built:
    return buildah.build(
        context, REFERENCE, labels={"studiogate.recipe": "1"}, tell=heard.append
    )


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with debian_registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture(scope="module")
def trusting(storage: Storage, registry: Registry) -> Builder:
    trust = {"SSL_CERT_FILE": str(registry.certificate)}
    return builder(storage.environment | trust, named="buildah")


def test_it_says_its_name_and_version(buildah: Builder) -> None:
    name, version = buildah.name.split()

    assert name == "buildah"
    assert tuple(map(int, version.split(".")[:2])) >= (1, 28)


def test_what_a_build_says_is_told_line_by_line(hello: Built, heard: list[str]) -> None:
    assert hello.reference == REFERENCE
    assert "built" in heard
    assert heard.index("built") < len(heard) - 1


def test_a_built_image_is_found_by_its_name_and_no_other(
    buildah: Builder, hello: Built
) -> None:
    assert buildah.find(REFERENCE) == hello
    assert buildah.find("studiogate/never-built:latest") is None


def test_the_id_is_the_digest_of_the_configuration(
    hello: Built, storage: Storage, tmp_path: Path
) -> None:
    storage.run("push", "--quiet", hello.id.removeprefix("sha256:"), f"dir:{tmp_path}")
    kept = (tmp_path / hello.id.removeprefix("sha256:")).read_bytes()

    assert hello.id == f"sha256:{hashlib.sha256(kept).hexdigest()}"


def test_the_same_folder_gives_the_same_id_in_a_store_that_never_saw_it(
    hello: Built, tmp_path: Path
) -> None:
    fresh = private_storage(tmp_path / "fresh")
    busybox_image(fresh)
    elsewhere = builder(fresh.environment, named="buildah")
    later = write_context(tmp_path / "later", DOCKERFILE, HELLO)

    again = elsewhere.build(later, REFERENCE, labels={"studiogate.recipe": "1"}, tell=silent)

    assert again.id == hello.id


def test_the_configuration_says_what_the_dockerfile_does(
    buildah: Builder, hello: Built
) -> None:
    found = buildah.configuration(hello)

    assert (found.architecture, found.os, found.user) == ("amd64", "linux", "1000:100")
    assert (found.entrypoint, found.command) == (("hello",), ())
    assert found.environment["TEAM"] == "forecasting"
    assert found.labels == {"studiogate.recipe": "1"}
    assert any("hello > /opt/said" in step for step in found.history)


def test_programs_run_in_the_image_as_its_user(buildah: Builder, hello: Built) -> None:
    with buildah.opened(hello) as run:
        who = run(["id"])
        failed = run(["sh", "-c", "hello; cat /no/such/file; exit 7"])
        nowhere = run(["no-such-program"])

    assert (who.code, who.output) == (
        0,
        "uid=1000(sagemaker-user) gid=100(users) groups=100(users)\n",
    )
    assert failed.code == 7
    assert (
        failed.output == "hello\ncat: can't open '/no/such/file': No such file or directory\n"
    )
    assert nowhere.code == 127


def test_what_is_opened_is_closed_again_and_left_as_it_was(
    buildah: Builder, hello: Built, storage: Storage
) -> None:
    before = storage.run("containers", "--quiet").split()

    with pytest.raises(ZeroDivisionError), buildah.opened(hello) as run:  # noqa: PT012
        run(["sh", "-c", "echo changed > /tmp/changed"])
        raise ZeroDivisionError

    assert storage.run("containers", "--quiet").split() == before
    assert buildah.find(REFERENCE) == hello


def test_the_layers_are_tar_files_the_lowest_first(buildah: Builder, hello: Built) -> None:
    with buildah.layers(hello) as layers:
        kept = list(layers)
        names = [names_in(layer) for layer in kept]

    assert "bin/busybox" in names[0]
    assert "opt/said" in names[-1]
    assert not any(layer.exists() for layer in kept)


def test_a_dockerfile_that_does_not_build_says_why_once(
    buildah: Builder, tmp_path: Path
) -> None:
    context = write_context(
        tmp_path / "broken", f"FROM {BASE}\nRUN echo so far; echo so good >&2; exit 3\n", {}
    )
    heard: list[str] = []

    with pytest.raises(ImageError, match=r"did not build .*exit status 3") as refused:
        buildah.build(context, "studiogate/broken:latest", labels={}, tell=heard.append)

    assert {"so far", "so good"} <= set(heard)
    assert "\n" not in str(refused.value)
    assert str(context / "Dockerfile") in refused.value.remedy
    assert buildah.find("studiogate/broken:latest") is None


def test_a_shell_of_the_dockerfile_is_the_shell_that_its_commands_get(
    buildah: Builder, tmp_path: Path
) -> None:
    strict = f'FROM {BASE}\nSHELL ["/bin/sh", "-e", "-c"]\nRUN false; echo went on\n'
    context = write_context(tmp_path / "strict", strict, {})

    with pytest.raises(ImageError, match="did not build"):
        buildah.build(context, "studiogate/strict:latest", labels={}, tell=silent)


def test_a_folder_without_a_dockerfile_is_said_to_be_that(
    buildah: Builder, tmp_path: Path
) -> None:
    with pytest.raises(ImageError, match="Dockerfile cannot be read"):
        buildah.build(tmp_path, "studiogate/nothing:latest", labels={}, tell=silent)


def test_s6_14_a_push_with_a_login_gives_the_digest_that_the_registry_has(
    trusting: Builder, hello: Built, registry: Registry
) -> None:
    digest = trusting.push(
        hello, f"{registry.host}/studiogate/hello:1", login=registry.login(), tell=silent
    )

    there = httpx.get(
        f"https://{registry.host}/v2/studiogate/hello/manifests/{digest}",
        auth=(USER, PASSWORD),
        headers={"Accept": "application/vnd.docker.distribution.manifest.v2+json"},
        verify=ssl.create_default_context(cafile=registry.certificate),
    )
    assert there.json()["config"]["digest"] == hello.id
    assert f"sha256:{hashlib.sha256(there.content).hexdigest()}" == digest


def test_what_is_fetched_is_what_was_pushed_and_goes_but_for_what_was_here(
    trusting: Builder, hello: Built, registry: Registry, storage: Storage
) -> None:
    login, name = registry.login(), f"{registry.host}/studiogate/fetched"
    digest = trusting.push(hello, f"{name}:1", login=login, tell=silent)
    heard: list[str] = []

    with trusting.pulled(f"{name}@{digest}", login=login, tell=heard.append) as built:
        configuration = trusting.configuration(built)
        inside = trusting.find(built.id)

    assert built.id == hello.id
    assert configuration == trusting.configuration(hello)
    assert inside is not None
    assert name not in storage.run("images", "--noheading", "--format", "{{.Name}}")
    assert trusting.find(REFERENCE) == hello
    assert not any(PASSWORD in one for one in heard)


def test_what_the_registry_does_not_have_is_not_fetched(
    trusting: Builder, registry: Registry
) -> None:
    nothing = f"{registry.host}/studiogate/fetched@sha256:{'0' * 64}"

    with (
        pytest.raises(ImageError, match="pull of"),
        trusting.pulled(nothing, login=registry.login(), tell=silent),
    ):
        pass


def test_s6_14_a_push_without_the_right_login_is_refused_and_says_no_password(
    trusting: Builder, hello: Built, registry: Registry
) -> None:
    heard: list[str] = []
    wrong = registry.login("not-the-password")

    with pytest.raises(ImageError, match="does not know these credentials") as refused:
        trusting.push(hello, f"{registry.host}/hello:1", login=wrong, tell=heard.append)

    assert "not-the-password" not in f"{refused.value} {refused.value.remedy} {heard}"


def test_a_registry_whose_certificate_nobody_knows_gets_no_password(
    buildah: Builder, hello: Built, registry: Registry
) -> None:
    with pytest.raises(ImageError, match="cannot prove that it is the one"):
        buildah.push(hello, f"{registry.host}/x:1", login=registry.login(), tell=silent)


def test_a_registry_that_is_not_there_is_unreachable_and_not_a_refusal(
    buildah: Builder, hello: Built
) -> None:
    nowhere = Login(registry="127.0.0.1:1", user=USER, password=SecretStr(PASSWORD))

    with pytest.raises(ImageError, match="was not reached"):
        buildah.push(hello, "127.0.0.1:1/x:1", login=nowhere, tell=silent)


def test_a_program_that_ended_well_and_said_nothing_is_asked_again(storage: Storage) -> None:
    once = "#!/bin/sh\n[ -e /tmp/asked ] && echo answered\ntouch /tmp/asked\n"
    made = built(storage, f"FROM {BASE}\nCOPY once /usr/local/bin/once\n", {"once": once})
    worker = builder(storage.environment, named="buildah")

    with worker.opened(made) as run:
        said = run(["/usr/local/bin/once"])

    assert (said.code, said.output) == (0, "answered\n")
