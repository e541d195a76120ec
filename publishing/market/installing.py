"""What installing or updating a package would change in an organisation's files, planned before anything is written."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from domain.errors import ConflictError, InvalidInputError, NotFoundError
from domain.market.contents import TOPICS, file_of
from domain.market.manifest import Manifest
from domain.market.merging import Merge, merged
from domain.market.permissions import checked_grants
from domain.market.records import InstalledPackage, MarketLock
from domain.market.versions import precedence
from domain.specification.organisation import Mode
from publishing.market.folder import LOCK, FileChange, content_of, lock_text, read_lock
from publishing.market.needs import missing_in
from publishing.market.package import Package
from publishing.market.parts import parts_of
from publishing.market.rendering import as_installed, compared, examples_in, merged_files, own_files

OnConflict = Literal["stop", "keep", "take"]
PLACEHOLDER = re.compile(r"\{\{[^{}\n]+\}\}")


@dataclass(frozen=True)
class Plan:
    """What would be done. Without `changes` there is nothing to do.

    `granted` is what the package may use then, `refused` what it would use and may not. `left_out` are examples of its
    topics that the organisation has in others. `kept` are parts that the
    organisation changed and the package did not, `conflicts` parts that both changed, `disputed` the files as they
    would be if the package's side counted in these. `replaces` is the version that
    is installed now.
    """

    manifest: Manifest
    changes: tuple[FileChange, ...] = ()
    disputed: tuple[FileChange, ...] = ()
    mode: Mode | None = None
    granted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    replaces: str | None = None

    @property
    def to_fill_in(self) -> dict[str, int]:
        """How many places marked {{…}} a file would have, by file."""
        texts = {change.path: (change.after or b"").decode() for change in self.changes if change.path != LOCK}
        counts = {path: len(PLACEHOLDER.findall(text)) for path, text in texts.items()}
        return {path: count for path, count in counts.items() if count}


def plan_installation(
    folder: Path, package: Package, source: str, allow: Collection[str] = (), mode: Mode | None = None
) -> Plan:
    """Plan to install a package, whose AI agent begins as a co-pilot unless a mode is named; nothing for one that is.

    Raises InvalidInputError for a permission that it does not ask for, and ConflictError when the organisation has
    something of its name, when another version is installed, or when what it needs is not there.
    """
    lock, manifest = read_lock(folder), package.manifest
    if manifest.name in lock.packages:
        installed = _installed_already(lock.packages[manifest.name], package)
        _require_nothing_else(installed, checked_grants(manifest, allow), mode)
        return installed
    if mode and package.card is None:
        raise InvalidInputError("A mode is for an AI agent, and this package is a journey: leave --mode out.")
    _require_needs(folder, package)
    granted = checked_grants(manifest, allow)
    planner = _Planner(folder, package, source, lock, granted, mode or Mode.CO_PILOT)
    if clashes := planner.clashes():
        raise ConflictError(
            f"The organisation has something of the same name already: {', '.join(clashes)}. Nothing was changed. "
            "Rename yours, or take what you want from the package by hand."
        )
    return planner.plan(Merge(taken=tuple(sorted(planner.parts)), kept=(), conflicts=()))


def plan_update(
    folder: Path, package: Package, source: str, allow: Collection[str] = (), on_conflict: OnConflict = "stop"
) -> Plan:
    """Plan to bring an installed package to this version; a plan with conflicts changes nothing.

    What it was allowed it stays allowed; what a newer version asks for besides, it does not get unless it is allowed
    now. Its mode is the organisation's own since it was installed. Raises NotFoundError when it is not installed.
    """
    lock, manifest = read_lock(folder), package.manifest
    installed = _installed(lock, manifest.name)
    if not (folder / manifest.main_file).exists():
        told = f"{manifest.main_file} is gone, so there is nothing to update."
        raise ConflictError(f"{told} Take {manifest.name} out of {LOCK} to install it anew.")
    earlier = {one for one in installed.granted if one in manifest.needs.permissions}
    granted = checked_grants(manifest, allow) | earlier
    if installed.version == manifest.version and (installed.digest != package.digest or granted == earlier):
        return _installed_already(installed, package)
    _require_needs(folder, package)
    planner = _Planner(folder, package, source, lock, granted, installed.mode or Mode.CO_PILOT)
    return planner.plan(_settled(planner.merge(installed.parts), on_conflict))


def require_newer(folder: Path, package: Package) -> None:
    """Raises ConflictError when a newer version is installed than the one that was found."""
    name, found = package.manifest.name, package.manifest.version
    installed = _installed(read_lock(folder), name)
    if precedence(found) < precedence(installed.version):
        told = f"{name} is installed as {installed.version}, and the newest here is {found}."
        raise ConflictError(f"{told} Name it with --version if you want the older one.")


class _Planner:
    """One package and the organisation that it is to stand in."""

    def __init__(
        self, folder: Path, package: Package, source: str, lock: MarketLock, granted: frozenset[str], mode: Mode
    ) -> None:
        self._folder, self._package, self._source = folder, package, source
        self._lock, self._granted, self._mode = lock, granted, mode
        own_topics = own_files(folder, [TOPICS]).get(TOPICS, "")
        self._examples = examples_in(own_topics, besides=[topic.id for topic in package.topics])
        self._brought = as_installed(package, granted, mode, self._examples)
        self.parts = parts_of(self._brought)

    def clashes(self) -> list[str]:
        """Files and topics of the organisation that have the name of one that the package brings."""
        files = sorted(path for path in self._brought if path != TOPICS and (self._folder / path).exists())
        topics = parts_of(own_files(self._folder, [TOPICS]))
        return [*files, *(f"the topic {part.partition('#')[2]}" for part in sorted(topics) if part in self.parts)]

    def merge(self, installed: Mapping[str, str]) -> Merge:
        concerned = {*self.parts, *installed}
        own = parts_of(own_files(self._folder, {file_of(part) for part in concerned}))
        return merged(installed, {part: own[part] for part in own if part in concerned}, self.parts)

    def plan(self, merge: Merge) -> Plan:
        manifest, package = self._package.manifest, self._package
        before = self._lock.packages.get(manifest.name)
        return Plan(
            manifest=manifest,
            changes=() if merge.conflicts else self._with_lock(merge),
            disputed=tuple(self._file_changes(merge.conflicts)),
            mode=self._mode if package.card else None,
            granted=tuple(sorted(self._granted)),
            refused=tuple(one for one in package.permissions if one not in self._granted),
            left_out=self._left_out(),
            kept=merge.kept,
            conflicts=merge.conflicts,
            replaces=before.version if before else None,
        )

    def _left_out(self) -> tuple[str, ...]:
        examples = (example for topic in self._package.topics for example in topic.examples)
        return tuple(example for example in examples if compared(example) in self._examples)

    def _file_changes(self, taken: Collection[str]) -> Iterator[FileChange]:
        """The files of which these parts are taken from the package."""
        own = own_files(self._folder, {file_of(part) for part in taken})
        for path, text in merged_files(own, self._brought, taken).items():
            before = content_of(self._folder, path)
            yield FileChange(path, before, None if text is None else _encoded(text, before))

    def _with_lock(self, merge: Merge) -> tuple[FileChange, ...]:
        text = lock_text(self._locked()).encode()
        changes = [*self._file_changes(merge.taken), FileChange(LOCK, content_of(self._folder, LOCK), text)]
        return tuple(change for change in changes if change.before != change.after)

    def _locked(self) -> MarketLock:
        installed = InstalledPackage(
            version=self._package.manifest.version,
            digest=self._package.digest,
            source=self._source,
            mode=self._mode if self._package.card else None,
            granted=tuple(sorted(self._granted)),
            parts=self.parts,
        )
        return MarketLock(packages={**self._lock.packages, self._package.manifest.name: installed})


def _encoded(text: str, before: bytes | None) -> bytes:
    """With the line ends that the file has."""
    return (text.replace("\n", "\r\n") if before and b"\r\n" in before else text).encode()


def _installed(lock: MarketLock, name: str) -> InstalledPackage:
    if name not in lock.packages:
        raise NotFoundError(f"{name} is not installed here: run `holdfast market install {name}`.")
    return lock.packages[name]


def _installed_already(installed: InstalledPackage, package: Package) -> Plan:
    manifest = package.manifest
    if installed.version != manifest.version:
        told = f"{manifest.name} is installed as {installed.version}, and this is {manifest.version}."
        raise ConflictError(f"{told} Run `holdfast market update {manifest.name}`.")
    if installed.digest != package.digest:
        raise ConflictError(
            f"{manifest.name} {manifest.version} is installed with another content than this market has under the same "
            "version. Nothing was changed. Ask whoever keeps the market, or name the one that it came from."
        )
    return Plan(manifest, mode=installed.mode, granted=installed.granted, replaces=installed.version)


def _require_nothing_else(installed: Plan, allowed: Collection[str], mode: Mode | None) -> None:
    """A second installation allows nothing: raises ConflictError where it was asked for more, or for another mode."""
    name = installed.manifest.name
    if more := [one for one in installed.manifest.needs.permissions if one in allowed and one not in installed.granted]:
        remedy = f"Run `holdfast market update {name} {' '.join(f'--allow {one}' for one in more)}`."
        raise ConflictError(f"{name} is installed already without {', '.join(more)}; nothing was changed. {remedy}")
    if mode not in (None, installed.mode):
        remedy = f"Its mode is yours to change in {installed.manifest.main_file}."
        raise ConflictError(f"{name} is installed already; nothing was changed. {remedy}")


def _require_needs(folder: Path, package: Package) -> None:
    missing = missing_in(folder, package.manifest)
    if missing.ai_agents or missing.topics:
        needed = missing.model_copy(update={"tool_servers": (), "channels": ()})
        raise ConflictError(
            f"{package.manifest.name} needs what the organisation does not have: {needed}. Install or write it first; "
            "`holdfast market list` shows what there is."
        )


def _settled(merge: Merge, on_conflict: OnConflict) -> Merge:
    match on_conflict:
        case "keep":
            return Merge(taken=merge.taken, kept=(*merge.kept, *merge.conflicts), conflicts=())
        case "take":
            return Merge(taken=(*merge.taken, *merge.conflicts), kept=merge.kept, conflicts=())
        case _:
            return merge
