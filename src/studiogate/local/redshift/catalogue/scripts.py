"""The SQL that makes a PostgreSQL database look like one of Redshift, in the order it is run.

Run by PostgreSQL's superuser in every new database, and again when its words have changed:
types and tables stay, views are made anew.  It needs PostgreSQL 16 or later, and the tables of
the log (`engine/setup.py`).
"""

from importlib.resources import files

from studiogate.local.redshift.dialect.settings import initial

_ORDER = ("again", "functions", "marks", "attributes", "views", "log", "showing", "open")

_TYPES = """\
do $types$
begin
    if to_regtype('pg_catalog.super') is null then
        execute $script$
{script}
        $script$;
    end if;
end
$types$;
"""


def scripts() -> tuple[str, ...]:
    """The scripts, each of several statements: types first, then all that stands on them."""
    place = files("studiogate.local.redshift.catalogue")
    types, *others = (
        place.joinpath(f"{name}.sql").read_text(encoding="utf-8") for name in ("types", *_ORDER)
    )
    return _TYPES.format(script=types), "\n".join((*others, initial()))
