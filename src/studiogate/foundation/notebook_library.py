"""What every app of a reading lob does when it starts: install the library, list warehouses.

A lifecycle configuration is a script that Studio runs before an app opens, in at most five
minutes and 16,384 characters of base64 (SageMaker API reference, CreateStudioLifecycleConfig).
One that fails keeps the app from opening; this one never does: what went wrong is in
`~/.studiogate/install.log`, with whom to ask for what.

Pure: text out of values.  Values may be symbols, which the template resolves.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from studiogate import names
from studiogate.landscape.model import Landscape
from studiogate.topology.roles import Reads, reads

MOST_BASE64 = 16_384
"""Characters that Studio takes, in base64."""

VERSION = 1
"""Of the list of warehouses, which the library reads."""

_LONGEST_ENDPOINT = 30
"""Characters of the name of an endpoint that Redshift manages (API reference,
CreateEndpointAccess)."""

_SCRIPT = """\
#!/bin/bash
# studiogate: installs the notebook library, and writes down which warehouses are read.
# It never keeps the app from opening; what went wrong is in ~/.studiogate/install.log.
umask 077
mkdir -p "$HOME/.studiogate"
python3 - >"$HOME/.studiogate/install.log" 2>&1 <<'STUDIOGATE'
import json, os, pathlib, signal, subprocess, sys, tempfile, zipfile

BUCKET, KEY, REGION = @BUCKET@, @KEY@, @REGION@
LIST = json.loads(r'''@LIST@''')
HOME = pathlib.Path.home()


def written(path, text):
    # Whole or not at all: a notebook may be reading the one before.
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)


def client(service):
    import boto3
    from botocore.config import Config

    soon = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 2})
    return boto3.session.Session(region_name=REGION).client(service, config=soon)


class TooLate(BaseException):
    pass


def find_endpoints():
    known = LIST["warehouses"]
    # Off the list until it is known where they are: nobody is sent to the wrong address.
    sought = {title: known.pop(title) for title in [*known] if "endpoint" in known[title]}
    for title, one in sought.items():
        name = one.pop("endpoint")
        try:
            found = client("redshift").describe_endpoint_access(EndpointName=name)
            there = found["EndpointAccessList"][0]
            known[title] = {**one, "host": there["Address"], "port": int(there["Port"])}
        except Exception as error:
            print(f"{title}: its endpoint {name} was not found: {error}")
            print("  Ask the platform team: is the endpoint available, and may this role")
            print("  redshift:DescribeEndpointAccess through the shared endpoint?")


def list_warehouses():
    written(HOME / ".studiogate" / "warehouses.json", json.dumps(LIST, indent=1))


def install():
    with tempfile.TemporaryDirectory() as folder:
        archive = os.path.join(folder, "library.zip")
        client("s3").download_file(BUCKET, KEY, archive)
        wheels = os.path.join(folder, "wheels")
        with zipfile.ZipFile(archive) as held:
            held.extractall(wheels)
        # What install.txt names and nothing else: the image's own libraries stay as they are.
        pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
        named = ["--find-links", wheels, "--requirement", os.path.join(wheels, "install.txt")]
        subprocess.run([*pip, "--no-index", "--no-deps", *named], check=True)


def load_magic():
    startup = HOME / ".ipython" / "profile_default" / "startup" / "00-studiogate.py"
    written(startup, MAGIC)


MAGIC = '''\\
# Written by studiogate whenever this app starts.
try:
    get_ipython().run_line_magic("load_ext", "studiogate.warehouse")
except Exception as error:
    print(f"studiogate: the warehouse magic was not loaded: {error}")
    print("~/.studiogate/install.log says what happened when this app started.")
'''

STEPS = (
    (find_endpoints, "the endpoints of warehouses were not looked for", "redshift"),
    (list_warehouses, "the list of warehouses was not written", "the home directory"),
    (install, "the library was not installed", f"s3:GetObject on s3://{BUCKET}/{KEY}"),
    (load_magic, "the %%warehouse magic is not loaded by itself", "the home directory"),
)


def too_late(*_):
    signal.alarm(15)  # for each step that is left
    raise TooLate("it took too long: an app may not wait for more than five minutes")


signal.signal(signal.SIGALRM, too_late)
signal.alarm(240)
failed = 0
for step, what, about in STEPS:
    try:
        step()
    except BaseException as error:
        failed += 1
        print(f"{what}: {type(error).__name__}: {error}")
        print(f"  Ask the platform team to look at {about}; then stop and start this app.")
if not failed:
    print("The library is installed, and the list of warehouses is written.")
STUDIOGATE
exit 0
"""


def script(*, bucket: str, key: str, region: str, warehouses: Mapping[str, Any]) -> str:
    """The script that installs `key` of `bucket` and writes down `warehouses`.

    `key` is a zip of wheels; `warehouses` is what `listed` gives.
    """
    told = {
        "@BUCKET@": json.dumps(bucket, ensure_ascii=False),
        "@KEY@": json.dumps(key, ensure_ascii=False),
        "@REGION@": json.dumps(region, ensure_ascii=False),
        "@LIST@": json.dumps(warehouses, ensure_ascii=False, separators=(",", ":")),
    }
    text = _SCRIPT
    for mark, value in told.items():
        text = text.replace(mark, value)
    return text


def named(text: str) -> str:
    """A word for a script, and for no other: a lifecycle configuration never changes."""
    return sha256(text.encode()).hexdigest()[:12]


def listed(landscape: Landscape, lob: str, network: str | None = None) -> dict[str, Any]:
    """The warehouses that notebooks of `lob` read, as their list has them.

    For apps in `network` with the `endpoint` of each that is reached by one; the script turns
    its name into the `host` and `port` it has.
    """
    found = {
        one.warehouse: {**_entry(landscape, one), **dict(_endpoint(landscape, one, network))}
        for one in reads(landscape)
        if one.lob == lob
    }
    return {"version": VERSION, "region": landscape.region, "warehouses": found}


def endpoint_name(warehouse: str, network: str) -> str:
    """What the endpoint in `network` is called that leads to `warehouse`.

    A letter first, lower case, no two hyphens together; names that are too long have a digest.
    """
    name = f"{warehouse}-{network}"
    if name[0].isalpha() and len(name) <= _LONGEST_ENDPOINT and warehouse.count("-") == 0:
        return name
    # Two pairs of names with hyphens may make one word; their digests do not.
    return f"studiogate-{sha256(f'{warehouse}/{network}'.encode()).hexdigest()[:16]}"


def _entry(landscape: Landscape, one: Reads) -> dict[str, Any]:
    declared = landscape.warehouses[one.warehouse]
    role = one.role if one.cluster else names.own_reader_role(one.warehouse, "{profile}")
    return {
        "kind": "cluster" if one.cluster else "workgroup",
        "name": declared.name_in_redshift,
        "account": one.account,
        "database": one.database,
        "groups": [*one.groups],
        "role_arn": names.role_arn(landscape.region, one.account, role),
    }


def _endpoint(
    landscape: Landscape, one: Reads, network: str | None
) -> Iterator[tuple[str, str]]:
    there = landscape.warehouses[one.warehouse].network
    if one.by_endpoint and network is not None and network != there:
        yield "endpoint", endpoint_name(one.warehouse, network)
