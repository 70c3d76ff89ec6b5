"""Logs: one JSON object a line, with the facts of an error and none of its secrets.

A line may name accounts, roles and actions.  Tokens, cookies and presigned URLs never come
here on purpose; `redact` also takes out what looks like one, because a library's exception may
quote what it was given.
"""

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

LOG = logging.getLogger("studiogate.gateway")

_SECRETS = re.compile(
    r"eyJ[\w-]+(?:\.[\w-]*)*"  # a JSON web token
    r"|\?[^\s\"'<>]+"  # a query string: presigned URLs carry their secret there
    r"|(?i:bearer|cookie:)\s+\S+"
    r"|[A-Za-z0-9+_-]{48,}={0,2}"  # long random text; names and ids are shorter
)


def redact(text: str) -> str:
    """`text` without anything that looks like a token, a key or a presigned URL."""
    return _SECRETS.sub("[redacted]", text)


class JsonLines(logging.Formatter):
    """Each record as one line of JSON; `facts` given in `extra` become its fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for `record`, times in ISO 8601 UTC."""
        facts: dict[str, Any] = getattr(record, "facts", {})
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
            **{name: redact(str(value)) for name, value in facts.items() if value is not None},
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["trace"] = redact("".join(traceback.format_exception(record.exc_info[1])))
        return json.dumps(line, ensure_ascii=True)


def configure(stream: TextIO, *, level: int = logging.INFO) -> None:
    """Send every log line of the process to `stream` as JSON; for the entry points only."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=level, force=True)
