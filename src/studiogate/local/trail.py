"""Every call to the emulated AWS, one JSON line each: the raw material of CloudTrail."""

import json
import os
from pathlib import Path
from typing import Any

from studiogate.local.front.event import ApiEvent


class TrailFile:
    """Appends events to a file, each in a single write."""

    def __init__(self, path: Path) -> None:
        """Open `path` for appending; only its owner can read it."""
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def __call__(self, event: ApiEvent) -> None:
        """Keep `event`.

        Raises:
            OSError: it is not kept, so the call it tells of fails.
        """
        os.write(self._descriptor, json.dumps(line(event)).encode() + b"\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def line(event: ApiEvent) -> dict[str, Any]:
    """`event` as the trail has it; absent facts are left out."""
    action, resource = event.asked[0] if event.asked else ("", "")
    facts = {
        "at": event.at.isoformat(timespec="milliseconds"),
        "request_id": event.request_id,
        "service": event.service,
        "operation": event.operation,
        "action": action,
        "resource": resource,
        "account": event.account,
        "caller": event.caller_arn,
        "source_identity": event.source_identity,
        "network": event.network,
        "client_ip": event.client_ip,
        "vpce": event.endpoint,
        "error": event.error,
        "why": event.why,
    }
    return {name: value for name, value in facts.items() if value}
