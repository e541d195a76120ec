"""What a market and an organisation write down: which packages there are, and which are installed."""

from typing import Literal

from pydantic import Field, field_validator

from domain.market.contents import Digest, file_of, may_hold
from domain.market.versions import PackageVersion
from domain.specification.model import Key, SpecModel
from domain.specification.organisation import Mode


class MarketIndex(SpecModel):
    """`index.yaml` of a market: the digest of every version of every package."""

    format: Literal[1] = Field(description="Form of this file.")
    packages: dict[Key, dict[PackageVersion, Digest]] = Field(
        description="By name and version; a package stands in the folder NAME/VERSION."
    )


class InstalledPackage(SpecModel):
    """A package in an organisation: what was installed, from where, and what it was allowed."""

    version: PackageVersion
    digest: Digest = Field(description="Of the package as it was installed.")
    source: str = Field(description="The market that it came from.")
    mode: Mode | None = Field(None, description="How its AI agent began; none of a journey.")
    granted: tuple[str, ...] = Field((), description="What a person allowed it.")
    parts: dict[str, str] = Field(description="Each part that it brought, by the SHA-256 of what was installed.")

    @field_validator("parts")
    @classmethod
    def _stand_where_packages_put_them(cls, parts: dict[str, str]) -> dict[str, str]:
        """An update reads and removes the files of parts, so that none may lie outside the organisation."""
        for part in parts:
            if not may_hold(file_of(part)):
                raise ValueError("names a part that no package brings; take the file back as commands wrote it")
        return parts


class MarketLock(SpecModel):
    """`market.lock.yaml` of an organisation. Commands write it, nobody else."""

    format: Literal[1] = 1
    packages: dict[Key, InstalledPackage] = {}
