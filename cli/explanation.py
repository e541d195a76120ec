"""Why a message left, as a terminal shows it."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from domain.conversation.explanation import Change, ExplainedDraft, Explanation

MOST_SOURCES = 5
STYLES = {"same": "", "removed": "red strike", "added": "green"}


def explanation_lines(found: Explanation) -> Iterator[RenderableType]:
    """For people: why it left, then what it rests on, in the order in which it came about."""
    yield Text(found.why, style="bold")
    if found.erased:
        yield Text("What was said has been erased; everything else is as it was.", style="yellow")
    for message in found.answers:
        yield Text.assemble((f"answers {message.seq}  ", "bold"), message.text)
    for draft in found.drafts:
        yield from _draft(draft)
    for approval in found.approvals:
        asked = approval.approval
        yield Text.assemble((f"approval {asked.state}  ", "bold"), f"rule {asked.rule}, {asked.reason}, of {asked.who}")
        for one in approval.decisions:
            made = one.decision
            via = f" by {one.via}" if one.via else ""
            words = made.refused or made.reason
            yield Text(
                f"  {made.decided_at:%Y-%m-%d %H:%M} {made.decided_by}{via}: {made.action}, {made.effect} {words}"
            )
    for call in found.tool_calls:
        yield Text.assemble((f"tool {call.action.tool}  ", "bold"), f"{call.state} {call.result}")
    if found.request:
        via = f" by {found.request.via}" if found.request.via else ""
        yield Text.assemble(("request  ", "bold"), f"{found.request.request_id} of {found.request.by}{via}")
    yield from _delivery(found)


def _draft(one: ExplainedDraft) -> Iterator[Text]:
    kept = one.recorded
    yield Text.assemble(
        (f"draft {one.became}  ", "bold"), f"{kept.ai_agent}, {kept.draft.usage.model}: {one.chosen_because}"
    )
    yield Text("  ") + (_changed(one.changes) if one.changes else Text(kept.draft.text or "nothing to say"))
    if kept.record:
        decision = kept.record.decision
        rule = f", rule {decision.rule}" if decision.rule else ""
        yield Text(f"  confidence {kept.record.confidence:.2f}: {decision.outcome}, {decision.reason}{rule}")
    for loss in one.lowered_by:
        yield Text(f"  lowered by {loss.feature.replace('_', ' ')} {loss.value:.2f}: -{loss.points:.2f}", style="dim")
    for source in kept.retrieved[:MOST_SOURCES]:
        yield Text(f"  found {source.source_id} {source.score:.2f}", style="dim")
    for cited in kept.draft.citations:
        yield Text(f"  cites {cited.source_id}", style="dim")
    for fact in kept.context.facts if kept.context else ():
        yield Text(f"  knew {fact.name}: {fact.value} ({fact.source}, {fact.as_of:%Y-%m-%d %H:%M})", style="dim")
    for missing in kept.context.missing if kept.context else ():
        yield Text(f"  no answer from {missing}", style="yellow")


def _changed(changes: tuple[Change, ...]) -> Text:
    words = Text()
    for number, one in enumerate(changes):
        words.append(" " if number else "")
        words.append(one.text, style=STYLES[one.op])
    return words


def _delivery(found: Explanation) -> Iterator[Text]:
    if found.step:
        yield Text.assemble(("journey  ", "bold"), f"{found.step.journey}, step {found.step.step}")
    sent = found.delivery
    if sent:
        when = f"{sent.delivered_at:%Y-%m-%d %H:%M:%S}" if sent.delivered_at else "not yet"
        yield Text.assemble(("left  ", "bold"), f"{when} by {sent.channel}, {sent.report or sent.state}")
    if found.specification:
        version = found.specification
        by = f"published by {version.published_by} on {version.published_at:%Y-%m-%d}"
        yield Text.assemble(("specification  ", "bold"), f"{version.content_hash[:12]}, {by}")
    yield Text.assemble(("workflow  ", "bold"), found.workflow_id)
