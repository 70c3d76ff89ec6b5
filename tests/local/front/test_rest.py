"""REST requests: one reading of every path, query string and body, or none."""

import base64
import re
import zlib
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.aws.wire.call import Credentials, WireRequest
from studiogate.aws.wire.signer import sign
from studiogate.local.call import ApiError
from studiogate.local.front.models import asked, paths, written
from studiogate.local.front.payload import addressed, signed_as, unframed
from studiogate.local.front.protocols import Received
from studiogate.local.front.rest import read_rest
from tests.kit.front import LOB_A, REGION, World

JSON = {"content-type": "application/json"}


def asks(
    method: str, path: str, query: str = "", body: bytes = b"", **headers: str
) -> Received:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Received(method, path, query, named or dict(JSON), body)


REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("s3", "PutObject", {"Bucket": "bkt", "Key": "a/b c//d/../e", "Body": b"xx"}),
    ("s3", "ListObjectsV2", {"Bucket": "bkt", "Prefix": "p /+", "MaxKeys": 3}),
    ("s3", "DeleteObjects", {"Bucket": "b", "Delete": {"Objects": [{"Key": "a"}, {"Key": "b"}]}}),
    ("s3", "UploadPart", {"Bucket": "b", "Key": "k", "UploadId": "u", "PartNumber": 1, "Body": b"x"}),
    ("s3", "CopyObject", {"Bucket": "b", "Key": "k", "CopySource": "b/k"}),
    ("s3", "DeleteObject", {"Bucket": "b", "Key": "k", "VersionId": "v"}),
    ("s3", "HeadBucket", {"Bucket": "b"}),
    ("s3", "ListBuckets", {}),
    ("s3", "PutPublicAccessBlock", {"Bucket": "b", "PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}),
    ("route53", "CreateHostedZone", {"Name": "x", "CallerReference": "r", "VPC": {"VPCRegion": "eu-west-1", "VPCId": "vpc-1"}}),
    ("route53", "ListHostedZonesByVPC", {"VPCId": "vpc-1", "VPCRegion": "eu-west-1"}),
    ("route53", "ChangeResourceRecordSets", {"HostedZoneId": "Z1", "ChangeBatch": {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": {"Name": "a.b", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.0.1"}]}}]}}),
    ("ram", "CreateResourceShare", {"name": "hub", "principals": ["222222222222"], "allowExternalPrincipals": False}),
    ("lambda", "UntagResource", {"Resource": "arn:aws:lambda:eu-west-1:123456789012:function:f", "TagKeys": ["a", "b"]}),
    ("lambda", "CreateFunction", {"FunctionName": "f", "Role": "arn:aws:iam::123456789012:role/x", "Code": {"ZipFile": b"\x00"}}),
    ("apigateway", "TagResource", {"resourceArn": "arn:aws:apigateway:eu-west-1::/restapis/abc", "tags": {"a": "b"}}),
    ("apigateway", "CreateResource", {"restApiId": "a", "parentId": "b", "pathPart": "{proxy+}"}),
    ("elasticfilesystem", "CreateFileSystem", {"CreationToken": "t", "Encrypted": True, "Tags": [{"Key": "a", "Value": "b"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "params"), REQUESTS)
def test_what_a_client_writes_is_what_a_service_reads(
    service: str, operation: str, params: dict[str, Any]
) -> None:
    request = written(service, operation, params)

    assert read_rest(service, request) == (operation, params)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
def test_every_key_and_prefix_comes_back_as_it_was_written(key: str, prefix: str) -> None:
    put = written("s3", "PutObject", {"Bucket": "bkt", "Key": key})
    listed = written("s3", "ListObjectsV2", {"Bucket": "bkt", "Prefix": prefix})

    assert read_rest("s3", put)[1]["Key"] == key
    assert read_rest("s3", listed)[1].get("Prefix", "") == prefix


@pytest.mark.parametrize(
    ("service", "request_"),
    [
        pytest.param("lambda", asks("GET", "/2015-03-31/functions/../functions/f"), id="dots"),
        pytest.param("lambda", asks("GET", "/2015-03-31/functions/%2e%2e"), id="dots, encoded"),
        pytest.param("lambda", asks("GET", "/2015-03-31//functions/f"), id="an empty segment"),
        pytest.param("lambda", asks("GET", "//2015-03-31/functions/f"), id="two slashes"),
        pytest.param("lambda", asks("GET", "2015-03-31/functions/f"), id="no slash"),
        pytest.param("lambda", asks("GET", "/2015-03-31/functions/%00"), id="a nought"),
        pytest.param("lambda", asks("GET", "/2015-03-31/functions/f%0d%0aX: y"), id="a line end"),
        pytest.param("lambda", asks("GET", "/2015-03-31/functions/%ff"), id="not UTF-8"),
        pytest.param("lambda", asks("GET", "/2015-03-31/functions/%zz"), id="half an escape"),
        pytest.param("lambda", asks("GET", "/2015-03-31/functions/\xfc"), id="not ASCII"),
        pytest.param("lambda", asks("GET", "/moto-api/reset"), id="another path"),
        pytest.param("lambda", asks("PATCH", "/2015-03-31/functions/f"), id="another method"),
        pytest.param("lambda", asks("GET", "/2015-03-31/functions/f", "Qualifier=1&Qualifier=2"), id="twice"),
        pytest.param("lambda", asks("GET", "/2015-03-31/functions/f", "qualifier=1"), id="unknown parameter"),
        pytest.param("lambda", asks("GET", "/2015-03-31/functions/f", "Qualifier=a+b"), id="a plus"),
        pytest.param("lambda", asks("GET", "/2015-03-31/functions/f", "Qualifier=%ff"), id="query not UTF-8"),
        pytest.param("lambda", asks("GET", "/2015-03-31/functions/f", body=b"{}"), id="a body to GET"),
        pytest.param(
            "lambda",
            asks("PUT", "/2015-03-31/functions/mine/configuration", body=b'{"FunctionName": "other"}'),
            id="a name in path and body",
        ),
        pytest.param(
            "lambda",
            asks("PUT", "/2015-03-31/functions/f/configuration", body=b'{"Role":"a","Role":"b"}'),
            id="a key twice",
        ),
        pytest.param(
            "lambda",
            asks("PUT", "/2015-03-31/functions/f/code", body=b'{"Publish": "no"}'),
            id="a text for a flag",
        ),
        pytest.param(
            "lambda",
            asks("PUT", "/2015-03-31/functions/f/code", body=b"Publish=1", content_type="application/x-www-form-urlencoded"),
            id="what a web form could send",
        ),
        pytest.param("lambda", asks("PUT", "/2015-03-31/functions/f/code", body=b"[]"), id="a list"),
        pytest.param("route53", asks("POST", "/2013-04-01/hostedzone", body=b"<a/><b/>"), id="two documents"),
        pytest.param(
            "route53",
            asks("POST", "/2013-04-01/hostedzone", body=b"<CreateHostedZoneRequest><Name>a</Name><Name>b</Name><CallerReference>r</CallerReference></CreateHostedZoneRequest>"),
            id="an element twice",
        ),
        pytest.param(
            "route53",
            asks("POST", "/2013-04-01/hostedzone", body=b'<!DOCTYPE x [<!ENTITY e "e">]><CreateHostedZoneRequest><Name>&e;</Name><CallerReference>r</CallerReference></CreateHostedZoneRequest>'),
            id="an entity",
        ),
        pytest.param(
            "route53",
            asks("POST", "/2013-04-01/hostedzone", body=b"<CreateHostedZoneRequest><Name>a<!-- -->b</Name><CallerReference>r</CallerReference></CreateHostedZoneRequest>"),
            id="a comment in a name",
        ),
        pytest.param(
            "s3",
            asks("PUT", "/b", "publicAccessBlock", b"<PublicAccessBlockConfiguration><BlockPublicAcls>TRUE</BlockPublicAcls></PublicAccessBlockConfiguration>"),
            id="a flag spelt otherwise",
        ),
        pytest.param("s3", asks("GET", "/b/k", "torrent=&tagging="), id="two operations"),
        pytest.param("s3", asks("PUT", "/b/k", "uploadId=u"), id="half an upload"),
        pytest.param("s3", asks("GET", "/b/k", "response-content-type=a&response-content-type=b"), id="s3: twice"),
        pytest.param("s3", asks("GET", "/b/k", "x-id=PutObject"), id="another operation named"),
        pytest.param("s3", asks("BREW", "/b/k"), id="s3: another method"),
    ],
)  # fmt: skip
def test_a_request_with_two_readings_or_none_is_refused(
    service: str, request_: Received
) -> None:
    with pytest.raises(ApiError):
        read_rest(service, request_)


def test_what_is_encoded_twice_is_decoded_once() -> None:
    request = asks("GET", "/2015-03-31/functions/%252e%252e%252fother")

    assert read_rest("lambda", request)[1] == {"FunctionName": "%2e%2e%2fother"}


@given(st.text(max_size=40), st.text(max_size=30), st.binary(max_size=60))
def test_no_request_breaks_the_reader(path: str, query: str, body: bytes) -> None:
    for service in ("lambda", "route53", "s3", "apigateway", "ram"):
        for method in ("GET", "PUT", "POST", "DELETE"):
            try:
                read_rest(service, asks(method, "/" + path, query, body))
            except ApiError:
                continue


def framed(body: bytes, *trailers: tuple[str, str], **headers: str) -> Received:
    frames = (f"{len(body):x}\r\n".encode() + body + b"\r\n" if body else b"") + b"0\r\n"
    frames += b"".join(f"{name}:{value}\r\n".encode() for name, value in trailers) + b"\r\n"
    said = {
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": str(len(body)),
        "x-amz-trailer": ",".join(name for name, _ in trailers),
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Received("PUT", "/b/k", "", {**said, **named}, frames)


def crc32(body: bytes) -> tuple[str, str]:
    return (
        "x-amz-checksum-crc32",
        base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode(),
    )


@given(st.binary(min_size=1, max_size=300))
def test_a_framed_payload_comes_out_whole(body: bytes) -> None:
    request = unframed(framed(body, crc32(body)))

    assert request.body == body
    assert "content-encoding" not in request.headers
    assert request.headers["x-amz-checksum-crc32"] == crc32(body)[1]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (framed(b"abc", crc32(b"abd")), "BadDigest"),
        (framed(b"abc", crc32(b"abc"), x_amz_trailer=""), "MalformedTrailerError"),
        (framed(b"abc", crc32(b"abc"), crc32(b"abc")), "MalformedTrailerError"),
        (framed(b"abc", ("x-amz-meta-a", "b")), "MalformedTrailerError"),
        (framed(b"abc", crc32(b"abc"), x_amz_decoded_content_length="4"), "IncompleteBody"),
        (framed(b"abc", crc32(b"abc"), content_encoding="gzip"), "InvalidRequest"),
        (framed(b"abc", crc32(b"abc"), x_amz_content_sha256="UNSIGNED-PAYLOAD"), "InvalidRequest"),
        (framed(b"", x_amz_checksum_crc64nvme="AAAA"), "NotImplemented"),
        (framed(b"", content_md5="AAAA"), "BadDigest"),
    ],
)  # fmt: skip
def test_a_payload_that_is_not_what_it_says_is_refused(request_: Received, code: str) -> None:
    with pytest.raises(ApiError) as caught:
        unframed(request_)

    assert caught.value.code == code


@given(st.binary(max_size=120))
def test_no_frames_break_the_reader(frames: bytes) -> None:
    good = framed(b"")
    try:
        unframed(Received(good.method, good.path, "", good.headers, frames))
    except ApiError:
        return


@pytest.mark.parametrize(
    "claimed", ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "0" * 64, "unsigned-payload", ""]
)
def test_a_payload_is_signed_as_offered_or_not_at_all(claimed: str) -> None:
    with pytest.raises(ApiError):
        signed_as(asks("PUT", "/b/k", "", b"x", x_amz_content_sha256=claimed))


@pytest.mark.parametrize(
    "host", ["bucket.localhost:80", "bucket.s3.amazonaws.com", "b", "1.2.3.4.example"]
)
def test_a_bucket_in_the_host_name_is_refused(host: str) -> None:
    with pytest.raises(ApiError, match="Virtual-hosted"):
        addressed(asks("GET", "/k", host=host))


class TestOverTheWire:
    """Signed requests nobody's SDK would send."""

    def ask(
        self, org: World, method: str, path: str, *, service: str = "s3", **changed: str
    ) -> httpx.Response:
        keys = org.founded.explorers[LOB_A]
        request = sign(
            WireRequest(method, org.doors["internet"] + path, {}, b""),
            Credentials(keys.access_key, keys.secret_key, None),
            service=service,
            region=REGION,
            now=org.clock(),
        )
        more = {name.replace("_", "-"): value for name, value in changed.items()}
        return httpx.request(method, request.url, headers={**request.headers, **more})

    def test_an_unsigned_header_says_nothing_to_s3(self, org: World) -> None:
        answer = self.ask(org, "PUT", "/bkt/key", x_amz_copy_source="other/secret")

        assert answer.status_code == 403
        assert "<Code>AccessDenied</Code>" in answer.text
        assert "not signed" in answer.text

    def test_s3_says_no_in_its_own_way(self, org: World) -> None:
        answer = self.ask(
            org, "GET", "/no-such-bucket-here", authorization="AWS4-HMAC-SHA256 x"
        )

        assert answer.status_code == 400
        assert answer.headers["content-type"] == "text/xml"

        answer = self.ask(org, "GET", "/no-such-bucket-here")
        assert answer.status_code == 404
        assert "<Error><Code>NoSuchBucket</Code>" in answer.text

    def test_rest_json_names_its_error_in_a_header(self, org: World) -> None:
        answer = self.ask(org, "GET", "/2015-02-01/nothing-here", service="elasticfilesystem")

        assert answer.status_code == 404
        assert answer.headers["x-amzn-errortype"] == "UnknownOperationException"
        assert set(answer.json()) == {"message"}


REST = ["apigateway", "elasticfilesystem", "lambda", "ram", "route53", "s3"]


@pytest.mark.parametrize("service", REST)
def test_every_operation_of_the_models_has_a_request_of_its_own(service: str) -> None:
    taken_for: dict[str, str] = {}
    for method, template, operation in paths(service):
        path, _, query = template.partition("?")
        wants = asked(service, operation)
        parts = [query, *(f"{name}=1" for name in sorted(wants.required_query))]
        filled = re.sub(r"\{[^}]+\}", "x", path)
        headers = {**JSON, **dict.fromkeys(wants.required_headers, "x")}
        request = Received(method, filled, "&".join(p for p in parts if p), headers, b"")
        try:
            found, _ = read_rest(service, request)
        except ApiError as exc:
            if "more than one operation" in exc.message or exc.status == 404:
                taken_for[operation] = exc.message
            continue  # parameters of the body are missing: it was understood
        if found != operation:
            taken_for[operation] = found

    older = {
        f"{verb}Bucket{what}"
        for verb in ("Get", "Put")
        for what in ("Lifecycle", "Notification")
    }
    assert taken_for.keys() <= {"ListDirectoryBuckets", *older}
