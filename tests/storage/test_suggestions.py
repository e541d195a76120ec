from storage.suggestions import SuggestionRepository
from tests.storage.resolved import answered, opened
from tests.storage.stage import CONVERSATION, NOW, Stage, draft, generate, later


async def test_the_newest_draft_that_was_not_sent_is_offered(stage: Stage) -> None:
    suggestions = SuggestionRepository(stage.database)
    assert await suggestions.latest(CONVERSATION) is None
    for turn, draft_id in enumerate(("draft-a", "draft-b"), start=1):
        input = generate(draft_id, turn=turn, suggestion=True)
        await stage.turns.save_draft(input, draft(draft_id))
    found = await suggestions.latest(CONVERSATION)
    assert found is not None
    assert (found.draft_id, found.suggestion) == ("draft-b", True)
    assert await suggestions.get(CONVERSATION, "draft-a") is not None
    assert await suggestions.get("conversation-9", "draft-a") is None
    assert await suggestions.get(CONVERSATION, "nothing") is None


async def test_what_was_sent_is_no_suggestion(stage: Stage) -> None:
    await opened(stage, "cv_answered", "Where is it?")
    await answered(stage, "cv_answered", "It arrives today.")
    suggestions = SuggestionRepository(stage.database)
    assert await suggestions.latest("cv_answered") is None
    assert await suggestions.get("cv_answered", "draft-of-cv_answered-1") is None


async def test_the_first_word_about_a_suggestion_counts(stage: Stage) -> None:
    await stage.turns.save_draft(generate("draft-a", suggestion=True), draft("draft-a"))
    suggestions = SuggestionRepository(stage.database)
    assert await suggestions.use_of("draft-a") is None
    first = await suggestions.use("draft-a", CONVERSATION, "edited", "anna", NOW)
    again = await suggestions.use("draft-a", CONVERSATION, "ignored", "bo", later(5))
    assert first == again == await suggestions.use_of("draft-a")
    assert (first.used, first.used_by, first.at) == ("edited", "anna", NOW)
    events = [event for event in await stage.audit.events(CONVERSATION) if event.kind == "suggestion_used"]
    assert [(event.actor, event.data) for event in events] == [("anna", {"draft_id": "draft-a", "used": "edited"})]


async def test_the_steps_of_journeys_that_are_under_way(stage: Stage) -> None:
    await stage.database.fetchval(
        """
        WITH j AS (
            INSERT INTO journeys (run_id, workflow_id, organisation, conversation_id, journey, spec_hash, entered_by,
                                  state, began_at, updated_at)
            SELECT 'run', 'workflow', organisation, conversation_id, 'onboarding', spec_hash, 'anna', 'under_way', $2,
                $2
            FROM conversations WHERE conversation_id = $1 RETURNING run_id)
        INSERT INTO journey_steps (run_id, step, visit, kind, owner, began_at, ended_at, outcome)
        SELECT run_id, s.step, 1, 'promise', 'anna', $2, s.ended, s.outcome
        FROM j, (VALUES ('done', $2::timestamptz, 'done'), ('call', NULL, NULL)) AS s (step, ended, outcome)
        """,
        CONVERSATION,
        NOW,
    )
    (step,) = await SuggestionRepository(stage.database).waiting_steps(CONVERSATION)
    assert (step.journey, step.step, step.kind) == ("onboarding", "call", "promise")
