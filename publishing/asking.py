"""Asking the models of a planned version again about turns that are over. Nothing is sent, and no tool is called."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from answering.organisations import ServedVersion
from answering.questions import question_of
from answering.understanding import DraftQuestion
from domain.conversation.asking_again import Answers, AskedAgain, sample_of
from domain.conversation.deciding import decide_draft
from domain.conversation.groups import Answered
from domain.conversation.redeciding import RecordedTurn, UnknownTurn
from domain.conversation.turn import Decision, Draft
from domain.quality.trust import held_by
from storage.decided_turns import DecidedTurnRepository
from storage.views import RecordedQuestion

AT_ONCE = 4


@dataclass(frozen=True)
class Sample:
    """How many of the unknown turns are asked again, and how often each."""

    size: int
    times: int


async def ask_again(
    repository: DecidedTurnRepository,
    planned: ServedVersion,
    turns: Sequence[RecordedTurn],
    unknown: Sequence[UnknownTurn],
    sample: Sample,
) -> Answers:
    """Draft and decide a sample of the unknown turns as the planned version would.

    Raises what its models raise. It is asked without tools, so turns that fall to an AI agent with tools are left out.
    Turns that a journey asked for are no part of it: the instruction was the question, and what the customer had
    written last is another one.
    """
    recorded = {(turn.conversation_id, turn.turn): turn for turn in turns}
    askable = [one for one in unknown if not recorded[one.conversation_id, one.turn].draft.for_journey]
    at_once = asyncio.Semaphore(AT_ONCE)

    async def one(drawn: UnknownTurn) -> AskedAgain | None:
        turn = recorded[drawn.conversation_id, drawn.turn]
        async with at_once:
            question = await repository.question(turn.conversation_id, turn.turn)
            after = await _answers(planned, turn, question, sample.times) if question else ()
        before = turn.record.decision
        if not after:
            return None
        return AskedAgain(conversation_id=turn.conversation_id, turn=turn.turn, before=before, after=after)

    answers = await asyncio.gather(*map(one, sample_of(askable, sample.size)))
    asked = tuple(answer for answer in answers if answer)
    return Answers(
        times=sample.times,
        turns=asked,
        left_out=len(answers) - len(asked),
        instructed=len(unknown) - len(askable),
    )


async def _answers(
    planned: ServedVersion, turn: RecordedTurn, question: RecordedQuestion, times: int
) -> tuple[Decision, ...]:
    """What is decided each time; nothing where tools would be needed."""
    decisions = list[Decision]()
    for _ in range(times):
        draft = await planned.drafter.draft(_asked(turn, question))
        if planned.specification.ai_agent(draft.ai_agent).tools:
            return ()
        decisions.append(await _decided(planned, turn, question, draft))
    return tuple(decisions)


async def _decided(planned: ServedVersion, turn: RecordedTurn, question: RecordedQuestion, draft: Draft) -> Decision:
    evidence = draft.evidence
    if planned.validator and draft.text:
        verdict = await planned.drafter.check(_asked(turn, question), draft, planned.validator)
        evidence = evidence.model_copy(update={"validator": verdict.supported})
    counts = Answered(exchanges=turn.record.exchanges, clarifications=turn.record.clarifications)
    record = decide_draft(
        draft,
        evidence.under(turn.mode, held_by(planned.specification.ai_agent(draft.ai_agent), turn.draft.held_to)),
        planned.policy,
        counts,
        turn=turn.turn,
        revision=turn.record.revision,
        now=turn.record.decided_at,
    )
    return record.decision


def _asked(turn: RecordedTurn, question: RecordedQuestion) -> DraftQuestion:
    return question_of(turn.draft.draft_id, question, ai_agent=question.ai_agent, instruction=question.instruction)
