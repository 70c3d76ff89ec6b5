"""What every part of the landscape is, whichever file it is declared in."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A part of the landscape: immutable, and no key it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
