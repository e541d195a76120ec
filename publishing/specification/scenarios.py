"""Names in scenarios that the rest of the folder does not have."""

from collections.abc import Collection, Iterator, Mapping, Set

from domain.approvals.approval import DEFAULT_RULE
from domain.delivery.channels import WEB_CHAT
from domain.identity.directory import DirectoryImport
from domain.specification.findings import Finding, child, instead_of, texts_at, values_at

EXPECTED = "scenarios.*.steps.*.expect"
FACT = "fact:"
MACRO = "macro:"


def unknown_contacts(data: Mapping[str, object], directory: DirectoryImport) -> Iterator[Finding]:
    """Customers of scenarios who are no contact."""
    known = {contact.id for contact in directory.contacts}
    named = texts_at(data, "scenarios.*.customer")
    yield from _unknown(named, known, "no contact", "Name the id of a contact in customers/, or leave it out.")


def unknown_expectations(data: Mapping[str, object], unread: Set[str], facts: Collection[str]) -> Iterator[Finding]:
    """Channels, approval rules and sources of which nothing can come. `facts` are the names of the customers' facts."""
    if "channels" not in unread:
        channels = data.get("channels", {WEB_CHAT: {}})
        used = set(map(str, channels)) if isinstance(channels, Mapping) else {WEB_CHAT}
        named = texts_at(data, "scenarios.*.channel")
        yield from _unknown(named, used, "the organisation has no channel", "Add it under channels.")
    if not unread & {"approval_rules", "rules"}:
        rules = {rule for _, rule in texts_at(data, "approval_rules.*.id", "rules.*.id")} | {DEFAULT_RULE.id}
        named = texts_at(data, f"{EXPECTED}.approval.rule")
        yield from _unknown(
            named, rules, "no approval rule", "Name the id of an approval rule, or of a rule that asks."
        )
    if not data.get("knowledge_sources") and not unread & {"articles", "macros"}:
        articles = {article for _, article in texts_at(data, "articles.*.id")}
        sources = articles | {f"{FACT}{name}" for name in facts}
        sources |= {f"{MACRO}{macro}" for _, macro in texts_at(data, "macros.*.id")}
        named = texts_at(data, f"{EXPECTED}.cites.*")
        remedy = f"Name an article, a fact as {FACT}<name>, or a macro as {MACRO}<id>."
        yield from _unknown(named, sources, "no article, fact or macro", remedy)


def unknown_steps(data: Mapping[str, object]) -> Iterator[Finding]:
    """Steps of journeys that a scenario expects, and that the journey does not have."""
    for location, expected in values_at(data, f"{EXPECTED}.journey"):
        steps = {step for _, step in texts_at(_journey(data, child(expected, "id")), "steps.*.id")}
        for inside, path in texts_at(expected, "at.*"):
            first = path.partition("/")[0]
            if steps and first not in steps:
                remedy = instead_of(first, steps, "Name a step of this journey.")
                yield Finding((*location, *inside), f"no step {first!r}", remedy)


def _journey(data: Mapping[str, object], key: object) -> object:
    return next((one for _, one in values_at(data, "journeys.*") if child(one, "id") == key), {})


def _unknown(
    named: Iterator[tuple[tuple[str | int, ...], str]], known: Collection[str], wrong: str, otherwise: str
) -> Iterator[Finding]:
    for location, name in named:
        if name not in known:
            yield Finding(location, f"{wrong} {name!r}", instead_of(name, known, otherwise))
