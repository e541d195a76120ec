"""The question that a draft answers, from what the store knows of a conversation."""

from collections.abc import Sequence

from answering.understanding import DraftQuestion
from domain.conversation.turn import CustomerContext
from domain.identity.check import without_codes
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
) -> DraftQuestion:
    """`ai_agent` is who answers at present, `rejected` the drafts that people rejected since the last reply."""
    context = basis.context or CustomerContext()
    missing = tuple(dict.fromkeys((*context.missing, *missing_sources)))
    return DraftQuestion(
        draft_id=draft_id,
        text="\n".join(without_codes(basis.unanswered)),
        transcript=tuple(TranscriptLine(author=said.author, text=said.text) for said in basis.transcript),
        context=context.model_copy(update={"missing": missing}),
        ai_agent=ai_agent,
        instruction=instruction,
        rejected=tuple(rejected),
        greet=not basis.greeted,
        done=tuple(done),
    )
