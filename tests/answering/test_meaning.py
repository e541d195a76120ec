"""An organisation with the embedded model answers what no word of its articles says; the same one without does not."""

import asyncio

import pytest

from answering.drafting import Drafter
from answering.topics.ngram import NgramTopicModel
from answering.understanding import DraftQuestion, OrganisationModels
from answering.vectors import vectors_of
from domain.conversation.confidence import Calibration
from domain.conversation.turn import Draft
from integrations.embeddings.base import Embedder
from integrations.embeddings.registry import embedder
from integrations.llm.local import LocalReplyWriter
from publishing.fitting import fit_models, serving_models, texts_to_serve, vectors_to_fit
from tests.answering.test_vectors import Shelf
from tests.organisation import VERSION


def served_with(model: Embedder) -> OrganisationModels:
    vectors = asyncio.run(vectors_to_fit(lambda _: model, Shelf(), VERSION, ()))
    topics = NgramTopicModel.from_bytes(fit_models(VERSION, (), vectors=vectors).topic_model)
    known = asyncio.run(vectors_of(texts_to_serve(VERSION, ()), model))
    return serving_models(VERSION, topics, Calibration(), known, model)


@pytest.fixture(scope="module")
def with_meaning() -> OrganisationModels:
    return served_with(embedder("embedded", {}))


@pytest.fixture(scope="module")
def with_words() -> OrganisationModels:
    return served_with(embedder("none", {}))


async def draft(models: OrganisationModels, text: str) -> Draft:
    return await Drafter(models, LocalReplyWriter()).draft(DraftQuestion(draft_id="draft_1", text=text))


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("My credentials are not recognised any more", "password"),
        ("How expensive is shipping abroad?", "delivery"),
        ("May I send the thing back and be reimbursed?", "refunds"),
        ("The fork broke after two years, do you pay for that?", "warranty"),
    ],
)
async def test_the_article_is_found_by_its_meaning(with_meaning: OrganisationModels, text: str, article: str) -> None:
    made = await draft(with_meaning, text)
    assert [citation.source_id for citation in made.citations][:1] == [article]
    assert made.evidence.precedents > 0.5


@pytest.mark.parametrize(
    "text",
    [
        "Can a real employee have a look at my settings please?",
        "How long is the warranty? Can a real employee have a look at my bicycle please?",
    ],
)
async def test_a_wish_for_a_person_is_understood_in_other_words(with_meaning: OrganisationModels, text: str) -> None:
    assert (await draft(with_meaning, text)).evidence.asks_for_person


@pytest.mark.parametrize("text", ["How long is the warranty?", "Do your people ship to Norway?", "I cannot log in"])
async def test_other_messages_are_no_such_wish(with_meaning: OrganisationModels, text: str) -> None:
    assert not (await draft(with_meaning, text)).evidence.asks_for_person


async def test_without_a_model_the_organisation_still_answers(with_words: OrganisationModels) -> None:
    made = await draft(with_words, "How do I reset my password?")
    assert [citation.source_id for citation in made.citations] == ["password"]
    assert made.evidence.precedents == 0.5


@pytest.mark.parametrize("text", ["", "?", "\ud800\x00", "a " * 5_000, "😀" * 3_000])
async def test_any_text_gets_a_draft(with_meaning: OrganisationModels, text: str) -> None:
    assert (await draft(with_meaning, text)).draft_id == "draft_1"
