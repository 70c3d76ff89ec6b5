"""The catalogue views, types and functions that Redshift has, made in every new database."""
