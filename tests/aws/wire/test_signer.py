"""The signer against AWS's published examples, against botocore, and against tampering."""

import string
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given, settings
from hypothesis import strategies as st

from studiogate.aws.wire.call import Credentials, WireRequest
from studiogate.aws.wire.signer import canonical_request, sign, signature

NOW = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

tokens = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=12)
header_names = tokens.map(lambda name: f"X-{name}")
header_values = st.text(string.ascii_letters + string.digits + " \t,;:=\"'/~%", max_size=20)
paths = st.text(string.ascii_letters + string.digits + "/.~-_%:@!$&'()*+,;=", max_size=24)
queries = st.text(string.ascii_letters + string.digits + "&=%+~*-._", max_size=24)
hosts = st.sampled_from(
    [
        "sts.eu-west-1.amazonaws.com",
        "127.0.0.1:8080",
        "h.example:443",
        "h.example:80",
        "[::1]:9",
    ]
)
requests = st.builds(
    lambda method, scheme, host, path, query, headers, body: WireRequest(
        method, f"{scheme}://{host}/{path}" + (f"?{query}" if query else ""), headers, body
    ),
    st.sampled_from(["GET", "POST", "put", "DELETE"]),
    st.sampled_from(["http", "https"]),
    hosts,
    paths,
    queries,
    st.dictionaries(
        header_names
        | st.sampled_from(["Content-Type", "X-Amz-Target", "User-Agent", "Expect"]),
        header_values,
        max_size=5,
    ).filter(lambda headers: len({name.lower() for name in headers}) == len(headers)),
    st.binary(max_size=60),
)
credentials = st.builds(Credentials, tokens, tokens, st.none() | tokens)


def signed_by_botocore(
    request: WireRequest, keys: Credentials, service: str, region: str
) -> dict[str, str]:
    """The headers botocore gives `request`, at the time botocore takes it to be."""
    theirs = AWSRequest(request.method, request.url, dict(request.headers), request.body)
    maker = S3SigV4Auth if service == "s3" else SigV4Auth
    boto = BotoCredentials(keys.access_key, keys.secret_key, keys.token)
    maker(boto, service, region).add_auth(theirs)
    return {name.lower(): value for name, value in theirs.headers.items()}


@settings(max_examples=300, deadline=None)
@given(requests, credentials, st.sampled_from(["sts", "sagemaker", "dynamodb", "execute-api"]))
def test_signs_as_botocore_does(request: WireRequest, keys: Credentials, service: str) -> None:
    theirs = signed_by_botocore(request, keys, service, "eu-west-1")
    then = datetime.strptime(theirs["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    ours = sign(request, keys, service=service, region="eu-west-1", now=then)

    assert ours.headers["authorization"] == theirs["authorization"]
    assert ours.headers.get("x-amz-security-token") == theirs.get("x-amz-security-token")


@settings(max_examples=100, deadline=None)
@given(requests, credentials)
def test_leaves_the_path_of_s3_alone_as_botocore_does(
    request: WireRequest, keys: Credentials
) -> None:
    plain = WireRequest(
        request.method, request.url.replace("https", "http"), request.headers, request.body
    )
    theirs = signed_by_botocore(plain, keys, "s3", "eu-west-1")
    then = datetime.strptime(theirs["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    ours = sign(plain, keys, service="s3", region="eu-west-1", now=then)

    assert ours.headers["authorization"] == theirs["authorization"]


@settings(max_examples=100, deadline=None)
@given(requests, credentials)
def test_a_signed_request_verifies_with_the_open_functions(
    request: WireRequest, keys: Credentials
) -> None:
    made = sign(request, keys, service="sts", region="eu-west-1", now=NOW)
    fields = dict(
        part.split("=", 1)
        for part in made.headers["authorization"].split(" ", 1)[1].split(", ")
    )

    path, _, query = made.url.split("://", 1)[1].partition("/")[2].partition("?")
    again = signature(
        made.method,
        f"/{path}",
        query,
        made.headers,
        signed_headers=fields["SignedHeaders"].split(";"),
        payload_sha256=sha256(made.body).hexdigest(),
        secret_key=keys.secret_key,
        amz_date=made.headers["x-amz-date"],
        region="eu-west-1",
        service="sts",
    )
    assert again == fields["Signature"]


def test_agrees_with_the_examples_aws_publishes() -> None:
    keys = Credentials("AKIDEXAMPLE", SECRET)
    list_users = WireRequest(
        "GET",
        "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
        {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
        b"",
    )
    vanilla = WireRequest("GET", "https://example.amazonaws.com/", {}, b"")

    iam = sign(list_users, keys, service="iam", region="us-east-1", now=NOW)
    suite = sign(vanilla, keys, service="service", region="us-east-1", now=NOW)

    assert iam.headers["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )
    assert suite.headers["authorization"].endswith(
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )


BASE = {
    "method": "POST",
    "path": "/",
    "query": "a=1",
    "headers": {"host": "h", "x-amz-date": "20150830T123600Z"},
    "signed_headers": ["host", "x-amz-date"],
    "payload_sha256": sha256(b"").hexdigest(),
    "secret_key": "secret",
    "amz_date": "20150830T123600Z",
    "region": "eu-west-1",
    "service": "sts",
}


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "GET"},
        {"path": "/x"},
        {"query": "a=2"},
        {"query": ""},
        {"headers": {"host": "other", "x-amz-date": "20150830T123600Z"}},
        {"signed_headers": ["host"]},
        {"payload_sha256": sha256(b"x").hexdigest()},
        {"secret_key": "Secret"},
        {"amz_date": "20150830T123601Z"},
        {"region": "eu-west-2"},
        {"service": "sagemaker"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_is_changed_changes_the_signature(changed: dict[str, object]) -> None:
    assert signature(**BASE | changed) != signature(**BASE)  # type: ignore[arg-type] # a table


@pytest.mark.parametrize(
    "same",
    [
        {"method": "post"},
        {"path": ""},
        {"path": "/x/.."},
        {"path": "/./"},
        {"signed_headers": ["x-amz-date", "host"]},
        {"headers": {"host": "  h ", "x-amz-date": "20150830T123600Z", "cookie": "unsigned"}},
    ],
    ids=str,
)
def test_what_means_the_same_has_the_same_signature(same: dict[str, object]) -> None:
    assert signature(**BASE | same) == signature(**BASE)  # type: ignore[arg-type] # a table


def test_the_query_is_sorted_by_name_then_value_and_kept_encoded() -> None:
    text = canonical_request(
        "GET",
        "/a b/%2F",
        "b=2&a=%2F&b=1&c",
        {},
        signed_headers=[],
        payload_sha256="",
        service="x",
    )

    assert text.splitlines()[:3] == ["GET", "/a%20b/%252F", "a=%2F&b=1&b=2&c="]


def test_a_header_that_should_be_signed_and_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        signature(**BASE | {"signed_headers": ["host", "x-amz-target"]})  # type: ignore[arg-type] # a table


def test_an_earlier_signature_is_replaced() -> None:
    request = WireRequest("POST", "https://h.example/", {"Content-Type": "text/plain"}, b"x")
    once = sign(request, Credentials("A", "s", "token"), service="sts", region="r", now=NOW)

    twice = sign(once, Credentials("A", "s"), service="sts", region="r", now=NOW)

    assert "x-amz-security-token" not in twice.headers
    assert twice == sign(request, Credentials("A", "s"), service="sts", region="r", now=NOW)


def test_the_time_is_signed_as_utc_whatever_its_zone() -> None:
    request = WireRequest("GET", "https://h.example/", {}, b"")
    keys = Credentials("A", "s")
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5)))

    assert sign(request, keys, service="x", region="r", now=elsewhere) == sign(
        request, keys, service="x", region="r", now=NOW
    )
    with pytest.raises(ValueError, match="aware"):
        sign(request, keys, service="x", region="r", now=NOW.replace(tzinfo=None))


@pytest.mark.parametrize("bad", ["a\r\nx: y", "a\nb", "a\x00", "a\x7f", "é"])
def test_a_header_nobody_may_send_is_refused_by_name_alone(bad: str) -> None:
    request = WireRequest("GET", "https://h.example/", {}, b"")

    with pytest.raises(ValueError, match="x-amz-security-token holds") as told:
        sign(request, Credentials("A", "s", bad), service="x", region="r", now=NOW)
    assert bad not in str(told.value)


def test_no_secret_is_in_a_repr() -> None:
    keys = Credentials("AKIA", "hush-secret", "hush-token")
    request = WireRequest("POST", "https://h.example/", {}, b"hush-body")

    made = sign(request, keys, service="sts", region="r", now=NOW)

    assert "hush" not in f"{keys!r} {made!r}"
    assert made.headers["authorization"] not in repr(made)
