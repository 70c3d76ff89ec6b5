"""The emulated API of Redshift: clusters, and what belongs to them."""
