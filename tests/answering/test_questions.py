"""What the store knows of a conversation as the question of a draft."""

import pytest

from answering.questions import question_of
from domain.conversation.messages import Author
from domain.conversation.turn import CustomerContext
from domain.identity.check import MASK
from integrations.llm.base import TranscriptLine
from storage.views import DraftBasis, EarlierMessage

BASIS = DraftBasis(
    unanswered=("What plan are we on?", MASK, "And since when?"),
    transcript=(EarlierMessage(author=Author.AI_AGENT, text="Hello"),),
    context=CustomerContext(matches=1, missing=("zendesk",)),
    greeted=True,
)


def test_everything_unanswered_is_asked_together_without_codes() -> None:
    question = question_of("d-1", BASIS, ai_agent="billing", missing_sources=("zendesk", "salesforce"))
    assert (question.draft_id, question.ai_agent) == ("d-1", "billing")
    assert question.text == "What plan are we on?\nAnd since when?"
    assert question.transcript == (TranscriptLine(author=Author.AI_AGENT, text="Hello"),)
    assert question.context == CustomerContext(matches=1, missing=("zendesk", "salesforce"))
    assert not question.greet


def test_what_a_person_asked_for_and_rejected_travels_along() -> None:
    question = question_of("d-1", DraftBasis(), ai_agent=None, instruction="shorter", rejected=["a long text"])
    assert (question.instruction, question.rejected) == ("shorter", ("a long text",))
    assert question.greet
    assert question.context == CustomerContext()


@pytest.mark.parametrize(
    ("channel", "ai_replied", "first_on"),
    [("email", False, "email"), ("email", True, None), (None, False, None)],
)
def test_the_first_reply_that_customers_read_knows_its_channel(
    channel: str | None, ai_replied: bool, first_on: str | None
) -> None:
    basis = DraftBasis(greeted=True, ai_replied=ai_replied)
    assert question_of("d-1", basis, ai_agent=None, channel=channel).first_on == first_on
