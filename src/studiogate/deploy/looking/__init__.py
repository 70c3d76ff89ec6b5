"""How what was built stands now: stacks, what drifted, and every link of a lob to the hub."""
