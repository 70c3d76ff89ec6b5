"""What a function has loaded before its first opening: a cold start is mostly imports."""

import subprocess
import sys

import pytest

HEAVY = {
    "aiohttp", "boto3", "botocore", "httptools", "jinja2", "markupsafe", "moto", "prometheus_client", "pydantic",
    "rich", "ruamel", "troposphere", "typer", "uvicorn", "uvloop", "yaml",
}  # fmt: skip
ELSEWHERE = {
    "studiogate.gateway.server",
    "studiogate.landscape.model",
    "studiogate.reach.table",
    "studiogate.aws.session",
    "studiogate.aws.wire.transport",
}


@pytest.mark.parametrize("entry", ["entry", "authorizer"])
def test_a_function_imports_only_what_an_opening_needs(entry: str) -> None:
    said = f"import sys, studiogate.gateway.function.{entry}; print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", said], check=True, capture_output=True, text=True
    )

    loaded = set(done.stdout.split())
    assert f"studiogate.gateway.function.{entry}" in loaded
    assert not loaded & (HEAVY | ELSEWHERE)
