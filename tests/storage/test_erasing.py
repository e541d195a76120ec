"""Erasing a conversation: no word and no address is left anywhere, and everything else is."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.approvals.approval import Approval
from domain.conversation.ownership import Person
from domain.conversation.turn import Citation, CustomerContext, Draft, Evidence, Usage
from domain.delivery.inbound import ConsentChange, CustomerRating, DeliveryReport
from domain.errors import ConflictError
from domain.quality.measures import DEFINITIONS, Tally, Windows
from domain.tools.actions import ProposedAction
from storage.erasing import ErasingRepository
from storage.inbox import InboxRepository
from storage.measures import MeasureRepository
from storage.questions import Beside, OpeningQuestion, QuestionRepository
from storage.records import RecordRepository
from storage.threads import ThreadRepository
from storage.tool_calls import ToolCallRepository
from tests.storage.resolved import answered_by_anna, ended, reopened, wrote
from tests.storage.secrets import ENDED, MAIL, SECRET, event, holding, says, told, wordy_columns
from tests.storage.stage import CONVERSATION, NOW, ORGANISATION, Stage, later
from tests.storage.stories import (
    ID,
    Story,
    approved,
    complained,
    corrected,
    escalated,
    given_to_a_person,
    rated,
    silent,
    taken_over_and_handed_back,
    unanswered,
)

AFTER = later(7200)
LATER = later(14_400)
WITHOUT_CONVERSATIONS = frozenset(
    {
        "absences", "api_keys", "channel_cursors", "desk_people", "directory_accounts", "directory_contacts",
        "guarded_calls", "guarded_decisions", "knowledge_sources", "people", "publications", "restorations",
        "schema_migrations", "sending_changes", "sign_in_attempts", "sign_ins", "sourced_articles", "spec_versions",
        "specification_drafts",
        "text_vectors", "trust_changes", "vendor_limits", "vendor_states",
    }
)  # fmt: skip
"""Tables of the organisation and of the installation: no conversation writes into them."""
WITHOUT_WORDS = {
    "approvals": "approval_id closed_by conversation_id digest draft_id organisation state",
    "attachments": "attachment_id conversation_id media_type person_id",
    "audit_events": "actor conversation_id data event_key kind organisation",
    "channel_threads": "channel conversation_id customer_id organisation split_from",
    "conversation_reads": "conversation_id person_id",
    "conversations": "channel conversation_id customer_id escalation_reason merged_into mode organisation owner_id"
    " owner_kind spec_hash status suggested waits_for_person",
    "customer_contexts": "context_id conversation_id",
    "customer_identities": "customer_id kind organisation",
    "customers": "customer_id organisation",
    "decisions": "action approval_id conversation_id decided_by decision_id effect refused via",
    "deliveries": "attachment_ids author author_id channel conversation_id draft_id kind message_key"
    " provider_message_id report report_code state via",
    "desk_cards": "channel conversation_id desk digest message organisation place seen subject",
    "desk_clicks": "click_id desk organisation person_id state subject",
    "failed_answers": "conversation_id usage",
    "identity_checks": "channel check_id claimed_id conversation_id sent_by state verdict",
    "identity_proofs": "channel check_id claimed_id conversation_id customer_id",
    # Nothing is erased while an event waits.
    "inbox": "channel conversation_id customer_id event event_id kind organisation",
    "internal_notes": "author_id conversation_id mentions request_id",
    "journey_steps": "kind outcome owner run_id step",
    "journeys": "conversation_id entered_by journey organisation run_id spec_hash state workflow_id",
    "messages": "author author_id channel conversation_id draft_id kind message_id",
    "presences": "conversation_id organisation person_id",
    "quarantine": "channel event_id kind organisation reason",
    # No words, and made of them: it has a test of its own.
    "question_vectors": "conversation_id model vector",
    "ratings": "channel conversation_id event_id organisation score",
    "suggestion_uses": "conversation_id draft_id organisation used used_by",
    "room_files": "file_id media_type room_id uploaded_by",
    "room_messages": "about author_id conversation_id mentions request_id room_id",
    "room_reads": "person_id room_id",
    # The name of a channel is the organisation's own.
    "rooms": "conversation_id created_by kind name organisation people room_id",
    "tool_calls": "call_key conversation_id draft_id state",
    "turns": "ai_agent context_id conversation_id draft_id outcome reason record retrieved review spec_hash verdict",
}
"""Ids, kinds, states, figures and what they rest on, by table."""


@pytest.fixture
def erasing(stage: Stage) -> ErasingRepository:
    return ErasingRepository(stage.database)


@pytest.fixture
async def conversation(stage: Stage) -> str:
    return await told(stage)


@pytest.fixture
async def erased(erasing: ErasingRepository, conversation: str) -> str:
    assert await erasing.erase(conversation, AFTER, AFTER) is None
    return conversation


async def everything(stage: Stage) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    tables = await stage.database.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    return {
        table: sorted((dict(row) for row in await stage.database.fetch(f"SELECT * FROM {table}")), key=str)  # noqa: S608
        for table in sorted(row["table_name"] for row in tables)
    }


async def test_nothing_that_anybody_said_is_left_in_any_column(
    stage: Stage, erasing: ErasingRepository, conversation: str
) -> None:
    assert await holding(stage.database)
    assert await erasing.erase(conversation, AFTER, AFTER) is None
    assert await holding(stage.database) == set()


async def test_the_secret_stands_wherever_words_can_stand(stage: Stage, conversation: str) -> None:
    """A new column fails here: say the secret there (tests/storage/secrets.py), or name it with those without words."""
    known = {f"{table}.{column}" for table, columns in WITHOUT_WORDS.items() for column in columns.split()}
    found = await wordy_columns(stage.database)
    elsewhere = {column for column in found if column.partition(".")[0] in WITHOUT_CONVERSATIONS}
    assert found - elsewhere - known == await holding(stage.database)
    assert known <= found


@pytest.mark.parametrize(
    ("model", "wordy"),
    [
        (Draft, {"text", "clarifying_question", "citations", "actions", "customer_language"}),
        (Citation, {"title", "source", "quote"}),
        (ProposedAction, {"arguments"}),
        (Approval, {"text", "actions"}),
        (CustomerContext, {"facts", "contact"}),
        (Evidence, set()),
        (Usage, set()),
    ],
)
def test_the_fields_of_documents_are_those_that_somebody_looked_at(model: Any, wordy: set[str]) -> None:
    """A field that is not kept by name goes. One in which words can stand belongs to `wordy`, any other to `KEPT`."""
    assert set(model.model_fields) == wordy | KEPT[model.__name__]


KEPT = {
    "Draft": {"draft_id", "ai_agent", "evidence", "usage", "held_to", "instructed", "chosen_by", "looked_up"},
    "Citation": {"source_id"},
    "ProposedAction": {"server", "tool", "amount"},
    "Approval": {
        "approval_id", "draft_id", "ai_agent", "digest", "revision", "rule", "reason", "approvers_needed", "roles",
        "exclude_requester", "requester", "assignee", "requested_at", "approved_by", "rungs_done", "leaves_at",
        "ladder", "groups", "snoozed", "limits", "amount", "revocations",
    },
    "CustomerContext": {"matches", "missing"},
    "Evidence": {
        "topic", "topic_confidence", "out_of_scope", "retrieval", "retrieval_margin", "search_lead", "precedents",
        "precedents_lead", "grounding", "from_facts", "validator", "missing_sources", "abstained", "ambiguous",
        "near_articles", "asks_for_person", "injection", "cannot_do", "sensitivity", "supervised", "topic_escalates",
        "escalate_below", "amount", "identity", "unsupported_language", "action", "rules_held", "expressions_failed",
        "guidelines", "macro", "of_journey",
    },
    "Usage": {
        "model", "input_tokens", "cached_tokens", "output_tokens", "calls", "estimated_calls", "model_ms", "cost",
        "unpriced_calls", "passed_over",
    },
}  # fmt: skip


async def test_rows_ids_instants_and_outcomes_stay(stage: Stage, erasing: ErasingRepository, conversation: str) -> None:
    before = await everything(stage)
    await erasing.erase(conversation, AFTER, AFTER)
    after = await everything(stage)
    gone = {table: len(rows) - len(after[table]) for table, rows in before.items() if len(rows) != len(after[table])}
    assert gone == {
        "attachments": 1,
        "audit_events": -1,
        "channel_threads": 1,
        "customer_identities": 4,
        "presences": 1,
        "room_files": 2,
    }
    left = {"inbox": ["event_id", "kind"], "desk_clicks": ["click_id", "subject"]}
    wordless = {table: columns.split() for table, columns in WITHOUT_WORDS.items()} | left
    for table in set(before) - set(gone) - {"deliveries"}:
        names = wordless.get(table, [])
        assert [[row[name] for name in names] for row in before[table]] == [
            [row[name] for name in names] for row in after[table]
        ], table
    assert after["conversations"][0] | {"erased_at": None} in before["conversations"]


async def test_what_is_left_can_be_read_by_everybody_who_reads_it(stage: Stage, erased: str) -> None:
    records = RecordRepository(stage.database)
    said = await stage.conversations.messages_after(erased, 0)
    assert [(m.seq, m.author) for m in said] == [(1, "customer"), (2, "human_agent")]
    assert all(m.text.startswith("[erased ") for m in said)
    assert [file.model_dump(exclude={"attachment_id"}) for file in said[0].attachments] == [
        {"name": "[erased]", "media_type": "application/octet-stream", "size_bytes": len(says("in a file"))}
    ]
    (turn,) = await records.turns(erased)
    assert (turn.draft.evidence.topic, turn.draft.usage.model) == ("delivery", "local")
    assert [(one.source_id, one.title, one.quote) for one in turn.draft.citations] == [("fact:plan", "", "")]
    assert [(one.tool, one.arguments) for one in turn.draft.actions] == [("refund", {})]
    assert turn.context == CustomerContext(matches=1)
    assert turn.record
    (call,) = await ToolCallRepository(stage.database).of(erased)
    assert (call.action.arguments, call.result, call.state) == ({}, "[erased]", "done")
    approval = await stage.approvals.get(f"a-{erased}")
    assert approval
    assert (approval.state, approval.draft_text, approval.approval.actions[0].arguments) == (
        "stale",
        turn.draft.text,
        {},
    )
    (decision,) = await records.decisions(f"a-{erased}")
    assert (decision.reason, decision.text, decision.decided_by) == ("[erased]", "[erased]", "bo")
    assert {note.text for note in await stage.conversations.notes(erased)} == {"[erased]"}
    assert [(rating.score, rating.comment) for rating in await stage.conversations.ratings(erased)] == [("bad", "")]
    assert [receipt.message_key for receipt in await records.receipts(erased)] == [f"human-{erased}"]


async def test_the_conversation_and_the_audit_trail_say_when_it_was(stage: Stage, erased: str) -> None:
    view = await stage.conversations.get(erased)
    assert view
    assert (view.erased_at, view.is_erased, view.resolved_at) == (AFTER, True, ENDED)
    told_of = [event for event in await stage.audit.events(erased) if event.kind == "erased"]
    assert [(event.actor, event.at, event.data["messages"]) for event in told_of] == [("retention", AFTER, 2)]


async def test_a_second_time_changes_nothing(stage: Stage, erasing: ErasingRepository, erased: str) -> None:
    before = await everything(stage)
    assert await erasing.erase(erased, LATER, LATER) == "erased"
    assert await everything(stage) == before


async def test_many_at_once_are_once(stage: Stage, erasing: ErasingRepository, conversation: str) -> None:
    became = await asyncio.gather(*(erasing.erase(conversation, AFTER, AFTER) for _ in range(6)))
    assert sorted(map(str, became)) == ["None", *["erased"] * 5]
    assert (await kinds(stage, conversation)).count("erased") == 1


async def kinds(stage: Stage, conversation: str) -> list[str]:
    return [event.kind for event in await stage.audit.events(conversation)]


async def test_one_that_is_not_over_for_long_enough_is_kept(
    stage: Stage, erasing: ErasingRepository, conversation: str
) -> None:
    assert await erasing.erase(conversation, ENDED, AFTER) == "not_over"
    assert await erasing.erase(CONVERSATION, AFTER, AFTER) == "not_over"
    assert await erasing.due(ORGANISATION, ENDED, None, 10) == []
    await reopened(stage, conversation, revision=6)
    assert await erasing.erase(conversation, AFTER, AFTER) == "not_over"
    assert await holding(stage.database)


async def test_what_waits_for_it_is_waited_for(stage: Stage, erasing: ErasingRepository, conversation: str) -> None:
    inbox = InboxRepository(stage.database)
    kept = await inbox.keep(ORGANISATION, event("e-late", f"thread-{SECRET}"), later(5400))
    assert kept.conversation_id == conversation
    assert await erasing.erase(conversation, AFTER, AFTER) == "waits"
    await inbox.forwarded(kept.inbox_id)  # half an hour ago: its workflow may begin just now
    assert await erasing.erase(conversation, AFTER, AFTER) == "waits"
    assert await erasing.erase(conversation, AFTER, LATER) is None


async def test_a_message_at_the_same_moment_finds_all_of_it_or_begins_anew(
    stage: Stage, erasing: ErasingRepository, conversation: str
) -> None:
    inbox = InboxRepository(stage.database)
    kept, refusal = await asyncio.gather(
        inbox.keep(ORGANISATION, event("e-late", f"thread-{SECRET}"), AFTER),
        erasing.erase(conversation, AFTER, AFTER),
    )
    assert (kept.conversation_id == conversation, refusal) in {(True, "waits"), (False, None)}


async def test_what_is_said_after_all_is_erased_after_the_next_resolution(
    stage: Stage, erasing: ErasingRepository, erased: str
) -> None:
    """A message that came just then: it is not lost, and what follows is kept as long as anything."""
    await reopened(stage, erased, revision=6)
    await wrote(stage, erased, says("and another one"), revision=7)
    view = await stage.conversations.get(erased)
    assert view
    assert not view.is_erased
    await ended(stage, erased, later(9000), revision=8)
    assert [place.conversation_id for place in await erasing.due(ORGANISATION, LATER, None, 10)] == [erased]
    await stage.database.fetchval("UPDATE messages SET message_id = seq::text WHERE conversation_id = $1", erased)
    assert await erasing.erase(erased, LATER, LATER) is None
    assert await holding(stage.database) == set()
    assert (await kinds(stage, erased)).count("erased") == 2


async def test_they_are_due_in_the_order_of_their_ends(
    stage: Stage, erasing: ErasingRepository, conversation: str
) -> None:
    await ended(stage, CONVERSATION, ENDED)
    other = await told(stage, "other")
    due = await erasing.due(ORGANISATION, AFTER, None, 10)
    assert [place.conversation_id for place in due] == sorted([CONVERSATION, conversation, other])
    assert await erasing.due(ORGANISATION, AFTER, due[0], 1) == [due[1]]
    assert await erasing.count_due(ORGANISATION, AFTER) == 3
    assert await erasing.due("other", AFTER, None, 10) == []


async def test_the_vector_of_its_question_goes_and_none_comes_back(
    stage: Stage, erasing: ErasingRepository, conversation: str
) -> None:
    questions = QuestionRepository(stage.database)
    read = OpeningQuestion(conversation_id=conversation, resolved_at=ENDED, text=says("is lost"))
    await questions.keep("m", [read], [b"\0\0\0\0"])
    beside = Beside(organisation=ORGANISATION, conversation_id=CONVERSATION, model="m", dimensions=1)
    assert len(await questions.vectors(beside)) == 1
    await erasing.erase(conversation, AFTER, AFTER)
    await questions.keep("m", [read], [b"\0\0\0\0"])
    assert await stage.database.fetchval("SELECT count(*) FROM question_vectors") == 0
    assert await questions.vectors(beside) == []
    assert await questions.without_vector(beside, 10) == ([], 0)
    assert await questions.of(conversation) == ""
    assert await questions.resolved(ORGANISATION, [conversation]) == {}


async def test_a_customer_who_writes_again_begins_anew(stage: Stage, erased: str) -> None:
    inbox = InboxRepository(stage.database)
    before = await stage.conversations.get(erased)
    again = await inbox.keep(ORGANISATION, event("e-again", f"thread-{SECRET}"), LATER)
    assert before
    assert again.conversation_id not in {None, erased}
    assert again.customer_id not in {None, before.customer_id}


async def test_an_address_that_wants_no_messages_is_remembered_until_it_writes_again(
    stage: Stage, erasing: ErasingRepository, conversation: str
) -> None:
    inbox, thread = InboxRepository(stage.database), f"thread-{SECRET}"
    stop = ConsentChange(channel="email", event_id="stop", at=NOW, thread=thread, opted_out=True)
    await inbox.keep(ORGANISATION, stop, NOW)
    await erasing.erase(conversation, AFTER, AFTER)
    assert await holding(stage.database) == {"channel_threads.address", "channel_threads.thread"}
    address = await stage.database.fetchval("SELECT address FROM channel_threads WHERE opted_out")
    assert address == {"to": MAIL}
    rated = CustomerRating(channel="email", event_id="r-9", at=NOW, thread=thread, score="good", comment=says("hm"))
    await inbox.keep(ORGANISATION, rated, LATER)
    ratings = await stage.conversations.ratings(conversation)
    assert [(rating.score, rating.comment) for rating in ratings] == [("bad", ""), ("good", "")]
    other = event("e-2", "other", references=(thread,))
    assert (await inbox.keep(ORGANISATION, other, LATER)).conversation_id != conversation
    again = await inbox.keep(ORGANISATION, event("e-1", thread), LATER)
    assert again.conversation_id != conversation
    assert await stage.database.fetchval("SELECT count(*) FROM channel_threads WHERE opted_out") == 0


async def test_late_words_of_vendors_change_nothing_that_was_erased(stage: Stage, erased: str) -> None:
    inbox, records = InboxRepository(stage.database), RecordRepository(stage.database)
    rated = CustomerRating(
        channel="email", event_id="r-9", at=NOW, thread=f"thread-{SECRET}", score="good", comment=says("thanks")
    )
    assert (await inbox.keep(ORGANISATION, rated, LATER)).conversation_id is None
    receipt = DeliveryReport(
        channel="email", event_id="d-9", at=NOW, provider_message_id=f"v-{erased}", status="read", code="1"
    )
    assert (await inbox.keep(ORGANISATION, receipt, LATER)).conversation_id == erased
    assert await holding(stage.database) == {"inbox.event"}
    assert [(one.state, one.report) for one in await records.deliveries(erased)] == [("delivered", "read")]
    assert [rating.score for rating in await stage.conversations.ratings(erased)] == ["bad"]


async def test_a_customer_is_known_as_long_as_a_conversation_of_theirs_is_kept(
    stage: Stage, erasing: ErasingRepository, conversation: str
) -> None:
    second = await told(stage, "second")
    await erasing.erase(conversation, AFTER, AFTER)
    view = await stage.conversations.get(second)
    assert view
    assert view.customer_id
    customer = await stage.customers.get(view.customer_id)
    assert customer
    assert customer.email == MAIL
    assert await stage.database.fetchval("SELECT count(*) FROM customer_identities") > 0
    await erasing.erase(second, AFTER, AFTER)
    assert await holding(stage.database) == set()


async def test_whoever_has_the_same_address_and_no_conversation_goes_too(
    stage: Stage, erasing: ErasingRepository, conversation: str
) -> None:
    """As one who became the same customer when the CRM answered, or who opened a chat and wrote nothing."""
    await stage.customers.create(ORGANISATION, email=MAIL)
    await stage.customers.create(ORGANISATION, contact_id="other", email="other@velo.example")
    await erasing.erase(conversation, AFTER, AFTER)
    emails = await stage.database.fetch("SELECT email FROM customers WHERE email IS NOT NULL")
    assert [row["email"] for row in emails] == ["other@velo.example"]


async def test_a_conversation_that_was_merged_goes_with_the_one_in_which_it_goes_on(
    stage: Stage, erasing: ErasingRepository, conversation: str
) -> None:
    """Files and messages of the other one may be its own."""
    threads = ThreadRepository(stage.database)
    lead = Person(id="lea", roles=("lead",))
    await threads.merge(conversation, CONVERSATION, "m-1", lead, NOW)
    await InboxRepository(stage.database).forwarded(
        await stage.database.fetchval("SELECT inbox_id FROM inbox WHERE kind = 'merged'")
    )
    assert await erasing.erase(conversation, AFTER, AFTER) == "goes_on"
    await ended(stage, CONVERSATION, ENDED, revision=9)
    assert await erasing.erase(CONVERSATION, AFTER, AFTER) is None
    assert await erasing.erase(conversation, AFTER, AFTER) is None
    assert await holding(stage.database) == set()


@pytest.mark.parametrize("into_it", [True, False])
async def test_nothing_is_merged_with_one_that_was_erased(stage: Stage, erased: str, into_it: bool) -> None:
    pair = (CONVERSATION, erased) if into_it else (erased, CONVERSATION)
    with pytest.raises(ConflictError, match="was erased"):
        await ThreadRepository(stage.database).merge(*pair, "m-1", Person(id="lea", roles=("lead",)), NOW)


async def test_a_thread_that_was_split_off_keeps_its_own_address(
    stage: Stage, erasing: ErasingRepository, conversation: str
) -> None:
    thread = f"thread-{SECRET}"
    fresh = await ThreadRepository(stage.database).split(
        conversation, "email", thread, "s-1", Person(id="lea", roles=("lead",)), NOW
    )
    await erasing.erase(conversation, AFTER, AFTER)
    row = await stage.database.fetchrow("SELECT * FROM channel_threads WHERE thread = $1", thread)
    assert row
    assert (row["conversation_id"], row["split_from"], row["address"]["to"]) == (fresh, None, MAIL)


async def test_what_was_never_sent_never_leaves_without_its_words(
    stage: Stage, erasing: ErasingRepository, conversation: str
) -> None:
    await stage.database.fetchval(
        "UPDATE deliveries SET state = 'claimed', delivered_at = NULL, sending = true WHERE conversation_id = $1",
        conversation,
    )
    await erasing.erase(conversation, AFTER, AFTER)
    row = await stage.database.fetchrow("SELECT * FROM deliveries WHERE conversation_id = $1", conversation)
    assert row
    assert (row["state"], row["sending"], row["leased_until"]) == ("withdrawn", False, None)


@pytest.mark.parametrize(
    ("draft", "sent", "alike"),
    [("It is lost.", "It is lost.", True), ("It  is\nlost.", " It is lost. ", True), ("It is lost.", "No.", False)],
)
async def test_texts_that_were_alike_are_alike_afterwards(
    stage: Stage, erasing: ErasingRepository, conversation: str, draft: str, sent: str, alike: bool
) -> None:
    await stage.database.fetchval(
        "UPDATE turns SET draft = jsonb_set(draft, '{text}', to_jsonb($2::text)) WHERE conversation_id = $1",
        conversation,
        draft,
    )
    await stage.database.fetchval("UPDATE deliveries SET text = $2 WHERE conversation_id = $1", conversation, sent)
    await erasing.erase(conversation, AFTER, AFTER)
    (turn,) = await RecordRepository(stage.database).turns(conversation)
    text = await stage.database.fetchval("SELECT text FROM deliveries WHERE conversation_id = $1", conversation)
    assert (turn.draft.text == text) is alike


async def tallies(stage: Stage) -> dict[str, list[Tally]]:
    """Every measure of the organisation."""
    measures, windows = MeasureRepository(stage.database), Windows(until=NOW + timedelta(days=20), days=30)
    return {
        metric: sorted(await measures.tallies(ORGANISATION, metric, windows, {None: 60.0}), key=str)
        for metric in DEFINITIONS
    }


async def sent_as_drafted(stage: Stage) -> None:
    """What a person sent is what the AI agent had drafted, but for its blanks."""
    await escalated(stage, "I look for it.")
    await answered_by_anna(stage, ID, " I  look for it.")
    await ended(stage, ID, ENDED, by="anna", revision=4)


@pytest.mark.parametrize(
    "story",
    [
        silent,
        approved,
        complained,
        corrected,
        given_to_a_person,
        rated("good", "bad"),
        sent_as_drafted,
        taken_over_and_handed_back,
        unanswered,
    ],
)
async def test_measures_count_as_before(stage: Stage, erasing: ErasingRepository, story: Story) -> None:
    await story(stage)
    before = await tallies(stage)
    assert any(before.values())
    assert await erasing.erase(ID, AFTER, AFTER) is None
    assert await tallies(stage) == before
