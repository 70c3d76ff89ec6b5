"""The kill switch: cut a person off everywhere, and prove that nothing of theirs answers."""
