"""Drafting a reply: topic, AI agent, passages and facts, the writer, and the evidence for what it wrote.

No Temporal here: the same code runs in the worker and in the evaluation of an organisation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import Field
from pydantic_core import to_json

from answering.evidence import LIKELY_OUT_OF_SCOPE, SURE_OF_TOPIC, Findings, evidence_of
from answering.precedents import Precedents
from answering.retrieval import Retrieval, Retrieved
from answering.topic_sources import TopicSources
from answering.topics.base import TopicModel
from domain.conversation.confidence import Calibration
from domain.conversation.messages import Author
from domain.conversation.turn import CustomerContext, Draft, Fact
from domain.language.questions import questions_in, standalone
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
from integrations.llm.base import (
    DraftValidator,
    DraftVerdict,
    Passage,
    ReplyRequest,
    ReplyWriter,
    TranscriptLine,
    WrittenReply,
)
from integrations.tools.base import ToolServer
from integrations.tools.reply import AllowedTools

SURE_ENOUGH_TO_ROUTE = 0.4
WORDS_THAT_TELL = 2


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
class Understood:
    """What a question is about, who answers it, and what from."""

    ai_agent: AiAgentSpec
    prediction: TopicPrediction
    retrieved: Sequence[Retrieved]
    precedents: float
    wishes_for_person: bool
    request: ReplyRequest


class Drafter:
    """Makes drafts for one organisation; holds no state of a conversation. `servers` are its tool servers by id."""

    def __init__(
        self, models: OrganisationModels, writer: ReplyWriter, servers: Mapping[str, ToolServer] | None = None
    ) -> None:
        self._models = models
        self._servers = servers or {}
        self._spec = models.version.specification
        self._retrieval = Retrieval(models.knowledge, TopicSources(self._spec.topics, models.knowledge, models.vectors))
        self._writer = writer

    async def draft(self, question: DraftQuestion) -> Draft:
        """Draft a reply. Raises what the writer raises (integrations.llm.base)."""
        understood = await self._understand(question)
        tools = AllowedTools(understood.ai_agent, self._models.version, self._servers, question.context)
        written = await self._writer.write_reply(understood.request, tools)
        findings = Findings(
            specification=self._spec,
            ai_agent=understood.ai_agent,
            prediction=understood.prediction,
            request=understood.request,
            written=written,
            retrieved=understood.retrieved,
            precedents=understood.precedents,
            wishes_for_person=understood.wishes_for_person,
            context=question.context,
            actions=tools.actions,
            missing_tools=tools.missing,
            unproved_tool=tools.unproved,
            done=question.done,
        )
        return Draft(
            draft_id=question.draft_id,
            ai_agent=understood.ai_agent.id,
            text=written.text,
            clarifying_question="" if written.text else written.clarifying_question,
            citations=written.citations,
            actions=tools.actions,
            evidence=evidence_of(findings),
            usage=written.usage,
        )

    async def check(self, question: DraftQuestion, draft: Draft, validator: DraftValidator) -> DraftVerdict:
        """A second model's verdict on a draft, over the same sources. Raises what the validator raises."""
        written = WrittenReply(text=draft.text, citations=draft.citations, usage=draft.usage)
        return await validator.validate_draft((await self._understand(question)).request, written)

    async def _understand(self, question: DraftQuestion) -> Understood:
        asked = standalone(question.text, _said_by_customer(question.transcript))
        parts = questions_in(asked)
        instruction = [question.instruction] if question.instruction else []
        own = texts_read(own_words(question.text))
        vectors = await self._embedded([*texts_read(question.text), *texts_read(asked), *own, *instruction])
        predictions = [self._classify(part, vectors) for part in parts]
        for_people = self._for_people_in(question.text, vectors)
        prediction = min([*predictions, *for_people], key=self._least_safe_first)
        ai_agent = self._route(prediction, question.ai_agent)
        retrieved = self._retrieval.look_up(list(zip(parts, predictions, strict=True)), ai_agent, vectors)
        passages = [passage for found in retrieved for passage in found.passages]
        passages += self._retrieval.for_instruction(question.instruction, ai_agent, vectors)
        request = self._request(question, ai_agent, passages)
        return Understood(
            ai_agent,
            prediction,
            retrieved,
            precedents=self._precedents(parts, vectors),
            wishes_for_person=self._wishes_for_person(own, vectors),
            request=request,
        )

    def _wishes_for_person(self, texts: Sequence[str], vectors: KnownVectors) -> bool:
        """By meaning: one of the texts is near to one of the ways in which people ask for a person."""
        wishes = [self._models.vectors.get(wish) for wish in WISHES_FOR_A_PERSON]
        said = [vectors.get(text) for text in texts]
        pairs = ((wish, vector) for wish in wishes for vector in said if wish is not None and vector is not None)
        return any(float(wish @ vector) >= NEAR_ENOUGH for wish, vector in pairs)

    def _precedents(self, parts: Sequence[str], vectors: KnownVectors) -> float:
        """Of several questions, the one that speaks least for an answer."""
        known = self._models.precedents
        return min(known.answered(vectors.get(part)) for part in parts) if known else 0.5

    async def _embedded(self, texts: Sequence[str]) -> KnownVectors:
        different = list(dict.fromkeys(texts))
        embedder = self._models.embedder
        vectors = await embedder.embed(different)
        return KnownVectors(embedder.model, dict(zip(different, vectors, strict=True)))

    def _classify(self, text: str, vectors: KnownVectors) -> TopicPrediction:
        return self._models.topics.classify(text, vectors.get(text))

    def _for_people_in(self, text: str, vectors: KnownVectors) -> list[TopicPrediction]:
        """Topics for people, sentence by sentence: read together, another one's words can hide them."""
        predictions = [self._classify(sentence, vectors) for sentence in _sentences_alone(text)]
        return [found for found in predictions if self._is_for_people(found)]

    def _route(self, prediction: TopicPrediction, current: str | None) -> AiAgentSpec:
        """The AI agent of the topic; when the topic is unsure, whoever answers at present."""
        topic = self._spec.topic(prediction.label)
        if topic and prediction.confidence >= SURE_ENOUGH_TO_ROUTE and prediction.out_of_scope < LIKELY_OUT_OF_SCOPE:
            return self._spec.ai_agent(topic.ai_agent)
        return self._spec.ai_agent(current or self._spec.default_ai_agent)

    def _least_safe_first(self, prediction: TopicPrediction) -> tuple[bool, float]:
        """Of several questions, one on a topic for people decides for the message, else the least certain one."""
        return not self._is_for_people(prediction), prediction.confidence

    def _is_for_people(self, prediction: TopicPrediction) -> bool:
        """Surely on a topic that people answer, approve or watch."""
        topic = self._spec.topic(prediction.label)
        if topic is None or prediction.confidence < SURE_OF_TOPIC or prediction.out_of_scope >= LIKELY_OUT_OF_SCOPE:
            return False
        ai_agent = self._spec.ai_agent(topic.ai_agent)
        supervised = ai_agent.mode is Mode.SUPERVISION and topic.id in ai_agent.supervised_topics
        return topic.escalate or topic.sensitivity is not None or supervised

    def _request(self, question: DraftQuestion, ai_agent: AiAgentSpec, passages: Sequence[Passage]) -> ReplyRequest:
        return ReplyRequest(
            organisation=self._spec.name,
            language=self._spec.language,
            currency=self._spec.currency,
            ai_agent=ai_agent,
            question=question.text,
            transcript=question.transcript,
            passages=tuple(passages),
            facts=(*tellable_facts(question.context, ai_agent), *_facts_of(question.done)),
            instruction=question.instruction,
            rejected=question.rejected,
            greet=question.greet,
            timeout_seconds=self._spec.model.timeout_seconds,
        )


def texts_read(text: str) -> list[str]:
    """The parts of a message that are read one by one, and need a vector each."""
    return [*questions_in(text), *_sentences_alone(text)]


def _sentences_alone(text: str) -> list[str]:
    """Sentences that tell something, where there are several."""
    alone = [sentence for sentence in sentences(text) if len(content_words(sentence)) >= WORDS_THAT_TELL]
    return alone if len(alone) > 1 else []


def tellable_facts(context: CustomerContext, ai_agent: AiAgentSpec) -> tuple[Fact, ...]:
    """Facts of a customer who was recognised without doubt, as far as the AI agent may tell them."""
    if context.matches != 1:
        return ()
    return tuple(fact for fact in context.facts if fact.name in ai_agent.customer_facts)


def _facts_of(calls: Sequence[RecordedCall]) -> list[Fact]:
    """So that the model knows what was done already, and does not propose it again."""
    return [_fact_of(call, number) for number, call in enumerate(calls, start=1)]


def _fact_of(call: RecordedCall, number: int) -> Fact:
    arguments = to_json(call.action.arguments).decode()
    value = f"{call.state.replace('_', ' ')}: {arguments} {call.result}"
    return Fact(name=f"{call.action.tool} {number}", value=value, source=call.action.server, as_of=call.claimed_at)


def _said_by_customer(transcript: Sequence[TranscriptLine]) -> list[str]:
    return [line.text for line in transcript if line.author is Author.CUSTOMER]
