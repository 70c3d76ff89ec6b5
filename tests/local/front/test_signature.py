"""A request is believed to be from whoever could sign all of it, now, and nobody else."""

from datetime import timedelta

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.kit.front import LOB_A, World, policy, root_of, send, trusting

LIST_TABLES = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "DynamoDB_20120810.ListTables",
}


def code(answer: httpx.Response) -> str:
    if "json" in answer.headers["content-type"]:
        return str(answer.json()["__type"])
    return answer.text.partition("<Code>")[2].partition("</Code>")[0]


def test_a_request_that_is_signed_is_answered(org: World) -> None:
    answer = send(org.raw())

    assert answer.status_code == 200
    assert answer.headers["x-amzn-requestid"] == org.events[-1].request_id


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"x_amz_date": "20200101T000000Z"}, "SignatureDoesNotMatch"),
        ({"x_amz_date": "yesterday"}, "IncompleteSignature"),
        ({"x_amz_date": "20261399T000000Z"}, "IncompleteSignature"),
        ({"content_type": "text/plain"}, "SignatureDoesNotMatch"),
        ({"host": "sts.amazonaws.com"}, "SignatureDoesNotMatch"),
        ({"x_amz_target": "DynamoDB_20120810.ListTables"}, "SignatureDoesNotMatch"),
        ({"x_amz_security_token": "stolen"}, "SignatureDoesNotMatch"),
        ({"x_amz_content_sha256": "0" * 64}, "SignatureDoesNotMatch"),
        ({"authorization": "Bearer eyJ"}, "IncompleteSignature"),
        ({"authorization": ""}, "IncompleteSignature"),
        ({"authorization": "AWS AKIAIOSFODNN7EXAMPLE:c2ln"}, "IncompleteSignature"),
    ],
)  # fmt: skip
def test_a_header_changed_on_the_way_is_noticed(
    org: World, changed: dict[str, str], expected: str
) -> None:
    answer = send(org.raw(), **changed)

    assert code(answer) == expected
    assert org.events[-1].caller_arn == ""


def test_a_body_changed_on_the_way_is_noticed(org: World) -> None:
    signed = org.raw()

    answer = httpx.post(
        signed.url, headers=dict(signed.headers), content=signed.body + b"&Extra=1"
    )

    assert code(answer) == "SignatureDoesNotMatch"


def test_a_query_added_on_the_way_is_noticed(org: World) -> None:
    signed = org.raw()

    answer = httpx.post(
        signed.url + "?Action=AssumeRole", headers=dict(signed.headers), content=signed.body
    )

    assert code(answer) == "SignatureDoesNotMatch"


def test_a_signature_for_one_service_is_none_for_another(org: World) -> None:
    signed = org.raw(b"{}", headers=LIST_TABLES)
    moved = signed.headers["authorization"].replace("/sts/", "/dynamodb/")

    assert code(send(signed, authorization=moved)) == "InvalidSignatureException"


def test_the_key_alone_is_not_enough(org: World) -> None:
    key = org.founded.management.access_key

    with pytest.raises(ClientError) as caught:
        org.client(
            "sts", {"AccessKeyId": key, "SecretAccessKey": "guessed"}
        ).get_caller_identity()

    assert caught.value.response["Error"]["Code"] == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("iam", "list_users", "InvalidClientTokenId"),
        ("dynamodb", "list_tables", "UnrecognizedClientException"),
        ("organizations", "list_roots", "UnrecognizedClientException"),
        ("ec2", "describe_vpcs", "AuthFailure"),
    ],
)
def test_a_key_nobody_has_is_refused_in_the_words_of_the_service(
    org: World, service: str, operation: str, expected: str
) -> None:
    nobody = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "none"}

    with pytest.raises(ClientError) as caught:
        getattr(org.client(service, nobody), operation)()

    assert caught.value.response["Error"]["Code"] == expected


class TestSessions:
    @pytest.fixture
    def keys(self, org: World) -> dict[str, str]:
        org.clock.ahead = timedelta()
        arn = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A))))
        explorer = org.founded.explorers[LOB_A]
        return dict(org.assume(arn, explorer, DurationSeconds=900))

    def test_the_token_belongs_to_the_key(self, org: World, keys: dict[str, str]) -> None:
        without = {name: keys[name] for name in ("AccessKeyId", "SecretAccessKey")}
        arn = org.role(LOB_A, trust=policy(trusting(root_of(LOB_A))))
        others = org.assume(arn, org.founded.explorers[LOB_A])

        assert code(send(org.raw(keys=keys))) == ""
        assert code(send(org.raw(keys=without))) == "InvalidClientTokenId"
        swapped = {**keys, "SessionToken": others["SessionToken"]}
        assert code(send(org.raw(keys=swapped))) == "InvalidClientTokenId"

    def test_a_session_ends(self, org: World, keys: dict[str, str]) -> None:
        org.clock.ahead = timedelta(seconds=890)
        assert send(org.raw(keys=keys)).status_code == 200

        org.clock.ahead = timedelta(seconds=901)
        assert code(send(org.raw(keys=keys))) == "ExpiredToken"
        dynamo = org.raw(b"{}", keys=keys, service="dynamodb", headers=LIST_TABLES)
        assert code(send(dynamo)) == "ExpiredTokenException"
        org.clock.ahead = timedelta()

    def test_a_long_term_key_has_no_token(self, org: World) -> None:
        own = org.founded.management
        keys = {
            "AccessKeyId": own.access_key,
            "SecretAccessKey": own.secret_key,
            "SessionToken": "anything",
        }

        assert code(send(org.raw(keys=keys))) == "InvalidClientTokenId"


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_signature_is_good_for_a_quarter_of_an_hour(org: World, minutes: int) -> None:
    org.clock.ahead = timedelta()

    answer = send(org.raw(now=org.clock() + timedelta(minutes=minutes)))

    assert code(answer) == "SignatureDoesNotMatch"
    assert ("Signature expired" in answer.text) is (minutes < 0)
    assert ("Signature not yet current" in answer.text) is (minutes > 0)


def test_an_unsigned_header_that_decides_is_refused(org: World) -> None:
    signed = org.raw(b"{}", service="dynamodb", headers=LIST_TABLES)
    lighter = signed.headers["authorization"].replace(";x-amz-target", "")

    assert code(send(signed, authorization=lighter)) == "InvalidSignatureException"


def test_the_time_has_to_be_signed(org: World) -> None:
    signed = org.raw()
    lighter = signed.headers["authorization"].replace(";x-amz-date", "")

    assert code(send(signed, authorization=lighter)) == "IncompleteSignature"


def test_without_a_signature_nobody_is_known(org: World) -> None:
    plain = {"content-type": "application/x-www-form-urlencoded"}

    answer = httpx.post(
        org.doors["internet"], headers=plain, content=b"Action=GetCallerIdentity"
    )

    assert code(answer) == "MissingAuthenticationToken"


def test_a_signature_in_the_url_is_refused_clearly(org: World) -> None:
    url = f"{org.doors['internet']}/?Action=GetCallerIdentity&X-Amz-Signature=00"

    answer = httpx.get(url)

    assert code(answer) == "IncompleteSignature"
    assert "not offered by this emulation" in answer.text


def test_a_header_that_is_there_twice_is_refused(org: World) -> None:
    signed = org.raw()
    doubled = [*signed.headers.items(), ("x-amz-date", signed.headers["x-amz-date"])]

    answer = httpx.post(signed.url, headers=doubled, content=signed.body)

    assert code(answer) == "IncompleteSignature"


def test_no_refusal_shows_a_secret_or_a_signature(org: World) -> None:
    signed = org.raw()
    sent = signed.headers["authorization"].rpartition("=")[2]

    answer = send(signed, content_type="text/plain")

    assert sent not in answer.text
    assert org.founded.management.secret_key not in answer.text
