"""Macros take the place of a written reply, where they hold and all that they tell is known."""

from dataclasses import replace
from typing import Any

import pytest

from answering.drafting import Drafter
from answering.topics.ngram import NgramTopicModel, train
from answering.understanding import DraftQuestion, OrganisationModels
from domain.conversation.confidence import Calibration
from domain.conversation.messages import Author
from domain.conversation.turn import CustomerContext, Draft, Fact, Usage
from domain.quality.topics import LabelledText
from domain.specification.guidelines import Guideline
from domain.specification.macros import Macro
from domain.specification.organisation import SpecVersion
from integrations.knowledge.markdown import MarkdownKnowledge
from integrations.llm.base import DraftVerdict, ReplyRequest, ReplyTools, TranscriptLine, WrittenReply
from tests.organisation import READ_AT, SPECIFICATION, VERSION, known_customer

QUESTION = "How do I reset my password?"
ACCOUNT = {"kind": "topic", "topics": ["account"]}
OTHER = "Written by the model."


def macro(key: str = "password", **fields: Any) -> Macro:
    plain = {"id": key, "description": "Why.", "when": [ACCOUNT], "text": "Choose Forgot password."}
    return Macro.model_validate({**plain, **fields})


def with_macros(*macros: Macro, **fields: object) -> SpecVersion:
    return VERSION.model_copy(update={"specification": SPECIFICATION.model_copy(update={"macros": macros, **fields})})


class Model:
    """A writer that counts how often it was asked."""

    asked = 0

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
        self.asked += 1
        return WrittenReply(text=OTHER, usage=Usage(model="openai:x", calls=1))

    async def validate_draft(self, request: ReplyRequest, draft: WrittenReply) -> DraftVerdict:
        self.asked += 1
        return DraftVerdict(supported=0.0, usage=Usage(model="openai:x", calls=1))


@pytest.fixture(scope="module")
def models() -> OrganisationModels:
    examples = [LabelledText(text=text, label=topic.id) for topic in SPECIFICATION.topics for text in topic.examples]
    topics = train(examples, SPECIFICATION.out_of_scope_examples)
    assert isinstance(topics, NgramTopicModel)
    knowledge = MarkdownKnowledge(VERSION.articles)
    return OrganisationModels(version=VERSION, knowledge=knowledge, topics=topics, calibration=Calibration())


async def drafted(models: OrganisationModels, version: SpecVersion, text: str = QUESTION, **known: Any) -> Draft:
    return await Drafter(replace(models, version=version), Model()).draft(
        DraftQuestion(draft_id="draft_1", text=text, **known)
    )


async def test_its_text_is_the_reply_and_no_model_is_asked(models: OrganisationModels) -> None:
    guideline = Guideline(id="brief", action="Be brief.")
    writer = Model()
    drafter = Drafter(replace(models, version=with_macros(macro(), guidelines=(guideline,))), writer)
    made = await drafter.draft(DraftQuestion(draft_id="draft_1", text=QUESTION))
    assert made.text == "Choose Forgot password."
    assert [citation.source_id for citation in made.citations] == ["macro:password"]
    assert (made.evidence.macro, made.evidence.guidelines, made.evidence.from_facts) == ("password", (), False)
    assert (made.evidence.grounding, made.evidence.abstained) == (1.0, False)
    assert (writer.asked, made.usage.calls) == (0, 0)


async def test_a_second_model_is_not_asked_about_it_either(models: OrganisationModels) -> None:
    model = Model()
    drafter = Drafter(replace(models, version=with_macros(macro())), model)
    question = DraftQuestion(draft_id="draft_1", text=QUESTION)
    verdict = await drafter.check(question, await drafter.draft(question), model)
    assert (verdict.supported, model.asked) == (None, 0)


async def test_facts_of_the_customer_are_filled_in_and_cited(models: OrganisationModels) -> None:
    version = with_macros(macro(text="You are on {plan}."))
    made = await drafted(models, version, context=known_customer(plan="Pro", order="O-1"))
    assert made.text == "You are on Pro."
    assert [citation.source_id for citation in made.citations] == ["macro:password", "fact:plan"]
    assert made.evidence.from_facts


def two_orders() -> CustomerContext:
    orders = tuple(Fact(name="order", value=value, source="directory", as_of=READ_AT) for value in ("O-1", "O-2"))
    return CustomerContext(facts=orders, matches=1)


GERMAN = "Wie kann ich bitte mein Passwort zurücksetzen? Ich habe es leider vergessen und komme nicht mehr hinein."
SAID = (TranscriptLine(author=Author.AI_AGENT, text="Choose Forgot password."),)
NOT_SAID: dict[str, tuple[Macro, dict[str, Any]]] = {
    "another topic": (macro(when=[{"kind": "topic", "topics": ["delivery"]}]), {}),
    "another AI agent's": (macro(ai_agents=["billing"]), {}),
    "a fact of nobody whom we know": (macro(text="You are on {plan}."), {}),
    "a fact that is not known": (macro(text="You are on {plan}."), {"context": known_customer(order="O-1")}),
    "a fact that the AI agent may not tell": (
        macro(text="On {email}."),
        {"context": known_customer(email="a@b.example")},
    ),
    "a fact with two values": (macro(text="It is {order}."), {"context": two_orders()}),
    "an expression that fails": (macro(when=[{"kind": "expression", "cel": "facts.plan == 'Pro'"}]), {}),
    "a person's instruction": (macro(), {"instruction": "Be more precise."}),
    "rejected": (macro(), {"rejected": ("Choose Forgot password.",)}),
    "said before": (macro(), {"transcript": SAID, "greet": False}),
    "another language": (macro(language="de"), {}),
    "a customer's language in which nobody answers": (
        macro(when=[{"kind": "expression", "cel": "true"}]),
        {"text": GERMAN},
    ),
    "two questions": (macro(), {"text": "How do I reset my password? How long does delivery to France take?"}),
    "thanks": (macro(when=[{"kind": "expression", "cel": "true"}]), {"text": "Thank you very much!"}),
    "too little": (macro(when=[{"kind": "expression", "cel": "true"}]), {"text": "it does not work"}),
}


@pytest.mark.parametrize(("said", "known"), NOT_SAID.values(), ids=NOT_SAID)
async def test_otherwise_the_reply_is_written_as_ever(
    models: OrganisationModels, said: Macro, known: dict[str, Any]
) -> None:
    made = await drafted(models, with_macros(said), **known)
    assert (made.text, made.evidence.macro) == (OTHER, "")


async def test_the_first_counts_of_which_all_facts_are_known(models: OrganisationModels) -> None:
    version = with_macros(macro("own", text="You are on {plan}."), macro("all"), macro("late", text="Never."))
    assert (await drafted(models, version, context=known_customer(plan="Pro"))).evidence.macro == "own"
    assert (await drafted(models, version)).evidence.macro == "all"


async def test_customers_read_it_in_their_own_language(models: OrganisationModels) -> None:
    always = [{"kind": "expression", "cel": "language == 'de'"}]
    version = with_macros(macro("en", when=always), macro("de", when=always, language="de"), languages=("de",))
    made = await drafted(models, version, GERMAN)
    assert made.evidence.macro == "de"
    assert made.evidence.unsupported_language is None
