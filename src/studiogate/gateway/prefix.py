"""Below a prefix: on AWS the path of a private API begins with its stage, as `/prod/open/x`.

Inside, every path is written for `/`.  What came in is read by `inward`, and what leads
a browser or a program back to us is written by `outward`.  The prefix is ASGI's `root_path`,
which `path` begins with (ASGI specification, HTTP connection scope).  Who may say it is for
`source` to decide.
"""

from starlette.requests import Request


def placed(request: Request, prefix: str) -> None:
    """Put `request` below `prefix`, which was taken off its path on the way here."""
    if prefix:
        request.scope["root_path"] = prefix
        request.scope["path"] = prefix + request.scope["path"]


def inward(request: Request) -> str:
    """The path of `request` as the gateway's own: `/prod/open/x` is `/open/x`."""
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", ""))


def outward(request: Request, path: str) -> str:
    """The way to our own `path` for whoever sent `request`: `/open/x` is `/prod/open/x`."""
    prefix: str = request.scope.get("root_path", "")
    return prefix + path
