"""A kind that is not done when its table is: something follows each creation and change."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.kind import Cloud, Made, Naming, Properties
from studiogate.local.cloudformation.kinds.api_kind import ApiKind

After = Callable[[Cloud, Made, Properties], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Followed:
    """A table, and what follows.  Implements `cloudformation.kind.Kind`."""

    table: ApiKind
    after: After

    @property
    def name(self) -> str:
        """As the table's."""
        return self.table.name

    @property
    def properties(self) -> frozenset[str]:
        """As the table's."""
        return self.table.properties

    @property
    def required(self) -> frozenset[str]:
        """As the table's."""
        return self.table.required

    @property
    def replaced_by(self) -> frozenset[str]:
        """As the table's."""
        return self.table.replaced_by

    async def create(self, cloud: Cloud, wanted: Properties, naming: Naming) -> Made:
        """Make one, and return when what follows is done.

        Raises:
            ApiError: AWS's refusal; nothing of it is left.
        """
        made = await self.table.create(cloud, wanted, naming)
        try:
            await self.after(cloud, made, wanted)
        except ApiError:
            await self.table.delete(cloud, made, wanted)
            raise
        return made

    async def update(
        self, cloud: Cloud, made: Made, before: Properties, wanted: Properties
    ) -> Made:
        """Change one in place, and return when what follows is done.

        Raises:
            ApiError: AWS's refusal.
        """
        after = await self.table.update(cloud, made, before, wanted)
        await self.after(cloud, after, wanted)
        return after

    async def delete(self, cloud: Cloud, made: Made, before: Properties) -> None:
        """End one.

        Raises:
            ApiError: AWS's refusal.
        """
        await self.table.delete(cloud, made, before)

    async def live(self, cloud: Cloud, made: Made, known: Properties) -> Properties | None:
        """What of `known` AWS says now; `None` when it is gone.

        Raises:
            NotImplementedError: the table cannot tell.
            ApiError: AWS's refusal.
        """
        return await self.table.live(cloud, made, known)
