"""What an AI agent wants done with a tool, whether people must approve it, and what a tool's text is cut down to."""

import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from pydantic import Field, JsonValue

from domain.model import Frozen
from domain.specification.model import Key
from domain.specification.tools import ToolName, WriteTool

MAX_RESULT_CHARACTERS = 8_000
MAX_DESCRIPTION_CHARACTERS = 1_000
UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})


class ProposedAction(Frozen):
    """The use of a tool that writes, proposed by an AI agent. Nothing has been done yet.

    The arguments fit the schema that was published. `amount` is in the organisation's currency; None where the
    specification names no argument for it, or its value is no amount.
    """

    server: Key
    tool: ToolName
    arguments: dict[str, JsonValue]
    amount: Decimal | None = None


class ToolOutcome(Frozen):
    """What a tool answered; `failed` when it says itself that it did not do what was asked."""

    text: str = Field("", max_length=MAX_RESULT_CHARACTERS + 100)
    failed: bool = False


def proposed(allowed: WriteTool, arguments: Mapping[str, JsonValue]) -> ProposedAction:
    """An action with the amount that its approval depends on."""
    amount = None if isinstance(allowed.approval, str) else _amount(arguments.get(allowed.approval.argument))
    return ProposedAction(server=allowed.server, tool=allowed.tool, arguments=dict(arguments), amount=amount)


def needs_approval(allowed: WriteTool, action: ProposedAction, together: Iterable[ProposedAction] = ()) -> bool:
    """Whether people decide first. Amounts are read from the arguments again; one that cannot be read needs them.

    `together` are all uses of tools whose amounts count towards the limit, this one included.
    """
    if isinstance(allowed.approval, str):
        return allowed.approval == "always"
    place = (allowed.server, allowed.tool)
    counted = [other for other in together if (other.server, other.tool) == place] or [action]
    amounts = [proposed(allowed, other.arguments).amount for other in counted]
    known = [amount for amount in amounts if amount is not None]
    return len(known) < len(amounts) or sum(known) > allowed.approval.above


def plain(text: str, longest: int) -> str:
    """Text of a stranger without control, invisible and direction-changing characters, cut to a length."""
    seen = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in UNSEEN_CATEGORIES).strip()
    return seen if len(seen) <= longest else f"{seen[:longest]} [cut: {len(seen) - longest} characters more]"


def _amount(value: JsonValue) -> Decimal | None:
    """Not negative and finite, from a number or a plain decimal text; anything else is no amount."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
