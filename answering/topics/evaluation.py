"""Measure a topic model on messages that had no part in its training or in the choice of its thresholds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from answering.topics import metrics
from answering.topics.metrics import Flags, Floats
from answering.topics.ngram import Embedded, HeldOut, NgramTopicModel, Progress, fit
from domain.errors import InvalidInputError
from domain.quality.topics import (
    LabelledText,
    LatencyMilliseconds,
    OutOfScopeResult,
    TargetResult,
    TopicEvaluation,
    TopicPrediction,
)
from integrations.embeddings.base import Vectors

TARGET_ERRORS = (0.03, 0.05)
ACCEPTED_IN_SCOPE = 0.90
TIMED_MESSAGES = 500


@dataclass(frozen=True)
class Reader:
    """An embedding model, to be called from outside an event loop."""

    embedder: str
    embed: Callable[[Sequence[str]], Vectors]


WORDS_ONLY = Reader("", lambda texts: np.zeros((len(texts), 0), dtype=np.float32))


@dataclass(frozen=True)
class Evaluation:
    """The figures, and each in-scope test message's confidence and whether its label was right."""

    figures: TopicEvaluation
    confidence: Floats
    right: Flags


def evaluate(
    train: Sequence[LabelledText],
    test: Sequence[LabelledText],
    out_of_scope: Sequence[str] = (),
    out_of_scope_test: Sequence[str] = (),
    *,
    language: str = "en",
    reader: Reader = WORDS_ONLY,
    on_progress: Progress | None = None,
) -> Evaluation:
    """Train on `train` and `out_of_scope`, measure on the rest; where `out_of_scope_test` is empty, recall is measured
    by cross-validation over `out_of_scope`. Raises InvalidInputError for an empty test or topics only in the test."""
    _check(train, test)
    started = perf_counter()
    embedded = Embedded(reader.embedder, reader.embed([*(message.text for message in train), *out_of_scope]))
    training = fit(train, out_of_scope, language=language, embedded=embedded, on_progress=on_progress)
    train_seconds = perf_counter() - started
    predictions = _predictions(training.model, reader, [message.text for message in test])
    confidence = np.array([prediction.confidence for prediction in predictions])
    right = np.array([p.label == message.label for p, message in zip(predictions, test, strict=True)])
    outside = _predictions(training.model, reader, out_of_scope_test)
    figures = TopicEvaluation(
        model=reader.embedder or "none",
        accuracy=float(right.mean()),
        targets={f"{error:.2f}": _at_target(training.held_out, confidence, right, error) for error in TARGET_ERRORS},
        aurc=metrics.area_under_risk_coverage(confidence, right),
        calibration_error=metrics.expected_calibration_error(confidence, right),
        out_of_scope=_out_of_scope(training.held_out, _scope_scores(predictions), _scope_scores(outside)),
        train_seconds=train_seconds,
        latency_ms=_latency(training.model, reader, [message.text for message in test]),
        train_messages=len(train) + len(out_of_scope),
        test_messages=len(test) + len(out_of_scope_test),
        topics=len(training.model.labels),
    )
    return Evaluation(figures, confidence, right)


def _check(train: Sequence[LabelledText], test: Sequence[LabelledText]) -> None:
    if not test:
        raise InvalidInputError("There is no in-scope message to test with.")
    unknown = sorted({message.label for message in test} - {message.label for message in train})
    if unknown:
        raise InvalidInputError(f"The test has topics that the training examples lack: {', '.join(unknown[:5])}.")


def _at_target(held_out: HeldOut, confidence: Floats, right: Flags, error: float) -> TargetResult:
    threshold = metrics.threshold_at_error(held_out.confidence, held_out.right, error)
    coverage, realised = metrics.accepted_error(confidence, right, threshold)
    return TargetResult(threshold=threshold, coverage=coverage, error=realised)


def _scope_scores(predictions: Sequence[TopicPrediction]) -> Floats:
    return np.array([prediction.out_of_scope for prediction in predictions])


def _out_of_scope(held_out: HeldOut, inside: Floats, outside: Floats) -> OutOfScopeResult | None:
    """A cross-validated message is compared with cross-validated ones: both were scored by models of the same size."""
    threshold = metrics.threshold_at_acceptance(held_out.inside, ACCEPTED_IN_SCOPE)
    measured_on = "test" if len(outside) else "cross-validation"
    peers = inside if len(outside) else held_out.inside
    outside = outside if len(outside) else held_out.outside
    if not len(outside):
        return None
    exactly = metrics.threshold_at_acceptance(peers, ACCEPTED_IN_SCOPE)
    return OutOfScopeResult(
        auroc=metrics.area_under_roc(peers, outside),
        recall_at_90=float((outside > threshold).mean()),
        in_scope_accepted=float((inside <= threshold).mean()),
        recall_at_exactly_90=float((outside > exactly).mean()),
        threshold=threshold,
        messages=len(outside),
        measured_on=measured_on,
    )


def _predictions(model: NgramTopicModel, reader: Reader, texts: Sequence[str]) -> list[TopicPrediction]:
    return model.classify_all(texts, reader.embed(texts))


def _latency(model: NgramTopicModel, reader: Reader, texts: Sequence[str]) -> LatencyMilliseconds:
    """One message at a time, its vector included, after one that warms up."""
    _predictions(model, reader, texts[:1])
    milliseconds = []
    for text in texts[:TIMED_MESSAGES]:
        started = perf_counter()
        _predictions(model, reader, [text])
        milliseconds.append((perf_counter() - started) * 1000)
    p50, p99 = np.quantile(milliseconds, (0.5, 0.99))
    return LatencyMilliseconds(p50=float(p50), p99=float(p99))
