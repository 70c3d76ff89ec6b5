"""The table of openings: its keys, which whoever lays it and whoever writes it agree on.

A day is a partition, so that an auditor reads days; within it openings are in their order.
Whatever else a row has are the facts of an opening, under their own names.
"""

DAY = "DAY"
"""The partition key: the day in UTC, as `2030-01-01`."""

MOMENT = "MOMENT"
"""The sort key: when, in UTC to the millisecond, `#`, and the number of the request."""
