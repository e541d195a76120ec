"""Publishing a specification: fit the topic model and the confidence on the organisation's own examples."""

import asyncio
from collections.abc import Iterator, Sequence

from answering.drafting import OrganisationModels
from answering.evaluating import Contexts, draft_labelled
from answering.topic_sources import TopicSources
from answering.topics.ngram import NgramTopicModel, train
from answering.topics.reply_calibration import CheckedDraft, fit_calibration
from domain.conversation.confidence import Calibration, features_of
from domain.conversation.decision import decide
from domain.conversation.turn import Draft, Outcome
from domain.language.text import sentences
from domain.quality.evaluation import OUT_OF_SCOPE, LabelledMessage, rests_on, sources_of
from domain.quality.topics import LabelledText
from domain.specification.organisation import SpecVersion
from integrations.concepts import with_concepts
from integrations.knowledge.markdown import MarkdownKnowledge
from integrations.knowledge.passages import sections_of
from integrations.llm.local import LocalReplyWriter
from publishing.computing import FittedModels

FOLDS = 4


def fit_models(
    version: SpecVersion, labelled: Sequence[LabelledMessage], contexts: Contexts | None = None
) -> FittedModels:
    """Fit both; equal input gives equal models. Takes seconds, so call it in a thread, never in an event loop.

    Confidence is fitted to drafts for the topics' examples and for labelled messages, each made as if that message had
    never been seen. `contexts` are the customers that labelled messages name.
    """
    messages = [*_examples_as_messages(version), *labelled]
    checked = [
        CheckedDraft(features=features_of(draft.evidence), right=_right(message, draft))
        for message, draft in held_out_drafts(version, messages, contexts or {})
        if _depends_on_confidence(version, draft)
    ]
    return FittedModels(topic_model=_topics(version, labelled).to_bytes(), calibration=fit_calibration(checked))


def serving_models(version: SpecVersion, topics: NgramTopicModel, calibration: Calibration) -> OrganisationModels:
    """Everything that drafting needs, in memory."""
    spec = version.specification
    knowledge = MarkdownKnowledge(version.articles, spec.language, _sources(version).known_questions())
    return OrganisationModels(version=version, knowledge=knowledge, topics=topics, calibration=calibration)


def held_out_drafts(
    version: SpecVersion, messages: Sequence[LabelledMessage], contexts: Contexts
) -> Iterator[tuple[LabelledMessage, Draft]]:
    """A draft for each message, made by an organisation that has it neither as an example nor as a labelled message."""
    for fold in range(FOLDS):
        mine = messages[fold::FOLDS]
        others = [message for number, message in enumerate(messages) if number % FOLDS != fold]
        ignorant = _without(version, {message.text for message in mine})
        models = serving_models(ignorant, _topics(ignorant, others), Calibration())
        yield from zip(mine, asyncio.run(draft_labelled(models, LocalReplyWriter(), mine, contexts)), strict=True)


def _examples_as_messages(version: SpecVersion) -> list[LabelledMessage]:
    """Examples of topics as messages to be answered from the articles of their topic, or by a person."""
    spec, sources = version.specification, _sources(version)
    messages = [
        LabelledMessage(id=f"{topic.id}-{number}", text=text, expected="answer", articles=articles, topic=topic.id)
        for topic in spec.topics
        if (articles := tuple(sources.articles_of(topic.id)))
        for number, text in enumerate(topic.examples)
    ]
    return messages + [
        LabelledMessage(id=f"{OUT_OF_SCOPE}-{number}", text=text, expected="escalate", topic=OUT_OF_SCOPE)
        for number, text in enumerate(spec.out_of_scope_examples)
    ]


def _without(version: SpecVersion, texts: set[str]) -> SpecVersion:
    """The version with these examples left out."""
    spec = version.specification
    topics = [
        topic.model_copy(update={"examples": tuple(text for text in topic.examples if text not in texts)})
        for topic in spec.topics
    ]
    outside = tuple(text for text in spec.out_of_scope_examples if text not in texts)
    left = spec.model_copy(update={"topics": tuple(topics), "out_of_scope_examples": outside})
    return version.model_copy(update={"specification": left})


def _sources(version: SpecVersion) -> TopicSources:
    spec = version.specification
    return TopicSources(spec.topics, MarkdownKnowledge(version.articles, spec.language))


def _topics(version: SpecVersion, labelled: Sequence[LabelledMessage]) -> NgramTopicModel:
    """Trained on examples, on the articles of each topic, and on labelled messages of known topics."""
    spec, topic_of = version.specification, _sources(version).topic_of
    known = dict.fromkeys((text, topic.id) for topic in spec.topics for text in topic.examples)
    known |= dict.fromkeys(
        (sentence, topic_of[article.id])
        for article in version.articles
        if article.id in topic_of
        for heading, text in sections_of(article)
        for sentence in (heading or article.title, *sentences(text))
    )
    known |= dict.fromkeys((m.text, m.topic) for m in labelled if m.topic and spec.topic(m.topic))
    outside = dict.fromkeys([*spec.out_of_scope_examples, *(m.text for m in labelled if m.topic == OUT_OF_SCOPE)])
    examples = [LabelledText(text=with_concepts(text, spec.language), label=topic) for text, topic in known]
    return train(examples, [with_concepts(text, spec.language) for text in outside], language=spec.language)


def _depends_on_confidence(version: SpecVersion, draft: Draft) -> bool:
    """True when nothing but low confidence would keep this draft from being sent or put to approval."""
    spec = version.specification
    decision = decide(
        evidence=draft.evidence,
        confidence=1.0,
        exchanges=0,
        clarifications=0,
        thresholds=spec.thresholds,
        service_levels=spec.service_levels,
        sampling_key=draft.draft_id,
    )
    return decision.outcome in {Outcome.SEND, Outcome.ASK_APPROVAL}


def _right(message: LabelledMessage, draft: Draft) -> bool:
    """Right means: an answer was called for, approved or not, and the draft rests on the expected source."""
    return message.expected in {"answer", "ask_approval"} and rests_on(sources_of(draft), message.articles)
