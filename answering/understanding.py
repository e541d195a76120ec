"""What a message asks: its questions one by one, what they are about, who answers them and what from."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import Field
from pydantic_core import to_json

from answering.precedents import NOTHING_ALIKE, Likeness, Precedents
from answering.retrieval import Asked, Retrieval, Retrieved
from answering.topic_sources import TopicSources
from answering.topics.base import TopicModel
from domain.conversation.confidence import Calibration
from domain.conversation.messages import Author
from domain.conversation.turn import CustomerContext, Fact
from domain.identity.customer_facts import asks_for_a_rule, facts_asked_by_words
from domain.language.foreign import customer_language
from domain.language.questions import MessageKind, kind_of, questions_in, standalone
from domain.language.quoting import own_words
from domain.language.text import content_words, sentences
from domain.language.wishes_for_person import NEAR_ENOUGH, WISHES_FOR_A_PERSON
from domain.model import Frozen
from domain.quality.topics import TopicPrediction
from domain.specification.organisation import AiAgentSpec, Mode, SpecVersion
from domain.tools.calls import RecordedCall
from integrations.embeddings.base import NOTHING_KNOWN, Embedder, KnownVectors
from integrations.embeddings.none import NoEmbedder
from integrations.knowledge.base import KnowledgeBase
from integrations.language_identification import language_probabilities
from integrations.llm.base import AskedPart, Passage, ReplyRequest, TranscriptLine

SURE_ENOUGH_TO_ROUTE = 0.4
SURE_OF_TOPIC = 0.5
LIKELY_OUT_OF_SCOPE = 0.5
WORDS_THAT_TELL = 2
NEAR, FITS_TOO, ENOUGH_ANSWERED = 0.2, 0.3, 0.8
"""Of 31 answerable messages of TechFlow, left out of training, whose drafts were not sure enough, these ask back 12, 11
of them with the right article in the question; of 22 that needed a person, none."""


@dataclass(frozen=True)
class OrganisationModels:
    """Everything that one spec version is served with; made once, used by every turn."""

    version: SpecVersion
    knowledge: KnowledgeBase
    topics: TopicModel
    calibration: Calibration
    embedder: Embedder = field(default_factory=NoEmbedder)
    """The one whose vectors topics and knowledge were made with."""
    vectors: KnownVectors = NOTHING_KNOWN
    """Those of the topics' examples, and of the ways in which people ask for a person."""
    precedents: Precedents | None = None


class DraftQuestion(Frozen):
    """What there is to answer, and all that is known. `transcript` holds what was said before, oldest first."""

    draft_id: str
    text: str = Field(description="The customer messages that nobody has answered yet, joined by line breaks.")
    transcript: tuple[TranscriptLine, ...] = ()
    context: CustomerContext = CustomerContext()
    ai_agent: str | None = Field(None, description="Who answers at present; None is the default AI agent.")
    instruction: str = ""
    rejected: tuple[str, ...] = Field((), description="Drafts that a person rejected since the customer's question.")
    greet: bool = True
    done: tuple[RecordedCall, ...] = Field((), description="Uses of tools that write, in this conversation.")


@dataclass(frozen=True)
class UnderstoodPart:
    """One question of a message. `facts` are the names of the customer facts that it asks for and may be told."""

    text: str
    prediction: TopicPrediction
    likeness: Likeness
    retrieved: Retrieved
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Understood:
    """`prediction` is that of the question that is least safe to answer; `topic_of` has the topic of each article."""

    ai_agent: AiAgentSpec
    prediction: TopicPrediction
    parts: Sequence[UnderstoodPart]
    wishes_for_person: bool
    request: ReplyRequest
    topic_of: Mapping[str, str] = field(default_factory=dict)


class MessageReader:
    """Understands messages to one organisation; holds no state of a conversation."""

    def __init__(self, models: OrganisationModels) -> None:
        self._models = models
        self._spec = models.version.specification
        self._sources = TopicSources(self._spec.topics, models.knowledge, models.vectors)
        self._retrieval = Retrieval(models.knowledge, self._sources)

    async def read(self, question: DraftQuestion) -> Understood:
        """Raises what the embedder raises."""
        asked = standalone(question.text, _said_by_customer(question.transcript))
        own = texts_read(own_words(question.text))
        instruction = [question.instruction] if question.instruction else []
        vectors = await self._embedded([*texts_read(question.text), *texts_read(asked), *own, *instruction])
        texts, alone = questions_in(asked), _sentences_alone(question.text)
        predictions = self._models.topics.classify_all([*texts, *alone], vectors.of([*texts, *alone]))
        prediction = self._least_safe(predictions[: len(texts)], predictions[len(texts) :])
        questions = [self._asked(*one, vectors) for one in zip(texts, predictions, strict=False)]
        ai_agent = self._route(prediction, question.ai_agent)
        facts = tellable_facts(question.context, ai_agent)
        parts = [self._part(found, ai_agent, facts, vectors) for found in questions]
        added = self._retrieval.for_instruction(question.instruction, ai_agent, vectors)
        request = self._request(question, ai_agent, parts, facts, added, await self._language_of(question.text))
        wishes = self._wishes_for_person(own, vectors)
        return Understood(ai_agent, prediction, parts, wishes, request, self._sources.topic_of)

    async def _language_of(self, text: str) -> str | None:
        return await asyncio.to_thread(customer_language, text, self._spec.answers_in, language_probabilities)

    async def _embedded(self, texts: Sequence[str]) -> KnownVectors:
        different = list(dict.fromkeys(texts))
        embedder = self._models.embedder
        vectors = await embedder.embed(different)
        return KnownVectors(embedder.model, dict(zip(different, vectors, strict=True)))

    def _asked(self, text: str, prediction: TopicPrediction, vectors: KnownVectors) -> Asked:
        known, vector = self._models.precedents, vectors.get(text)
        return Asked(text, prediction, known.like(vector) if known else NOTHING_ALIKE)

    def _part(
        self, asked: Asked, ai_agent: AiAgentSpec, facts: Sequence[Fact], vectors: KnownVectors
    ) -> UnderstoodPart:
        retrieved = self._retrieval.look_up(asked, ai_agent, vectors)
        return UnderstoodPart(asked.text, asked.prediction, asked.likeness, retrieved, _facts_asked(asked, facts))

    def _least_safe(
        self, questions: Sequence[TopicPrediction], sentences: Sequence[TopicPrediction]
    ) -> TopicPrediction:
        """A topic for people decides for the message, else the least certain of its questions.

        For people it is by a sentence alone, too: read together, another one's words can hide it.
        """
        for_people = [found for found in (*questions, *sentences) if self._is_for_people(found)]
        return min(for_people or questions, key=lambda found: found.confidence)

    def _is_for_people(self, prediction: TopicPrediction) -> bool:
        """Surely on a topic that people answer, approve or watch."""
        topic = self._spec.topic(prediction.label)
        if topic is None or prediction.confidence < SURE_OF_TOPIC or prediction.out_of_scope >= LIKELY_OUT_OF_SCOPE:
            return False
        ai_agent = self._spec.ai_agent(topic.ai_agent)
        supervised = ai_agent.mode is Mode.SUPERVISION and topic.id in ai_agent.supervised_topics
        return topic.escalate or topic.sensitivity is not None or supervised

    def _route(self, prediction: TopicPrediction, current: str | None) -> AiAgentSpec:
        """The AI agent of the topic; when the topic is unsure, whoever answers at present."""
        topic = self._spec.topic(prediction.label)
        if topic and prediction.confidence >= SURE_ENOUGH_TO_ROUTE and prediction.out_of_scope < LIKELY_OUT_OF_SCOPE:
            return self._spec.ai_agent(topic.ai_agent)
        return self._spec.ai_agent(current or self._spec.default_ai_agent)

    def _wishes_for_person(self, texts: Sequence[str], vectors: KnownVectors) -> bool:
        """By meaning: one of the texts is near to one of the ways in which people ask for a person."""
        wishes = [self._models.vectors.get(wish) for wish in WISHES_FOR_A_PERSON]
        said = [vectors.get(text) for text in texts]
        pairs = ((wish, vector) for wish in wishes for vector in said if wish is not None and vector is not None)
        return any(float(wish @ vector) >= NEAR_ENOUGH for wish, vector in pairs)

    def _request(
        self,
        question: DraftQuestion,
        ai_agent: AiAgentSpec,
        parts: Sequence[UnderstoodPart],
        facts: Sequence[Fact],
        added: Sequence[Passage],
        language: str | None,
    ) -> ReplyRequest:
        """`language` is the customer's, where it is surely not that of the articles."""
        return ReplyRequest(
            organisation=self._spec.name,
            language=self._spec.language,
            customer_language=language,
            reply_language=language if language and language in self._spec.languages else "",
            currency=self._spec.currency,
            ai_agent=ai_agent,
            question=question.text,
            transcript=question.transcript,
            passages=(*(passage for part in parts for passage in part.retrieved.passages), *added),
            facts=(*facts, *_facts_of(question.done)),
            instruction=question.instruction,
            kind=_kind_of(question.text, parts),
            near_articles=near_articles(parts),
            asked=tuple(AskedPart(text=part.text, facts=part.facts) for part in parts),
            rejected=question.rejected,
            greet=question.greet,
            timeout_seconds=self._spec.model.timeout_seconds,
        )


def texts_read(text: str) -> list[str]:
    """The parts of a message that are read one by one, and need a vector each."""
    return [*questions_in(text), *_sentences_alone(text)]


def tellable_facts(context: CustomerContext, ai_agent: AiAgentSpec) -> tuple[Fact, ...]:
    """Facts of a customer who was recognised without doubt, as far as the AI agent may tell them."""
    if context.matches != 1:
        return ()
    return tuple(fact for fact in context.facts if fact.name in ai_agent.customer_facts)


def asks_for_fact(asked: str, likeness: Likeness, names: Collection[str]) -> str | None:
    """Which of these customer facts is asked for by meaning, if one is."""
    found = likeness.fact
    return found if found and found in names and not asks_for_a_rule(asked) else None


def _facts_asked(asked: Asked, facts: Sequence[Fact]) -> tuple[str, ...]:
    """By words or, where they name none, by meaning."""
    by_words = facts_asked_by_words(asked.text, facts)
    by_meaning = asks_for_fact(asked.text, asked.likeness, {fact.name for fact in facts})
    return by_words or ((by_meaning,) if by_meaning else ())


def _kind_of(text: str, parts: Sequence[UnderstoodPart]) -> MessageKind:
    """By words; a message of one question that asks for no fact also by meaning."""
    by_words = kind_of(text)
    if by_words is not MessageKind.QUESTION or len(parts) > 1 or parts[0].facts:
        return by_words
    if parts[0].likeness.mostly("courtesy") and "?" not in text:
        return MessageKind.COURTESY
    return MessageKind.VAGUE if parts[0].likeness.mostly("asked_back") else by_words


def near_articles(parts: Sequence[UnderstoodPart]) -> tuple[str, ...]:
    """The titles of the two articles that fit nearly alike, where messages like this one were answered."""
    [part, *others] = parts
    first, second = [*part.retrieved.best_articles[:2], None, None][:2]
    if others or part.facts or not first or not second or part.likeness.answered < ENOUGH_ANSWERED:
        return ()
    near = second.score >= max(FITS_TOO, first.score - NEAR)
    return (first.title, second.title) if near else ()


def _sentences_alone(text: str) -> list[str]:
    """Sentences that tell something, where there are several."""
    alone = [sentence for sentence in sentences(text) if len(content_words(sentence)) >= WORDS_THAT_TELL]
    return alone if len(alone) > 1 else []


def _facts_of(calls: Sequence[RecordedCall]) -> list[Fact]:
    """So that the model knows what was done already, and does not propose it again."""
    return [_fact_of(call, number) for number, call in enumerate(calls, start=1)]


def _fact_of(call: RecordedCall, number: int) -> Fact:
    arguments = to_json(call.action.arguments).decode()
    value = f"{call.state.replace('_', ' ')}: {arguments} {call.result}"
    return Fact(name=f"{call.action.tool} {number}", value=value, source=call.action.server, as_of=call.claimed_at)


def _said_by_customer(transcript: Sequence[TranscriptLine]) -> list[str]:
    return [line.text for line in transcript if line.author is Author.CUSTOMER]
