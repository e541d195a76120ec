"""People are suggested when a conversation begins to wait for them, from what the store knows at that moment."""

from datetime import timedelta
from typing import Any

import pytest

from domain.approvals.absence import Absence
from domain.approvals.approval import AskedGroup
from domain.conversation.activity_models import ApprovalClosure, EscalateConversationInput, RequestApprovalInput
from domain.conversation.confidence import Calibration
from domain.conversation.ownership import Owner, Status, Suggestion
from domain.conversation.requests import StartConversation
from domain.conversation.turn import Outcome
from domain.delivery.channels import WEB_CHAT
from domain.specification.organisation import Mode
from domain.specification.people import HumanAgentSpec
from storage.absences import AbsenceRepository
from storage.records import RecordRepository
from storage.views import ConversationView
from tests.organisation import VERSION
from tests.storage.stage import (
    AI,
    CONVERSATION,
    NOW,
    ORGANISATION,
    Stage,
    approval,
    approval_request,
    decide,
    draft,
    escalation,
    generate,
    human_reply,
    message,
    ownership,
    record,
    reply,
)

PEOPLE = (
    HumanAgentSpec(id="anna", name="Anna", roles=("approver",), skills=("delivery",), at_most=1),
    HumanAgentSpec(id="ben", name="Ben", roles=("approver",), skills=("delivery",)),
    HumanAgentSpec(id="cy", name="Cy", roles=("support",), languages=("en", "fr")),
)
SPEC = VERSION.specification
STAFFED = VERSION.model_copy(update={"specification": SPEC.model_copy(update={"people": PEOPLE})})
FREE = "holds no open conversation"
ROOM = "holds 0 of at most 1 open conversations"
SKILLED = "has the skill delivery"


@pytest.fixture
async def staffed(stage: Stage) -> Stage:
    await stage.specs.publish(STAFFED, b"topics", Calibration(), "lea", replaces=VERSION.content_hash)
    return stage


def asked(**changes: Any) -> RequestApprovalInput:
    return approval_request().model_copy(update={"spec_hash": STAFFED.content_hash} | changes)


def escalated(**changes: Any) -> EscalateConversationInput:
    """With the decision about the draft that is not sent."""
    fields: dict[str, Any] = {
        "spec_hash": STAFFED.content_hash,
        "draft_id": "draft-1",
        "record": record(Outcome.ESCALATE),
    }
    return escalation(**(fields | changes))


def people(view: ConversationView) -> list[str]:
    return [one.person for one in view.suggested]


async def open_other(stage: Stage, key: str, *, owner: Owner = AI, customer: str | None = None) -> None:
    """Another conversation of the organisation."""
    start = StartConversation(organisation=ORGANISATION, conversation_id=key, customer_id=customer)
    await stage.conversations.open(start, STAFFED.content_hash, owner, Mode.DELEGATION, NOW)


async def test_an_approval_has_who_may_decide_it_with_the_reasons(staffed: Stage) -> None:
    await staffed.drafted()
    for _ in range(2):
        await staffed.approvals.request(asked(), NOW)
    wanted = (
        Suggestion(person="anna", reasons=(SKILLED, ROOM)),
        Suggestion(person="ben", reasons=(SKILLED, FREE)),
    )
    view = await staffed.approvals.get("approval-1")
    assert view is not None
    assert view.suggested == wanted
    assert (await staffed.approvals.list(ORGANISATION))[0].suggested == wanted
    assert (await staffed.conversation()).suggested == wanted
    (turn,) = await RecordRepository(staffed.database).turns(CONVERSATION)
    assert turn.record is not None
    assert turn.record.suggested == wanted
    (decided,) = [event for event in await staffed.audit.events(CONVERSATION) if event.kind == "turn_decided"]
    assert decided.data["suggested"][0] == {"person": "anna", "reasons": [SKILLED, ROOM]}
    assert "Anna" not in str(decided.data)


async def test_only_people_of_the_group_that_is_asked_are_suggested(staffed: Stage) -> None:
    await staffed.drafted()
    group = AskedGroup(roles=("approver",), people=("ben",), team="desk")
    waiting = approval().model_copy(update={"roles": (), "groups": (group,)})
    await staffed.approvals.request(asked(approval=waiting), NOW)
    assert (await staffed.conversation()).suggested == (
        Suggestion(person="ben", reasons=("belongs to the team desk", SKILLED, FREE)),
    )


async def test_a_handover_goes_to_anybody_by_skills_history_and_load(staffed: Stage) -> None:
    await staffed.drafted()
    await open_other(staffed, "conversation-2", owner=Owner(kind="human_agent", id="anna"))
    await staffed.deliveries.escalate(escalated(), NOW)
    view = await staffed.conversation()
    assert (view.status, view.owner) == (Status.WITH_HUMAN, Owner(kind="human_agent"))
    assert people(view) == ["ben", "cy", "anna"]
    assert view.suggested[2].reasons == (SKILLED, "holds 1 of at most 1 open conversations")
    (turn,) = await RecordRepository(staffed.database).turns(CONVERSATION)
    assert turn.record is not None
    assert turn.record.suggested == view.suggested


async def test_who_answered_the_customer_last_is_known_across_conversations(staffed: Stage) -> None:
    insert = "INSERT INTO customers (customer_id, organisation) VALUES ('customer-1', $1) RETURNING customer_id"
    await staffed.database.fetchval(insert, ORGANISATION)
    for number, owner in (("7", "ben"), ("8", "cy")):
        await open_other(staffed, f"conversation-{number}", customer="customer-1" if number == "7" else None)
        key = {"conversation_id": f"conversation-{number}"}
        await staffed.conversations.change_ownership(
            ownership(Owner(kind="human_agent", id=owner)).model_copy(update=key), NOW
        )
        said = human_reply(f"human-{number}").model_copy(update=key | {"author_id": owner})
        await staffed.deliveries.deliver_stored(said, NOW)
    await open_other(staffed, "conversation-9", customer="customer-1")
    key = {"conversation_id": "conversation-9"}
    await staffed.turns.begin_draft(generate("draft-9", message("m")).model_copy(update=key), NOW)
    await staffed.deliveries.escalate(escalated(**key, draft_id=None, record=None), NOW)
    view = await staffed.conversations.get("conversation-9")
    assert view is not None
    assert {one.person for one in view.suggested if "answered this customer last" in one.reasons} == {"ben"}


async def test_a_customers_language_counts(staffed: Stage) -> None:
    french = draft().model_copy(update={"customer_language": "fr"})
    await staffed.turns.begin_draft(generate("draft-1", message("m")), NOW)
    await staffed.turns.save_draft(generate("draft-1"), french)
    await staffed.deliveries.escalate(escalated(), NOW)
    first = (await staffed.conversation()).suggested[0]
    assert (first.person, first.reasons) == ("cy", ("lacks the skill delivery", "writes French", FREE))


async def test_a_topic_that_was_not_sure_is_no_reason(staffed: Stage) -> None:
    await staffed.turns.begin_draft(generate("draft-1", message("m")), NOW)
    await staffed.turns.save_draft(generate("draft-1"), draft().model_copy(update={"chosen_by": "default"}))
    await staffed.deliveries.escalate(escalated(), NOW)
    assert [(one.person, one.reasons) for one in (await staffed.conversation()).suggested] == [
        ("anna", (ROOM,)),
        ("ben", (FREE,)),
        ("cy", (FREE,)),
    ]


@pytest.mark.parametrize("spec_hash", [None, VERSION.content_hash, "0" * 64])
async def test_without_people_nobody_is_suggested(staffed: Stage, spec_hash: str | None) -> None:
    """As by a workflow of the version before, which does not say which specification it is."""
    await staffed.drafted()
    await staffed.approvals.request(asked(spec_hash=spec_hash), NOW)
    assert (await staffed.conversation()).suggested == ()
    view = await staffed.approvals.get("approval-1")
    assert view is not None
    assert view.suggested == ()


async def test_people_whom_a_newer_version_describes_otherwise_hold_nothing_up(staffed: Stage) -> None:
    await staffed.database.fetchval(
        """
        WITH newer AS (SELECT replace(document::text, '"Anna"', '"Anna","pronoun":"she"') AS text
                       FROM spec_versions WHERE content_hash = $1)
        INSERT INTO spec_versions (content_hash, organisation, document, topic_model, calibration, published_by)
        SELECT encode(sha256(convert_to(text, 'UTF8')), 'hex'), 'newer', text::json, '', '{}', 'x' FROM newer
        """,
        STAFFED.content_hash,
    )
    newer = await staffed.database.fetchval("SELECT content_hash FROM spec_versions WHERE organisation = 'newer'")
    await staffed.drafted()
    await staffed.deliveries.escalate(escalated(spec_hash=newer), NOW)
    view = await staffed.conversation()
    assert (view.status, view.suggested) == (Status.WITH_HUMAN, ())


async def test_a_suggestion_ends_when_somebody_has_it(staffed: Stage) -> None:
    await staffed.drafted()
    await staffed.deliveries.escalate(escalated(), NOW)
    await staffed.conversations.change_ownership(ownership(revision=3), NOW)
    assert (await staffed.conversation()).suggested == ()


async def test_a_suggestion_ends_with_the_approval(staffed: Stage) -> None:
    await staffed.drafted()
    await staffed.approvals.request(asked(), NOW)
    closure = ApprovalClosure(approval=approval(), decision=decide())
    await staffed.deliveries.deliver_stored(reply(channel=WEB_CHAT, closure=closure), NOW)
    assert ((await staffed.conversation()).status, (await staffed.conversation()).suggested) == (Status.OPEN, ())
    view = await staffed.approvals.get("approval-1")
    assert view is not None
    assert [one.person for one in view.suggested] == ["anna", "ben"], "the record of the decision stays"


async def test_a_suggestion_ends_when_the_customer_writes_again(staffed: Stage) -> None:
    await staffed.drafted()
    await staffed.approvals.request(asked(), NOW)
    await staffed.conversations.record_messages(CONVERSATION, 2, [message("b")])
    assert (await staffed.conversation()).suggested == ()


@pytest.mark.parametrize(("hours", "wanted"), [(1, ["ben"]), (0, ["anna", "ben"])])
async def test_whoever_is_away_is_not_suggested(staffed: Stage, hours: int, wanted: list[str]) -> None:
    away = Absence(person_id="anna", until=NOW + timedelta(hours=hours))
    await AbsenceRepository(staffed.database).put(ORGANISATION, away, "anna", "api", NOW)
    await staffed.drafted()
    await staffed.approvals.request(asked(), NOW)
    view = await staffed.approvals.get("approval-1")
    assert view is not None
    assert [one.person for one in view.suggested] == wanted
