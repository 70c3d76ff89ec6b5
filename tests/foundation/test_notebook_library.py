"""What apps of a reading lob run when they start: run here, with stand-ins for AWS and pip."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from studiogate.foundation.notebook_library import endpoint_name, listed, script
from studiogate.landscape.read import read
from tests.kit.warehouses import EVERY_KIND

LANDSCAPE = read(json.dumps(EVERY_KIND))

BOTO3 = """
import os, shutil, signal
class session:
    class Session:
        def __init__(self, region_name): assert region_name == "eu-west-1"
        def client(self, service, config): return Client()
class Client:
    def download_file(self, bucket, key, path):
        if not os.path.exists(os.environ["SHELF"]): raise RuntimeError("AccessDenied: GetObject")
        assert (bucket, key) == ("shelf", "library/abc.zip")
        shutil.copyfile(os.environ["SHELF"], path)
        print("seconds left:", signal.alarm(0))
    def describe_endpoint_access(self, EndpointName):
        if "LATE" in os.environ: signal.raise_signal(signal.SIGALRM)
        if EndpointName != "events-lob-a": raise RuntimeError("EndpointNotFound")
        return {"EndpointAccessList": [{"Address": "events.example", "Port": 5439}]}
"""
PIP = """
import os, pathlib, sys
pathlib.Path(os.environ["ASKED"]).write_text(" ".join(sys.argv[1:]))
wheels = sys.argv[sys.argv.index("--find-links") + 1]
sys.exit(0 if "studiogate.whl" in os.listdir(wheels) else 1)
"""


class App:
    """A home directory, and what the script finds instead of AWS and pip."""

    def __init__(self, folder: Path) -> None:
        self.home, self.asked = folder / "home", folder / "asked"
        self.shelf, self.instead = folder / "library.zip", folder / "instead"
        for path in (self.home, self.instead / "botocore"):
            path.mkdir(parents=True)
        self.env = {
            "HOME": str(self.home),
            "PATH": f"{folder}:/usr/bin:/bin",
            "PYTHONPATH": str(self.instead),
            "SHELF": str(self.shelf),
            "ASKED": str(self.asked),
        }
        (folder / "python3").symlink_to(sys.executable)
        (self.instead / "boto3.py").write_text(BOTO3)
        (self.instead / "pip.py").write_text(PIP)
        (self.instead / "botocore" / "__init__.py").touch()
        (self.instead / "botocore" / "config.py").write_text("def Config(**said): return said")
        with zipfile.ZipFile(self.shelf, "w") as held:
            held.writestr("studiogate.whl", "wheel")
            held.writestr("install.txt", "studiogate")

    def start(self, warehouses: dict[str, Any]) -> int:
        text = script(
            bucket="shelf", key="library/abc.zip", region="eu-west-1", warehouses=warehouses
        )
        ran = subprocess.run(
            ["/bin/bash"], input=text, env=self.env, capture_output=True, text=True,
            check=False, timeout=60,
        )  # fmt: skip
        assert (ran.stdout, ran.stderr) == ("", "")
        return ran.returncode

    @property
    def log(self) -> str:
        return (self.home / ".studiogate" / "install.log").read_text()

    @property
    def list(self) -> Any:
        return json.loads((self.home / ".studiogate" / "warehouses.json").read_text())


@pytest.fixture
def app(tmp_path: Path) -> App:
    return App(tmp_path)


def test_s1_28_an_app_starts_with_the_library_the_list_and_the_magic(app: App) -> None:
    assert app.start(listed(LANDSCAPE, "lob-a", "lob-a")) == 0

    assert app.log.endswith(
        "The library is installed, and the list of warehouses is written.\n"
    )
    asked = app.asked.read_text()
    assert "--no-index" in asked
    assert asked.endswith("/wheels/install.txt")
    startup = app.home / ".ipython" / "profile_default" / "startup" / "00-studiogate.py"
    compile(startup.read_text(), "startup", "exec")
    assert '"load_ext", "studiogate.warehouse"' in startup.read_text()
    events = app.list["warehouses"]["events"]
    assert (events["host"], events["port"]) == ("events.example", 5439)
    assert "endpoint" not in events


def test_s1_28_an_app_opens_without_the_library_and_says_what_to_ask(app: App) -> None:
    app.shelf.unlink()

    assert app.start(listed(LANDSCAPE, "lob-a", "lob-a")) == 0

    assert "the library was not installed: RuntimeError: AccessDenied" in app.log
    assert (
        "Ask the platform team to look at s3:GetObject on s3://shelf/library/abc.zip" in app.log
    )
    assert "sales" in app.list["warehouses"]


def test_a_warehouse_whose_endpoint_is_not_there_is_left_out_and_the_rest_stays(
    app: App,
) -> None:
    assert app.start(listed(LANDSCAPE, "lob-b", "lob-b")) == 0

    assert "events: its endpoint events-lob-b was not found" in app.log
    assert {*app.list["warehouses"]} == {"sales", "quotes"}


def test_a_step_that_takes_too_long_is_given_up_and_those_after_it_have_little_time(
    app: App,
) -> None:
    app.env["LATE"] = "yes"

    assert app.start(listed(LANDSCAPE, "lob-a", "lob-a")) == 0

    assert "were not looked for: TooLate: it took too long" in app.log
    assert {*app.list["warehouses"]} == {"sales", "sales-old", "ticks", "quotes", "own"}
    assert "host" not in json.dumps(app.list)
    (left_s,) = re.findall(r"seconds left: ([0-9]+)", app.log)
    assert 0 < int(left_s) <= 15


def test_a_home_that_cannot_be_written_to_does_not_keep_the_app_from_opening(
    app: App,
) -> None:
    (app.home / ".ipython").write_text("in the way")

    assert app.start(listed(LANDSCAPE, "lob-a", "lob-a")) == 0

    assert "the %%warehouse magic is not loaded by itself" in app.log
    assert app.asked.exists()


def test_an_image_with_neither_bash_nor_python_opens_all_the_same(tmp_path: Path) -> None:
    text = script(bucket="shelf", key="library/abc.zip", region="eu-west-1", warehouses={})

    ran = subprocess.run(
        ["/bin/sh"],
        input=text,
        env={"HOME": str(tmp_path), "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert ran.returncode == 0
    assert "not found" in ran.stderr


def test_the_list_says_how_each_warehouse_is_read() -> None:
    found = listed(LANDSCAPE, "lob-a")

    assert (found["version"], found["region"]) == (1, "eu-west-1")
    assert found["warehouses"]["sales"] == {
        "kind": "cluster",
        "name": "sales",
        "account": "444444444444",
        "database": "dev",
        "groups": ["analysts"],
        "role_arn": "arn:aws:iam::444444444444:role/StudioReader-sales.lob-a",
    }
    ticks = found["warehouses"]["ticks"]
    assert ticks["kind"] == "workgroup"
    assert ticks["role_arn"].endswith(":role/StudioReader-ticks.{profile}")
    assert listed(LANDSCAPE, "nobody")["warehouses"] == {}


def test_no_two_endpoints_share_a_name() -> None:
    words = ["a", "a-b", "b", "b-c", "c", "1a", "a" * 40]
    pairs = [(one, other) for one in words for other in words]

    found = [endpoint_name(*pair) for pair in pairs]

    assert len({*found}) == len(pairs)
    assert all(len(one) <= 30 and one[0].isalpha() for one in found)
