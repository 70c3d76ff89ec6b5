"""One contract of registries, held by the emulated one and by Docker's own."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from studiogate.local.ecr.manifests import OCI, OCI_INDEX
from tests.kit.ecr import CONFIG, Registry, digest, image_of, push, push_blob
from tests.kit.ports import free_port
from tests.kit.unpacked import DEBIAN_REGISTRY
from tests.kit.waiting import PATIENCE_S, awaited, listens

LAYER = b"a layer" * 1000


@contextmanager
def dockers(folder: Path) -> Iterator[str]:
    """The address of a registry of Docker's, started on loopback."""
    port = free_port()
    settings = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {
            "filesystem": {"rootdirectory": str(folder / "kept")},
            "delete": {"enabled": True},
        },
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    file = folder / "config.json"  # JSON is YAML
    file.write_text(json.dumps(settings), encoding="utf-8")
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            [str(DEBIAN_REGISTRY), "serve", str(file)], stdout=log, stderr=log
        )
    try:
        awaited(lambda: listens(running, "127.0.0.1", port))
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(PATIENCE_S)


@pytest.fixture(scope="module", params=["emulated", "docker's"])
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    if request.param == "emulated":
        here: Registry = request.getfixturevalue("here")
        here.org.admin("222222222222", "ecr").create_repository(repositoryName="team/image")
        with here.client(here.token()) as one:
            yield one
        return
    with (
        dockers(tmp_path_factory.mktemp("dockers")) as base,
        httpx.Client(base_url=base) as one,
    ):
        yield one


NAME = "team/image"


def code_of(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["code"])


class TestContract:
    def test_it_says_which_protocol_it_speaks(self, client: httpx.Client) -> None:
        answer = client.get("/v2/")

        assert answer.status_code == 200
        assert answer.headers["docker-distribution-api-version"] == "registry/2.0"

    def test_a_blob_pushed_as_one_stream_is_there(self, client: httpx.Client) -> None:
        push_blob(client, NAME, LAYER)

        looked = client.head(f"/v2/{NAME}/blobs/{digest(LAYER)}")

        assert looked.status_code == 200
        assert int(looked.headers["content-length"]) == len(LAYER)
        assert looked.headers["docker-content-digest"] == digest(LAYER)
        assert client.get(f"/v2/{NAME}/blobs/{digest(LAYER)}").content == LAYER

    def test_a_part_of_a_blob_can_be_read(self, client: httpx.Client) -> None:
        push_blob(client, NAME, LAYER)

        part = client.get(f"/v2/{NAME}/blobs/{digest(LAYER)}", headers={"Range": "bytes=2-6"})

        assert part.status_code == 206
        assert part.content == LAYER[2:7]

    def test_a_blob_pushed_in_pieces_is_there(self, client: httpx.Client) -> None:
        where = client.post(f"/v2/{NAME}/blobs/uploads/").headers["location"]
        pieces, content = [b"one" * 100, b"two" * 200, b"three"], b""
        for piece in pieces[:-1]:
            content += piece
            answer = client.patch(where, content=piece)
            assert answer.status_code == 202
            assert answer.headers["range"] == f"0-{len(content) - 1}"
            where = answer.headers["location"]
        content += pieces[-1]

        done = client.put(
            httpx.URL(where).copy_merge_params({"digest": digest(content)}), content=pieces[-1]
        )

        assert done.status_code == 201
        assert client.get(f"/v2/{NAME}/blobs/{digest(content)}").content == content

    def test_a_blob_that_is_not_what_it_is_said_to_be_is_not_kept(
        self, client: httpx.Client
    ) -> None:
        where = client.post(f"/v2/{NAME}/blobs/uploads/").headers["location"]
        wrong = digest(b"something else")

        done = client.put(
            httpx.URL(where).copy_merge_params({"digest": wrong}), content=b"content"
        )

        assert (done.status_code, code_of(done)) == (400, "DIGEST_INVALID")
        assert client.head(f"/v2/{NAME}/blobs/{wrong}").status_code == 404
        assert client.head(f"/v2/{NAME}/blobs/{digest(b'content')}").status_code == 404

    def test_an_upload_can_be_given_up(self, client: httpx.Client) -> None:
        where = client.post(f"/v2/{NAME}/blobs/uploads/").headers["location"]
        assert client.get(where).status_code == 204

        assert client.delete(where).status_code == 204

        gone = client.get(where)
        assert (gone.status_code, code_of(gone)) == (404, "BLOB_UPLOAD_UNKNOWN")

    def test_a_manifest_is_the_same_by_tag_and_by_digest(self, client: httpx.Client) -> None:
        own = push(client, NAME, "one", LAYER)
        expected = image_of(CONFIG, LAYER)

        by_tag = client.get(f"/v2/{NAME}/manifests/one", headers={"Accept": OCI})
        by_digest = client.get(f"/v2/{NAME}/manifests/{own}", headers={"Accept": OCI})
        looked = client.head(f"/v2/{NAME}/manifests/one", headers={"Accept": OCI})

        assert own == digest(expected)
        assert by_tag.content == by_digest.content == expected
        assert by_tag.headers["content-type"] == OCI
        assert looked.headers["docker-content-digest"] == own
        assert int(looked.headers["content-length"]) == len(expected)

    def test_a_manifest_needs_everything_it_names(self, client: httpx.Client) -> None:
        push_blob(client, NAME, CONFIG)
        manifest = image_of(CONFIG, b"never pushed")

        put = client.put(
            f"/v2/{NAME}/manifests/two", content=manifest, headers={"Content-Type": OCI}
        )

        assert (put.status_code, code_of(put)) == (400, "MANIFEST_BLOB_UNKNOWN")

    def test_a_manifest_that_is_not_its_digest_is_refused(self, client: httpx.Client) -> None:
        push(client, NAME, "three", LAYER)

        put = client.put(
            f"/v2/{NAME}/manifests/{digest(b'another')}",
            content=image_of(CONFIG, LAYER),
            headers={"Content-Type": OCI},
        )

        assert (put.status_code, code_of(put)) == (400, "DIGEST_INVALID")

    def test_an_index_needs_its_images_and_then_is_one(self, client: httpx.Client) -> None:
        own = push(client, NAME, "four", LAYER)
        size = len(image_of(CONFIG, LAYER))

        def index(of: str) -> httpx.Response:
            part = {
                "mediaType": OCI,
                "digest": of,
                "size": size,
                "platform": {"architecture": "amd64", "os": "linux"},
            }
            said = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [part]}
            return client.put(
                f"/v2/{NAME}/manifests/all",
                content=json.dumps(said),
                headers={"Content-Type": OCI_INDEX},
            )

        absent, there = index(digest(b"no image")), index(own)

        assert (absent.status_code, code_of(absent)) == (400, "MANIFEST_BLOB_UNKNOWN")
        assert there.status_code == 201
        found = client.get(f"/v2/{NAME}/manifests/all", headers={"Accept": OCI_INDEX})
        assert found.headers["content-type"] == OCI_INDEX

    def test_what_is_not_there_is_unknown(self, client: httpx.Client) -> None:
        nothing = digest(b"nothing")
        blob = client.get(f"/v2/{NAME}/blobs/{nothing}")
        manifest = client.get(f"/v2/{NAME}/manifests/none")

        assert (blob.status_code, code_of(blob)) == (404, "BLOB_UNKNOWN")
        assert (manifest.status_code, code_of(manifest)) == (404, "MANIFEST_UNKNOWN")

    def test_what_is_no_manifest_is_refused(self, client: httpx.Client) -> None:
        put = client.put(
            f"/v2/{NAME}/manifests/five", content=b"{", headers={"Content-Type": OCI}
        )

        assert (put.status_code, code_of(put)) == (400, "MANIFEST_INVALID")

    def test_tags_are_listed_and_a_deleted_image_is_gone(self, client: httpx.Client) -> None:
        own = push(client, NAME, "last", b"of its own")
        listed = client.get(f"/v2/{NAME}/tags/list").json()
        assert listed["name"] == NAME
        assert "last" in listed["tags"]

        assert client.delete(f"/v2/{NAME}/manifests/{own}").status_code == 202

        assert client.get(f"/v2/{NAME}/manifests/{own}").status_code == 404
        assert client.get(f"/v2/{NAME}/manifests/last").status_code == 404
