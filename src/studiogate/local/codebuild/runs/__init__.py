"""How a build runs: where, as whom, with which commands, and what it says."""
