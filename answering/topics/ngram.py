"""A topic model of one organisation: linear support vector machines over hashed words, pairs and letter n-grams, joined
with the vectors of an embedding model, where there is one.

Scores of messages that a model was not trained on (cross-validation) calibrate it: margin and height of the best score
become the confidence, and a class of its own, where there are examples, the out-of-scope score.
"""

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import softmax
from sklearn.svm import LinearSVC
from sklearn.utils.parallel import Parallel, delayed
from skops import io as skops_io

from answering.topics.calibration import NO, YES, Flags, Floats, Logistic, fit_sharpness
from answering.topics.features import Vocabulary, fit_vocabularies, joined, message_views, rows_of
from domain.errors import InvalidInputError
from domain.quality.topics import LabelledText, TopicPrediction, TopicScore
from integrations.embeddings.base import Vector, Vectors

FOLDS = 5
SEED = 0
REGULARISATION = 0.5
# Looser than usual: the same figures on clinc150 and banking77 in less time. At 1.0 tiny organisations suffer.
TOLERANCE = 0.5
FORMATS = (1, 2)
"""The first has no vectors."""
SEVERAL_PROCESSES_FROM = 4_000
PROCESSES = 2

Indices = NDArray[np.int64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class HeldOut:
    """What models said of messages they were not trained on: the only ground for choosing thresholds."""

    confidence: Floats
    right: Flags
    inside: Floats
    outside: Floats


@dataclass(frozen=True)
class Training:
    """A model and the evidence for it."""

    model: "NgramTopicModel"
    held_out: HeldOut


@dataclass(frozen=True)
class _Messages:
    """Counts of each view, and vectors: a row for each message."""

    counts: tuple[sparse.csr_matrix, ...]
    vectors: Vectors

    def __getitem__(self, rows: Indices) -> "_Messages":
        return _Messages(tuple(view[rows] for view in self.counts), self.vectors[rows])


@dataclass(frozen=True)
class _Linear:
    """`weights` has the rows of the vocabularies first, then one for each dimension of the vectors."""

    vocabularies: tuple[Vocabulary, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    center: Vector

    def scores(self, messages: _Messages) -> Floats:
        of_words = len(self.weights) - len(self.center)
        by_words = rows_of(self.vocabularies, messages.counts) @ self.weights[:of_words]
        by_meaning = joined(messages.vectors, self.center) @ self.weights[of_words:]
        return np.asarray(by_words + by_meaning + self.bias, dtype=np.float64)


class NgramTopicModel:
    """Scores, confidence and out-of-scope score of a message, in a few milliseconds."""

    def __init__(
        self,
        *,
        language: str,
        embedder: str,
        labels: Sequence[str],
        linear: _Linear,
        sharpness: float,
        confidence: Logistic,
        out_of_scope: Logistic,
    ) -> None:
        self._embedder = embedder
        self.labels = tuple(labels)
        self._language = language
        self._views = message_views(language)
        self._linear = linear
        self._sharpness = sharpness
        self._confidence = confidence
        self._out_of_scope = out_of_scope

    @property
    def embedder(self) -> str:
        return self._embedder

    def classify(self, text: str, vector: Vector | None = None) -> TopicPrediction:
        """The likeliest topic; only the first 2,000 characters are read."""
        return self.classify_all([text], None if vector is None else vector[None])[0]

    def classify_all(self, texts: Sequence[str], vectors: Vectors | None = None) -> list[TopicPrediction]:
        """One prediction for each text, in order. Raises ValueError without the vectors that it was trained with."""
        if not texts:
            return []
        known = np.zeros((len(texts), 0), dtype=np.float32) if not self._embedder or vectors is None else vectors
        counts = tuple(view.transform(texts) for view in self._views)
        scores = self._linear.scores(_Messages(counts, known))
        shares = softmax(self._sharpness * scores[:, : len(self.labels)], axis=1)
        confidence = self._confidence.probability(_confidence_evidence(scores, len(self.labels)))
        outside = self._out_of_scope.probability(_scope_evidence(scores, len(self.labels)))
        return [self._prediction(*values) for values in zip(shares, confidence.tolist(), outside.tolist(), strict=True)]

    def _prediction(self, shares: Floats, confidence: float, outside: float) -> TopicPrediction:
        best = np.argsort(-shares, kind="stable")[:3]
        alternatives = tuple(TopicScore(label=self.labels[i], probability=float(shares[i])) for i in best)
        return TopicPrediction(
            label=alternatives[0].label,
            probability=alternatives[0].probability,
            alternatives=alternatives,
            out_of_scope=outside,
            confidence=confidence,
        )

    def to_bytes(self) -> bytes:
        """A zip file of plain arrays, numbers and strings; `from_bytes` reads it."""
        state = {
            "format": FORMATS[-1],
            "language": self._language,
            "embedder": self._embedder,
            "center": self._linear.center,
            "labels": list(self.labels),
            "buckets": [vocabulary.buckets for vocabulary in self._linear.vocabularies],
            "rarity": [vocabulary.rarity for vocabulary in self._linear.vocabularies],
            "weights": self._linear.weights,
            "bias": self._linear.bias,
            "sharpness": self._sharpness,
            "confidence": [self._confidence.weights, self._confidence.bias],
            "out_of_scope": [self._out_of_scope.weights, self._out_of_scope.bias],
        }
        return bytes(skops_io.dumps(state))

    def relearned(
        self, examples: Sequence[LabelledText], out_of_scope: Sequence[str] = (), embedded: "Embedded | None" = None
    ) -> Self:
        """A model of other messages of these topics, calibrated as this one is: a sixth of the work of `fit`."""
        truth = [self.labels.index(example.label) for example in examples] + [len(self.labels)] * len(out_of_scope)
        known = embedded or Embedded("", np.zeros((len(truth), 0), dtype=np.float32))
        texts = [*(example.text for example in examples), *out_of_scope]
        messages = _Messages(tuple(view.transform(texts) for view in self._views), known.vectors)
        return type(self)(
            language=self._language,
            embedder=known.embedder,
            labels=self.labels,
            linear=_fit_linear(messages, np.array(truth), self._linear.weights.shape[1], SEED),
            sharpness=self._sharpness,
            confidence=self._confidence,
            out_of_scope=self._out_of_scope,
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises InvalidInputError for anything but a topic model of this format; runs no code from `data`."""
        try:
            unknown = skops_io.get_untrusted_types(data=data)
            state = None if unknown else skops_io.loads(data, trusted=[])
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
            raise InvalidInputError("This is not a topic model: train it again.") from error
        if not isinstance(state, dict) or state.get("format") not in FORMATS:
            raise InvalidInputError("This is not a topic model that this version can read: train it again.")
        vocabularies = tuple(starmap(Vocabulary, zip(state["buckets"], state["rarity"], strict=True)))
        center = state.get("center", np.zeros(0, dtype=np.float32))
        return cls(
            language=state["language"],
            embedder=state.get("embedder", ""),
            labels=state["labels"],
            linear=_Linear(vocabularies, state["weights"], state["bias"], center),
            sharpness=state["sharpness"],
            confidence=Logistic(*state["confidence"]),
            out_of_scope=Logistic(*state["out_of_scope"]),
        )


@dataclass(frozen=True)
class Embedded:
    """The vectors of the messages to learn from, in-scope ones first, and the name of the model that made them."""

    embedder: str
    vectors: Vectors


def train(
    examples: Sequence[LabelledText],
    out_of_scope: Sequence[str] = (),
    *,
    language: str = "en",
    seed: int = SEED,
    embedded: Embedded | None = None,
) -> NgramTopicModel:
    """The model alone; see `fit`."""
    return fit(examples, out_of_scope, language=language, seed=seed, embedded=embedded).model


def fit(
    examples: Sequence[LabelledText],
    out_of_scope: Sequence[str] = (),
    *,
    language: str = "en",
    seed: int = SEED,
    embedded: Embedded | None = None,
    on_progress: Progress | None = None,
) -> Training:
    """Train on all messages, calibrated by cross-validation; equal input gives an equal model.

    `out_of_scope` are messages about none of the topics. Without `embedded` words alone are learnt.
    `on_progress` hears (models fitted, models to fit).
    Raises InvalidInputError where there are fewer than two topics.
    """
    labels = sorted({example.label for example in examples})
    if len(labels) < 2:
        raise InvalidInputError(f"A topic model needs messages of at least 2 topics; there is {len(labels)}.")
    number = {label: index for index, label in enumerate(labels)}
    truth = np.array([number[example.label] for example in examples] + [len(labels)] * len(out_of_scope))
    texts = [example.text for example in examples] + list(out_of_scope)
    known = embedded or Embedded("", np.zeros((len(texts), 0), dtype=np.float32))
    messages = _Messages(tuple(view.transform(texts) for view in message_views(language)), known.vectors)
    linear, scores = _fit_and_hold_out(messages, truth, seed, on_progress or (lambda *_: None))
    measured = ~np.isnan(scores[:, 0])
    return _calibrated(labels, (language, known.embedder), linear, truth[measured], scores[measured])


def blocks(truth: Indices, folds: int) -> Indices:
    """The fold of each message: consecutive messages of a topic stay together, -1 is never held out.

    People write variations of a message one after the other. Spread over the folds they would be recognised by their
    neighbours, and the model would look surer than it is. The only message of a topic cannot be held out.
    """
    fold = np.full(len(truth), -1)
    for topic in np.unique(truth):
        places = np.flatnonzero(truth == topic)
        if len(places) > 1:
            fold[places] = np.arange(len(places)) * folds // len(places)
    return fold


def _fit_and_hold_out(messages: _Messages, truth: Indices, seed: int, on_progress: Progress) -> tuple[_Linear, Floats]:
    """The model of all messages, and each message's scores by a model that did not see it (NaN: never held out)."""
    fold, width = blocks(truth, FOLDS), int(truth.max()) + 1
    held_out = [rows for number in range(FOLDS) if len(rows := np.flatnonzero(fold == number))]
    tasks = [
        delayed(_fit_linear)(messages, truth, width, seed),
        *(delayed(_scores_by_others)(messages, truth, width, rows, seed) for rows in held_out),
    ]
    results = []
    processes = PROCESSES if len(truth) >= SEVERAL_PROCESSES_FROM else 1
    for result in Parallel(n_jobs=processes, return_as="generator")(tasks):
        results.append(result)
        on_progress(len(results), len(tasks))
    scores = np.full((len(truth), width), np.nan)
    for rows, found in zip(held_out, results[1:], strict=True):
        scores[rows] = found
    return results[0], scores


def _scores_by_others(messages: _Messages, truth: Indices, width: int, rows: Indices, seed: int) -> Floats:
    others = np.setdiff1d(np.arange(len(truth)), rows)
    return _fit_linear(messages[others], truth[others], width, seed).scores(messages[rows])


def _fit_linear(messages: _Messages, truth: Indices, width: int, seed: int) -> _Linear:
    """One machine for each topic against all others; a topic without any message gets a constant no."""
    vocabularies, center = fit_vocabularies(messages.counts), messages.vectors.mean(axis=0)
    by_meaning = sparse.csr_matrix(joined(messages.vectors, center))
    features = sparse.hstack([rows_of(vocabularies, messages.counts), by_meaning], format="csr")
    machines = LinearSVC(C=REGULARISATION, tol=TOLERANCE, random_state=seed).fit(features, truth)
    weights = np.zeros((machines.coef_.shape[1], width), dtype=np.float32)
    bias = np.full(width, -1.0, dtype=np.float32)
    two_sided = np.array([-1, 1]) if len(machines.coef_) == 1 else np.ones(len(machines.classes_))
    weights[:, machines.classes_] = machines.coef_.T * two_sided
    bias[machines.classes_] = machines.intercept_ * two_sided
    return _Linear(vocabularies, weights, bias, center)


def _calibrated(
    labels: Sequence[str], read_by: tuple[str, str], linear: _Linear, truth: Indices, scores: Floats
) -> Training:
    """Fit the probabilities to held-out scores, then say what they would have been for these messages.

    `read_by` is the language and the embedder.
    """
    topics = len(labels)
    inside = truth < topics
    right = scores[inside, :topics].argmax(axis=1) == truth[inside]
    evidence = _confidence_evidence(scores[inside], topics)
    confidence = Logistic.fit(evidence, right, unlikely=(0.0, NO), likely=(YES - NO, YES))
    scope = _scope_evidence(scores, topics)
    out_of_scope = _fit_out_of_scope(scope, ~inside)
    outside_scores = out_of_scope.probability(scope)
    model = NgramTopicModel(
        language=read_by[0],
        embedder=read_by[1],
        labels=labels,
        linear=linear,
        sharpness=fit_sharpness(scores[inside, :topics], truth[inside]),
        confidence=confidence,
        out_of_scope=out_of_scope,
    )
    held_out = HeldOut(confidence.probability(evidence), right, outside_scores[inside], outside_scores[~inside])
    return Training(model, held_out)


def _fit_out_of_scope(scope: Floats, outside: Flags) -> Logistic:
    if scope.shape[1] == 1:
        return Logistic.unfamiliar(scope[:, 0])
    return Logistic.fit(scope, outside, unlikely=(YES - NO, YES, NO), likely=(0.0, NO, YES), balanced=True)


def _confidence_evidence(scores: Floats, topics: int) -> Floats:
    """Columns: lead of the best topic over the second, score of the best."""
    best_two = np.sort(scores[:, :topics], axis=1)[:, -2:]
    return np.column_stack([best_two[:, 1] - best_two[:, 0], best_two[:, 1]])


def _scope_evidence(scores: Floats, topics: int) -> Floats:
    """Columns: the score of the best topic; where there is an out-of-scope class, all evidence and its score."""
    evidence = _confidence_evidence(scores, topics)
    if scores.shape[1] == topics:
        return evidence[:, 1:]
    return np.column_stack([evidence, scores[:, topics]])
