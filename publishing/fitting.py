"""Publishing a specification: fit the topic model and the confidence on the organisation's own examples."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import numpy as np
from threadpoolctl import threadpool_limits

from answering.evaluating import Contexts, depends_on_confidence, draft_labelled
from answering.precedents import Precedents, precedents_of
from answering.topic_sources import TopicSources
from answering.topics.ngram import Embedded, NgramTopicModel, train
from answering.topics.reply_calibration import CheckedDraft, fit_calibration
from answering.understanding import OrganisationModels, texts_read
from answering.vectors import EmbedderOf, VectorStore, vectors_of
from domain.conversation.confidence import Calibration, features_of
from domain.conversation.turn import Draft
from domain.language.text import sentences
from domain.language.wishes_for_person import WISHES_FOR_A_PERSON
from domain.quality.evaluation import OUT_OF_SCOPE, LabelledMessage, is_right
from domain.quality.topics import LabelledText
from domain.specification.organisation import SpecVersion
from integrations.embeddings.base import NOTHING_KNOWN, Embedder, KnownVectors
from integrations.embeddings.none import NoEmbedder
from integrations.knowledge.markdown import MarkdownKnowledge
from integrations.knowledge.meaning import wordings_of
from integrations.knowledge.passages import sections_of
from integrations.llm.local import LocalReplyWriter
from publishing.computing import FittedModels

FOLDS = 8
LINEAR_ALGEBRA_THREADS = 1
"""One vector times some thousand is done before a second thread has started; on busy cores it would be waited for."""
ENOUGH_LABELLED = 200
"""Labelled messages from which confidence is fitted to them alone: the topics' examples are easier than customers."""


async def vectors_to_fit(
    embedder_of: EmbedderOf, store: VectorStore, version: SpecVersion, labelled: Sequence[LabelledMessage]
) -> KnownVectors:
    """The vectors that `fit_models` needs, by the embedder that the specification names."""
    embedder = embedder_of(version.specification.model.embedder)
    return await vectors_of(texts_to_fit(version, labelled), embedder, store)


def fit_models(
    version: SpecVersion,
    labelled: Sequence[LabelledMessage],
    contexts: Contexts | None = None,
    vectors: KnownVectors = NOTHING_KNOWN,
) -> FittedModels:
    """Fit both; equal input gives equal models. Takes seconds, so call it in a thread, never in an event loop.

    Confidence is fitted to drafts for labelled messages, and where these are few for the topics' examples too, each
    made as if that message had never been seen. `contexts` are the customers that labelled messages name, `vectors`
    those of `texts_to_fit`, or nothing: then words alone decide.
    """
    use_one_thread()
    topics = train_topics(version, labelled, vectors)
    enough = len(labelled) >= ENOUGH_LABELLED
    messages = labelled if enough else [*_examples_as_messages(version, vectors), *labelled]
    checked = [
        CheckedDraft(features=features_of(draft.evidence), right=is_right(message, draft))
        for message, draft in held_out_drafts(version, topics, messages, contexts or {}, vectors)
        if depends_on_confidence(version, draft)
    ]
    return FittedModels(topic_model=topics.to_bytes(), calibration=fit_calibration(checked))


@cache
def use_one_thread() -> None:
    """For the linear algebra of this process from now on; the embedding model has a thread of its own."""
    threadpool_limits(LINEAR_ALGEBRA_THREADS, user_api="blas")


def serving_models(
    version: SpecVersion,
    topics: NgramTopicModel,
    calibration: Calibration,
    vectors: KnownVectors = NOTHING_KNOWN,
    embedder: Embedder | None = None,
    labelled: Sequence[LabelledMessage] = (),
) -> OrganisationModels:
    """Everything that drafting needs, in memory. `vectors` are those of `texts_to_serve`, by the same model.

    Without an `embedder` words alone decide.
    """
    use_one_thread()
    examples = _sources(version, vectors).known_questions()
    known = _with_labelled(examples, labelled) if vectors.model else examples
    precedents = precedents_of(version.specification, labelled, examples)
    return OrganisationModels(
        version=version,
        knowledge=MarkdownKnowledge(version.articles, version.specification.language, known, vectors),
        topics=topics,
        calibration=calibration,
        embedder=embedder or NoEmbedder(),
        vectors=vectors,
        precedents=Precedents(precedents, vectors) if vectors.model else None,
    )


def _with_labelled(examples: Mapping[str, Sequence[str]], labelled: Sequence[LabelledMessage]) -> dict[str, list[str]]:
    """Customers' questions by the article that answers them: examples of topics, and labelled messages."""
    known = {article: list(texts) for article, texts in examples.items()}
    for message in labelled:
        for article in message.articles if message.expected in {"answer", "ask_approval"} else ():
            known.setdefault(article, []).append(message.text)
    return known


def texts_to_serve(version: SpecVersion, labelled: Sequence[LabelledMessage]) -> list[str]:
    """What needs a vector before a version can be served: its passages, and messages to compare with."""
    spec = version.specification
    passages = MarkdownKnowledge(version.articles, spec.language).passages
    compared = [precedent.text for precedent in precedents_of(spec, labelled)]
    return list(
        dict.fromkeys(
            [*(text for passage in passages for text in wordings_of(passage)), *compared, *WISHES_FOR_A_PERSON]
        )
    )


def texts_to_fit(version: SpecVersion, labelled: Sequence[LabelledMessage]) -> list[str]:
    """What needs a vector before a version can be fitted: also every message that is learnt from, and its parts."""
    spec = version.specification
    examples = [text for topic in spec.topics for text in topic.examples]
    messages = [*examples, *spec.out_of_scope_examples, *(message.text for message in labelled)]
    parts = [part for text in messages for part in texts_read(text)]
    return list(dict.fromkeys([*texts_to_serve(version, labelled), *_learnt_from_articles(version), *messages, *parts]))


def held_out_drafts(
    version: SpecVersion,
    topics: NgramTopicModel,
    messages: Sequence[LabelledMessage],
    contexts: Contexts,
    vectors: KnownVectors = NOTHING_KNOWN,
) -> Iterator[tuple[LabelledMessage, Draft]]:
    """A draft for each message, made by an organisation that has it neither as an example nor as a labelled message.

    `topics` are learnt anew each time, but for their calibration.
    """
    folds = _folds(len(messages))
    for fold in range(FOLDS):
        mine = [message for message, its in zip(messages, folds, strict=True) if its == fold]
        others = [message for message, its in zip(messages, folds, strict=True) if its != fold]
        ignorant = _without(version, {message.text for message in mine})
        relearned = topics.relearned(*_lessons(ignorant, others, vectors))
        models = serving_models(ignorant, relearned, Calibration(), vectors, embedder=vectors, labelled=others)
        yield from zip(mine, asyncio.run(draft_labelled(models, LocalReplyWriter(), mine, contexts)), strict=True)


def _folds(count: int) -> list[int]:
    """The fold of each message, drawn once and for all: variations of one message come apart as they would come in."""
    folds = np.empty(count, dtype=np.intp)
    folds[np.random.default_rng(0).permutation(count)] = np.arange(count) % FOLDS
    return folds.tolist()


def _examples_as_messages(version: SpecVersion, vectors: KnownVectors) -> list[LabelledMessage]:
    """Examples of topics as messages to be answered from the articles of their topic, or by a person."""
    spec, sources = version.specification, _sources(version, vectors)
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


def _sources(version: SpecVersion, vectors: KnownVectors) -> TopicSources:
    spec = version.specification
    return TopicSources(spec.topics, MarkdownKnowledge(version.articles, spec.language, vectors=vectors), vectors)


def train_topics(
    version: SpecVersion, labelled: Sequence[LabelledMessage] = (), vectors: KnownVectors = NOTHING_KNOWN
) -> NgramTopicModel:
    """The topic model of a version; it also learns from labelled messages of known topics."""
    examples, outside, embedded = _lessons(version, labelled, vectors)
    return train(examples, outside, language=version.specification.language, embedded=embedded)


def _lessons(
    version: SpecVersion, labelled: Sequence[LabelledMessage], vectors: KnownVectors
) -> tuple[list[LabelledText], list[str], Embedded]:
    """Examples, articles of each topic and labelled messages; then what is out of scope, and the vectors of both."""
    spec, topic_of = version.specification, _sources(version, vectors).topic_of
    known = dict.fromkeys((text, topic.id) for topic in spec.topics for text in topic.examples)
    known |= dict.fromkeys(
        (text, topic_of[article])
        for text, articles in _learnt_from_articles(version).items()
        for article in articles
        if article in topic_of
    )
    known |= dict.fromkeys((m.text, m.topic) for m in labelled if m.topic and spec.topic(m.topic))
    outside = dict.fromkeys([*spec.out_of_scope_examples, *(m.text for m in labelled if m.topic == OUT_OF_SCOPE)])
    examples = [LabelledText(text=text, label=topic) for text, topic in known]
    return examples, list(outside), Embedded(vectors.model, vectors.of([*(text for text, _ in known), *outside]))


def _learnt_from_articles(version: SpecVersion) -> dict[str, list[str]]:
    """Headings and sentences, each with the ids of the articles that have it."""
    found = defaultdict[str, list[str]](list)
    for article in version.articles:
        for heading, text in sections_of(article):
            for sentence in (heading or article.title, *sentences(text)):
                found[sentence].append(article.id)
    return found
