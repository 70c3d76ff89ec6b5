"""STS and Redshift's two APIs on loopback: canned answers, and every request kept."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from tests.kit.waiting import PATIENCE_S

EXPIRES = "2099-01-15T13:00:00Z"

_KEYS = (
    "<Credentials><AccessKeyId>ASIA{n}</AccessKeyId><SecretAccessKey>hush</SecretAccessKey>"
    "<SessionToken>hush-token</SessionToken><Expiration>{until}</Expiration></Credentials>"
)
_WHO = "<Arn>arn:aws:sts::{account}:assumed-role/{role}</Arn><Account>{account}</Account>"

LOB, READER = ("222222222222", "Execution/SageMaker"), ("444444444444", "StudioReader/ada")


@dataclass
class CannedAws:
    """What was asked, and what the next calls of an action are answered with."""

    url: str = ""
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refusals: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Code and message with which an action is refused."""

    role_until: str = EXPIRES
    """When the sessions end that AssumeRole gives."""

    clusters: dict[str, str] = field(
        default_factory=lambda: {
            "sales": (
                "<Cluster><ClusterStatus>available</ClusterStatus><Endpoint>"
                "<Address>sales.example</Address><Port>5439</Port></Endpoint></Cluster>"
            )
        }
    )

    def named(self, action: str) -> list[dict[str, Any]]:
        return [asked for name, asked in self.asked if name == action]

    def xml(self, action: str, keys: str) -> str:
        cluster = self.asked[-1][1].get("ClusterIdentifier", "sales")
        account, role = READER if keys.startswith("ASIA") else LOB
        return {
            "AssumeRole": _KEYS.format(n=len(self.asked), until=self.role_until),
            "GetCallerIdentity": _WHO.format(account=account, role=role),
            "DescribeClusters": f"<Clusters>{self.clusters[cluster]}</Clusters>",
            "GetClusterCredentials": (
                f"<DbUser>IAMA:ada</DbUser><DbPassword>hush</DbPassword>"
                f"<Expiration>{EXPIRES}</Expiration>"
            ),
        }[action]

    def json(self, action: str) -> dict[str, Any]:
        answers: dict[str, dict[str, Any]] = {
            "GetWorkgroup": {
                "workgroup": {
                    "status": "AVAILABLE",
                    "endpoint": {"address": "stock.example", "port": 5440},
                }
            },
            "GetCredentials": {
                "dbUser": "IAMR:reader",
                "dbPassword": "hush",
                "expiration": 4072165200.0,
            },
        }
        return answers[action]


class _Handler(BaseHTTPRequestHandler):
    canned: CannedAws

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        target = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if target:
            self._answer(target, json.loads(body), is_json=True)
        else:
            given = {key: values[0] for key, values in parse_qs(body).items()}
            self._answer(given.pop("Action"), given, is_json=False)

    def _answer(self, action: str, given: dict[str, Any], *, is_json: bool) -> None:
        self.canned.asked.append((action, given))
        keys = self.headers["Authorization"].partition("Credential=")[2]
        refusal = self.canned.refusals.get(action)
        if is_json:
            answer: Any = self.canned.json(action)
            if refusal:
                answer = {"__type": refusal[0], "message": refusal[1]}
            text = json.dumps(answer)
        elif refusal:
            code, message = refusal
            text = f"<R><Error><Code>{code}</Code><Message>{message}</Message></Error></R>"
        else:
            inner = f"<{action}Result>{self.canned.xml(action, keys)}</{action}Result>"
            text = f"<{action}Response>{inner}</{action}Response>"
        self.send_response(400 if refusal else 200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's word
        del format, args


@contextmanager
def canned_aws() -> Iterator[CannedAws]:
    canned = CannedAws()
    handler = type("Handler", (_Handler,), {"canned": canned})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    canned.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield canned
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE_S)
