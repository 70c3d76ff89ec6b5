"""Errors in Redshift's words: PostgreSQL has reworded some of its messages since 8.0."""

import re

_REWORDED: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"^permission denied for (?:table|view|materialized view|sequence) "),
        "permission denied for relation ",
    ),
    (
        re.compile(r"^must be owner of (?:table|view|materialized view|sequence) "),
        "must be owner of relation ",
    ),
    (re.compile(r'^role ("[^"]*(?:""[^"]*)*") (does not exist|already exists)'), r"user \1 \2"),
    (re.compile(r"^permission denied to create role"), "permission denied to create user"),
    (re.compile(r"^permission denied to drop role"), "permission denied to drop user"),
    (re.compile(r"^permission denied to alter role"), "permission denied to alter user"),
    (re.compile(r"^value too long for type char.*"), "Value too long for character type"),
    (re.compile(r"^canceling statement due to user .*"), "Query cancelled on user's request"),
    (
        re.compile(r"^canceling statement due to statement timeout"),
        "Query cancelled by statement timeout",
    ),
)  # fmt: skip


def said(message: str, code: str = "") -> str:
    """The text of an error or notice as Redshift says it; what it says alike stays.

    `code` is the SQLSTATE, where it is known: a cancelled statement keeps 57014 in both.
    """
    del code
    for pattern, instead in _REWORDED:
        worded, times = pattern.subn(instead, message, count=1)
        if times:
            return worded
    return message
