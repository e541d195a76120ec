"""What a message is about: the topic model's answer, and how good a topic model was found to be."""

from pydantic import Field

from domain.model import Frozen
from domain.specification.organisation import Probability


class LabelledText(Frozen):
    """A customer message and the topic that a person gave it."""

    text: str
    label: str


class TopicScore(Frozen):
    """One topic and its share of the model's belief."""

    label: str
    probability: Probability


class TopicPrediction(Frozen):
    """The likeliest topic of a message."""

    label: str
    probability: Probability = Field(description="Share of the model's belief; use `confidence` to decide.")
    alternatives: tuple[TopicScore, ...] = Field(description="The best topics, `label` included, at most three.")
    out_of_scope: Probability = Field(description="How likely it is that the message is about none of the topics.")
    confidence: Probability = Field(description="Calibrated: of labels with 0.9, nine in ten are right.")


class TargetResult(Frozen):
    """What happens when only labels with at least `threshold` confidence are accepted."""

    threshold: float
    coverage: Probability = Field(description="Share of the messages that is accepted.")
    error: Probability = Field(description="Share of the accepted that is wrong.")


class OutOfScopeResult(Frozen):
    """How well messages about none of the topics are recognised."""

    auroc: Probability
    recall_at_90: Probability = Field(
        description="Share recognised at the threshold that accepts 90 % of in-scope training messages, held out."
    )
    in_scope_accepted: Probability = Field(description="Share of in-scope test messages accepted at that threshold.")
    recall_at_exactly_90: Probability = Field(description="Share recognised where 90 % of the test is accepted.")
    threshold: float
    messages: int = Field(description="Number of out-of-scope messages measured.")
    measured_on: str = Field(description="`test`, or `cross-validation` over the out-of-scope examples.")


class LatencyMilliseconds(Frozen):
    """Time that one message takes, in milliseconds."""

    p50: float
    p99: float


class TopicEvaluation(Frozen):
    """The result of `holdfast evaluate --topics`. `targets` is keyed by the target error, such as "0.03"."""

    model: str = Field(description="The embedding model; `none` where words alone were learnt.")
    accuracy: Probability
    targets: dict[str, TargetResult]
    aurc: float = Field(description="Area under the risk-coverage curve: mean error over all coverages.")
    calibration_error: float = Field(description="Expected calibration error, 15 bins of equal width.")
    out_of_scope: OutOfScopeResult | None
    train_seconds: float
    latency_ms: LatencyMilliseconds
    train_messages: int
    test_messages: int
    topics: int
