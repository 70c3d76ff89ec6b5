"""Reads parameters strictly: one value for each name, a bounded body, UTF-8."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

LARGEST = 16_384
"""Bytes of a form; the longest honest one holds a refresh token."""

FIELDS = 32
FORM = "application/x-www-form-urlencoded"


class FormError(ValueError):
    """The parameters cannot be read as this protocol writes them; the message says why."""


def read(text: str | bytes) -> dict[str, str]:
    """The parameters in `text`; a name given twice is refused (RFC 6749, 3.1 and 3.2).

    Raises:
        FormError: what is wrong with them.
    """
    try:
        plain = text if isinstance(text, str) else text.decode("ascii")
        pairs = parse_qsl(plain, keep_blank_values=True, max_num_fields=FIELDS, errors="strict")
    except ValueError as exc:
        raise FormError("the parameters are not a form in UTF-8") from exc
    values = dict(pairs)
    if len(values) < len(pairs):
        raise FormError("a parameter is given twice")
    # A parameter without a value counts as not given (RFC 6749, 3.1).
    return {name: value for name, value in values.items() if value}


async def posted(request: Request) -> Mapping[str, str]:
    """The form in the body of `request`.

    Raises:
        FormError: it is of another type, too large, or unreadable.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise FormError(f"the body must be {FORM}")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise FormError("the body is too large")
    return read(body)
