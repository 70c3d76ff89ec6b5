"""What a form sends: each parameter once, and not much of it."""

from urllib.parse import parse_qsl

from starlette.requests import Request

_KIND = "application/x-www-form-urlencoded"
_MOST_FIELDS = 16
_LARGEST = 16 * 1024


async def sent(request: Request) -> dict[str, str] | None:
    """The parameters in the body of `request`; `None` if they cannot be read in one way only.

    An empty one counts as absent, and one that comes twice as an attack (RFC 6749 §3.2).
    """
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _KIND or len(body) > _LARGEST:
        return None
    try:
        pairs = (
            parse_qsl(
                body.decode("ascii"),
                strict_parsing=True,
                max_num_fields=_MOST_FIELDS,
                errors="strict",
            )
            if body
            else []
        )
    except ValueError:
        return None
    found = dict(pairs)
    return found if len(found) == len(pairs) else None
