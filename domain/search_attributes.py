"""The search attributes of a conversation: the one list from which registration and upserts read.

They are never encrypted, so none carries personal data.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.conversation.deadlines import ladder_due, queue_due, snooze_due
from domain.conversation.state import ConversationState

Kind = Literal["Keyword", "Int", "Datetime"]


@dataclass(frozen=True)
class SearchAttribute:
    """Temporal's type of a value, and the value for a conversation; None where it has none."""

    kind: Kind
    value: Callable[[ConversationState], str | int | datetime | None]


SEARCH_ATTRIBUTES: dict[str, SearchAttribute] = {
    "ConversationStatus": SearchAttribute("Keyword", lambda state: state.status.value),
    "Channel": SearchAttribute("Keyword", lambda state: state.channel),
    "AiAgent": SearchAttribute("Keyword", lambda state: state.answering.ai_agent),
    "OwnerKind": SearchAttribute("Keyword", lambda state: state.owner.kind),
    "EscalationReason": SearchAttribute("Keyword", lambda state: state.lifecycle.escalation_reason),
    "Organisation": SearchAttribute("Keyword", lambda state: state.start.organisation),
    "PendingApprovals": SearchAttribute("Int", lambda state: int(state.approval is not None)),
    "NextDeadline": SearchAttribute(
        "Datetime", lambda state: ladder_due(state) or queue_due(state) or snooze_due(state)
    ),
}
