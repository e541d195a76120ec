from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from domain.conversation.activity_models import ScoredConfidence
from domain.conversation.confidence import Calibration
from domain.conversation.messages import Author
from domain.conversation.turn import CustomerContext, Fact, Usage
from domain.specification.organisation import SpecVersion
from storage.decided_turns import DecidedTurnRepository
from storage.records import RecordRepository
from storage.specs import SpecRepository
from tests.organisation import SPECIFICATION, VERSION
from tests.storage.stage import CONVERSATION, NOW, ORGANISATION, Stage, draft, generate, message, record, reply


async def test_a_draft_is_made_from_what_is_unanswered_and_what_was_said_before(stage: Stage) -> None:
    context = CustomerContext(facts=(Fact(name="plan", value="Pro", source="crm", as_of=NOW),), matches=1)
    await stage.customers.save_context(CONVERSATION, "context-1", context, NOW)
    await stage.drafted()
    await stage.deliveries.deliver_stored(reply(), NOW)

    input = generate("draft-2", message("b", "And now?"), message("c", "Hello?"), revision=2, context_id="context-1")
    basis = await stage.turns.begin_draft(input, NOW)

    assert basis.unanswered == ("And now?", "Hello?")
    assert [(line.author, line.text) for line in basis.transcript] == [
        (Author.CUSTOMER, "Where is my parcel?"),
        (Author.AI_AGENT, "It is on its way."),
    ]
    assert basis.context == context
    assert basis.greeted
    assert basis.ai_replied
    assert basis.draft is None


async def test_a_turn_shows_what_was_known_of_the_customer(stage: Stage) -> None:
    context = CustomerContext(facts=(Fact(name="plan", value="Pro", source="crm", as_of=NOW),), missing=("desk",))
    await stage.customers.save_context(CONVERSATION, "context-1", context, NOW)
    for input in (generate("draft-1", message("a"), context_id="context-1"), generate("draft-2", revision=2)):
        await stage.turns.begin_draft(input, NOW)
        await stage.turns.save_draft(input, draft(input.draft_id))
    turns = await RecordRepository(stage.database).turns(CONVERSATION)
    assert [turn.context for turn in turns] == [context, None]


async def test_the_first_turn_has_no_past(stage: Stage) -> None:
    basis = await stage.turns.begin_draft(generate("draft-1", message("a")), NOW)
    assert (basis.transcript, basis.context, basis.greeted, basis.ai_replied) == ((), None, False, False)
    assert (await stage.conversation()).turn == 1


@pytest.mark.parametrize(("author", "greeted"), [(Author.AI_AGENT, True), (Author.SYSTEM, False)])
async def test_what_a_journey_says_is_no_reply_of_an_ai_agent(stage: Stage, author: Author, greeted: bool) -> None:
    said = reply("welcome", author=author, kind="notice", text="Welcome.", draft_id=None)
    await stage.deliveries.deliver_stored(said.model_copy(update={"expected_revision": None}), NOW)
    basis = await stage.turns.begin_draft(generate("draft-1", message("a")), NOW)
    assert (basis.greeted, basis.ai_replied) == (greeted, False)
    assert [line.text for line in basis.transcript] == ["Welcome."]


async def test_nothing_unanswered_is_empty(stage: Stage) -> None:
    assert (await stage.turns.begin_draft(generate(), NOW)).unanswered == ()


async def test_the_transcript_is_bounded_and_what_is_unanswered_is_not(stage: Stage) -> None:
    for revision in range(1, 9):
        await stage.drafted(f"draft-{revision}", revision)
        await stage.deliveries.deliver_stored(reply(f"draft-{revision}", expected_revision=revision), NOW)
    many = tuple(message(f"burst-{number}", f"{number}") for number in range(20))

    basis = await stage.turns.begin_draft(generate("draft-9", *many, revision=9), NOW)

    assert basis.unanswered == tuple(str(number) for number in range(20))
    assert 12 <= len(basis.transcript) <= 13


async def test_a_second_attempt_finds_the_draft_of_the_first(stage: Stage) -> None:
    await stage.drafted()
    basis = await stage.turns.begin_draft(generate("draft-1", message("message-1")), NOW)
    assert basis.draft == draft()
    assert len(await stage.said()) == 1


async def test_of_two_attempts_the_first_draft_counts(stage: Stage) -> None:
    await stage.drafted()
    assert await stage.turns.save_draft(generate(), draft(text="Another text.")) == draft()
    basis = await stage.turns.read_draft("draft-1")
    assert basis is not None
    assert basis.draft == draft()
    assert len(basis.unanswered) == 1
    assert await stage.turns.read_draft("unknown") is None


async def test_of_two_verdicts_the_first_counts(stage: Stage) -> None:
    await stage.drafted()
    assert await stage.turns.get_verdict("draft-1") is None
    for supported in (0.8, 0.1):
        await stage.turns.save_verdict("draft-1", ScoredConfidence(supported=supported, usage=Usage(model="checker")))
    verdict = await stage.turns.get_verdict("draft-1")
    assert verdict is not None
    assert verdict.supported == 0.8


async def test_what_was_spent_counts_drafts_and_verdicts_with_a_price(stage: Stage) -> None:
    await stage.drafted("draft-1")
    paid = draft("draft-2").model_copy(update={"usage": Usage(model="openai:m", cost=Decimal("0.0123"))})
    await stage.turns.save_draft(generate("draft-2", revision=2), paid)
    verdict = ScoredConfidence(supported=0.9, usage=Usage(model="openai:m", cost=Decimal("0.001")))
    await stage.turns.save_verdict("draft-2", verdict)

    now = datetime.now(UTC)
    assert await stage.turns.spent_since(ORGANISATION, now - timedelta(days=1)) == Decimal("0.0133")
    assert await stage.turns.spent_since(ORGANISATION, now + timedelta(days=1)) == 0
    assert await stage.turns.spent_since("another", now - timedelta(days=1)) == 0


async def test_what_gave_nothing_usable_counts_each_time(stage: Stage) -> None:
    failed = Usage(model="openai:m", calls=1, input_tokens=500, cost=Decimal("0.002"))
    for spent in ([failed, Usage(model="own", calls=1)], [failed], []):
        await stage.turns.keep_failed(CONVERSATION, spent)
    now = datetime.now(UTC)
    assert await stage.turns.spent_since(ORGANISATION, now - timedelta(days=1)) == Decimal("0.004")
    assert await stage.turns.spent_since("another", now - timedelta(days=1)) == 0
    total = await RecordRepository(stage.database).usage(CONVERSATION)
    assert (total.calls, total.input_tokens, total.cost, total.unpriced_calls) == (3, 1000, Decimal("0.004"), 1)


async def test_what_a_conversation_cost_counts_drafts_and_verdicts(stage: Stage) -> None:
    await stage.drafted("draft-1")
    used = Usage(model="openai:m", calls=2, input_tokens=1000, output_tokens=10, cost=Decimal("0.0123"))
    await stage.turns.save_draft(generate("draft-2", revision=2), draft("draft-2").model_copy(update={"usage": used}))
    await stage.turns.save_verdict("draft-2", ScoredConfidence(supported=0.9, usage=used))

    total = await RecordRepository(stage.database).usage(CONVERSATION)
    assert (total.calls, total.input_tokens, total.cost) == (4, 2000, Decimal("0.0246"))


async def published(stage: Stage) -> str:
    """The hash of a further version, which is active from now on."""
    version = SpecVersion(specification=SPECIFICATION.model_copy(update={"name": "The second one"}))
    return await SpecRepository(stage.database).publish(version, b"", Calibration(), "lea")


async def test_the_version_that_was_published_last_is_named_to_whoever_drafts(stage: Stage) -> None:
    first = await stage.turns.begin_draft(generate("draft-1", message("a")), NOW)
    newest = await published(stage)
    second = await stage.turns.begin_draft(generate("draft-2", message("b"), revision=2), NOW)
    assert (first.newest, second.newest) == (VERSION.content_hash, newest)


async def test_a_draft_that_is_there_already_names_it_too(stage: Stage) -> None:
    await stage.drafted()
    newest = await published(stage)
    again = await stage.turns.begin_draft(generate("draft-1"), NOW)
    assert again.draft is not None
    assert again.newest == newest


async def test_after_a_rollback_open_conversations_stay_where_they_are(stage: Stage) -> None:
    newest = await published(stage)
    specs = SpecRepository(stage.database)
    await specs.roll_back(ORGANISATION, VERSION.content_hash, "lea", "wrong", replaces=newest)
    assert (await stage.turns.begin_draft(generate("draft-1", message("a")), NOW)).newest is None


async def test_a_conversation_that_moved_keeps_the_version_of_each_turn(stage: Stage) -> None:
    newest = await published(stage)
    for number, spec_hash in enumerate((VERSION.content_hash, newest, newest), 1):
        input = generate(f"draft-{number}", message(f"m-{number}"), revision=number, spec_hash=spec_hash)
        await stage.turns.begin_draft(input, NOW)
        await stage.turns.save_draft(input, draft(f"draft-{number}"))
        if number == 1:
            # As workers of the version before write it.
            await stage.database.fetchval("UPDATE turns SET spec_hash = NULL")
        sent = reply(f"draft-{number}", expected_revision=number, record=record(turn=number, revision=number))
        await stage.deliveries.deliver_stored(sent, NOW)
    turns = await DecidedTurnRepository(stage.database).latest(ORGANISATION, 10)
    assert [turn.spec_hash for turn in turns] == [VERSION.content_hash, newest, newest]
    assert (await stage.events()).count("spec_changed") == 1
