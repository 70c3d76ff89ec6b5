"""Pieces of SQL for properties of what reads it."""

from hypothesis import strategies as st

PIECES = [
    "select", "nvl(", ")", "'", "''", "\\", "\\'", '"', "$$", "$a$", "$1", "--", "\n", "/*", "*/",
    "E'", ";", ",", "::", ".", "1.5e3", "4WHEN", "top 5", "dateadd(", " ", "é", "create table t (",
    "encode", "distkey", "as", "cast(", "x'ff'", "[", "]", "where", "union", "show", "grant", "\x00",
]  # fmt: skip
SQL = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=25).map("".join)
