"""What a process has loaded before its first opening: the cold start is mostly imports."""

import subprocess
import sys


def test_an_opening_waits_for_nothing_that_only_pages_need() -> None:
    said = "import sys, studiogate.gateway.server; print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", said], check=True, capture_output=True, text=True
    )

    loaded = set(done.stdout.split())
    assert "studiogate.gateway.app" in loaded
    assert not loaded & {"jinja2", "markupsafe", "boto3", "typer", "rich", "httpx"}
    # Only the administrators' page computes anything from a landscape.
    assert not loaded & {"studiogate.reach.table", "studiogate.landscape.model", "ruamel"}
    # Nor does anybody wait for what only a SAML provider, or one that sends people, needs.
    assert not loaded & {"lxml", "signxml", "studiogate.gateway.saml.routes"}
    assert not loaded & {"studiogate.gateway.scim.routes"}
