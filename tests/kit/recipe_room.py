"""`studiogate images` over folders that it wrote itself, with a real base and a near world.

The landscape is the running organisation's, in a copy: recipes are written into that.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import certifi
from ruamel.yaml import YAML

from tests.kit import bases, posit
from tests.kit.containers import Storage, private_storage
from tests.kit.debian_registry import Registry, debian_registry
from tests.kit.organisation import Organisation
from tests.kit.revocation import Ran
from tests.kit.stand_ins import Host, World, standing_in
from tests.kit.starting import STUDIOGATE

_HERE = frozenset({"init", "lock", "check", "build"})
"""Commands that ask nothing of AWS."""

_PATIENCE_S = 1800
_NOT_SAID = shutil.ignore_patterns("state", "images")
"""What the organisation keeps, and folders of other images."""


@dataclass(frozen=True)
class RecipeRoom:
    """Where recipes are written, built, and given to the organisation."""

    acme: Organisation
    landscape: Path
    storage: Storage
    registry: Registry
    world: World
    trusted: Path

    def run(self, verb: str, *words: str) -> Ran:
        """What a command said; where it was to be JSON, that is its answer."""
        account = [] if verb in _HERE else ["--profile", "management"]
        with_buildah = ["--with", "buildah"] if verb == "build" else []
        ran = subprocess.run(
            [
                *(str(STUDIOGATE), "images", verb, *words, *account, *with_buildah),
                *("--landscape", str(self.landscape)),
            ],
            env=self._told(verb),
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
        answer = json.loads(ran.stdout) if "--json" in words and ran.stdout else {}
        return Ran(ran.returncode, answer, ran.stdout + ran.stderr)

    def done(self, verb: str, *words: str) -> Ran:
        """A command that has to go well."""
        ran = self.run(verb, *words)
        assert ran.code == 0, ran.noise
        return ran

    def base(self, root: Path, name: str) -> str:
        """The reference of `root` in the registry, as `name`; it trusts what is stood in for."""
        bases.trust(root, self.world.authority)
        reference = f"{self.registry.host}/{name}"
        bases.pushed(self.storage, root, reference, trusted=self.trusted)
        return reference

    def folder(self, name: str) -> Path:
        """Where the image `name` is described."""
        return self.landscape.parent / "images" / name

    def described(self, name: str, **recipe: object) -> None:
        """Change what the landscape says of the recipe of `name`, as its owner would."""
        yaml = YAML()
        document = yaml.load(self.landscape.read_text(encoding="utf-8"))
        document["images"][name].setdefault("recipe", {}).update(recipe)
        with self.landscape.open("w", encoding="utf-8") as opened:
            yaml.dump(document, opened)

    def _told(self, verb: str) -> Mapping[str, str]:
        if verb in _HERE:
            near = self.world.environment | {"SSL_CERT_FILE": str(self.trusted)}
            return self.storage.environment | near
        return self.storage.environment | dict(self.acme.up["environment"])


@contextmanager
def recipe_room(
    folder: Path, acme: Organisation, hosts: Mapping[str, Host]
) -> Iterator[RecipeRoom]:
    """A room in `folder`, which ends with the block; `hosts` are stood in for."""
    landscape = folder / "landscape" / "landscape.yaml"
    shutil.copytree(acme.landscape.parent, landscape.parent, ignore=_NOT_SAID)
    registry = debian_registry(folder / "registry", is_open=True)
    with (
        registry as base,
        standing_in(folder / "authority", hosts, beside=posit.index_hosts()) as world,
    ):
        trusted = folder / "trusted.pem"
        known = {certifi.where(), os.environ.get("SSL_CERT_FILE", certifi.where())}
        sources = [*map(Path, sorted(known)), base.certificate, world.authority]
        text = "\n".join(one.read_text(encoding="utf-8") for one in sources)
        trusted.write_text(text, encoding="utf-8")
        storage = private_storage(folder / "store", driver="overlay")
        try:
            yield RecipeRoom(acme, landscape, storage, base, world, trusted)
        finally:
            _ended(storage)


def _ended(storage: Storage) -> None:
    """Let go of what a build that failed has left mounted."""
    storage.run("rm", "--all")
    mounted = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    ours = [one.split()[1] for one in mounted if f" {storage.folder}/" in one]
    for place in reversed(ours):
        subprocess.run(["/bin/umount", place], check=True)
