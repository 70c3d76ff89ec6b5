"""Ways and names: what a packet meets in a topology, and what a name means from a network."""
