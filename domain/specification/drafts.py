"""What somebody changes about a specification before it is published: files of one version, written anew or removed."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from domain.model import Frozen

_NAME = r"[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,99}"
PLACES = re.compile(
    r"organisation\.yaml|topics\.yaml|market\.lock\.yaml|evaluation/tuning\.csv"
    rf"|(?:agents|journeys|rules|guidelines|macros|scenarios)/{_NAME}\.yaml|knowledge/{_NAME}\.md"
)
"""Every path that a file of a specification may have: none leaves its folder. Customers are no part of a version."""
MOST_FILES = 1000
LARGEST_FILE = 1_000_000
LARGEST_DRAFT = 2_000_000
"""Characters, of one file and of all that a draft changes."""


def may_hold(path: str) -> bool:
    """Whether a specification may have a file of this relative path, written with slashes."""
    return PLACES.fullmatch(path) is not None


def _known_place(path: str) -> str:
    if not may_hold(path):
        known = "organisation.yaml, topics.yaml, and files such as agents/billing.yaml are"
        raise ValueError(f"it is no file of a specification; {known}")
    return path


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("the character NUL cannot be kept; remove it")
    return text


FilePath = Annotated[str, StringConstraints(max_length=120), AfterValidator(_known_place)]
FileText = Annotated[str, StringConstraints(max_length=LARGEST_FILE), AfterValidator(_without_nul)]
VersionHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="Content hash of a version.")]


class FileChanges(Frozen):
    """What is to be different from the files of the version `base`."""

    base: VersionHash
    files: dict[FilePath, FileText | None] = Field(
        max_length=MOST_FILES, description="The whole text of each changed file by its path; null removes the file."
    )

    @model_validator(mode="after")
    def _not_too_much(self) -> Self:
        if sum(len(text or "") for text in self.files.values()) > LARGEST_DRAFT:
            raise ValueError(f"all changed files together may have {LARGEST_DRAFT:,} characters; publish a part first")
        return self

    def applied_to(self, files: Mapping[str, str]) -> dict[str, str]:
        """The files as they would be, in the order of their paths."""
        merged = {**files, **self.files}
        return {path: text for path in sorted(merged) if (text := merged[path]) is not None}

    def without_unchanged(self, files: Mapping[str, str]) -> Self:
        """Only what differs from these files of the base."""
        changed = {path: text for path, text in self.files.items() if files.get(path) != text}
        return self.model_copy(update={"files": changed})

    def overtaken(self, base: Mapping[str, str], active: Mapping[str, str]) -> tuple[str, ...]:
        """Paths that these change, and that another publication has changed since the base."""
        return tuple(path for path in sorted(self.files) if base.get(path) != active.get(path))


class SpecificationDraft(Frozen):
    """The changes that one person keeps."""

    changes: FileChanges
    saved_at: datetime
