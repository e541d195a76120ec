"""The content of a package: which files it may hold, and the digest that stands for all of them."""

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

MANIFEST = "manifest.yaml"
TOPICS = "topics.yaml"
_NAME = "[a-z0-9][a-z0-9_-]{0,62}"
PLACES = re.compile(
    rf"manifest\.yaml|topics\.yaml|README\.md|LICENSE|(?:agents|journeys|scenarios)/{_NAME}\.yaml|knowledge/{_NAME}\.md"
)
"""Every path that a package may have: none leaves the folder, and no two differ by case alone."""

MOST_FILES = 200
LARGEST_FILE = 1_000_000
LARGEST_PACKAGE = 4_000_000
"""Files, and bytes."""

Digest = Annotated[
    str, Field(pattern=r"^sha256:[0-9a-f]{64}$", description="`sha256:` and 64 hexadecimal digits, of the content.")
]


def may_hold(path: str) -> bool:
    """Whether a package may have a file of this relative path, written with slashes."""
    return PLACES.fullmatch(path) is not None


def file_of(part: str) -> str:
    """The path of the file in which a part stands, such as `agents/billing.yaml#tone`."""
    return part.partition("#")[0].partition(":")[0]


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 over all files in the order of their paths: length of path, path, length of content, content.

    Lengths are eight bytes, the highest first, so that no two packages of different files give the same bytes.
    """
    digest = hashlib.sha256(b"holdfast package 1\n")
    for path in sorted(files):
        for part in (path.encode(), files[path]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return f"sha256:{digest.hexdigest()}"
