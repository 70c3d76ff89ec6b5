"""Images of a landscape, and domains to attach them to."""

from typing import Any

from tests.kit.topology import document

DOMAINS: dict[str, dict[str, Any]] = {
    "forecasting": {
        "lob": "lob-a",
        "network": "lob-a",
        "opens_from": ["office"],
        "rstudio": {"package_manager_url": "https://packages.acme.example/cran"},
    },
    "fraud": {"lob": "lob-b", "network": "lob-b", "opens_from": ["office"]},
}
R: dict[str, Any] = {
    "kind": "rstudio",
    "domains": ["forecasting"],
    "canary": "lob-a",
    "recipe": {"r": ["4.5.1", "4.4.3"], "session": "2025.05.1+513.pro3"},
    "tags": {"team": "forecasting"},
}
LAB: dict[str, Any] = {"kind": "jupyterlab", "domains": ["forecasting"]}


def with_images(**changes: Any) -> dict[str, Any]:
    """A landscape with one domain that has RStudio, and images of two kinds."""
    return document(
        **{
            "domains": DOMAINS,
            "images": {"r-4.5": R, "lab": {**LAB, "domains": ["forecasting", "fraud"]}},
            "people": {"ada": {"lob": "lob-a"}, "ben": {"lob": "lob-b"}},
            **changes,
        }
    )
