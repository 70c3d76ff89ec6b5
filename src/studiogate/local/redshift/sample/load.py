"""The scripts of the sample data, in words that PostgreSQL reads.

`sales.sql` is written in Redshift's SQL, and goes through the same dialect as anybody's.
"""

from importlib.resources import files

from studiogate.local.redshift.dialect.redshift import RedshiftDialect

GROUP = "analysts"
"""The database group that may read every table of it but `margins`, which only the
administrator may (S1-33)."""


def scripts() -> tuple[str, ...]:
    """What the administrator of a new database runs to have the data in schema `public`."""
    place = files("studiogate.local.redshift.sample")
    written = place.joinpath("sales.sql").read_text(encoding="utf-8")
    return (RedshiftDialect().rewritten(written),)
