"""The emulated Elastic Container Registry: repositories, a real OCI registry, and its door."""
