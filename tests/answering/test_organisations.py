"""A published version with the clients that its specification names."""

from typing import Any

import pytest

from answering.organisations import ModelFactory, ServedVersion
from answering.topics.ngram import train
from answering.understanding import DraftQuestion, OrganisationModels
from domain.conversation.confidence import Calibration
from domain.quality.topics import LabelledText
from domain.specification.organisation import ModelSpec, OwnModel, SpecVersion
from integrations.knowledge.markdown import MarkdownKnowledge
from integrations.llm.local import LocalReplyWriter
from storage.views import PublishedSpec
from tests.organisation import ARTICLES, BILLING, SERVICE, SPECIFICATION

TOPICS = train(
    [LabelledText(text=text, label=topic.id) for topic in SPECIFICATION.topics for text in topic.examples],
    SPECIFICATION.out_of_scope_examples,
)
OWN = BILLING.model_copy(update={"model": OwnModel(writer="openai:own", fallbacks=("openai:other",))})


async def nothing(*_: Any) -> Any:
    return 0


def served(asked: list[str | None], **changes: Any) -> ServedVersion:
    """A version whose writers are the embedded one, under the names that they were asked for by."""

    def writer(name: str | None, _: Any) -> LocalReplyWriter:
        asked.append(name)
        return LocalReplyWriter()

    factory = ModelFactory(writer=writer, validator=lambda name: pytest.fail(f"no validator {name} is wanted"))
    version = SpecVersion(specification=SPECIFICATION.model_copy(update=changes), articles=ARTICLES)
    models = OrganisationModels(
        version=version, knowledge=MarkdownKnowledge(ARTICLES), topics=TOPICS, calibration=Calibration()
    )
    published = PublishedSpec(version=version, topic_model=TOPICS.to_bytes(), calibration=Calibration())
    return ServedVersion(published, models, factory, nothing, lambda *_: pytest.fail("no tools"), lambda _: False, {})


async def test_an_ai_agent_is_written_for_by_its_own_model() -> None:
    asked = list[str | None]()
    version = served(asked, ai_agents=(SERVICE, OWN), model=ModelSpec(writer="openai:common"))
    for text in ("How do I reset my password?", "I want my money back"):
        await version.drafter.draft(DraftQuestion(draft_id="d", text=text))
    assert asked == ["openai:common", "openai:own"]


@pytest.mark.parametrize(
    ("model", "own", "embedded"),
    [
        (ModelSpec(), None, True),
        (ModelSpec(writer="local"), OwnModel(writer="local"), True),
        (ModelSpec(writer="openai:common"), None, False),
        (ModelSpec(writer="local"), OwnModel(writer="openai:own"), False),
    ],
)
def test_a_model_of_a_provider_is_waited_for_longer(model: ModelSpec, own: OwnModel | None, embedded: bool) -> None:
    version = served([], model=model, ai_agents=(SERVICE, BILLING.model_copy(update={"model": own})))
    assert version.policy.model_is_embedded is embedded
