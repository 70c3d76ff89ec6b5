"""The JSON Schema of the landscape file, for editors and for programs that write one.

It says what the model says about each key by itself.  What needs two places at once (`rules`)
no JSON Schema can say: `studiogate check` does.
"""

from typing import Any

from studiogate.landscape.model import Landscape

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema, in the 2020-12 dialect, with a title and a description for every key."""
    document = Landscape.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": DIALECT, **document, "title": "studiogate landscape"}
