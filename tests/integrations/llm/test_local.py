from datetime import UTC, datetime

import pytest

from domain.conversation.messages import Author
from domain.conversation.turn import Fact
from domain.language.questions import MessageKind
from domain.specification.organisation import AiAgentSpec
from integrations.knowledge.markdown import MarkdownKnowledge
from integrations.llm.base import AskedPart, Passage, ReplyRequest, TranscriptLine, WrittenReply
from integrations.llm.local import LocalReplyWriter
from tests.organisation import ARTICLES, SERVICE

KNOWLEDGE = MarkdownKnowledge(ARTICLES)
READ_AT = datetime(2026, 1, 1, tzinfo=UTC)


def request(question: str, **changes: object) -> ReplyRequest:
    asked: dict[str, object] = {
        "organisation": "Bike Shop",
        "language": "en",
        "ai_agent": SERVICE,
        "question": question,
        "passages": KNOWLEDGE.search(question),
        "greet": False,
    }
    return ReplyRequest.model_validate(asked | changes)


async def write(question: str, **changes: object) -> WrittenReply:
    return await LocalReplyWriter().write_reply(request(question, **changes))


async def test_an_answer_is_a_quotation_with_its_source() -> None:
    written = await write("Can I return custom frames?")
    assert written.text == (
        "Custom frames cannot be returned.\n\nMore on this: Returns and refunds (https://shop.example/help/refunds)"
    )
    [citation] = written.citations
    assert (citation.source_id, citation.quote) == ("refunds", "Custom frames cannot be returned.")
    assert written.usage.model == "local"


async def test_instructions_come_as_steps_without_markdown() -> None:
    written = await write("How do I reset my password?")
    assert "1. Open the sign-in page and choose Forgot password." in written.text
    assert "*" not in written.text
    assert "](" not in written.text


async def test_the_first_reply_greets_in_the_ai_agents_tone() -> None:
    assert (await write("Can I return custom frames?", greet=True)).text.startswith("Hello")
    formal: AiAgentSpec = SERVICE.model_copy(update={"tone": "formal and brief"})
    assert (await write("Can I return custom frames?", greet=True, ai_agent=formal)).text.startswith("Good day")


async def test_without_a_source_it_abstains() -> None:
    written = await write("Who won the football match in Lisbon last night?")
    assert (written.text, written.clarifying_question, written.citations) == ("", "", ())
    assert written.refusal is None


@pytest.mark.parametrize("reply_language", ["", "de"])
async def test_it_writes_in_the_language_of_the_articles_only(reply_language: str) -> None:
    """Whatever the organisation would answer in: it quotes."""
    question = "Wie kann ich mein Passwort neu setzen?"
    written = await write(question, customer_language="de", reply_language=reply_language)
    assert (written.text, written.clarifying_question, written.citations) == ("", "", ())
    assert written.refusal == "language"


async def test_a_vague_message_gets_a_question_back() -> None:
    written = await write("It does not work")
    assert written.text == ""
    assert written.clarifying_question.endswith("?")


async def test_a_few_words_that_no_article_knows_get_a_question_back() -> None:
    assert (await write("gearbox firmware")).clarifying_question.endswith("?")


async def test_a_greeting_is_returned() -> None:
    assert (await write("Hello", greet=True)).clarifying_question.endswith("How can I help you today?")


async def test_thanks_need_no_source() -> None:
    assert (await write("Thanks a lot!")).text.startswith("You are welcome")


async def test_it_says_that_it_is_an_ai_agent() -> None:
    assert "an AI agent of Bike Shop" in (await write("Are you a human?")).text


async def test_a_fact_is_told_and_cited() -> None:
    facts = (Fact(name="plan", value="Gold", source="directory", as_of=READ_AT),)
    written = await write("What plan am I on?", facts=facts)
    assert written.text == "You are on the Gold plan."
    assert [citation.source_id for citation in written.citations] == ["fact:plan"]


FACTS = (
    Fact(name="plan", value="Gold", source="directory", as_of=READ_AT),
    Fact(name="seats", value="7", source="directory", as_of=READ_AT),
)


@pytest.mark.parametrize(("asked", "told"), [(("plan",), "You are on the Gold plan."), (("salary",), "")])
async def test_a_fact_that_is_asked_for_by_meaning_is_told(asked: tuple[str, ...], told: str) -> None:
    question = "Remind me of what we bought from you, please, I was not here then"
    part = AskedPart(text=question, facts=asked)
    assert (await write(question, facts=FACTS, asked=(part,), passages=())).text == told


async def test_facts_and_articles_answer_one_message_together() -> None:
    question = "Which plan am I on? How long is the warranty?"
    warranty = KNOWLEDGE.search("How long is the warranty?")
    asked = (
        AskedPart(text="Which plan am I on?", facts=("plan",)),
        AskedPart(text="How long is the warranty?"),
    )
    written = await write(question, facts=FACTS, asked=asked, passages=warranty)
    assert "You are on the Gold plan." in written.text
    assert "10 years" in written.text
    assert [citation.source_id for citation in written.citations] == ["fact:plan", "warranty"]
    assert (await write(question, facts=FACTS, asked=asked, passages=())).text == ""


async def test_where_two_articles_are_near_the_answer_comes_with_a_question_which_is_meant() -> None:
    written = await write("Can I return custom frames?", near_articles=("Returns and refunds", "Warranty"), greet=True)
    assert "Custom frames cannot be returned." in written.text
    assert written.clarifying_question.endswith(
        "Is it about “Returns and refunds” or “Warranty”? Or about something else?"
    )
    assert written.clarifying_question.startswith("Hello")
    assert (await write("Can I return custom frames?")).clarifying_question == ""


@pytest.mark.parametrize(
    ("kind", "text", "asks"),
    [
        (MessageKind.COURTESY, "You are welcome", False),
        (MessageKind.GREETING, "", True),
        (MessageKind.VAGUE, "", True),
    ],
)
async def test_what_the_message_wants_is_as_the_request_says(kind: MessageKind, text: str, asks: bool) -> None:
    written = await write("Can I return custom frames?", kind=kind)
    assert written.text.startswith(text)
    assert bool(written.clarifying_question) is asks


async def test_two_questions_get_two_answers() -> None:
    passages: tuple[Passage, ...] = (
        *KNOWLEDGE.search("How long is the warranty?"),
        *KNOWLEDGE.search("delivery to France"),
    )
    written = await write("How long is the warranty? And delivery to France?", passages=passages)
    assert "10 years" in written.text
    assert "9.90 EUR" in written.text
    assert [citation.source_id for citation in written.citations] == ["warranty", "delivery"]


async def test_one_question_without_a_source_leaves_all_to_a_person() -> None:
    passages = (
        *KNOWLEDGE.search("How long is the warranty?"),
        KNOWLEDGE.search("weather delivery tomorrow in Rome")[0],
    )
    weak = (*passages[:-1], passages[-1].model_copy(update={"score": 0.1}))
    assert (await write("How long is the warranty? The weather in Rome?", passages=weak)).text == ""


async def test_a_follow_up_is_answered_for_what_is_new() -> None:
    asked = "What does delivery to France cost? And to Germany?"
    written = await write("And to Germany?", passages=KNOWLEDGE.search(asked))
    assert "Germany: Price 4.90 EUR" in written.text
    assert "France" not in written.text


async def test_a_reviewer_who_found_the_wrong_article_gets_another() -> None:
    passages = KNOWLEDGE.search("how do I return a frame under warranty")
    first = await write("how do I return a frame under warranty", passages=passages)
    second = await write("how do I return a frame under warranty", passages=passages, instruction="wrong article")
    assert first.citations[0].source_id != second.citations[0].source_id


async def test_what_a_reviewer_asked_for_is_added_where_a_source_says_it() -> None:
    question, instruction = "How long does delivery take?", "mention the tracking number"
    passages = (*KNOWLEDGE.search(question), *KNOWLEDGE.search(instruction))
    written = await write(question, passages=passages, instruction=instruction)
    assert "tracking number in your order confirmation" in written.text


async def test_a_draft_that_was_rejected_is_not_offered_again() -> None:
    first = await write("How do I reset my password?")
    again = await write("How do I reset my password?", instruction="no", rejected=(first.text,))
    assert (first.text != "", again.text, again.clarifying_question) == (True, "", "")
    other = await write("How do I reset my password?", instruction="shorter please", rejected=(first.text,))
    assert other.text


async def test_a_reviewer_who_wants_less_gets_less() -> None:
    full = await write("How do I reset my password?")
    short = await write("How do I reset my password?", instruction="shorter please")
    assert 0 < len(short.text) < len(full.text)


async def test_an_answer_that_did_not_help_is_not_repeated() -> None:
    question = "How do I reset my password?"
    said = TranscriptLine(author=Author.AI_AGENT, text=(await write(question)).text)
    again = await write("I tried that, it still does not work", passages=KNOWLEDGE.search(question), transcript=(said,))
    assert "1. Open the sign-in page" not in again.text
