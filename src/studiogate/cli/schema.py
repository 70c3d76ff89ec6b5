"""`studiogate schema`: what an editor needs to help with a landscape."""

from studiogate.cli.present import show_json
from studiogate.landscape import schema as landscape_schema


def schema() -> None:
    """Print the JSON Schema of the landscape file, for editors."""
    show_json(landscape_schema.schema())
