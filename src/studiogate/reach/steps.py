"""The layers of an opening as people are told of them: number, name and question."""

from collections.abc import Mapping

from studiogate.reach.trace import Layer

NUMBERS: Mapping[Layer, int] = {layer: number for number, layer in enumerate(Layer, start=1)}
"""How far an opening comes before a layer has its say."""

NAMES: Mapping[Layer, str] = {
    Layer.PERSON: "person",
    Layer.GRANT: "grant",
    Layer.API_DNS: "API name",
    Layer.API_ROUTE: "API route",
    Layer.API_POLICY: "API policy",
    Layer.ROLE: "role",
    Layer.CREATE: "make the URL",
    Layer.STUDIO_DNS: "Studio name",
    Layer.STUDIO_ROUTE: "Studio route",
    Layer.USE: "use the URL",
}

QUESTIONS: Mapping[Layer, str] = {
    Layer.PERSON: "are they known, with a line of business and a profile?",
    Layer.GRANT: "is the domain theirs, and does it open from that network?",
    Layer.API_DNS: "does the name of the private API lead to it, from that network?",
    Layer.API_ROUTE: "is there a way to the private API, and back?",
    Layer.API_POLICY: "does the private API let them in?",
    Layer.ROLE: "may the gateway become the role?",
    Layer.CREATE: "may the role make the URL?",
    Layer.STUDIO_DNS: "does the name of Studio lead to it privately, from that network?",
    Layer.STUDIO_ROUTE: "is there a way to Studio, and back?",
    Layer.USE: "may the URL be used from that network?",
}
"""What a layer asks, in few words."""


def step(layer: Layer) -> str:
    """A layer in the middle of a sentence, as `step 3, API name`."""
    return f"step {NUMBERS[layer]}, {NAMES[layer]}"
