"""The registry's own rules: who may push and pull, with what, and what no request gets past."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from studiogate.local.ecr.manifests import LARGEST, OCI
from tests.kit.ecr import CONFIG, LARGEST_LAYER, Registry, digest, image_of, push, push_blob
from tests.kit.front import LOB_A, LOB_B, REGION, allow, deny, policy, root_of, trusting

PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
    "ecr:CompleteLayerUpload",
    "ecr:PutImage",
)
PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
LOGIN = "ecr:GetAuthorizationToken"


@pytest.fixture
def client(here: Registry) -> Iterator[httpx.Client]:
    here.org.clock.ahead = timedelta()
    with here.client(here.token()) as one:
        yield one
    here.org.clock.ahead = timedelta()


def token_of(here: Registry, *actions: str, account: str = LOB_A) -> tuple[str, str]:
    """The token of a role with these permissions, and the role's ARN."""
    arn = here.org.role(
        account,
        trust=policy(trusting(root_of(account))),
        can=policy(allow(LOGIN, *actions)),
    )
    return here.token(here.org.assume(arn, here.org.founded.explorers[account])), arn


def error(answer: httpx.Response) -> tuple[int, str, str]:
    (one,) = answer.json()["errors"]
    return answer.status_code, one["code"], one["message"]


class TestWhoMay:
    def test_nobody_without_a_token(self, here: Registry) -> None:
        with here.client(None) as nobody:
            answer = nobody.get("/v2/")

        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == (
            f'Basic realm="https://{here.host()}/",service="ecr.amazonaws.com"'
        )

    @pytest.mark.parametrize(
        "shown",
        [
            "Basic " + base64.b64encode(b"AWS:guessed").decode(),
            "Basic " + base64.b64encode(b"root:guessed").decode(),
            "Basic !!!",
            "Bearer something",
        ],
    )
    def test_nobody_with_a_token_that_was_never_given_out(
        self, here: Registry, shown: str
    ) -> None:
        with here.client(None) as nobody:
            answer = nobody.get("/v2/", headers={"Authorization": shown})

        assert answer.status_code == 400
        assert "guessed" not in answer.text

    @pytest.mark.parametrize("missing", PUSH[1:])
    def test_s6_04_each_permission_to_push_is_needed(
        self, here: Registry, missing: str
    ) -> None:
        name = here.repository()
        token, _ = token_of(here, *[one for one in PUSH if one != missing])

        with here.client(token) as one, pytest.raises(AssertionError) as caught:
            push(one, name, "one", b"layer")

        arn = f"arn:aws:ecr:{REGION}:{LOB_A}:repository/{name}"
        assert f"is not authorized to perform: {missing} on resource: {arn}" in str(
            caught.value
        )
        assert '"DENIED"' in str(caught.value)

    def test_f_66_what_the_published_policy_lacks_is_asked_for(self, here: Registry) -> None:
        name = here.repository()
        pushing, _ = token_of(here, *PUSH)
        with here.client(pushing) as one:
            push(one, name, "one", b"layer")
            manifest = one.get(f"/v2/{name}/manifests/one")
            layer = one.get(f"/v2/{name}/blobs/{digest(b'layer')}")
        pulling, _ = token_of(here, *PULL)
        with here.client(pulling) as other:
            assert other.get(f"/v2/{name}/manifests/one").status_code == 200
            assert other.get(f"/v2/{name}/blobs/{digest(b'layer')}").content == b"layer"

        assert error(manifest)[:2] == error(layer)[:2] == (403, "DENIED")
        assert "ecr:BatchGetImage" in manifest.text
        assert "ecr:GetDownloadUrlForLayer" in layer.text

    def test_a_token_ends_after_its_time_and_with_its_session(self, here: Registry) -> None:
        name = here.repository()
        token, _ = token_of(here, *PULL)
        with here.client(token) as one:
            here.org.clock.ahead = timedelta(hours=1, seconds=1)
            answer = one.get(f"/v2/{name}/manifests/one")
            here.org.clock.ahead = timedelta()

        assert error(answer) == (
            403,
            "DENIED",
            "Your authorization token has expired. Reauthenticate and try again.",
        )

    def test_what_is_taken_from_a_role_is_taken_from_its_tokens(self, here: Registry) -> None:
        name = here.repository()
        token, arn = token_of(here, *PULL)
        with here.client(token) as one:
            before = one.get(f"/v2/{name}/manifests/one")
            here.org.admin(LOB_A, "iam").put_role_policy(
                RoleName=arn.rpartition("/")[2],
                PolicyName="revoked",
                PolicyDocument=policy(deny("*")),
            )
            after = one.get(f"/v2/{name}/manifests/one")

        assert before.status_code == 404
        assert "with an explicit deny" in error(after)[2]

    def test_another_accounts_token_needs_the_repositorys_policy(
        self, here: Registry, client: httpx.Client
    ) -> None:
        name = here.repository()
        push(client, name, "one", b"layer")
        token, _ = token_of(here, *PULL, account=LOB_B)
        with here.client(token, LOB_A) as stranger:
            refused = stranger.get(f"/v2/{name}/manifests/one")
            here.org.admin(LOB_A, "ecr").set_repository_policy(
                repositoryName=name,
                policyText=policy(
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": root_of(LOB_B)},
                        "Action": list(PULL),
                    }
                ),
            )
            allowed = stranger.get(f"/v2/{name}/manifests/one")
            blob = stranger.get(f"/v2/{name}/blobs/{digest(b'layer')}")

        assert "no resource-based policy allows the ecr:BatchGetImage action" in refused.text
        assert allowed.status_code == 200
        assert blob.content == b"layer"

    def test_every_question_is_an_event_with_who_asked(
        self, here: Registry, client: httpx.Client
    ) -> None:
        name = here.repository()
        push(client, name, "one", b"layer")

        events = [one for one in here.org.events if one.asked and name in one.asked[0][1]]
        done = [one.operation for one in events]

        assert done[-1] == "PutImage"
        assert {"InitiateLayerUpload", "CompleteLayerUpload"} <= set(done)
        assert all(one.caller_arn.endswith(":user/explorer") for one in events)


class TestAttacks:
    @pytest.mark.parametrize(
        "path",
        [
            "/v2/../../etc/passwd/manifests/x",
            "/v2/a/b/blobs/uploads/../../../x",
            "/v2/a%2f..%2fb/manifests/x",
            "/v2/a/blobs/sha256:../../../../etc/passwd",
            "/v2/a/blobs/uploads/..%2f..%2fca-key.pem",
            "/v2/a/manifests/" + "x" * 2000,
            "/v2/" + "a-" * 400 + "a/tags/list",
        ],
    )
    def test_a_path_leads_nowhere_but_to_repositories(
        self, client: httpx.Client, path: str
    ) -> None:
        request = client.build_request("GET", "/")
        request.url = request.url.copy_with(raw_path=path.encode())

        answer = client.send(request)

        assert answer.status_code in {404, 405}
        assert "root:" not in answer.text

    def test_an_upload_belongs_to_its_repository(
        self, here: Registry, client: httpx.Client
    ) -> None:
        mine, other = here.repository(), here.repository()
        where = client.post(f"/v2/{mine}/blobs/uploads/").headers["location"]
        foreign = where.replace(mine, other)

        for answer in (
            client.patch(foreign, content=b"x"),
            client.put(f"{foreign}?digest={digest(b'x')}", content=b"x"),
            client.get(foreign),
            client.delete(foreign),
        ):
            assert error(answer)[:2] == (404, "BLOB_UPLOAD_UNKNOWN")
        assert client.get(where).headers["range"] == "0-0"

    def test_what_another_repository_holds_is_not_there(
        self, here: Registry, client: httpx.Client
    ) -> None:
        mine, other, secret = here.repository(), here.repository(), b"of the other"
        push_blob(client, other, secret)
        push_blob(client, mine, CONFIG)

        assert client.head(f"/v2/{mine}/blobs/{digest(secret)}").status_code == 404
        mounted = client.post(
            f"/v2/{mine}/blobs/uploads/", params={"mount": digest(secret), "from": other}
        )
        put = client.put(
            f"/v2/{mine}/manifests/one",
            content=image_of(CONFIG, secret),
            headers={"Content-Type": OCI},
        )

        assert mounted.status_code == 202
        assert error(put)[:2] == (400, "MANIFEST_BLOB_UNKNOWN")

    def test_the_address_of_a_layer_is_good_for_that_layer_and_an_hour(
        self, here: Registry, client: httpx.Client
    ) -> None:
        name = here.repository()
        push_blob(client, name, b"one")
        push_blob(client, name, b"two")
        url = client.get(f"/v2/{name}/blobs/{digest(b'one')}", follow_redirects=False).headers[
            "location"
        ]

        with here.client(None) as anybody:
            assert anybody.get(url).content == b"one"
            assert anybody.get(url.replace(digest(b"one"), digest(b"two"))).status_code == 403
            assert anybody.get(url.replace("X-Ends=", "X-Ends=9")).status_code == 403
            here.org.clock.ahead = timedelta(hours=1, seconds=1)
            assert anybody.get(url).status_code == 403
            here.org.clock.ahead = timedelta()

    def test_a_manifest_has_its_limit(self, here: Registry, client: httpx.Client) -> None:
        name = here.repository()

        answer = client.put(
            f"/v2/{name}/manifests/one",
            content=b" " * (LARGEST + 1),
            headers={"Content-Type": OCI},
        )

        assert answer.status_code == 413

    def test_a_layer_has_its_limit_and_leaves_nothing(
        self, here: Registry, client: httpx.Client
    ) -> None:
        name, piece = here.repository(), b"\0" * 1024 * 1024
        where = client.post(f"/v2/{name}/blobs/uploads/").headers["location"]

        def endless() -> Iterator[bytes]:
            for _ in range(LARGEST_LAYER // len(piece) + 1):
                yield piece

        answer = client.patch(where, content=endless())

        assert error(answer)[:2] == (413, "SIZE_INVALID")
        assert client.get(where).status_code == 404

    def test_a_piece_that_does_not_follow_is_refused(
        self, here: Registry, client: httpx.Client
    ) -> None:
        name = here.repository()
        where = client.post(f"/v2/{name}/blobs/uploads/").headers["location"]
        client.patch(where, content=b"0123", headers={"Content-Range": "0-3"})

        answer = client.patch(where, content=b"89", headers={"Content-Range": "8-9"})

        assert answer.status_code == 416
        assert answer.headers["range"] == "0-3"

    def test_a_blob_of_one_request_is_taken_too(
        self, here: Registry, client: httpx.Client
    ) -> None:
        name = here.repository()

        done = client.post(
            f"/v2/{name}/blobs/uploads/", params={"digest": digest(b"all")}, content=b"all"
        )

        assert done.status_code == 201
        assert client.get(f"/v2/{name}/blobs/{digest(b'all')}").content == b"all"

    def test_s6_14_an_immutable_tag_is_not_overwritten(
        self, here: Registry, client: httpx.Client
    ) -> None:
        name = here.repository(imageTagMutability="IMMUTABLE")
        push(client, name, "one", b"first")

        with pytest.raises(AssertionError) as caught:
            push(client, name, "one", b"second")

        assert '"TAG_INVALID"' in str(caught.value)
        assert "because the tag is immutable." in str(caught.value)

    def test_repositories_are_not_listed(self, client: httpx.Client) -> None:
        assert error(client.get("/v2/_catalog"))[:2] == (405, "UNSUPPORTED")

    def test_another_host_has_no_registry(self, client: httpx.Client) -> None:
        answer = client.get("/v2/", headers={"Host": "example.com"})

        assert answer.status_code == 404

    @pytest.mark.parametrize(
        "manifest",
        [
            {"schemaVersion": 1},
            {"schemaVersion": 2, "config": {}, "layers": []},
            {"schemaVersion": 2, "config": {"digest": "sha256:../../x", "mediaType": "a"}},
            {"schemaVersion": 2, "mediaType": "text/plain"},
        ],
    )
    def test_a_manifest_of_another_form_is_refused(
        self, here: Registry, client: httpx.Client, manifest: dict[str, object]
    ) -> None:
        name = here.repository()

        answer = client.put(
            f"/v2/{name}/manifests/one",
            content=json.dumps(manifest),
            headers={"Content-Type": OCI},
        )

        assert error(answer)[:2] == (400, "MANIFEST_INVALID")
