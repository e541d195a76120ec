"""How `holdfast market` shows packages, and what installing one would change."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import unified_diff
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cli.formatting import listed
from domain.market.manifest import NOT_MEASURED, Manifest, entering_permission
from domain.market.records import InstalledPackage, MarketLock
from domain.specification.organisation import Topic
from publishing.market.folder import LOCK, FileChange
from publishing.market.installing import Plan
from publishing.market.needs import Missing
from publishing.market.package import Package
from publishing.specification.mistakes import printable

NOTHING = "/dev/null"
COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def listed_packages(packages: Sequence[Package], lock: MarketLock) -> Table:
    """One row for each package: its newest version, and the one that is installed."""
    table = Table("package", "kind", "version", "installed", "what it is for")
    for package in packages:
        manifest = package.manifest
        installed = lock.packages.get(manifest.name)
        here = installed.version if installed else ""
        cells = (manifest.name, manifest.kind, manifest.version, here, manifest.summary)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def package_as_data(package: Package, installed: InstalledPackage | None) -> dict[str, object]:
    """A package for programs: its manifest, its digest, and the installed version or null."""
    manifest = package.manifest.model_dump(mode="json")
    return {**manifest, "digest": package.digest, "installed": installed.version if installed else None}


def described(package: Package, missing: Missing | None, folder: Path) -> RenderableType:
    """A package for people. `missing` is None where there is no organisation to compare with."""
    manifest = package.manifest
    facts = [
        ("package", f"{manifest.name} {manifest.version}, {manifest.kind}"),
        ("what it is for", manifest.summary),
        ("author, licence", f"{manifest.author}, {manifest.licence}"),
        ("digest", package.digest),
        ("handles", "\n".join(manifest.handles)),
        ("results", _results(manifest)),
        ("asks for", "\n".join(_asked_for(manifest)) or "nothing"),
        ("brings", _brings(package)),
        ("triggers", "\n".join(_triggers(manifest, package.topics))),
        ("tests", "\n".join(manifest.tests) or "none"),
    ]
    if missing is not None:
        facts.append(("not in your files", str(missing) or f"nothing: {folder} has what it needs"))
    return listed((name, _lines(value)) for name, value in facts)


def planned(plan: Plan) -> RenderableType:
    """The diff of the organisation's files, then in words what the package gets and what it does not."""
    shown = [change for change in (*plan.changes, *plan.disputed) if change.path != LOCK]
    diffs = [line for change in shown for line in _diff(change)]
    return Group(*diffs, *(Text(_lines(sentence)) for sentence in _sentences(plan)))


def answered(plan: Plan) -> Text:
    """For a plan that changes nothing."""
    return Text(f"{plan.manifest.name} {plan.manifest.version} is installed already; nothing was changed.")


def outcome(package: Package, market: Path, left: Sequence[str]) -> Text:
    """What was published, and what of it is claimed; `left` are scenarios that stay with the organisation."""
    manifest = package.manifest
    held = f"{len(package.contents)} files, {len(package.topics)} topics, {len(manifest.tests)} files of scenarios"
    told = f"Published {manifest.name} {manifest.version} in {market}: {held}. Results: {_results(manifest)}."
    if left:
        told = f"{told} Scenarios that need customers, rules or others of yours are not in it: {', '.join(left)}."
    return Text(f"{told} Read it before you give it away: its texts are those of your organisation.")


def _results(manifest: Manifest) -> str:
    return NOT_MEASURED if isinstance(manifest.results, str) else "\n".join(map(str, manifest.results)) or NOT_MEASURED


def _asked_for(manifest: Manifest) -> Iterator[str]:
    for tool in manifest.needs.tools:
        yield f"{tool.permission}: {tool.why}" if tool.why else tool.permission
    yield from (f"fact:{name}" for name in manifest.needs.customer_facts)
    yield from (f"{entering_permission(by)}: begins without a person" for by in manifest.needs.enter_by)
    for called, ids in (("AI agent", manifest.needs.ai_agents), ("topic", manifest.needs.topics)):
        yield from (f"{called} {one}, in your files" for one in ids)
    yield from (f"channel {one}" for one in manifest.needs.channels)


def _brings(package: Package) -> str:
    articles = sum(name.startswith("knowledge/") for name in package.contents)
    return f"{package.manifest.main_file}, {len(package.topics)} topics, {articles} articles"


def _triggers(manifest: Manifest, topics: Iterable[Topic]) -> Iterator[str]:
    examples = {topic.id: topic.examples for topic in topics}
    for trigger in manifest.triggers:
        said = examples.get(trigger, ())
        yield f"{trigger}: {'; '.join(said[:3])}; … ({len(said)} examples)" if said else f"{trigger}, a topic of yours"


def _sentences(plan: Plan) -> Iterator[str]:
    manifest = plan.manifest
    version = f"{plan.replaces} → {manifest.version}" if plan.replaces else manifest.version
    new = [change.path for change in plan.changes if change.before is None and change.path != LOCK]
    gone = [change.path for change in plan.changes if change.after is None]
    if plan.changes:
        yield f"{manifest.name} {version}: {len(new)} new files, {len(gone)} removed; recorded in {LOCK}."
    if plan.mode and not plan.replaces:
        yield f"Its AI agent begins in {plan.mode}."
    yield f"It may use: {', '.join(plan.granted) or 'nothing'}."
    if plan.refused:
        yield f"It would use, and is installed without: {', '.join(plan.refused)}. --allow grants one."
    if plan.left_out:
        yield f"Left out, since topics of yours have these examples: {'; '.join(plan.left_out)}."
    if plan.kept:
        yield f"Yours, and it stays: {', '.join(plan.kept)}."
    if plan.conflicts:
        parts = ", ".join(plan.conflicts)
        yield f"Changed by you and by the package, which would make of it what stands above: {parts}."
    if plan.to_fill_in:
        places = ", ".join(f"{path} ({count})" for path, count in plan.to_fill_in.items())
        yield f"Fill in what is marked {{{{…}}}} before you publish: {places}."


def _diff(change: FileChange) -> Iterator[Text]:
    old, new = (NOTHING if content is None else change.path for content in (change.before, change.after))
    for line in unified_diff(_text(change.before), _text(change.after), old, new, lineterm=""):
        yield Text(printable(line), style=COLOURS.get(line[:1], ""))


def _text(content: bytes | None) -> list[str]:
    return (content or b"").decode("utf-8", errors="replace").splitlines()


def _lines(text: str) -> str:
    """Without what a terminal would obey: a package comes from somebody else."""
    return "\n".join(map(printable, text.split("\n")))
