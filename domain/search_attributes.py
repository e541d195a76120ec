"""The search attributes of a conversation: the one list from which registration and upserts read.

They are never encrypted, so none carries personal data.
"""

from typing import Literal

SEARCH_ATTRIBUTES: dict[str, Literal["Keyword", "Int", "Datetime"]] = {
    "ConversationStatus": "Keyword",
    "Channel": "Keyword",
    "AiAgent": "Keyword",
    "OwnerKind": "Keyword",
    "EscalationReason": "Keyword",
    "PendingApprovals": "Int",
    "NextDeadline": "Datetime",
    "Organisation": "Keyword",
}
