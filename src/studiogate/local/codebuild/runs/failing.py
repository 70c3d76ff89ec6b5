"""How a phase ends otherwise than well."""


class PhaseFailedError(Exception):
    """A phase failed: AWS's status code, and the message beside it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
