"""The front door as it was deployed: the private API, and the gateway behind it.

Both follow what stands in the emulated API Gateway and Lambda at this moment.  Before they are
deployed nobody answers; when the function has other code or other variables the gateway is
started anew, and when it is deleted the gateway ends.
"""

import asyncio
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from studiogate import names
from studiogate.errors import StartError
from studiogate.landscape.model import Landscape
from studiogate.local.api.invoke import Api
from studiogate.local.api.served import Served
from studiogate.local.functions.store import Functions, Name
from studiogate.local.gateway import (
    Deployed,
    RunningGateway,
    Surroundings,
    gateway_socket,
    start_gateway,
)
from studiogate.local.iam.vending import Vending
from studiogate.local.rest_apis.deployments import served
from studiogate.local.rest_apis.store import RestApis
from studiogate.policy.language import Kind, Policy, parse


def standing_api(apis: RestApis, landscape: Landscape) -> Callable[[], Api | None]:
    """What says which private API stands in the hub now, and in which stage; `None`: none."""
    account, region = landscape.hub_account, landscape.region

    def find() -> Api | None:
        for one in apis.of(account, region):
            stage = next(iter(one.stages), None)
            if one.private and stage is not None and one.policy is not None:
                now = Served(**served(one, stage))
                return Api(_policy(one.policy), one.id, account, region, stage, now)
        return None

    return find


@lru_cache(maxsize=8)
def _policy(text: str) -> Policy:
    return parse(text, kind=Kind.RESOURCE, name="private API")


class GatewayKeeper:
    """Runs the gateway that the function of the hub says, and no other."""

    def __init__(
        self,
        around: Surroundings,
        functions: Functions,
        vending: Vending,
        *,
        state: Path,
        sockets: Path,
    ) -> None:
        self._around = around
        self._functions = functions
        self._vending = vending
        self._state = state
        self._sockets = sockets
        self._runs: tuple[Deployed, RunningGateway] | None = None
        landscape = around.landscape
        self._name = Name(landscape.hub_account, landscape.region, names.GATEWAY_FUNCTION)

    @property
    def socket(self) -> Path:
        """Where the gateway answers while it runs."""
        return gateway_socket(self._sockets)

    @property
    def runs(self) -> bool:
        """Whether a gateway was started and not ended since."""
        return self._runs is not None

    async def look(self) -> None:
        """Start, restart or end the gateway, as the function says.

        Raises:
            StartError: it ended by itself.
        """
        wanted = self._deployed()
        if self._runs is not None:
            known, gateway = self._runs
            if known == wanted:
                if not gateway.runs:
                    raise gateway.failed("ended by itself")
                return
            self._runs = None
            await gateway.stop()
        if wanted is not None:
            self._runs = (
                wanted,
                start_gateway(
                    self._around,
                    wanted,
                    self._vending,
                    state=self._state,
                    sockets=self._sockets,
                ),
            )

    async def watch(self, every_s: float) -> None:
        """Look again and again."""
        while True:
            await self.look()
            await asyncio.sleep(every_s)

    async def answers(self) -> None:
        """Return once the gateway says it is ready.

        Raises:
            StartError: there is none, it ended, or did not become ready in time.
        """
        await self.look()
        if self._runs is None:
            raise StartError(
                "The gateway's function does not stand.",
                remedy="Run `studiogate status` to see which stack is missing.",
            )
        await self._runs[1].answers()

    async def close(self) -> None:
        """End it."""
        if self._runs is not None:
            _, gateway = self._runs
            self._runs = None
            await gateway.stop()

    def _deployed(self) -> Deployed | None:
        function = self._functions.find(self._name)
        if function is None:
            return None
        about = function.configuration
        variables = about.get("Environment", {}).get("Variables", {})
        return Deployed(str(about["Role"]), dict(variables), str(about["CodeSha256"]))
