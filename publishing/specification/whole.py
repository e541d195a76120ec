"""The files of an organisation against each other, the customers, and the adapters that there are."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime

from domain.identity.directory import DirectoryImport
from domain.identity.directory_facts import context_of
from domain.specification.contradictions import contradictions
from domain.specification.findings import Finding, Location, child, instead_of, texts_at
from domain.specification.macro_checks import facts_of_macros
from domain.specification.organisation import DIRECTORY
from domain.specification.references import broken_references
from integrations.channels.registry import CHANNELS
from integrations.crm.base import NoteKeeper
from integrations.crm.registry import CRMS
from integrations.knowledge.registry import SOURCES
from integrations.registry import adapter_class
from publishing.specification.documents import DocumentReader
from publishing.specification.expressions import wrong_expressions
from publishing.specification.files import ARTICLES, Files
from publishing.specification.scenarios import unknown_contacts, unknown_expectations, unknown_steps

ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
PROVED = frozenset({"contact_id", "email", "phone"})
"""What is known of a proved customer whatever the CRM."""


def check_whole(reader: DocumentReader, files: Files, directory: DirectoryImport | None) -> None:
    """Report what no file shows alone. Files that are wrong themselves are checked as far as they can be read.

    Without a directory nothing is known of the customers, so that nothing said of them is wrong.
    """
    for finding in _findings(reader, files, directory):
        if reader.has_enough:
            return
        reader.add(files.mistake(finding))


def _findings(reader: DocumentReader, files: Files, directory: DirectoryImport | None) -> Iterator[Finding]:
    """One after the other, so that nothing is looked for that is not told."""
    data, unread = files.data, files.unread
    yield from broken_references(data, unread)
    yield from contradictions(data, unread)
    yield from _unknown_adapters(data)
    yield from _notes_kept_nowhere(data)
    yield from _repeated_articles(files)
    yield from wrong_expressions(data)
    if not unread & {"articles", "knowledge_sources"}:
        yield from _unknown_article_topics(data)
    if directory and not any(mistake.file.startswith("customers/") for mistake in reader.mistakes):
        facts = _fact_names(directory)
        yield from _unknown_facts(data, facts)
        yield from _unknown_private_facts(data, facts)
        yield from unknown_contacts(data, directory)
        yield from unknown_expectations(data, unread, facts)
    if "journeys" not in unread:
        yield from unknown_steps(data)


def _unknown_article_topics(data: Mapping[str, object]) -> Iterator[Finding]:
    sources = ("knowledge_sources.*.topics.*", "knowledge_sources.*.default_topic")
    known = {topic for _, topic in texts_at(data, "articles.*.topic", *sources)}
    named = texts_at(data, "ai_agents.*.knowledge_topics.*")
    yield from _unknown(named, known, "no article has the topic", "Name the topic of an article.")


def _unknown_facts(data: Mapping[str, object], known: Collection[str]) -> Iterator[Finding]:
    """Which facts another CRM has is not known here, and nor is it without customers."""
    if not known or data.get("crm", DIRECTORY) != DIRECTORY:
        return
    wrong, otherwise = "no customer has the fact", "Name a fact of the customers."
    named = (
        "ai_agents.*.customer_facts.*",
        *(f"{field}.*.when.*.name" for field in ("rules", "guidelines", "macros")),
        "rules.*.when.*.names.*",
    )
    yield from _unknown(texts_at(data, *named), known, wrong, otherwise)
    yield from _unknown(facts_of_macros(data), known, wrong, otherwise)
    yield from _unknown(texts_at(data, "journeys.*.steps.*.conditions.*.fact"), {*known, *PROVED}, wrong, otherwise)
    arguments = texts_at(data, "ai_agents.*.tools.*.from_customer.*", "journeys.*.steps.*.arguments.*.fact")
    yield from _unknown(arguments, {*known, *PROVED}, wrong, otherwise)


def _unknown_private_facts(data: Mapping[str, object], in_directory: Collection[str]) -> Iterator[Finding]:
    """A name that is misspelt would keep nothing private. A directory without customers may have any fact."""
    sources = [str(source) for source in (data.get("crm", DIRECTORY), data.get("helpdesk")) if source]
    if any(source not in CRMS or (source == DIRECTORY and not in_directory) for source in sources):
        return
    mapped = data.get("crm_fields")
    known = PROVED.union(mapped if isinstance(mapped, Mapping) else ())
    for source in sources:
        known = known.union(in_directory if source == DIRECTORY else adapter_class(CRMS, source).standard_facts)
    named = texts_at(data, "private_facts.*")
    yield from _unknown(named, known, "no customer has the fact", "Name a fact of the customers.")


def _unknown(
    named: Iterator[tuple[Location, str]], known: Collection[str], wrong: str, otherwise: str
) -> Iterator[Finding]:
    for location, name in named:
        if name not in known:
            yield Finding(location, f"{wrong} {name!r}", instead_of(name, known, otherwise))


def _unknown_adapters(data: Mapping[str, object]) -> Iterator[Finding]:
    channels = data.get("channels")
    kinds = list(channels) if isinstance(channels, Mapping) else []
    named: list[tuple[Location, str, Mapping[str, str]]] = [(("channels", kind), kind, CHANNELS) for kind in kinds]
    named += [(location, crm, CRMS) for location, crm in texts_at(data, "crm", "helpdesk")]
    named += [(location, kind, SOURCES) for location, kind in texts_at(data, "knowledge_sources.*.kind")]
    for location, kind, known in named:
        if kind not in known:
            yield Finding(location, f"there is no adapter {kind!r}", instead_of(kind, known, ""))


def _notes_kept_nowhere(data: Mapping[str, object]) -> Iterator[Finding]:
    """An unknown CRM is a mistake of its own."""
    crm = data.get("crm", DIRECTORY)
    known = data.get("crm_notes") and isinstance(crm, str) and crm in CRMS
    if known and not issubclass(adapter_class(CRMS, str(crm)), NoteKeeper):
        yield Finding(("crm_notes",), f"the CRM {crm!r} keeps no notes", "Leave crm_notes out, or name another CRM.")


def _repeated_articles(files: Files) -> Iterator[Finding]:
    seen: dict[object, str] = {}
    for number, document in enumerate(files.lists[ARTICLES]):
        key = child(document.data, "id") if document else None
        if document is None or not isinstance(key, str):
            continue
        first = seen.setdefault(key, document.file)
        if first != document.file:
            yield Finding(("articles", number, "id"), f"{first} has the same id", "Give each article its own.")


def _fact_names(directory: DirectoryImport) -> set[str]:
    accounts = {account.id: account for account in directory.accounts}
    known = ((contact, accounts.get(contact.account)) for contact in directory.contacts)
    contexts = (context_of(contact, account, ANY_DAY) for contact, account in known if account)
    return {fact.name for context in contexts for fact in context.facts}
