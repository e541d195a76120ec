"""What a message asks: its questions one by one, what they are about, who answers them and what from."""

import asyncio
import re
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
from domain.conversation.turn import ChosenBy, CustomerContext, Fact
from domain.identity.customer_facts import asks_for_a_rule, facts_asked_by_words, is_about_own_account
from domain.language.foreign import customer_language
from domain.language.questions import MessageKind, chosen_of, kind_of, questions_in, standalone
from domain.language.quoting import own_words
from domain.language.text import content_words, sentences
from domain.language.wishes_for_person import NEAR_ENOUGH, WISHES_FOR_A_PERSON
from domain.model import Frozen
from domain.quality.topics import TopicPrediction
from domain.specification.organisation import AiAgentSpec, ChannelKind, SpecVersion
from domain.specification.private_facts import PrivateArguments, hide, private_arguments
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
NEAR, FITS_TOO, ENOUGH_ANSWERED, FEW = 0.2, 0.3, 0.8, 0.1
OFFERED = re.compile(r"“([^”]+)”")


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
    is_assigned: bool = Field(False, description="Whoever it is about, this AI agent answers.")
    instruction: str = ""
    rejected: tuple[str, ...] = Field((), description="Drafts that a person rejected since the customer's question.")
    greet: bool = True
    first_on: ChannelKind | None = Field(
        None, description="The channel, where this would be an AI agent's first reply in its conversation."
    )
    promise_overdue: bool = Field(False, description="What a journey promised the customer is overdue.")
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
    """`prediction` is that of the question that is least safe to answer; `topic_of` has the topic of each article.

    `chosen_by`: why this AI agent answers.
    """

    ai_agent: AiAgentSpec
    prediction: TopicPrediction
    parts: Sequence[UnderstoodPart]
    wishes_for_person: bool
    request: ReplyRequest
    topic_of: Mapping[str, str] = field(default_factory=dict)
    chosen_by: ChosenBy | None = None
    promise_overdue: bool = False


class MessageReader:
    """Understands messages to one organisation; holds no state of a conversation."""

    def __init__(self, models: OrganisationModels) -> None:
        self._models = models
        self._spec = models.version.specification
        self._private = private_arguments(self._spec)
        self._sources = TopicSources(self._spec.topics, models.knowledge, models.vectors)
        self._retrieval = Retrieval(models.knowledge, self._sources)

    async def read(self, question: DraftQuestion) -> Understood:
        """Raises what the embedder raises."""
        asked, leans = _standalone(question)
        unquoted = texts_read(own_words(question.text))
        instruction = [question.instruction] if question.instruction else []
        own = question.text if leans else None
        read = [*texts_read(question.text), *texts_read(asked), *unquoted, *instruction, *([own] if own else [])]
        vectors = await self._embedded(read)
        texts, alone = questions_in(asked), _sentences_alone(question.text)
        predictions = self._models.topics.classify_all([*texts, *alone], vectors.of([*texts, *alone]))
        prediction = self._least_safe(predictions[: len(texts)], predictions[len(texts) :])
        questions = [
            Asked(text, prediction, self._like(text, vectors))
            for text, prediction in zip(texts, predictions, strict=False)
        ]
        ai_agent, chosen_by = self._answers(prediction, question)
        facts = tellable_facts(question.context, ai_agent, self._spec.private_facts)
        parts = [self._part(found, own or found.text, ai_agent, facts, vectors) for found in questions]
        added = self._retrieval.for_instruction(question.instruction, ai_agent, vectors)
        request = self._request(question, ai_agent, parts, facts, added, await self._language_of(question.text))
        wishes = self._wishes_for_person(unquoted, vectors)
        return Understood(
            ai_agent,
            prediction,
            parts,
            wishes,
            request,
            self._sources.topic_of,
            chosen_by,
            promise_overdue=question.promise_overdue,
        )

    async def _language_of(self, text: str) -> str | None:
        return await asyncio.to_thread(customer_language, text, self._spec.answers_in, language_probabilities)

    async def _embedded(self, texts: Sequence[str]) -> KnownVectors:
        different = list(dict.fromkeys(texts))
        embedder = self._models.embedder
        vectors = await embedder.embed(different)
        return KnownVectors(embedder.model, dict(zip(different, vectors, strict=True)))

    def _part(
        self, asked: Asked, own: str, ai_agent: AiAgentSpec, facts: Sequence[Fact], vectors: KnownVectors
    ) -> UnderstoodPart:
        """`own` are the words that the customer wrote just now.

        A follow-up is looked up together with the message before it, but asks for no fact of that message, and is no
        surer of its answer than its own words are: they may doubt what was said.
        """
        alone, retrieved = self._like(own, vectors), self._retrieval.look_up(asked, ai_agent, vectors)
        return UnderstoodPart(asked.text, asked.prediction, alone, retrieved, _facts_asked(own, alone, facts))

    def _like(self, text: str, vectors: KnownVectors) -> Likeness:
        known = self._models.precedents
        return known.like(vectors.get(text)) if known else NOTHING_ALIKE

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
        return topic.escalate or topic.sensitivity is not None or self._is_watched(topic.id)

    def _answers(self, prediction: TopicPrediction, question: DraftQuestion) -> tuple[AiAgentSpec, ChosenBy]:
        if question.is_assigned and question.ai_agent:
            return self._spec.ai_agent(question.ai_agent), "journey"
        return self._route(prediction, question.ai_agent)

    def _route(self, prediction: TopicPrediction, current: str | None) -> tuple[AiAgentSpec, ChosenBy]:
        """The AI agent of the topic; when the topic is unsure, whoever answers at present. With the reason."""
        topic = self._spec.topic(prediction.label)
        if topic and prediction.confidence >= SURE_ENOUGH_TO_ROUTE and prediction.out_of_scope < LIKELY_OUT_OF_SCOPE:
            return self._spec.ai_agent(topic.ai_agent), "topic"
        if current:
            return self._spec.ai_agent(current), "present"
        return self._spec.ai_agent(self._spec.default_ai_agent), "default"

    def _wishes_for_person(self, texts: Sequence[str], vectors: KnownVectors) -> bool:
        """By meaning: one of the texts is near to one of the ways in which people ask for a person."""
        wishes = [self._models.vectors.get(wish) for wish in WISHES_FOR_A_PERSON]
        said = [vectors.get(text) for text in texts]
        pairs = ((wish, vector) for wish in wishes for vector in said if wish is not None and vector is not None)
        return any(float(wish @ vector) >= NEAR_ENOUGH for wish, vector in pairs)

    def _near_articles(self, parts: Sequence[UnderstoodPart]) -> tuple[str, ...]:
        """The titles of two near articles, of which none needs approval: who disputes a charge is asked nothing."""
        near = near_articles(parts)
        watched = any(self._is_watched(self._sources.topic_of.get(passage.article_id)) for passage in near)
        return () if watched else tuple(passage.title for passage in near)

    def _is_watched(self, topic_id: str | None) -> bool:
        topic = self._spec.topic(topic_id) if topic_id else None
        return topic is not None and self._spec.ai_agent(topic.ai_agent).watches(topic.id)

    def _was_asked(self, question: DraftQuestion) -> bool:
        """Which article was meant, just before: nobody is asked twice."""
        return bool(_offered(question.transcript))

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
            voice=self._spec.voice,
            language=self._spec.language,
            customer_language=language,
            reply_language=language if language and language in self._spec.languages else "",
            currency=self._spec.currency,
            ai_agent=ai_agent,
            question=question.text,
            transcript=question.transcript,
            passages=(*(passage for part in parts for passage in part.retrieved.passages), *added),
            facts=(*facts, *_facts_of(question.done, self._private)),
            instruction=question.instruction,
            kind=_kind_of(question.text, parts),
            near_articles=() if self._was_asked(question) else self._near_articles(parts),
            asked=tuple(AskedPart(text=part.text, facts=part.facts) for part in parts),
            rejected=question.rejected,
            greet=question.greet,
            timeout_seconds=self._spec.model.timeout_seconds,
        )


def texts_read(text: str) -> list[str]:
    """The parts of a message that are read one by one, and need a vector each."""
    return [*questions_in(text), *_sentences_alone(text)]


def tellable_facts(context: CustomerContext, ai_agent: AiAgentSpec, private: Collection[str] = ()) -> tuple[Fact, ...]:
    """Facts of a customer who was recognised without doubt that the AI agent may tell, and that are not private."""
    if context.matches != 1:
        return ()
    return tuple(fact for fact in context.facts if fact.name in ai_agent.customer_facts and fact.name not in private)


def asks_for_fact(asked: str, likeness: Likeness, names: Collection[str]) -> str | None:
    """Which of these customer facts is asked for by meaning, if one is."""
    found = likeness.fact
    own = is_about_own_account(asked) and not asks_for_a_rule(asked)
    return found if found and found in names and own else None


def _facts_asked(text: str, likeness: Likeness, facts: Sequence[Fact]) -> tuple[str, ...]:
    """By words or, where they name none, by meaning."""
    by_words = facts_asked_by_words(text, facts)
    by_meaning = asks_for_fact(text, likeness, {fact.name for fact in facts})
    return by_words or ((by_meaning,) if by_meaning else ())


def _kind_of(text: str, parts: Sequence[UnderstoodPart]) -> MessageKind:
    """By words; that a message of one question says too little also by meaning.

    Never thanks by meaning: bitter thanks are near to grateful ones.
    """
    by_words = kind_of(text)
    if by_words is not MessageKind.QUESTION or len(parts) > 1 or parts[0].facts:
        return by_words
    return MessageKind.VAGUE if parts[0].likeness.mostly("asked_back") else by_words


def near_articles(parts: Sequence[UnderstoodPart]) -> Sequence[Passage]:
    """The best passages of two articles that fit nearly alike, where messages like this one were answered; or none."""
    [part, *others] = parts
    best = part.retrieved.best_articles[:2]
    likeness = part.likeness
    if others or part.facts or len(best) < 2 or likeness.answered < ENOUGH_ANSWERED or likeness.share("person") > FEW:
        return ()
    return best if best[1].score >= max(FITS_TOO, best[0].score - NEAR) else ()


def _standalone(question: DraftQuestion) -> tuple[str, bool]:
    """The question with what it leans on, and whether it leans on the message before it.

    Who picks one of two articles that were offered asks for that one, and leans on nothing any more.
    """
    earlier = _said_by_customer(question.transcript)
    picked = chosen_of(question.text, _offered(question.transcript))
    if picked and earlier:
        return f"{earlier[-1].strip()} {picked}", False
    asked = standalone(question.text, earlier)
    return asked, asked != question.text


def _offered(transcript: Sequence[TranscriptLine]) -> Sequence[str]:
    """The titles between which we asked the customer to choose, if that was the last that we said."""
    ours = [line.text for line in transcript if line.author is Author.AI_AGENT]
    return OFFERED.findall(ours[-1]) if ours and "?" in ours[-1] else ()


def _sentences_alone(text: str) -> list[str]:
    """Sentences that tell something, where there are several."""
    alone = [sentence for sentence in sentences(text) if len(content_words(sentence)) >= WORDS_THAT_TELL]
    return alone if len(alone) > 1 else []


def _facts_of(calls: Sequence[RecordedCall], private: PrivateArguments) -> list[Fact]:
    """So that the model knows what was done already, and does not propose it again."""
    return [_fact_of(call, number, private) for number, call in enumerate(calls, start=1)]


def _fact_of(call: RecordedCall, number: int, private: PrivateArguments) -> Fact:
    action = call.action
    given = {name: value for name, value in action.arguments.items() if (action.server, action.tool, name) in private}
    shown = {name: value for name, value in action.arguments.items() if name not in given}
    value = hide(f"{call.state.replace('_', ' ')}: {to_json(shown).decode()} {call.result}", given.values())
    return Fact(name=f"{action.tool} {number}", value=value, source=action.server, as_of=call.claimed_at)


def _said_by_customer(transcript: Sequence[TranscriptLine]) -> list[str]:
    return [line.text for line in transcript if line.author is Author.CUSTOMER]
