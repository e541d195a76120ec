"""The question that a draft answers, from what the store knows of a conversation."""

from collections.abc import Sequence

from answering.understanding import DraftQuestion
from domain.conversation.turn import CustomerContext
from domain.identity.check import without_codes
from domain.journeys.work import DraftedWork, Instruct
from domain.specification.organisation import ChannelKind
from domain.tools.calls import RecordedCall
from integrations.llm.base import TranscriptLine
from storage.views import DraftBasis


def question_of(
    draft_id: str,
    basis: DraftBasis,
    *,
    ai_agent: str | None,
    missing_sources: tuple[str, ...] = (),
    instruction: str = "",
    rejected: Sequence[str] = (),
    done: Sequence[RecordedCall] = (),
    work: DraftedWork | None = None,
    channel: ChannelKind | None = None,
) -> DraftQuestion:
    """`ai_agent` is who answers at present, `rejected` the drafts that people rejected since the last reply.

    `channel` is that by which the draft would leave; None where customers do not read it.

    To an AI agent that a journey instructs, as `work` says, the instruction is what is asked.
    """
    instructed = work if isinstance(work, Instruct) else None
    context = basis.context or CustomerContext()
    missing = tuple(dict.fromkeys((*context.missing, *missing_sources)))
    return DraftQuestion(
        draft_id=draft_id,
        text=instructed.instruction if instructed else "\n".join(without_codes(basis.unanswered)),
        transcript=tuple(TranscriptLine(author=said.author, text=said.text) for said in basis.transcript),
        context=context.model_copy(update={"missing": missing}),
        ai_agent=instructed.ai_agent if instructed else ai_agent,
        is_assigned=instructed is not None,
        instruction=instruction,
        rejected=tuple(rejected),
        greet=not basis.greeted,
        first_on=None if basis.ai_replied else channel,
        promise_overdue=basis.promise_overdue,
        done=tuple(done),
    )
