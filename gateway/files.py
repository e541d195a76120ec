"""Files that people and customers send: taken in by their bytes, given back as downloads alone."""

from typing import NamedTuple
from urllib.parse import quote

from fastapi import Response, UploadFile

from gateway.media import ALLOWED, MAX_FILE_BYTES, media_type_of, safe_name
from gateway.problems import ProblemError, problem

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


class Accepted(NamedTuple):
    """A file that may be kept."""

    name: str
    media_type: str
    content: bytes


async def accepted(file: UploadFile) -> Accepted:
    """What was uploaded. ProblemError, 413 or 415, for a file that is too large or of another kind."""
    content = await file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise ProblemError(problem("too-large", f"A file has at most {MAX_FILE_BYTES // 1024 // 1024} MiB."))
    name = safe_name(file.filename or "")
    media_type = media_type_of(content, name)
    if media_type is None:
        raise ProblemError(problem("unsupported-media-type", f"Only {ALLOWED} are accepted."))
    return Accepted(name, media_type, content)


def as_download(name: str, media_type: str, content: bytes) -> Response:
    """The bytes, always as a download: nobody's file is shown as a page of ours."""
    disposition = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type=media_type, headers=HEADERS | disposition)
