"""The verbs of `studiogate images`: one in each file."""
