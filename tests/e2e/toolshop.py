"""The bicycle shop with tools: what customers say, and what the scripted writer does with the tools then."""

import json
from dataclasses import dataclass
from typing import Any

from domain.specification.organisation import AiAgentSpec
from domain.specification.tools import ToolServerSpec
from integrations.llm.base import Passage, ReplyRequest, ReplyTools
from integrations.tools.pinning import with_tools
from storage.database import Database
from tests.e2e.bikeshop import publish_version, version
from tests.integrations.tools.shop import TOOLS, connect
from tests.organisation import SPECIFICATION

PARCEL = "where is my parcel A-1001"
SOME_BACK = "my parcel A-1001 was late, please pay the shipping back"
ALL_BACK = "my parcel A-1001 never came, please pay all of it back"
NO_ORDER = "my parcel Z-9 was late, please pay the shipping back"
VOUCHER = "my parcel A-1002 was late, please make up for it"


@dataclass(frozen=True)
class Use:
    """A tool as it is offered, and its arguments."""

    tool: str
    order_id: str = "A-1001"
    amount: float | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        return {"order_id": self.order_id} | ({"amount": self.amount} if self.amount else {})


USES = {
    PARCEL: Use("order_status"),
    SOME_BACK: Use("refund", amount=49.5),
    ALL_BACK: Use("refund", amount=240),
    NO_ORDER: Use("refund", "Z-9", 4.9),
    VOUCHER: Use("issue_voucher", "A-1002", 10),
}


async def use_tools(request: ReplyRequest, tools: ReplyTools) -> list[Passage]:
    """What the customer asks for in these words; nothing after a rejection."""
    uses = [use for words, use in USES.items() if words in request.question and not request.instruction]
    answers = [await tools.use(f"shop__{use.tool}", json.dumps(use.arguments)) for use in uses]
    return [passage for answer in answers for passage in answer.passages]


async def publish_with_tools(database: Database, server: ToolServerSpec, **changes: Any) -> str:
    """Publish the shop whose first AI agent may use the tools of this server."""
    first, *others = SPECIFICATION.ai_agents
    ai_agents = (AiAgentSpec.model_validate(first.model_dump() | {"tools": TOOLS}), *others)
    made = version(tool_servers=(server,), ai_agents=ai_agents, **changes)
    return await publish_version(database, await with_tools(made, connect))
