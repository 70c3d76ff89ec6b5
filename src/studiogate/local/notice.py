"""The notice on the door of a running organisation: its AWS config file, and `up.json`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from studiogate.landscape.model import INTERNET
from studiogate.local import told
from studiogate.local.aws import EmulatedAws
from studiogate.local.idp.pool import Pool
from studiogate.local.listeners import AWS
from studiogate.local.registry import exported, way
from studiogate.local.statedir import StateDir


class Notice:
    """What the organisation tells people and programs, written anew when it has grown."""

    def __init__(
        self,
        state: StateDir,
        aws: EmulatedAws,
        pool: Pool,
        api_id: Callable[[], str],
        certificates: Path,
    ) -> None:
        self._state = state
        self._aws = aws
        self._pool = pool
        self._api_id = api_id
        self._certificates = certificates
        self._also: dict[str, Any] = {}

    def publish(self, **also: Any) -> Mapping[str, Any]:
        """Write the AWS config, the variables, and `up.json`; what the last says."""
        self._also |= also
        landscape, known = self._aws.places.landscape, self._aws.places.known
        state, founded = self._state, self._aws.founded
        keys = {
            name: founded.explorers[id_]
            for name, id_ in landscape.accounts.items()
            if id_ in founded.explorers
        }
        hub = next(n for n, id_ in landscape.accounts.items() if id_ == landscape.hub_account)
        keys["management"] = founded.management
        config = told.aws_config(landscape, known[AWS, INTERNET].address, keys, hub)
        document = told.up_document(
            landscape,
            known,
            user_pool_id=self._pool.pool.id,
            api_id=self._api_id(),
            config=str(state / "aws" / "config"),
        )
        document |= self._also
        state.write("aws/config", config)
        variables = {"AWS_CONFIG_FILE": str(state / "aws" / "config")}
        variables |= way(known, self._certificates)
        document["environment"] = variables
        state.write("env", exported(variables))
        state.publish(document)
        return document
