"""A SAML provider made of pysaml2: a process that knows nothing of us but our metadata.

    python pysaml2_provider.py FOLDER

Whoever asks is signed in at once, as the person that `peer.json` in FOLDER describes.  The file
is read at each request, so that one process serves many tests.  `xmlsec1` makes the signatures.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORD
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NameID
from saml2.samlp import STATUS_AUTHN_FAILED
from saml2.server import Server

HTML, XML = "text/html; charset=utf-8", "application/samlmetadata+xml"


class Provider(BaseHTTPRequestHandler):
    """Its three addresses: what it publishes, where people are sent, and where they begin."""

    folder: Path

    def do_GET(self) -> None:
        """Answer, whatever it costs: one request at a time is enough."""
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        told = json.loads((self.folder / "peer.json").read_text())
        config = IdPConfig().load(self._config(told))
        if parts.path == "/metadata":
            self._answer(XML, str(entity_descriptor(config)))
            return
        server = Server(config=config)
        if parts.path == "/sso":
            asked = server.parse_authn_request(query["SAMLRequest"], BINDING_HTTP_REDIRECT)
            args = server.response_args(asked.message, [BINDING_HTTP_POST])
        else:
            services = server.metadata.assertion_consumer_service(told["service"])
            args = {
                "in_response_to": None,
                "sp_entity_id": told["service"],
                "destination": services[0]["location"],
            }
        self._answer(HTML, _page(server, told, args, query.get("RelayState", "")))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing: what is asked here holds messages."""

    def _config(self, told: dict[str, Any]) -> dict[str, Any]:
        here = f"http://{self.headers['host']}"
        return {
            "entityid": told["entity"],
            "key_file": str(self.folder / "idp.key"),
            "cert_file": str(self.folder / "idp.crt"),
            "metadata": {"local": [str(self.folder / "sp.xml")]},
            "service": {
                "idp": {
                    "endpoints": {
                        "single_sign_on_service": [(f"{here}/sso", BINDING_HTTP_REDIRECT)]
                    },
                    "policy": {"default": {"lifetime": {"minutes": 5}}},
                }
            },
        }

    def _answer(self, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _page(server: Server, told: dict[str, Any], args: dict[str, Any], relay: str) -> str:
    """The page with the form that a browser posts to the service."""
    destination = args["destination"]
    args.pop("binding", None)
    if told["fails"]:
        unwilling = (STATUS_AUTHN_FAILED, "not today")
        response = server.create_error_response(args["in_response_to"], destination, unwilling)
    else:
        response = server.create_authn_response(
            told["attributes"],
            userid=told["userid"],
            name_id=NameID(text=told["userid"], format=told["format"]),
            authn={"class_ref": PASSWORD, "authn_auth": told["entity"]},
            **args,
            **told["how"],
        )
    sent = server.apply_binding(
        BINDING_HTTP_POST, str(response), destination, relay, response=True
    )
    page: str = sent["data"]
    return page


def main(folder: str) -> None:
    """Serve on a free port of loopback, and say which."""
    Provider.folder = Path(folder)
    with HTTPServer(("127.0.0.1", 0), Provider) as server:
        print(server.server_port, flush=True)  # noqa: T201 - what the test reads
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
