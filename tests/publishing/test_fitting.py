import asyncio

import pytest

from answering.evaluating import draft_labelled, judge_labelled
from answering.topics.ngram import NgramTopicModel
from domain.conversation.confidence import Calibration
from domain.conversation.turn import CustomerContext
from domain.quality.evaluation import OUT_OF_SCOPE, LabelledMessage
from integrations.llm.local import LocalReplyWriter
from publishing.computing import FittedModels
from publishing.fitting import fit_models, held_out_drafts, serving_models, train_topics
from tests.organisation import VERSION, known_customer

LABELLED = (
    LabelledMessage(
        id="1", text="How do I reset my password?", expected="answer", articles=("password",), topic="account"
    ),
    LabelledMessage(id="2", text="Let me speak to a human", expected="escalate"),
    LabelledMessage(id="3", text="it does not work", expected="clarify"),
    LabelledMessage(
        id="4",
        text="I want my 300 EUR back for the bike",
        expected="ask_approval",
        articles=("refunds",),
        topic="refund",
    ),
    LabelledMessage(id="5", text="Who painted the Mona Lisa in Paris?", expected="escalate", topic=OUT_OF_SCOPE),
    LabelledMessage(id="6", text="What plan am I on?", expected="answer", articles=("fact:plan",), customer="dana"),
)
CONTEXTS = {"dana": known_customer(plan="Gold")}


@pytest.fixture(scope="module")
def fitted() -> FittedModels:
    return fit_models(VERSION, LABELLED, CONTEXTS)


def test_equal_input_gives_equal_models(fitted: FittedModels) -> None:
    again = fit_models(VERSION, LABELLED, CONTEXTS)
    assert again.calibration == fitted.calibration
    texts = [message.text for message in LABELLED]
    first, second = (NgramTopicModel.from_bytes(models.topic_model) for models in (fitted, again))
    assert [first.classify(text) for text in texts] == [second.classify(text) for text in texts]


def test_a_published_organisation_handles_its_messages(fitted: FittedModels) -> None:
    models = serving_models(VERSION, NgramTopicModel.from_bytes(fitted.topic_model), Calibration())
    drafts = asyncio.run(draft_labelled(models, LocalReplyWriter(), LABELLED, CONTEXTS))
    judged = {message.id: message for message in judge_labelled(models, LABELLED, drafts)}
    assert {key: message.done for key, message in judged.items()} == {
        "1": "answer",
        "2": "escalate",
        "3": "clarify",
        "4": "ask_approval",
        "5": "escalate",
        "6": "answer",
    }
    assert all(message.right for message in judged.values())
    assert judged["2"].reason == "asked_for_person"


def test_each_message_is_drafted_once_without_having_been_seen() -> None:
    messages = [LabelledMessage(id=str(n), text=text, expected="answer") for n, text in enumerate(EXAMPLES)]
    drafted = list(held_out_drafts(VERSION, train_topics(VERSION), messages, {}))
    assert sorted(message.id for message, _ in drafted) == sorted(message.id for message in messages)
    assert {draft.draft_id for _, draft in drafted} == {message.id for message in messages}


EXAMPLES = [text for topic in VERSION.specification.topics for text in topic.examples]


def test_a_customer_without_context_gets_no_facts(fitted: FittedModels) -> None:
    models = serving_models(VERSION, NgramTopicModel.from_bytes(fitted.topic_model), fitted.calibration)
    [draft] = asyncio.run(draft_labelled(models, LocalReplyWriter(), LABELLED[-1:], {"eve": CustomerContext()}))
    assert "Gold" not in draft.text
