"""Publishing a specification: fit the topic model and the confidence on the organisation's own examples."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from activities.drafting import OrganisationModels
from activities.evaluating import Contexts, draft_labelled
from activities.topic_sources import known_questions
from domain.confidence import Calibration, features_of
from domain.decision import decide
from domain.evaluation import OUT_OF_SCOPE, LabelledMessage, rests_on, sources_of
from domain.spec import SpecVersion
from domain.topics import LabelledText
from domain.turn import Draft, Outcome
from integrations.knowledge.markdown import MarkdownKnowledge
from integrations.llm.local import LocalReplyWriter
from integrations.topics.ngram import NgramTopicModel, train
from integrations.topics.reply_calibration import CheckedDraft, fit_calibration

FOLDS = 4


@dataclass(frozen=True)
class FittedModels:
    """What is stored with a published version."""

    topic_model: bytes
    calibration: Calibration


def fit_models(
    version: SpecVersion, labelled: Sequence[LabelledMessage], contexts: Contexts | None = None
) -> FittedModels:
    """Fit both; equal input gives equal models. Takes seconds, so call it in a thread, never in an event loop.

    Confidence is fitted to drafts whose topic was found by a model that had not seen the message. `contexts` are the
    customers that labelled messages name.
    """
    topics = _topics(version, labelled)
    checked = [
        CheckedDraft(features=features_of(draft.evidence), right=_right(message, draft))
        for message, draft in held_out_drafts(version, labelled, contexts or {})
        if _depends_on_confidence(version, draft)
    ]
    return FittedModels(topic_model=topics.to_bytes(), calibration=fit_calibration(checked))


def held_out_drafts(
    version: SpecVersion, labelled: Sequence[LabelledMessage], contexts: Contexts
) -> Iterator[tuple[LabelledMessage, Draft]]:
    """A draft for each message, made with a topic model that was not trained on it."""
    for fold in range(FOLDS):
        mine = labelled[fold::FOLDS]
        others = [message for number, message in enumerate(labelled) if number % FOLDS != fold]
        models = serving_models(version, _topics(version, others), Calibration())
        yield from zip(mine, asyncio.run(draft_labelled(models, LocalReplyWriter(), mine, contexts)), strict=True)


def serving_models(version: SpecVersion, topics: NgramTopicModel, calibration: Calibration) -> OrganisationModels:
    """Everything that drafting needs, in memory."""
    spec = version.specification
    questions = known_questions(spec.topics, MarkdownKnowledge(version.articles, spec.language))
    knowledge = MarkdownKnowledge(version.articles, spec.language, questions)
    return OrganisationModels(version=version, knowledge=knowledge, topics=topics, calibration=calibration)


def _topics(version: SpecVersion, labelled: Sequence[LabelledMessage]) -> NgramTopicModel:
    """Trained on the examples of the specification and on labelled messages that name one of its topics."""
    spec = version.specification
    examples = [LabelledText(text=text, label=topic.id) for topic in spec.topics for text in topic.examples]
    examples += [
        LabelledText(text=message.text, label=message.topic)
        for message in labelled
        if message.topic and spec.topic(message.topic)
    ]
    outside = [message.text for message in labelled if message.topic == OUT_OF_SCOPE]
    return train(examples, [*spec.out_of_scope_examples, *outside], language=spec.language)


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
