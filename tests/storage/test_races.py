"""Real concurrency: whatever comes first, the outcome is one of those that a customer may see."""

import asyncio
from collections.abc import Awaitable
from itertools import permutations
from typing import Any

import pytest

from domain.conversation.activity_models import ApprovalClosure, RecordDecisionInput
from domain.conversation.confidence import Calibration
from domain.errors import ConflictError, UnavailableError
from storage.database import connect
from storage.specs import SpecRepository
from storage.views import Claim
from tests.organisation import VERSION
from tests.storage.stage import (
    AI,
    CONVERSATION,
    NAMES,
    NOW,
    ORGANISATION,
    Stage,
    approval,
    approval_request,
    decide,
    escalation,
    message,
    ownership,
    reply,
)

ROUNDS = range(1, 13)


async def together(*calls: Awaitable[Any]) -> list[Any]:
    return list(await asyncio.gather(*calls))


@pytest.mark.parametrize("takeover_first", [True, False])
async def test_a_takeover_stops_the_reply_or_comes_after_it(stage: Stage, takeover_first: bool) -> None:
    for round in ROUNDS:
        revision = 2 * round
        await stage.drafted(f"draft-{round}", revision)
        earlier = len(await stage.events())
        taking = stage.conversations.change_ownership(ownership(revision=revision, request_id=f"take-{round}"), NOW)
        delivering = stage.deliveries.deliver_stored(reply(f"draft-{round}", expected_revision=revision), NOW)
        await together(*((taking, delivering) if takeover_first else (delivering, taking)))

        happened = (await stage.events())[earlier:]
        assert happened in (["ownership_changed", "delivery_refused"], ["message_delivered", "ownership_changed"])
        await stage.conversations.change_ownership(ownership(AI, revision=revision, request_id=f"back-{round}"), NOW)


async def test_a_message_refuses_the_reply_or_stays_unanswered(stage: Stage) -> None:
    for round in ROUNDS:
        revision = 2 * round
        await stage.drafted(f"draft-{round}", revision)
        text = f"And {round}?"
        recording = stage.conversations.record_messages(CONVERSATION, revision + 1, [message(f"late-{round}", text)])
        delivering = stage.deliveries.deliver_stored(reply(f"draft-{round}", expected_revision=revision), NOW)
        await together(*((recording, delivering) if round % 2 else (delivering, recording)))
        assert text in await stage.conversations.unanswered(CONVERSATION)


async def test_two_claims_send_once(stage: Stage) -> None:
    for round in ROUNDS:
        await stage.drafted(f"draft-{round}", round)
        input = reply(f"draft-{round}", expected_revision=round)
        claims = await asyncio.gather(*(stage.deliveries.claim(input, NOW) for _ in range(4)), return_exceptions=True)
        assert [claim.status for claim in claims if isinstance(claim, Claim)] == ["claimed"]
        assert [type(claim) for claim in claims].count(UnavailableError) == 3


async def test_of_two_further_attempts_one_begins(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    await stage.deliveries.end_attempt("draft-1")
    begun = await asyncio.gather(
        *(stage.deliveries.claim_again(reply(), NOW) for _ in range(4)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in begun) == ["UnavailableError"] * 3 + ["bool"]


async def test_two_deliveries_are_one_message(stage: Stage) -> None:
    await stage.drafted()
    await together(*(stage.deliveries.deliver_stored(reply(), NOW) for _ in range(8)))
    assert len(await stage.said()) == 2


async def test_a_claim_is_completed_once(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    await together(*(stage.deliveries.complete("draft-1", "provider-1", NOW) for _ in range(8)))
    assert len(await stage.said()) == 2


async def test_the_same_messages_from_many_sides_are_recorded_once_in_sequence(stage: Stage) -> None:
    batches = permutations([message("a"), message("b"), message("c")])
    recorded = await together(*(stage.conversations.record_messages(CONVERSATION, 1, batch) for batch in batches))
    assert sum(one.recorded for one in recorded) == 3
    assert [seq for seq, _, _ in await stage.said()] == [1, 2, 3]


async def test_a_decision_that_arrives_many_times_counts_once(stage: Stage) -> None:
    await stage.awaiting_approval()
    input = RecordDecisionInput(**NAMES, decision=decide("reject", reason="Too short."), effect="redraft")
    await together(*(stage.approvals.record_decision(input, NOW) for _ in range(8)))
    events = await stage.events()
    assert (events.count("approval_decided"), events.count("approval_rejected")) == (1, 1)


async def test_an_approved_send_and_a_new_message_never_both_win(stage: Stage) -> None:
    await stage.awaiting_approval()
    closure = ApprovalClosure(approval=approval(), decision=decide())
    delivered, _ = await together(
        stage.deliveries.deliver_stored(reply(closure=closure), NOW),
        stage.conversations.record_messages(CONVERSATION, 2, [message("b", "Wait!")]),
    )
    expected = {"delivered": "approved", "refused": "stale"}
    assert await stage.approval_state() == expected[delivered.status]
    assert "Wait!" in await stage.conversations.unanswered(CONVERSATION)


async def test_two_publications_leave_one_active_version(stage: Stage) -> None:
    renamed = VERSION.specification.model_copy(update={"name": "Another name"})
    versions = [VERSION, VERSION.model_copy(update={"specification": renamed})] * 4
    await together(*(stage.specs.publish(version, b"", Calibration(), "lea") for version in versions))
    history = await stage.specs.history(ORGANISATION)
    assert await stage.specs.active(ORGANISATION) == history[0].content_hash
    assert [one.replaced for one in history[:-1]] == [one.content_hash for one in history[1:]]


async def test_of_two_publishers_at_once_the_second_is_told(stage: Stage, database_url: str) -> None:
    """Each over a connection of its own, and both begin with the same version."""
    other = await connect(database_url)
    people = {"lea": stage.specs, "tom": SpecRepository(other)}
    for round in ROUNDS:
        base = await stage.specs.active(ORGANISATION)
        named = VERSION.specification.model_copy(update={"name": f"Name {round}"})
        outcomes = await asyncio.gather(
            *(
                specs.publish(
                    VERSION.model_copy(update={"specification": named.model_copy(update={"currency": currency})}),
                    b"",
                    Calibration(),
                    name,
                    replaces=base,
                )
                for (name, specs), currency in zip(people.items(), ("EUR", "CHF"), strict=True)
            ),
            return_exceptions=True,
        )
        (first,) = [outcome for outcome in outcomes if isinstance(outcome, str)]
        (told,) = [outcome for outcome in outcomes if isinstance(outcome, ConflictError)]
        newest, *_ = await stage.specs.history(ORGANISATION)
        assert (newest.content_hash, newest.replaced) == (first, base)
        assert f"{newest.published_by} made {first[:12]} the active version" in str(told)
        assert f"--replaces {first[:12]}" in str(told)
    await other.close()


async def test_all_steps_at_once_do_not_deadlock(stage: Stage) -> None:
    await stage.awaiting_approval()
    for round in ROUNDS:
        revision = round + 1
        await together(
            stage.deliveries.escalate(escalation(f"escalation-{round}", revision=revision), NOW),
            stage.conversations.record_messages(CONVERSATION, revision, [message(f"message-{revision}")]),
            stage.conversations.change_ownership(ownership(revision=revision, request_id=f"take-{round}"), NOW),
            stage.approvals.request(approval_request(f"approval-{revision}", revision=revision), NOW),
            stage.drafted(f"draft-{revision}", revision),
            stage.deliveries.deliver_stored(reply(f"reply-{round}", draft_id=None, text="Hello"), NOW),
            stage.conversations.mark_read(CONVERSATION, 1000, NOW),
            stage.conversations.mark_read(CONVERSATION, 1000, NOW),
        )
    seqs = [seq for seq, _, _ in await stage.said()]
    assert seqs == list(range(1, len(seqs) + 1))
