"""The embedded reply writer: needs no key and no download, and says only what a source says.

It is no language model. It picks the sentences of the retrieved passages that answer each question, word for word,
tells customer facts by templates, names its sources, asks back when a message is too vague, and otherwise abstains, so
that a person answers; as it does when its draft was rejected and the reason leads to no other. It cannot rephrase or
reason; its own few sentences are English.
"""

from collections.abc import Sequence
from time import perf_counter
from typing import Literal

from domain.conversation.messages import Author
from domain.conversation.turn import Citation, Fact, Usage
from domain.identity.customer_facts import facts_named, told
from domain.language.questions import MessageKind, says_it_did_not_help
from domain.language.text import content_words
from domain.specification.organisation import AiAgentSpec
from integrations.llm.base import Passage, ReplyRequest, ReplyTools, WrittenReply
from integrations.llm.extract import MAX_ANSWER_WORDS, answer_from, passages_for_answer
from integrations.llm.instruction import asks_for_less, finds_fault

ENOUGH_TO_ANSWER = 0.12
ENOUGH_FOR_WORDS = {0: 1.0, 1: 0.55, 2: 0.55, 3: 0.3}
"""How well an article must know a message of so few telling words, lest it be asked back."""
ENOUGH_TO_OFFER = 0.15
ENOUGH_TO_ADD = 0.5
OFFERED_ARTICLES = 3
SHORT_ANSWER_WORDS = 40

Block = tuple[str, Citation]


class LocalReplyWriter:
    """Extracts answers; the same request always gets the same reply. It uses no tools."""

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
        started = perf_counter()
        written = _write(request)
        if written.text and written.text in request.rejected:
            written = _nothing()
        usage = Usage(model="local", model_ms=(perf_counter() - started) * 1000)
        return written.model_copy(update={"usage": usage})


def _write(request: ReplyRequest) -> WrittenReply:
    if request.customer_language:
        return _nothing("language")
    if request.kind is MessageKind.COURTESY:
        return _reply(request, ["You are welcome! Write to me here whenever something else comes up."])
    if request.kind is MessageKind.GREETING:
        return _ask(request, "How can I help you today?")
    if request.kind is MessageKind.WHO_ANSWERS:
        return _reply(request, [_introduction(request)])
    if not request.transcript and not any(part.facts for part in request.asked) and _is_too_little(request):
        return _clarify(request)
    return _from_sources(request)


def _is_too_little(request: ReplyRequest) -> bool:
    """Nothing to go by, or a few words that no article knows."""
    best = max((passage.score for passage in request.passages), default=0.0)
    enough = ENOUGH_FOR_WORDS.get(len(content_words(request.question)), 0.0)
    return request.kind is MessageKind.VAGUE or best < enough


def _from_sources(request: ReplyRequest) -> WrittenReply:
    """Every question is answered, or none: what the reply leaves out would look as if it had been read."""
    told_of, blocks = list[Fact](), list[Block]()
    for part in request.asked:
        facts = facts_named(part.text or request.question, part.facts, request.facts)
        told_of += (fact for fact in facts if fact not in told_of)
        found = [] if facts else _usable(_found_for(part.text, request), request)
        if not facts and (not found or found[0].score < ENOUGH_TO_ANSWER):
            return _nothing()
        blocks += [_block(found, part.text, request)] if found else []
    if request.instruction:
        blocks += _asked_by_a_person(_usable(_found_for(request.instruction, request), request), request, blocks)
    different = dict(blocks)
    texts = [told(told_of, request.currency), *different] if told_of else [*different]
    written = _reply(request, texts, [*_cited(told_of), *different.values()])
    return written.model_copy(update={"clarifying_question": _which_of(request.near_articles, request)})


def _found_for(text: str, request: ReplyRequest) -> list[Passage]:
    return [passage for passage in request.passages if passage.found_for == text]


def _usable(found: list[Passage], request: ReplyRequest) -> list[Passage]:
    """Without the article that a person found fault with, and without what was said before and did not help."""
    if found and finds_fault(request.instruction) and found[0].found_for != request.instruction:
        found = [passage for passage in found if passage.article_id != found[0].article_id]
    if not says_it_did_not_help(request.question):
        return found
    said = "\n".join(line.text for line in request.transcript if line.author is not Author.CUSTOMER)
    return [passage for passage in found if passage.text.split("\n")[0] not in said]


def _block(found: Sequence[Passage], asked: str, request: ReplyRequest) -> Block:
    chosen, longest = passages_for_answer(found, asked), MAX_ANSWER_WORDS
    if asks_for_less(request.instruction):
        chosen, longest = chosen[-1:], SHORT_ANSWER_WORDS
    newest = request.question if asked.endswith(request.question.strip()) else asked
    texts = [answer_from(passage, newest, request.language, longest // len(chosen)) for passage in chosen]
    return "\n".join(texts), _citation(found[0], texts[0])


def _asked_by_a_person(found: Sequence[Passage], request: ReplyRequest, blocks: Sequence[Block]) -> list[Block]:
    """What the reviewer or colleague asked for, where a source says it and the reply does not say it yet."""
    if not found or found[0].score < ENOUGH_TO_ADD:
        return []
    text = answer_from(found[0], request.instruction, request.language, SHORT_ANSWER_WORDS)
    return [] if any(text in said for said, _ in blocks) else [(text, _citation(found[0], text))]


def _clarify(request: ReplyRequest) -> WrittenReply:
    offered = dict.fromkeys(p.title for p in request.passages if p.score >= ENOUGH_TO_OFFER)
    which = _which_of(list(offered)[:OFFERED_ARTICLES], request)
    if which:
        return WrittenReply(clarifying_question=which, usage=Usage(model="local"))
    return _ask(request, "Could you tell me a little more: what did you try to do, and what happened instead?")


def _which_of(titles: Sequence[str], request: ReplyRequest) -> str:
    """Asks which of several articles is meant; nothing where there are not several."""
    if len(titles) < 2:
        return ""
    quoted = [f"“{title}”" for title in titles]
    question = f"Is it about {', '.join(quoted[:-1])} or {quoted[-1]}? Or about something else?"
    return _greeted(question, request)


def _ask(request: ReplyRequest, question: str) -> WrittenReply:
    return WrittenReply(clarifying_question=_greeted(question, request), usage=Usage(model="local"))


def _greeted(question: str, request: ReplyRequest) -> str:
    return f"{_greeting(request.ai_agent)} {question}" if request.greet else question


def _nothing(refusal: Literal["language"] | None = None) -> WrittenReply:
    return WrittenReply(refusal=refusal, usage=Usage(model="local"))


def _reply(request: ReplyRequest, blocks: Sequence[str], citations: Sequence[Citation] = ()) -> WrittenReply:
    named = dict.fromkeys(_named_source(citation) for citation in citations if citation.source)
    closing = [f"More on this: {'; '.join(named)}"] if named else []
    greeting = [_greeting(request.ai_agent)] if request.greet else []
    text = "\n\n".join([*greeting, *blocks, *closing])
    return WrittenReply(text=text, citations=tuple(citations), usage=Usage(model="local"))


def _greeting(ai_agent: AiAgentSpec) -> str:
    formal = "formal" in ai_agent.tone and "informal" not in ai_agent.tone
    return "Good day, thank you for your message." if formal else "Hello, thanks for getting in touch."


def _introduction(request: ReplyRequest) -> str:
    who = f"I am {request.ai_agent.name}, an AI agent of {request.organisation}."
    return f"{who} If you would rather talk to a person, tell me so, and a colleague takes over."


def _named_source(citation: Citation) -> str:
    return f"{citation.title} ({citation.source})" if citation.source != citation.title else citation.title


def _citation(passage: Passage, text: str) -> Citation:
    quote = text.split("\n")[0]
    return Citation(source_id=passage.article_id, title=passage.title, source=passage.source, quote=quote)


def _cited(facts: Sequence[Fact]) -> list[Citation]:
    return [Citation(source_id=f"fact:{fact.name}", title=fact.name, quote=fact.value) for fact in facts]
