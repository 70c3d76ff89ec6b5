"""Settings of a session that only Redshift has: kept, shown, and of no effect.

`SET query_group TO 'x'` becomes `SET redshift.query_group TO 'x'`, which the log of statements
reads as its label; the others are only remembered.  Names: AWS's "Configuration reference".
"""

from collections.abc import Sequence

from studiogate.local.redshift.dialect.reading import Tokens, literal, solid, unquoted, written
from studiogate.local.redshift.dialect.tokens import Token
from studiogate.local.redshift.wire.ports import Refused

NAMES = {
    "query_group": "default",
    "wlm_query_slot_count": "1",
    "enable_result_cache_for_session": "on",
    "enable_case_sensitive_identifier": "off",
    "enable_case_sensitive_super_attribute": "off",
    "enable_numeric_rounding": "on",
    "enable_vacuum_boost": "off",
    "analyze_threshold_percent": "10",
    "auto_analyze": "on",
    "auto_mv": "on",
    "cast_super_null_on_error": "on",
    "datashare_break_glass_session_var": "",
    "default_geometry_encoding": "1",
    "describe_field_name_in_uppercase": "off",
    "downcase_delimited_identifier": "on",
    "error_on_nondeterministic_update": "off",
    "json_serialization_enable": "off",
    "json_serialization_parse_nested_strings": "off",
    "max_concurrency_scaling_clusters": "1",
    "max_cursor_result_set_size": "0",
    "mv_enable_aqmv_for_session": "on",
    "navigate_super_null_on_error": "on",
    "parse_super_null_on_error": "off",
    "stored_proc_log_min_messages": "info",
    "use_fips_ssl": "off",
}
"""Each setting with what it is by default."""

_UNCHANGED = {"enable_case_sensitive_identifier", "downcase_delimited_identifier"}
_VERBS = {"set", "reset", "show"}

FIXED = {"standard_conforming_strings", "backslash_quote"}
"""How literals are read: what changed it would be read otherwise than it was checked."""


def named(pieces: Sequence[Token]) -> Tokens:
    """A SET, RESET or SHOW, of the setting as this emulation keeps it.

    Raises:
        Refused: it would change how literals or names are read.
    """
    at = solid(pieces)
    if at is None or not pieces[at].says(*_VERBS):
        return list(pieces)
    name = solid(pieces, at + 1)
    while name is not None and pieces[name].says("session", "local"):
        name = solid(pieces, name + 1)
    setting = "" if name is None else unquoted(pieces[name]).lower()
    if setting in FIXED and not pieces[at].says("show"):
        raise Refused(f'parameter "{setting}" cannot be changed now', code="55P02")
    if setting in _UNCHANGED and pieces[at].says("set"):
        raise Refused(f"another value of {setting} is not emulated")
    if name is None or setting not in NAMES:
        return list(pieces)
    return [*pieces[:name], *written(f"redshift.{setting}"), *pieces[name + 1 :]]


def initial() -> str:
    """SQL that gives every user's sessions what each setting is by default."""
    return "\n".join(
        f"alter role all set redshift.{name} = {literal(value)};"
        for name, value in NAMES.items()
    )
