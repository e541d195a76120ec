"""Takes clicks: kept before they are acknowledged, and whoever may not do it hears why."""

import structlog

from domain.approvals.approval import refusal_of_person
from domain.conversation.requests import DecisionAction
from domain.desk.cards import DECISIONS, OF_CONVERSATION, DeskRecord, card_of
from domain.desk.clicks import APPROVAL, Click, kind_of
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from gateway.auth import Caller
from gateway.desk.office import UNKNOWN, Office
from integrations.desk.base import Form

log = structlog.get_logger()

FORM_CHARACTERS = 3000
TITLES = {action.name: action.label for action in (*DECISIONS, *OF_CONVERSATION)}
LABELS = {
    "edit": "What the customer gets",
    "answer": "What the customer gets",
    "reject": "Why? The AI agent writes anew with it",
    "hand_back": "What should the AI agent know, or do next?",
    "snooze": "Until when?",
}


class DeskReception:
    """One for each desk."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def keep(self, click: Click) -> None:
        """Durable when this returns. Raises UnavailableError: the person is told that nothing was kept."""
        office = self._office
        fresh = await office.services.store.desk_clicks.keep(office.organisation, office.name, click, office.now())
        if not fresh:
            log.info("desk_click_repeated", desk=office.name, action=click.action)
        office.clicks.set()

    async def form(self, click: Click) -> Form:
        """What is asked before the click counts; whoever may not do it is not asked. Raises HoldfastError."""
        record = await self._office.record(click.subject)
        if record is None:
            raise NotFoundError(UNKNOWN)
        try:
            check(await self._office.caller(click.user), record, click.action)
        except ForbiddenError as error:
            await refuse(self._office, click, record.conversation.conversation_id, str(error))
            raise
        return _form(record, click)


def check(caller: Caller, record: DeskRecord, action: str) -> None:
    """Raise ForbiddenError for what this person may not do whatever else happens."""
    if not caller.may("human_agent"):
        raise ForbiddenError("This needs the role human_agent. Ask an administrator for a key that has it.")
    if record.approval is None or record.approval.state != "open":
        return
    decision: DecisionAction = action  # type: ignore[assignment]
    forbidden = refusal_of_person(record.approval.approval, caller.person, decision)
    if forbidden:
        raise ForbiddenError(forbidden)


async def refuse(office: Office, click: Click, conversation_id: str, why: str) -> None:
    """The audit trail says who wanted what, and that they may not."""
    data = {"desk": office.name, "subject": click.subject, "action": click.action, "reason": why}
    actor = f"{office.name}:{click.user}"
    await office.services.store.desk_cards.audit_refusal(
        office.organisation, conversation_id, actor, data, office.now()
    )


def _form(record: DeskRecord, click: Click) -> Form:
    card = card_of(record)
    if not card.is_open:
        raise InvalidInputError(f"Nothing can be done here any more. {card.standing}.")
    initial = card.draft if click.action == "edit" and kind_of(click.subject) == APPROVAL else ""
    if len(initial) > FORM_CHARACTERS:
        raise InvalidInputError(
            "This draft is too long for a form. Edit it with `holdfast approvals decide ID --edit`."
        )
    return Form(
        title=TITLES.get(click.action, "Decide"),
        label=LABELS.get(click.action, "What should be said?"),
        kind="time" if click.action == "snooze" else "text",
        initial=initial,
    )
