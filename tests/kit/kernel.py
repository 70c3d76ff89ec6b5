"""A kernel in somebody's JupyterLab, without a browser."""

import asyncio
import textwrap

from tests.kit.studio_session import Session, printed


class Kernel:
    """What a person types runs here, one thing after the other."""

    def __init__(self, session: Session) -> None:
        """Start one, once the JupyterLab of `session` is there."""
        session.lab()
        self._session = session
        self._kernel = session.kernel()

    def run(self, code: str) -> str:
        """What `code` prints; of an error its class, message and remedy."""
        return asyncio.run(self._run(_told(code))).strip()

    def of_warehouse(self, name: str, call: str) -> str:
        """What `call` of the warehouse called `name` gives, in a session of its own."""
        connected = f'warehouse.connect("{name}")'
        return self.run(f"from studiogate import warehouse\nprint({connected}.{call})")

    async def _run(self, code: str) -> str:
        async with self._session.channel(self._kernel) as socket:
            return await printed(socket, code)


def _told(code: str) -> str:
    tried = textwrap.indent(code, "    ")
    said = 'print(type(error).__name__, error, getattr(error, "remedy", ""))'
    return f"try:\n{tried}\nexcept Exception as error:\n    {said}\n"
