"""A stack without an engine: resources made one by one, for the tests of their kinds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kind import Cloud, Made
from studiogate.local.cloudformation.kinds.all import KINDS
from tests.kit.kinds import NAMING, Emulated


@dataclass
class Stack:
    """Resources in the order they were made, by their names."""

    emulated: Emulated
    made: dict[str, tuple[str, Made, Mapping[str, Any]]] = field(default_factory=dict)

    def cloud(self, kind: str) -> Cloud:
        if "Organizations" in kind:
            return self.emulated.of_the_organisation()
        return self.emulated.cloud()

    async def create(self, name: str, kind: str, **wanted: Any) -> Made:
        made = await KINDS[kind].create(self.cloud(kind), wanted, NAMING)
        self.made[name] = (kind, made, wanted)
        return made

    async def update(self, name: str, **changes: Any) -> Made:
        kind, made, before = self.made[name]
        wanted = {k: v for k, v in {**before, **changes}.items() if v is not None}
        made = await KINDS[kind].update(self.cloud(kind), made, before, wanted)
        self.made[name] = (kind, made, wanted)
        return made

    async def live(self, name: str) -> Mapping[str, Any] | None:
        kind, made, known = self.made[name]
        return await KINDS[kind].live(self.cloud(kind), made, known)

    async def drifted(self, name: str) -> set[str]:
        """Properties that are not as they were asked for."""
        _, _, known = self.made[name]
        found = await self.live(name)
        assert found is not None, f"{name} is gone"
        return {key for key in known if found[key] != known[key]}

    async def delete(self, name: str) -> None:
        kind, made, before = self.made[name]
        await KINDS[kind].delete(self.cloud(kind), made, before)

    async def refused(self, name: str) -> str:
        """The code of the refusal to delete it."""
        with pytest.raises(ApiError) as caught:
            await self.delete(name)
        return caught.value.code
