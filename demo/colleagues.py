"""What colleagues write to each other in the meantime. Nothing of it is judged: it is for the console that stays."""

from collections.abc import Sequence

from cast.staff import Staff
from demo.actions import APPROVER, LEAD, OTHER_APPROVER, SUPPORT
from invariants.records import Conversation

BILLING: tuple[tuple[str, str], ...] = (
    (APPROVER, f"A refund of 1,200 EUR needs two of us. I have approved it, @{OTHER_APPROVER} could you look?"),
    (OTHER_APPROVER, "Done, it is out."),
    (LEAD, "Thank you both. The rule for money is back to one approver: two took too long today."),
)
CARE: tuple[tuple[str, str], ...] = (
    (SUPPORT, "One customer in the queue wants to be called back. I do that after lunch."),
    (LEAD, "I keep the account that was hacked; all its sessions are closed."),
)
WAITS = "cancellation, waiting for approval at the end"
ABOUT_IT = f"This cancellation still waits for a decision. @{LEAD} do you want to write to them yourself?"


async def talk(staff: Staff, conversations: Sequence[Conversation]) -> None:
    care = await staff.open_channel(SUPPORT, "Customer care")
    for by, text in CARE:
        await staff.write(by, care, text)
    billing = await staff.open_channel(APPROVER, "Billing")
    for by, text in BILLING:
        await staff.write(by, billing, text)
    for conversation in conversations:
        if conversation.played.title == WAITS:
            await staff.write(APPROVER, billing, ABOUT_IT, conversation.played.conversation_id)
