"""A decision of the whole chain, layer by layer: what each said, and by what."""

from dataclasses import dataclass
from enum import StrEnum

MISSING = "missing"
"""What a fact saw where nothing was there."""

PUBLIC = "a public address"
"""What a fact saw where a name led past the endpoints."""


class Layer(StrEnum):
    """The layers of one opening, in the order they have their say."""

    PERSON = "person"
    """Is the person known, with a lob and a profile?"""

    GRANT = "grant"
    """Is the domain their lob's, and does it open from this network?"""

    API_DNS = "api-dns"
    """What does the name of the private API resolve to, from this network?"""

    API_ROUTE = "api-route"
    """Is there a way to that address, and back, and does the endpoint's group let it in?"""

    API_POLICY = "api-policy"
    """The private API: resource policy and authorizer together."""

    ROLE = "role"
    """The gateway becomes the presign role, from the hub."""

    CREATE = "create"
    """The role makes the URL, through the SageMaker API endpoint, from the hub."""

    STUDIO_DNS = "studio-dns"
    STUDIO_ROUTE = "studio-route"
    USE = "use"
    """The same principal's policies again, with the browser's network."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a layer looked at: a condition, a route, a zone, a security group rule."""

    what: str
    """As `StringNotEquals aws:SourceVpce`, `route 10.0.0.0/16`, `zone studio.eu-west-1…`."""

    wanted: str
    saw: str
    """The value that was there; `missing` where there was none."""

    held: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What one layer said."""

    layer: Layer
    ok: bool
    said: str
    """One sentence for a person."""

    by: str
    """What decided: `statement OnlyOurEndpoints of studiogate-lob-guardrail`, `route …`."""

    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a person opens a domain from a network, with every layer's say."""

    person: str
    domain: str
    network: str
    steps: tuple[Step, ...]
    """Every layer that could be asked, in order: a refusal does not end the trace, so that all
    reasons are seen.  A layer is absent where an earlier one left it nothing to ask."""

    @property
    def allowed(self) -> bool:
        """Whether every layer says yes."""
        return bool(self.steps) and all(step.ok for step in self.steps)

    @property
    def decided(self) -> Step:
        """The layer that decided: the first that says no, else the last of all."""
        return next((step for step in self.steps if not step.ok), self.steps[-1])
