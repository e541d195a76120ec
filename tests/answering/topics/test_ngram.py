"""The topic model of a small organisation, whole."""

import io
import zipfile

import numpy as np
import pytest
from skops import io as skops_io

from answering.topics.ngram import Embedded, NgramTopicModel, blocks, fit, train
from domain.errors import InvalidInputError
from domain.quality.topics import LabelledText, TopicPrediction
from tests.answering.topics.examples import OUTSIDE, messages


@pytest.fixture(scope="module")
def model() -> NgramTopicModel:
    return train(messages(), OUTSIDE)


def test_an_unseen_wording_gets_its_topic(model: NgramTopicModel) -> None:
    prediction = model.classify("My parcels have not arrived, where are they?")
    assert prediction.label == "card_delivery"
    assert prediction.confidence > 0.8
    assert prediction.out_of_scope < 0.5


def test_a_message_about_something_else_is_out_of_scope(model: NgramTopicModel) -> None:
    assert model.classify("how tall is a penguin").out_of_scope > 0.5


def test_alternatives_are_the_best_three_in_order(model: NgramTopicModel) -> None:
    prediction = model.classify("refund the invoice")
    shares = [alternative.probability for alternative in prediction.alternatives]
    assert prediction.alternatives[0].label == prediction.label
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)


@pytest.mark.parametrize("text", ["", "\n", "?!", "🙂" * 9_000, "x" * 20_000, "\x00\ud800"])
def test_any_text_is_answered(model: NgramTopicModel, text: str) -> None:
    assert isinstance(model.classify(text), TopicPrediction)


def test_many_are_classified_as_one_by_one(model: NgramTopicModel) -> None:
    texts = [message.text for message in messages()[::7]]
    for together, alone in zip(model.classify_all(texts), map(model.classify, texts), strict=True):
        assert together.label == alone.label
        assert together.confidence == pytest.approx(alone.confidence)
    assert model.classify_all([]) == []


def test_equal_input_gives_an_equal_model() -> None:
    texts = [message.text for message in messages()]
    first, second = train(messages(), seed=3), train(messages(), seed=3)
    assert first.classify_all(texts) == second.classify_all(texts)


def test_it_learns_other_messages_with_the_calibration_that_it_has(model: NgramTopicModel) -> None:
    fewer = [message for message in messages() if message.label != "card_delivery"]
    learnt = model.relearned(fewer, OUTSIDE)
    assert learnt.labels == model.labels
    parcels = learnt.classify("My parcels have not arrived, where are they?")
    assert parcels.confidence < model.classify("My parcels have not arrived, where are they?").confidence
    assert learnt.classify("how tall is a penguin").out_of_scope > 0.5
    assert model.relearned(messages(), OUTSIDE).classify_all(["refund the invoice"]) == model.classify_all(
        ["refund the invoice"]
    )


def test_bytes_give_back_the_same_model(model: NgramTopicModel) -> None:
    texts = [*OUTSIDE, *(message.text for message in messages())]
    assert NgramTopicModel.from_bytes(model.to_bytes()).classify_all(texts) == model.classify_all(texts)


def test_a_model_without_a_class_for_the_rest_still_doubts_the_unfamiliar() -> None:
    plain = train(messages())
    assert plain.classify("penguins on mount everest").out_of_scope > plain.classify("refund my card").out_of_scope


def test_two_topics_of_which_one_has_a_single_message() -> None:
    lonely = [*messages()[:24], LabelledText(text="close my account for ever", label="closing")]
    assert train(lonely).classify("close my account for ever please").label == "closing"


def test_one_message_for_each_topic_is_enough_to_answer() -> None:
    model = train([LabelledText(text="refund please", label="a"), LabelledText(text="lost my card", label="b")])
    prediction = model.classify("a refund")
    assert prediction.label == "a"
    assert prediction.confidence < 0.9


@pytest.mark.parametrize("examples", [[], messages()[:5]])
def test_fewer_than_two_topics_are_refused(examples: list[LabelledText]) -> None:
    with pytest.raises(InvalidInputError, match="at least 2 topics"):
        train(examples)


def test_progress_ends_with_all_models_fitted() -> None:
    heard: list[tuple[int, int]] = []
    fit(messages(), on_progress=lambda done, total: heard.append((done, total)))
    assert heard == [(number, 6) for number in range(1, 7)]


def test_held_out_scores_are_less_sure_than_those_of_the_messages_learnt() -> None:
    training = fit(messages())
    learnt = [prediction.confidence for prediction in training.model.classify_all([m.text for m in messages()])]
    assert training.held_out.confidence.mean() < np.mean(learnt)


def test_consecutive_messages_of_a_topic_share_a_fold() -> None:
    truth = np.array([0] * 10 + [1] * 4 + [2])
    assert blocks(truth, 5).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 1, 2, 3, -1]


@pytest.mark.parametrize("data", [b"", b"not a zip", skops_io.dumps({"format": 3}), skops_io.dumps([1, 2])])
def test_bytes_that_are_no_model_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInputError, match="not a topic model"):
        NgramTopicModel.from_bytes(data)


def test_a_file_that_would_run_code_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="not a topic model"):
        NgramTopicModel.from_bytes(skops_io.dumps(io.BytesIO.__init_subclass__))


def test_a_damaged_file_is_refused(model: NgramTopicModel) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(model.to_bytes())) as whole, zipfile.ZipFile(target, "w") as part:
        part.writestr("schema.json", whole.read("schema.json"))
    with pytest.raises(InvalidInputError, match="not a topic model"):
        NgramTopicModel.from_bytes(target.getvalue())


TEXTS = [message.text for message in messages()]
LABELS = sorted({message.label for message in messages()})


def pointers(seed: int = 0) -> np.ndarray:
    """Vectors that tell the topic almost alone: each has a dimension of its own, with a little noise."""
    noise = np.random.default_rng(seed).normal(0, 0.2, (len(TEXTS), len(LABELS)))
    own = np.eye(len(LABELS))[[LABELS.index(message.label) for message in messages()]]
    return (own + noise).astype(np.float32)


@pytest.fixture(scope="module")
def seeing() -> NgramTopicModel:
    return train(messages(), embedded=Embedded("pointers", pointers()))


@pytest.mark.parametrize("label", LABELS)
def test_words_that_say_nothing_leave_it_to_the_meaning(seeing: NgramTopicModel, label: str) -> None:
    vector = np.eye(len(LABELS), dtype=np.float32)[LABELS.index(label)]
    assert seeing.classify("zzz", vector).label == label


def test_a_model_with_vectors_survives_being_stored(seeing: NgramTopicModel) -> None:
    again = NgramTopicModel.from_bytes(seeing.to_bytes())
    assert again.embedder == "pointers"
    assert again.classify_all(TEXTS, pointers(1)) == seeing.classify_all(TEXTS, pointers(1))


def test_a_model_with_vectors_is_not_used_without_them(seeing: NgramTopicModel) -> None:
    with pytest.raises(ValueError, match=r"mismatch|broadcast"):
        seeing.classify("where is my card")


def test_a_model_of_words_reads_no_vectors(model: NgramTopicModel) -> None:
    assert model.embedder == ""
    assert model.classify_all(TEXTS, pointers()) == model.classify_all(TEXTS)


def test_a_model_of_the_first_format_is_still_read(model: NgramTopicModel) -> None:
    state = skops_io.loads(model.to_bytes(), trusted=[])
    first = {key: value for key, value in state.items() if key not in {"embedder", "center"}} | {"format": 1}
    assert NgramTopicModel.from_bytes(skops_io.dumps(first)).classify_all(TEXTS) == model.classify_all(TEXTS)
