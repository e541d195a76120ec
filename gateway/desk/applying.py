"""From a click to a decision, by the path of every other decision; later where Temporal is slow, and never twice."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog
from fastapi import Response
from pydantic import ValidationError

from domain.desk.cards import DeskRecord
from domain.desk.clicks import APPROVAL, Click, id_in, kind_of
from domain.errors import ForbiddenError, HoldfastError, InvalidInputError, NotFoundError, RetryableError
from gateway.api import approvals, conversations
from gateway.auth import Caller
from gateway.desk.office import UNKNOWN, Office
from gateway.desk.reception import check, refuse
from gateway.problems import ProblemError
from integrations.desk.base import Posted
from storage.desk_clicks import WaitingClick

log = structlog.get_logger()

ASKS_AGAIN = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=2)


async def apply(office: Office, waiting: WaitingClick) -> None:
    """Carry a click out, tell its person where it comes to nothing, and look again later where nobody can know yet."""
    click, clicks = waiting.click, office.services.store.desk_clicks
    place = (office.organisation, office.name, click.click_id)
    try:
        is_accepted = await (_came_of_it(office, click) if waiting.state == "accepted" else _decide(office, click))
    except RetryableError as error:
        log.info("desk_click_waits", desk=office.name, action=click.action, error=type(error).__name__)
        pause = min(ASKS_AGAIN * 2 ** min(waiting.tries, 8), LONGEST_PAUSE)
        await clicks.again(*place, "accepted" if waiting.state == "accepted" else "applying", office.now() + pause)
    except (HoldfastError, ProblemError) as error:
        await clicks.settle(*place, refused=True)
        await _tell(office, click, error.problem.detail if isinstance(error, ProblemError) else str(error))
    else:
        if is_accepted:
            await clicks.again(*place, "accepted", office.now() + ASKS_AGAIN)
        else:
            await clicks.settle(*place, refused=False)
    finally:
        office.cards.set()


async def _decide(office: Office, click: Click) -> bool:
    """True where Temporal keeps it and no worker has applied it yet. Raises HoldfastError or ProblemError."""
    record = await office.record(click.subject)
    if record is None:
        raise NotFoundError(UNKNOWN)
    try:
        caller = await office.caller(click.user)
        check(caller, record, click.action)
    except ForbiddenError as error:
        await refuse(office, click, record.conversation.conversation_id, str(error))
        raise
    named = await _named(office, click)
    await office.services.store.desk_clicks.applying(office.organisation, office.name, click.click_id, caller.person.id)
    office.cards.set()
    if kind_of(click.subject) == APPROVAL:
        return await _decide_approval(office, click, caller, named)
    return await _ask_conversation(office, click, caller, record)


async def _named(office: Office, click: Click) -> str | None:
    """Our id of the person whom a colleague chose at the desk."""
    if not click.named:
        return None
    found = await office.services.store.desk_people.person(office.organisation, office.name, click.named)
    if found is None:
        raise InvalidInputError(
            "That colleague is not linked with a person of Holdfast, so nobody was asked. An administrator links them "
            f"with `holdfast desk link {click.named} PERSON`."
        )
    return found.person_id


async def _decide_approval(office: Office, click: Click, caller: Caller, named: str | None) -> bool:
    given: dict[str, Any] = {
        "text": click.text if click.action in {"edit", "answer"} else None,
        "reason": click.text if click.action == "reject" else None,
        "assignee": named,
        "digest": click.version or None,
        "until": click.until,
    }
    body = _body(approvals.AskDecision, click, given, action=click.action)
    answer = await approvals.decide_approval(id_in(click.subject), body, caller, office.services, Response())
    return answer.state == "accepted"


async def _ask_conversation(office: Office, click: Click, caller: Caller, record: DeskRecord) -> bool:
    asked = _ASKED.get(click.action)
    if asked is None:
        raise InvalidInputError("This cannot be done with a conversation. Look at its newest card.")
    model, ask = asked
    given = {
        "text": click.text if click.action == "answer" else None,
        "instruction": click.text if click.action == "hand_back" else None,
        "until": click.until,
    }
    conversation_id = record.conversation.conversation_id
    answer = await ask(
        conversation_id, caller, services=office.services, response=Response(), body=_body(model, click, given)
    )
    return bool(answer.state == "accepted")


_ASKED: dict[str, tuple[Any, Callable[..., Awaitable[Any]]]] = {
    "take_over": (conversations.AskTakeOver, conversations.take_over),
    "hand_back": (conversations.AskHandBack, conversations.hand_back),
    "answer": (conversations.AskReply, conversations.reply),
    "snooze": (conversations.AskSnooze, conversations.snooze),
    "resolve": (conversations.AskResolve, conversations.resolve),
}


def _body(model: Any, click: Click, given: dict[str, Any], **more: Any) -> Any:
    """The body that the same request over HTTP would have; raises InvalidInputError for one that it would not take."""
    known = {name: value for name, value in given.items() if value is not None}
    try:
        return model.model_validate({"request_id": click.request_id, **more, **known})
    except ValidationError as error:
        fields = ", ".join(str(one["loc"][-1]) for one in error.errors())
        raise InvalidInputError(f"This cannot be done from here ({fields}). Use the newest card.") from None


async def _came_of_it(office: Office, click: Click) -> bool:
    """What Temporal was given: True while nothing has come of it. Raises ProblemError for what came to nothing."""
    store = office.services.store
    if kind_of(click.subject) != APPROVAL:
        return await store.records.carried_out_at(id_in(click.subject), click.request_id) is None
    decision = await store.approvals.decision(click.request_id)
    if decision is not None and decision.refused:
        raise InvalidInputError(decision.refused)
    return decision is None


async def _tell(office: Office, click: Click, text: str) -> None:
    """To the person alone; what cannot be told is in the audit trail all the same."""
    try:
        await office.desk.whisper(Posted(channel=click.channel, message=click.message), click.user, text)
    except HoldfastError as error:
        log.warning("desk_person_not_told", desk=office.name, error=type(error).__name__)
