"""Warehouses for notebooks: Redshift in another account, as the person who signed in."""
