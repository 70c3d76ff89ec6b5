"""The source of a build: a zip in S3, read as the build's role, unpacked where it runs."""

import io
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any, Final

from studiogate.local.call import ApiError
from studiogate.local.codebuild.runs.failing import PhaseFailedError
from studiogate.local.codebuild.runs.log import Calls
from studiogate.local.codebuild.store import Build

_LARGEST: Final = 4 << 30
_MOST: Final = 100_000


async def archive(build: Build, calls: Calls) -> bytes | None:
    """The bytes of the build's zip; `None` for a build without a source.

    Raises:
        PhaseFailedError: S3 refused the role, in the words a build's phase has for it.
    """
    said = build.settings["source"]
    if said["type"] == "NO_SOURCE":
        return None
    location = str(said["location"]).removeprefix("arn:aws:s3:::")
    bucket, _, key = location.partition("/")
    asked: dict[str, Any] = {"Bucket": bucket, "Key": key}
    if build.source_version is not None:
        asked["VersionId"] = build.source_version
    try:
        answer = await calls("s3", "GetObject", **asked)
    except ApiError as exc:
        version = f"arn:aws:s3:::{location}"
        raise PhaseFailedError(
            "CLIENT_ERROR",
            f"{exc.code}: {exc.message}\tstatus code: {exc.status} for primary source and "
            f"source version {version}",
        ) from exc
    return bytes(answer["Body"])


def unpack(whole: bytes, folder: Path) -> None:
    """Unpack a zip into `folder`, with the permission bits it has.

    Raises:
        PhaseFailedError: it is none, it is too large, or it names a place outside.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(whole)) as found:
            entries = found.infolist()
            if len(entries) > _MOST or sum(one.file_size for one in entries) > _LARGEST:
                raise _unusable("it is too large")
            for entry in entries:
                _unpack_one(found, entry, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OSError) as exc:
        raise _unusable(str(exc)) from exc


def _unpack_one(found: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    path = PurePosixPath(entry.filename)
    mode = entry.external_attr >> 16
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename:
        raise _unusable(f"{entry.filename!r} is outside of it")
    if stat.S_ISLNK(mode):
        raise _unusable(f"{entry.filename!r} is a symbolic link")
    target = folder.joinpath(*path.parts)
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(found.read(entry))
    target.chmod((mode & 0o777 or 0o644) | stat.S_IRUSR | stat.S_IWUSR)


def _unusable(why: str) -> PhaseFailedError:
    return PhaseFailedError("CLIENT_ERROR", f"The source cannot be unpacked: {why}")
