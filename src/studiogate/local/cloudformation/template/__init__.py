"""Templates: read, checked, and resolved against parameters, conditions and resources."""
