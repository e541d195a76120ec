"""The embedded reply writer: needs no key and no download, and says only what a source says.

It is no language model. It picks the sentences of the retrieved passages that answer the question, word for word, tells
customer facts by templates, names its sources, asks back when a message is too vague, and otherwise abstains, so that
a person answers. What it cannot do is reason over several sources or rephrase them.
"""

import re
from itertools import groupby
from time import perf_counter

from domain.customer_facts import asks_for_fact, asks_for_own_data, fact_sentence
from domain.questions import is_courtesy, is_greeting, is_vague
from domain.turn import Citation, Fact, Usage
from integrations.llm.base import Passage, ReplyRequest, WrittenReply
from integrations.llm.extract import answer_from

ENOUGH_TO_ANSWER = 0.3
ENOUGH_TO_OFFER = 0.15
OFFERED_ARTICLES = 3
GREETING = "Hello, thanks for getting in touch."


class LocalReplyWriter:
    """Extracts answers; the same request always gets the same reply."""

    async def write_reply(self, request: ReplyRequest) -> WrittenReply:
        started = perf_counter()
        written = _write(request)
        usage = Usage(model="local", model_ms=(perf_counter() - started) * 1000)
        return written.model_copy(update={"usage": usage})


def _write(request: ReplyRequest) -> WrittenReply:
    if is_courtesy(request.question):
        return _reply(request, ["You are welcome! Write to me here whenever something else comes up."], [])
    if is_greeting(request.question):
        return _ask(request, "How can I help you today?")
    facts = [fact for fact in request.facts if asks_for_fact(request.question, fact.name)]
    if asks_for_own_data(request.question) and facts:
        told = [fact_sentence(fact.name, fact.value) for fact in facts]
        return _reply(request, [" ".join(told)], [_fact_citation(fact) for fact in facts])
    if is_vague(request.question):
        return _clarify(request)
    return _extract(request)


def _extract(request: ReplyRequest) -> WrittenReply:
    blocks, citations = list[str](), list[Citation]()
    for asked, found in groupby(request.passages, key=lambda passage: passage.found_for):
        best = next(iter(found))
        if best.score < ENOUGH_TO_ANSWER:
            return _nothing()
        answer = answer_from(best, asked, request.language)
        if answer not in blocks:
            blocks.append(answer)
            citations.append(_citation(best, answer))
    return _reply(request, blocks, citations) if blocks else _nothing()


def _clarify(request: ReplyRequest) -> WrittenReply:
    offered = dict.fromkeys(p.title for p in request.passages if p.score >= ENOUGH_TO_OFFER)
    titles = [f"“{title}”" for title in list(offered)[:OFFERED_ARTICLES]]
    if len(titles) < 2:
        return _ask(request, "Could you tell me a little more: what did you try to do, and what happened instead?")
    return _ask(request, f"Which of these is it about: {', '.join(titles[:-1])} or {titles[-1]}? Or something else?")


def _ask(request: ReplyRequest, question: str) -> WrittenReply:
    text = f"{GREETING} {question}" if request.greet else question
    return WrittenReply(clarifying_question=text, usage=Usage(model="local"))


def _nothing() -> WrittenReply:
    return WrittenReply(usage=Usage(model="local"))


def _reply(request: ReplyRequest, blocks: list[str], citations: list[Citation]) -> WrittenReply:
    named = dict.fromkeys(_named_source(citation) for citation in citations if citation.source)
    closing = [f"More on this: {'; '.join(named)}"] if named else []
    greeting = [GREETING] if request.greet else []
    text = "\n\n".join([*greeting, *blocks, *closing])
    return WrittenReply(text=text, citations=tuple(citations), usage=Usage(model="local"))


def _named_source(citation: Citation) -> str:
    return f"{citation.title} ({citation.source})" if citation.source != citation.title else citation.title


def _citation(passage: Passage, answer: str) -> Citation:
    quote = re.split(r"\n", answer)[0]
    return Citation(source_id=passage.article_id, title=passage.title, source=passage.source, quote=quote)


def _fact_citation(fact: Fact) -> Citation:
    return Citation(source_id=f"fact:{fact.name}", title=fact.name, quote=fact.value)
