"""How the registry answers: the errors of the OCI distribution specification in ECR's words."""

import json
from collections.abc import Mapping

from starlette.responses import Response

from studiogate.local.call import ApiError
from studiogate.local.ecr.uris import registry_host

VERSION = {"Docker-Distribution-Api-Version": "registry/2.0"}
Where = tuple[str, str]
"""Account and Region of a registry."""

# ECR's error -> the specification's ("Error Codes"), and the status of the answer.
_CODES: Mapping[str, tuple[str, int]] = {
    "RepositoryNotFoundException": ("NAME_UNKNOWN", 404),
    "ImageTagAlreadyExistsException": ("TAG_INVALID", 400),
    "LayersNotFoundException": ("MANIFEST_BLOB_UNKNOWN", 400),
    "ReferencedImagesNotFoundException": ("MANIFEST_BLOB_UNKNOWN", 400),
    "ImageNotFoundException": ("MANIFEST_UNKNOWN", 404),
    "UploadNotFoundException": ("BLOB_UPLOAD_UNKNOWN", 404),
    "LimitExceededException": ("SIZE_INVALID", 413),
}


class Refused(Exception):
    """What the registry does not do, and how it says so."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def in_words_of(error: ApiError) -> Refused:
    """The refusal that says what ECR's API would have said."""
    code, status = _CODES.get(error.code, ("UNSUPPORTED", error.status))
    return Refused(status, code, error.message)


def unsupported() -> Refused:
    """The protocol has it, and ECR or this emulation has not."""
    return Refused(405, "UNSUPPORTED", "The operation is unsupported.")


def nowhere() -> Refused:
    """No such address."""
    return Refused(404, "NAME_UNKNOWN", "There is nothing at this address.")


def challenge(where: Where) -> Refused:
    """Nobody is named; log in by the token of GetAuthorizationToken."""
    realm = f'Basic realm="https://{registry_host(*where)}/",service="ecr.amazonaws.com"'
    return Refused(401, "UNAUTHORIZED", "Not Authorized", {"WWW-Authenticate": realm})


def said(refused: Refused) -> Response:
    """The answer that refuses."""
    one = {"code": refused.code, "message": refused.message}
    return Response(
        json.dumps({"errors": [one]}),
        refused.status,
        {"Content-Type": "application/json; charset=utf-8", **VERSION, **refused.headers},
    )


def plain(status: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
    """An answer without much to it."""
    return Response(body, status, {**VERSION, **(headers or {})})
