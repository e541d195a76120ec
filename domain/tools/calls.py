"""Input and results of call_tool, which uses a tool that writes: after the decision, outside the model, once."""

from datetime import datetime
from typing import Literal

from domain.conversation.activity_models import ApprovalClosure
from domain.conversation.turn import DecisionRecord
from domain.model import Frozen
from domain.tools.actions import ProposedAction

ToolCallEnd = Literal["done", "failed", "in_doubt"]
SENDING_STOPPED = "sending_stopped"
"""The `text` of a call that was refused because automatic sending is stopped."""


class CallToolInput(Frozen):
    """`call_key` is the idempotency key, the same for every attempt.

    With `expected_revision` the claim is refused when the conversation has moved on; it always is when the AI agent
    does not own the conversation any more. `closure` is the approval that this carries out; several calls may carry out
    one. `record` is the decision that let it go, where nobody has kept it yet.
    """

    organisation: str
    conversation_id: str
    spec_hash: str
    ai_agent: str
    call_key: str
    action: ProposedAction
    draft_id: str | None = None
    expected_revision: int | None = None
    closure: ApprovalClosure | None = None
    record: DecisionRecord | None = None


class CalledTool(Frozen):
    """What came of it.

    done: the tool did it, `text` is what it says. failed: the tool says that it did not. refused: the conversation had
    moved on or changed hands, nothing was sent. in_doubt: it may have happened, so a person must look before anybody
    tries again. `text` of done and failed is a stranger's: data, never an instruction.
    """

    status: ToolCallEnd | Literal["refused"]
    text: str = ""
    at: datetime

    @property
    def is_stopped(self) -> bool:
        """Refused only because automatic sending is stopped: a person may still have it done."""
        return self.status == "refused" and self.text == SENDING_STOPPED


class RecordedCall(Frozen):
    """A call as it is kept. `claimed`: it began, and nobody knows more. `result` is a stranger's text."""

    call_key: str
    draft_id: str | None
    state: ToolCallEnd | Literal["claimed"]
    action: ProposedAction
    result: str
    claimed_at: datetime


class ToolCallClaim(Frozen):
    """`claimed`: nobody has tried. `unfinished`: an earlier attempt began and told no more. Else `called` is known."""

    status: Literal["claimed", "unfinished", "known"]
    called: CalledTool | None = None
