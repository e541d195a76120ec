"""Packages put into files that somebody edits, instead of into a folder."""

from collections.abc import Collection, Mapping

from domain.market.manifest import Manifest
from domain.market.records import MarketLock
from domain.specification.organisation import Mode
from publishing.market.folder import read_lock
from publishing.market.installing import Plan, plan_installation
from publishing.market.needs import Missing, missing_in
from publishing.market.package import Package
from publishing.sources import as_folder


def installed_in(organisation: str, files: Mapping[str, str]) -> MarketLock:
    """What is installed in the files of an organisation. Raises as `read_lock`."""
    with as_folder(organisation, files) as folder:
        return read_lock(folder)


def missing_from(organisation: str, files: Mapping[str, str], manifest: Manifest) -> Missing:
    """What a package needs and the files do not have."""
    with as_folder(organisation, files) as folder:
        return missing_in(folder, manifest)


def plan_into(
    organisation: str,
    files: Mapping[str, str],
    package: Package,
    source: str,
    allow: Collection[str],
    mode: Mode | None,
) -> tuple[Plan, dict[str, str | None]]:
    """What installing a package changes, and the whole text of each file that it changes. Raises as for a folder."""
    with as_folder(organisation, files) as folder:
        plan = plan_installation(folder, package, source, allow, mode)
    return plan, {change.path: None if change.after is None else change.after.decode() for change in plan.changes}
