"""Drafts of an AI agent that has tools, with a real tool server."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from answering.drafting import Drafter
from answering.topics.ngram import train
from answering.understanding import DraftQuestion, OrganisationModels
from domain.conversation.confidence import Calibration
from domain.conversation.turn import Citation, CustomerContext, Draft, Fact
from domain.quality.topics import LabelledText
from domain.specification.organisation import IdentityRules
from domain.tools.actions import ProposedAction
from domain.tools.calls import RecordedCall
from integrations.knowledge.markdown import MarkdownKnowledge
from integrations.llm.base import Passage, ReplyRequest, ReplyTools, WrittenReply
from integrations.llm.local import LocalReplyWriter
from integrations.tools.pinning import with_tools
from sandbox.frame import Fault
from sandbox.mcp_server import ToolServerStandIn
from sandbox.serving import serving
from tests.integrations.tools.shop import address, connect, version_with
from tests.organisation import ARTICLES, READ_AT, SPECIFICATION, known_customer

pytestmark = pytest.mark.integrations
PARCEL = "where is my parcel A-1001"


class Uses:
    """Uses one tool, says what it answered and what a text adds, and cites it."""

    def __init__(self, tool: str, text: str = "", **arguments: Any) -> None:
        self._call = (f"shop__{tool}", json.dumps({"order_id": "A-1001", **arguments}))
        self._text = text
        self.facts: tuple[Fact, ...] = ()

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
        assert tools
        self.facts = request.facts
        found = (await tools.use(*self._call)).passages
        written = await LocalReplyWriter().write_reply(request, tools)
        text = " ".join([*(passage.text for passage in found), self._text])
        return written.model_copy(update={"text": text, "citations": _cited(found), "found": found})


def refunded(state: str) -> RecordedCall:
    action = ProposedAction(server="shop", tool="refund", arguments={"order_id": "A-1001", "amount": 20})
    told = {"call_key": "c1", "draft_id": "draft_0", "result": "It is paid back.", "claimed_at": READ_AT}
    return RecordedCall.model_validate({**told, "state": state, "action": action})


def _cited(found: tuple[Passage, ...]) -> tuple[Citation, ...]:
    return tuple(Citation(source_id=passage.article_id, title=passage.title) for passage in found)


@pytest.fixture(scope="module")
def stand_in() -> ToolServerStandIn:
    return ToolServerStandIn()


@pytest.fixture(scope="module")
def url(stand_in: ToolServerStandIn) -> Iterator[str]:
    with serving(stand_in.app()) as url:
        yield f"{url}/mcp"


@pytest.fixture
async def models(url: str) -> OrganisationModels:
    examples = [LabelledText(text=text, label=topic.id) for topic in SPECIFICATION.topics for text in topic.examples]
    return OrganisationModels(
        version=await with_tools(version_with(address(url)), connect),
        knowledge=MarkdownKnowledge(ARTICLES),
        topics=train(examples, SPECIFICATION.out_of_scope_examples),
        calibration=Calibration(),
    )


async def draft(models: OrganisationModels, writer: Uses, text: str = PARCEL, **known: Any) -> Draft:
    (server,) = models.version.specification.tool_servers
    drafter = Drafter(models, writer, {"shop": connect(server)})
    return await drafter.draft(DraftQuestion(draft_id="draft_1", text=text, **known))


async def test_what_a_tool_looked_up_grounds_the_reply_like_a_fact(models: OrganisationModels) -> None:
    made = await draft(models, Uses("order_status"))
    assert made.evidence.grounding == 1.0
    assert (made.evidence.from_facts, made.evidence.retrieval, made.evidence.out_of_scope) == (True, 1.0, 0.0)
    assert (made.actions, made.evidence.action, made.evidence.missing_sources) == ((), None, ())


@pytest.mark.parametrize(
    ("tool", "amount", "expected"),
    [("refund", 100, "within_limit"), ("refund", 100.01, "needs_approval"), ("issue_voucher", 900, "within_limit")],
)
async def test_a_proposal_is_an_action_of_the_draft(
    models: OrganisationModels, stand_in: ToolServerStandIn, tool: str, amount: float, expected: str
) -> None:
    made = await draft(models, Uses(tool, f"I asked for {amount} EUR for A-1001; it is looked into.", amount=amount))
    (action,) = made.actions
    assert (action.tool, action.arguments) == (tool, {"order_id": "A-1001", "amount": amount})
    assert made.evidence.action == expected
    assert made.evidence.amount == (Decimal(str(amount)) if tool == "refund" else None)
    assert stand_in.shop.book == []


async def test_the_larger_amount_counts(models: OrganisationModels) -> None:
    made = await draft(models, Uses("refund", amount=20), text=f"{PARCEL}, I paid 249 EUR")
    assert made.evidence.amount == Decimal(249)


async def test_an_amount_that_nobody_named_is_invented(models: OrganisationModels) -> None:
    made = await draft(models, Uses("refund", "You get 75 EUR.", amount=20))
    assert made.evidence.grounding <= 0.3


async def test_a_tool_that_does_not_answer_is_a_missing_source(
    models: OrganisationModels, stand_in: ToolServerStandIn
) -> None:
    stand_in.faults.add(Fault(kind="fail", status=503))
    made = await draft(models, Uses("order_status", "I do not know."))
    assert made.evidence.missing_sources == ("shop.order_status",)


async def test_what_was_done_is_a_source(models: OrganisationModels) -> None:
    writer = Uses("order_status")
    await draft(models, writer, done=(refunded("done"),))
    value = 'done: {"order_id":"A-1001","amount":20} It is paid back.'
    assert writer.facts == (Fact(name="refund 1", value=value, source="shop", as_of=READ_AT),)


@pytest.mark.parametrize(
    ("state", "amount", "expected"),
    [
        ("done", 20, "needs_approval"),
        ("claimed", 20, "needs_approval"),
        ("in_doubt", 20, "needs_approval"),
        ("failed", 20, "within_limit"),
        ("done", 80, "within_limit"),
        ("done", 81, "needs_approval"),
        ("failed", 100, "within_limit"),
    ],
)
async def test_the_same_thing_once_more_is_for_people(
    models: OrganisationModels, state: str, amount: float, expected: str
) -> None:
    made = await draft(models, Uses("refund", amount=amount), done=(refunded(state),))
    assert made.evidence.action == expected


@pytest.mark.parametrize(
    ("tool", "matches", "expected"),
    [
        ("order_status", 1, "to_verify"),
        ("order_status", 0, None),
        ("refund", 1, "to_verify"),
        ("refund", 2, "unknown"),
    ],
)
async def test_who_is_not_proved_has_no_tool_used_on_their_account(
    url: str, models: OrganisationModels, tool: str, matches: int, expected: str | None
) -> None:
    own = {"server": "shop", "from_customer": {"order_id": "order"}}
    reads = own | {"tool": "order_status", "access": "read"}
    tools = (reads, own | {"tool": "refund", "access": "write", "approval": "never"})
    version = await with_tools(version_with(address(url), *tools), connect)
    served = replace(models, version=version)
    claimed = CustomerContext(matches=matches)
    amount: dict[str, Any] = {"amount": 20} if tool == "refund" else {}
    made = await draft(served, Uses(tool, "I do not know.", **amount), text="where is it", context=claimed)
    assert (made.evidence.identity, made.actions, made.evidence.from_facts) == (expected, (), False)
    proved = known_customer(order="A-1002")
    made = await draft(served, Uses(tool, **amount), text="where is it", context=proved)
    assert made.evidence.identity is None
    done = made.text if tool == "order_status" else str(made.actions[0].arguments)
    assert "A-1002" in done
    assert "A-1001" not in done


async def test_what_a_tool_tells_waits_for_proof_where_personal_data_does(url: str, models: OrganisationModels) -> None:
    version = await with_tools(version_with(address(url)), connect)
    rules = IdentityRules(verify_for=("personal_data",))
    careful = version.model_copy(update={"specification": version.specification.model_copy(update={"identity": rules})})
    claimed = CustomerContext(matches=1)
    made = await draft(replace(models, version=careful), Uses("order_status", "I look."), context=claimed)
    assert (made.evidence.identity, made.evidence.from_facts) == ("to_verify", False)
    made = await draft(models, Uses("order_status"), context=claimed)
    assert (made.evidence.identity, made.evidence.from_facts) == (None, True)


async def test_without_servers_no_tool_is_offered(models: OrganisationModels) -> None:
    class Looks(Uses):
        async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
            assert tools
            assert list(tools.offered) == []
            return await LocalReplyWriter().write_reply(request)

    assert (await Drafter(models, Looks("")).draft(DraftQuestion(draft_id="draft_1", text=PARCEL))).actions == ()
