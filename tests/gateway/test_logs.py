"""Log lines: JSON whatever comes, facts kept, secrets taken out."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from studiogate.gateway.logs import JsonLines, configure, redact


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln end", "token [redacted] end"),
        (
            "GET https://d-x.studio/auth?token=abc done",
            "GET https://d-x.studio/auth[redacted] done",
        ),
        ("Authorization: Bearer abc.def", "Authorization: [redacted]"),
        ("Cookie: __Host-studiogate=v1.abc", "[redacted]"),
        ("x" * 48, "[redacted]"),
        (
            "arn:aws:iam::222222222222:role/PresignedUrlGenerator",
            "arn:aws:iam::222222222222:role/PresignedUrlGenerator",
        ),
        ("domain d-abcdefghijkl is Updating", "domain d-abcdefghijkl is Updating"),
    ],
)
def test_what_looks_like_a_secret_is_taken_out_and_nothing_else(text: str, left: str) -> None:
    assert redact(text) == left


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    for handler in handlers:
        root.removeHandler(handler)
    configure(stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_line_is_one_json_object_whatever_is_in_it(stream: io.StringIO) -> None:
    facts = {"person": 'a"b\r\nforged', "code": None, "status": 403}
    logging.getLogger("studiogate.gateway").info("ref\nused", extra={"facts": facts})

    (line,) = stream.getvalue().splitlines()
    said = json.loads(line)
    assert said["message"] == "ref\nused"
    assert said["person"] == 'a"b\r\nforged'
    assert said["status"] == "403"
    assert "code" not in said
    assert said["level"] == "info"


def test_a_traceback_stays_in_its_line_without_its_secrets() -> None:
    error = RuntimeError("https://x/auth?token=SECRET")
    record = logging.LogRecord("n", logging.ERROR, "f", 1, "defect", None, None)
    record.exc_info = (type(error), error, None)

    line = JsonLines().format(record)

    assert "\n" not in line
    assert "RuntimeError" in json.loads(line)["trace"]
    assert "SECRET" not in line


def test_a_message_and_its_facts_lose_their_secrets(stream: io.StringIO) -> None:
    secret = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.SECRET"
    logging.getLogger("studiogate.gateway").info(
        "got %s", secret, extra={"facts": {"t": secret}}
    )

    assert "SECRET" not in stream.getvalue()
