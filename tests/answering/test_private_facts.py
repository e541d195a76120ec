"""Private facts reach no model: every provider's official client, over a real socket, with a real tool server."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from answering.drafting import Drafter
from answering.topics.ngram import train
from answering.understanding import DraftQuestion, OrganisationModels
from domain.conversation.confidence import Calibration
from domain.conversation.messages import Author
from domain.conversation.turn import ContactIdentity, CustomerContext, Draft
from domain.quality.topics import LabelledText
from domain.specification.guidelines import Guideline
from domain.specification.rules import Rule
from domain.tools.calls import RecordedCall
from integrations.knowledge.markdown import MarkdownKnowledge
from integrations.llm.base import TranscriptLine
from integrations.llm.registry import MODELS
from integrations.tools.pinning import with_tools
from sandbox.mcp_server import ToolServerStandIn
from sandbox.scripted_model import Calls, Says
from sandbox.serving import serving
from tests.integrations.llm.providers import Provider, data_of, says, served
from tests.integrations.tools.shop import address, connect, version_with
from tests.organisation import ARTICLES, READ_AT, SPECIFICATION, known_customer

pytestmark = pytest.mark.integrations

PRIVATE = ("order", "score", "email")
OWN: dict[str, Any] = {"server": "shop", "from_customer": {"order_id": "order"}}
TOOLS = (
    OWN | {"tool": "order_status", "access": "read"},
    OWN | {"tool": "refund", "access": "write", "approval": "never"},
)
RISKY = Rule.model_validate(
    {
        "id": "risky",
        "description": "Why.",
        "when": [{"kind": "fact", "name": "score", "one_of": ["grade-C7"]}, {"kind": "expression", "cel": "verified"}],
        "then": "ask_approval",
    }
)
CALM = Guideline.model_validate(
    {"id": "calm", "action": "Stay calm.", "when": [{"kind": "fact", "name": "score", "one_of": ["grade-C7"]}]}
)
VERDICT = Says(content=json.dumps({"supported": 0.9, "reason": "fine"}))


def customer(order: str = "A-1001") -> CustomerContext:
    known = known_customer(plan="Premium", order=order, score="grade-C7")
    return known.model_copy(update={"contact": ContactIdentity(email="erika@velo.example")})


def refunded(order: str = "A-1001") -> RecordedCall:
    """A refund that was made for the order before, as its server put it."""
    action = {"server": "shop", "tool": "refund", "arguments": {"order_id": order, "amount": 20}}
    result = f"20 EUR are paid back for the order {order}."
    told = {"call_key": "c1", "draft_id": None, "state": "done", "claimed_at": READ_AT}
    return RecordedCall.model_validate({**told, "action": action, "result": result})


@pytest.fixture(params=sorted(MODELS))
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    with served(request.param) as provider:
        yield provider


@pytest.fixture
def one_provider() -> Iterator[Provider]:
    with served("openai") as provider:
        yield provider


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(ToolServerStandIn().app()) as url:
        yield f"{url}/mcp"


async def drafter(provider: Provider, url: str, private: tuple[str, ...] = PRIVATE) -> Drafter:
    """Its AI agent may tell `plan` and `order`, as no card could while `order` is private."""
    version = await with_tools(version_with(address(url), *TOOLS), connect)
    changes = {"private_facts": private, "rules": (RISKY,), "guidelines": (CALM,)}
    version = version.model_copy(update={"specification": version.specification.model_copy(update=changes)})
    examples = [LabelledText(text=text, label=topic.id) for topic in SPECIFICATION.topics for text in topic.examples]
    models = OrganisationModels(
        version=version,
        knowledge=MarkdownKnowledge(ARTICLES),
        topics=train(examples, SPECIFICATION.out_of_scope_examples),
        calibration=Calibration(),
    )
    (server,) = version.specification.tool_servers
    return Drafter(models, provider.writer(knowledge=None), {"shop": connect(server)})


def question(**known: Any) -> DraftQuestion:
    earlier = TranscriptLine(author=Author.HUMAN_AGENT, text="A colleague looks at it.")
    fields = {"transcript": (earlier,), "context": customer(), "done": (refunded(),), **known}
    return DraftQuestion(draft_id="draft_1", text="Where is my parcel?", **fields)


def sent(provider: Provider) -> str:
    """The bodies of all requests, as the vendor read them."""
    return json.dumps(list(provider.stand_in.requests), ensure_ascii=False)


def use(tool: str, **arguments: Any) -> Calls:
    return Calls(name=f"shop__{tool}", arguments=(json.dumps(arguments),))


async def drafted_and_checked(provider: Provider, made_by: Drafter, asked: DraftQuestion) -> Draft:
    provider.stand_in.queue(use("order_status"), use("refund", amount=5), says(("It is shipped.", ["s1"])))
    draft = await made_by.draft(asked)
    provider.stand_in.queue(VERDICT)
    await made_by.check(asked, draft, provider.validator())
    assert len(provider.stand_in.requests) == 4
    return draft


@pytest.mark.parametrize("order", ["A-1001", "Z-77"], ids=["known to the tool", "quoted in its error"])
async def test_no_request_holds_a_private_fact(provider: Provider, url: str, order: str) -> None:
    asked = question(context=customer(order), done=(refunded(order),))
    draft = await drafted_and_checked(provider, await drafter(provider, url), asked)
    body = sent(provider)
    assert [value for value in (order, "grade-C7", "erika@velo.example") if value in body] == []
    assert "Premium" in body, "what is not private is told"
    assert "[private]" in body

    (action,) = draft.actions
    assert action.arguments == {"order_id": order, "amount": 5}, "the tool is given it all the same"
    assert draft.evidence.rules_held == ("risky",)
    assert draft.evidence.guidelines == ("calm",)


async def test_the_same_facts_are_told_where_they_are_not_private(one_provider: Provider, url: str) -> None:
    await drafted_and_checked(one_provider, await drafter(one_provider, url, private=()), question())
    assert sent(one_provider).count("A-1001") > 3


async def test_what_is_wrong_with_arguments_repeats_no_private_fact(one_provider: Provider, url: str) -> None:
    one_provider.stand_in.queue(use("refund", amount="much"), says(("Hello!", [])))
    await (await drafter(one_provider, url)).draft(question())
    (told,) = one_provider.tool_results()
    assert data_of(told)["note"] == "The arguments do not fit the tool."
    assert "A-1001" not in sent(one_provider)


async def test_a_private_fact_is_hidden_in_what_was_done_though_it_is_another_by_now(
    one_provider: Provider, url: str
) -> None:
    one_provider.stand_in.queue(says(("Hello!", [])))
    await (await drafter(one_provider, url)).draft(question(context=CustomerContext(), done=(refunded("A-1002"),)))
    _, data = one_provider.prompt()
    (told,) = [source for source in data_of(data)["sources"] if source["id"] == "fact:refund 1"]
    assert told["value"] == 'done: {"amount":20} 20 EUR are paid back for the order [private].'
