"""AWS's refusals, in both of its protocols, and what each is taken to mean."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.aws.wire.call import WireAnswer
from studiogate.aws.wire.errors import LONGEST_MESSAGE, family, translate
from studiogate.errors import Absent, AwsError, Busy, Denied, Invalid

MEANINGS = [
    ("AccessDenied", Denied),
    ("AccessDeniedException", Denied),
    ("UnauthorizedOperation", Denied),
    ("ExpiredToken", Denied),
    ("ExpiredTokenException", Denied),
    ("InvalidClientTokenId", Denied),
    ("SignatureDoesNotMatch", Denied),
    ("InvalidSignatureException", Denied),
    ("UnrecognizedClientException", Denied),
    ("MissingAuthenticationTokenException", Denied),
    ("ResourceNotFound", Absent),
    ("ResourceNotFoundException", Absent),
    ("NoSuchEntity", Absent),
    ("InvalidVpcID.NotFound", Absent),
    ("AccountNotFoundException", Absent),
    ("ValidationException", Invalid),
    ("ValidationError", Invalid),
    ("InvalidParameterValue", Invalid),
    ("MalformedPolicyDocument", Invalid),
    ("EntityAlreadyExists", Invalid),
    ("ResourceInUse", Invalid),
    ("Throttling", Busy),
    ("ThrottlingException", Busy),
    ("TooManyRequestsException", Busy),
    ("ProvisionedThroughputExceededException", Busy),
    ("RequestLimitExceeded", Busy),
    ("InternalFailure", Busy),
    ("ServiceUnavailable", Busy),
    ("SomethingNobodyHeardOf", AwsError),
]


def as_json(code: str, status: int = 400, message: str = "why") -> WireAnswer:
    body = json.dumps(
        {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message}
    )
    return WireAnswer(status, {}, body.encode())


def as_header(code: str, status: int = 400) -> WireAnswer:
    kind = f"{code}:http://internal.amazon.com/coral/"
    return WireAnswer(status, {"x-amzn-errortype": kind}, b'{"Message": "why"}')


def as_xml(code: str, status: int = 400) -> WireAnswer:
    body = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>'
        f"<Type>Sender</Type><Code>{code}</Code><Message>why</Message>"
        "</Error><RequestId>1</RequestId></ErrorResponse>"
    )
    return WireAnswer(status, {}, body.encode())


def as_ec2_xml(code: str, status: int = 400) -> WireAnswer:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>'
        f"<Code>{code}</Code><Message>why</Message></Error></Errors></Response>"
    )
    return WireAnswer(status, {}, body.encode())


@pytest.mark.parametrize(("code", "meaning"), MEANINGS)
@pytest.mark.parametrize("protocol", [as_json, as_header, as_xml, as_ec2_xml])
def test_a_code_means_the_same_in_every_protocol(
    code: str, meaning: type[AwsError], protocol: type
) -> None:
    told = translate(protocol(code), action="sts:AssumeRole", about="arn:role")

    assert type(told) is meaning
    assert (told.code, told.action, told.about) == (code, "sts:AssumeRole", "arn:role")
    assert "why" in str(told)
    assert told.remedy


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (500, b"", Busy),
        (503, b"<html>busy</html>", Busy),
        (429, b"{}", Busy),
        (400, b"", AwsError),
        (403, b"<html><body>a proxy's page</body></html>", AwsError),
        (404, b"not found", AwsError),
        (302, b"", AwsError),
        (404, b"[]", AwsError),
        (400, b'{"__type": 7, "message": null}', AwsError),
        (400, b"[" * 100_000, AwsError),
        (400, b"\xff\xfe", AwsError),
    ],
)
def test_what_cannot_be_read_is_never_taken_for_absent(
    status: int, body: bytes, meaning: type[AwsError]
) -> None:
    told = translate(WireAnswer(status, {}, body), action="a:B", about="x")

    assert type(told) is meaning


@pytest.mark.parametrize("status", [401, 403])
def test_an_unknown_code_with_a_refusing_status_is_denial(status: int) -> None:
    assert type(translate(as_json("NewRefusal", status), action="a:B", about="")) is Denied


@given(
    st.sampled_from([code for code, kind in MEANINGS if kind is Denied]), st.integers(100, 599)
)
def test_denied_is_denied_whatever_the_status(code: str, status: int) -> None:
    assert family(code, status) is Denied


@given(st.text(max_size=40), st.integers(100, 599), st.binary(max_size=60))
def test_any_bytes_become_some_error(code: str, status: int, body: bytes) -> None:
    answer = WireAnswer(status, {"x-amzn-errortype": code}, body)

    assert isinstance(translate(answer, action="a:B", about=""), AwsError)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0", 1),
        ("90", 30),
        ("9" * 5000, 30),
        ("-4", 1),
        ("soon", 1),
        ("", 1),
        ("²", 1),
    ],
)
def test_retry_after_is_honoured_within_reason(header: str, seconds: int) -> None:
    answer = WireAnswer(503, {"retry-after": header}, b"")

    told = translate(answer, action="a:B", about="")

    assert isinstance(told, Busy)
    assert told.retry_after_s == seconds


def test_a_refused_signature_does_not_bring_the_token_into_the_log() -> None:
    message = (
        "The request signature we calculated does not match the signature you provided.\n\n"
        "The Canonical String for this request should have been\n'POST\n/\n"
        "x-amz-security-token:hush-token\n'"
    )

    told = translate(as_json("SignatureDoesNotMatch", 403, message), action="a:B", about="")

    assert "does not match" in str(told)
    assert "hush" not in f"{told} {told!r} {told.remedy}"
    assert "clock" in told.remedy


def test_a_message_stays_one_short_line() -> None:
    message = "a\nfake log line\x1b[31m\u2028" + "x" * 5000

    text = str(
        translate(as_json("ValidationException", message=message), action="a:B", about="")
    )

    assert text.isprintable()
    assert len(text) < LONGEST_MESSAGE + 100


def test_the_remedy_of_a_denial_names_the_permission() -> None:
    told = translate(as_json("AccessDeniedException"), action="sts:AssumeRole", about="")

    assert "sts:AssumeRole" in told.remedy
    assert "endpoint" in told.remedy


def test_an_expired_token_is_told_from_a_missing_permission() -> None:
    told = translate(as_json("ExpiredTokenException"), action="sts:AssumeRole", about="")

    assert "expired" in told.remedy


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY b "AccessDenied">]><Error><Code>&b;</Code></Error>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><Error><Code>X</Code></Error>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><Error><Code>X</Code></Error>'.encode(
            "utf-16"
        ),
        b"<Error>" * 17,
        b"<Error><Code>AccessDenied</Code>",
    ],
    ids=["entity", "external", "utf-16", "deep", "cut"],
)
def test_xml_that_aws_would_not_send_says_nothing(body: bytes) -> None:
    told = translate(WireAnswer(400, {}, body), action="a:B", about="")

    assert (type(told), told.code) == (AwsError, "")
