"""The desk's adapter, through Slack's own client, against the stand-in."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from domain.desk.card import Note
from domain.desk.cards import card_of
from domain.desk.clicks import Click
from domain.errors import (
    CredentialsError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from integrations.channels.base import ForgedRequestError, WebhookRequest
from integrations.desk.base import Form, Posted
from integrations.desk.slack.desk import NOT_KEPT, SCOPES, SlackDesk
from sandbox.frame import Fault
from sandbox.slack_workspace import Room
from tests.domain.desk.records import of_approval
from tests.slack_desk import ANNA, APPROVALS, Workplace, actions, seen, workplace

pytestmark = pytest.mark.integrations
CARD = card_of(of_approval())
KEY = "approval:ap-1@C0APPROVALS"


class Receptionist:
    """Remembers what was kept; `wrong` is raised."""

    def __init__(self) -> None:
        self.kept: list[Click] = []
        self.wrong: Exception | None = None

    async def keep(self, click: Click) -> None:
        if self.wrong:
            raise self.wrong
        self.kept.append(click)

    async def form(self, click: Click) -> Form:
        if self.wrong:
            raise self.wrong
        return Form(title="Edit", label="Text", initial="Before")


@pytest.fixture(scope="module")
def served() -> Iterator[Workplace]:
    with workplace() as slack:
        yield slack


@asynccontextmanager
async def listening(slack: Workplace) -> AsyncIterator[tuple[SlackDesk, Receptionist]]:
    """A desk that hears by Socket Mode."""
    desk, reception = slack.by_socket(), Receptionist()
    task = asyncio.create_task(desk.listen(reception))
    await seen(lambda: list(slack.stand_in.interactions.sockets))
    yield desk, reception
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def slack(served: Workplace) -> Workplace:
    served.stand_in.restart()
    served.furnish()
    return served


async def test_a_card_is_posted_found_by_its_key_and_changed_in_its_place(slack: Workplace) -> None:
    desk = slack.desk()
    posted = await desk.post(APPROVALS.id, KEY, CARD)
    assert await desk.find_posted(APPROVALS.id, KEY) == posted
    assert await desk.find_posted(APPROVALS.id, "another") is None
    await desk.update(posted, KEY, CARD.model_copy(update={"standing": "Approved by Anna", "actions": ()}))
    (message,) = slack.messages()
    assert (message["ts"], actions(message)) == (posted.message, [])
    assert await desk.find_posted(APPROVALS.id, KEY) == posted


async def test_a_reminder_stands_in_the_thread_and_is_found_there(slack: Workplace) -> None:
    desk = slack.desk()
    posted = await desk.post(APPROVALS.id, KEY, CARD)
    note = await desk.post(APPROVALS.id, f"{KEY}#1", Note(lines=("Reminder 1",)), posted.message)
    assert slack.in_threads() == ["Reminder 1"]
    assert await desk.find_posted(APPROVALS.id, f"{KEY}#1", posted.message) == note
    assert await desk.find_posted(APPROVALS.id, f"{KEY}#1") is None


async def test_a_person_is_written_to_directly(slack: Workplace) -> None:
    desk = slack.desk()
    posted = await desk.post(ANNA.id, KEY, CARD)
    assert posted.channel == "D0ANNA"
    assert await desk.find_posted(ANNA.id, KEY) == posted


async def test_a_whisper_mentions_nobody(slack: Workplace) -> None:
    await slack.desk().whisper(Posted(channel=APPROVALS.id, message="1.1"), ANNA.id, "<!channel> & no")
    assert slack.stand_in.interactions.whispers[-1]["text"] == "&lt;!channel&gt; &amp; no"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(kind="fail", status=429, headers={"Retry-After": "7"}), RateLimitedError),
        (Fault(kind="fail", status=503), UnavailableError),
        (Fault(kind="cut"), UnavailableError),
    ],
)
async def test_an_outage_is_told_as_one(slack: Workplace, fault: Fault, expected: type[Exception]) -> None:
    slack.stand_in.faults.add(fault)
    with pytest.raises(expected):
        await slack.desk().post(APPROVALS.id, KEY, CARD)


async def test_what_slack_does_not_let_us_do_says_so(slack: Workplace) -> None:
    with pytest.raises(InvalidInputError, match="invite the app"):
        await slack.desk().post("C0NONE", KEY, CARD)
    with pytest.raises(CredentialsError, match="HOLDFAST_DESK_SLACK_BOT_TOKEN"):
        await slack.desk(bot_token=SecretStr("xoxb-wrong")).post(APPROVALS.id, KEY, CARD)
    with pytest.raises(NotFoundError):
        await slack.desk().update(Posted(channel=APPROVALS.id, message="1.1"), KEY, CARD)


async def test_check_names_what_is_missing(slack: Workplace) -> None:
    found = await slack.desk().check()
    assert all(one.ok for one in found), found
    slack.stand_in.scopes.discard("im:write")
    slack.stand_in.workspace.add(Room(id=APPROVALS.id, is_member=False))
    wrong = {one.name for one in await slack.desk().check() if not one.ok}
    assert wrong == {"im:write", f"channel {APPROVALS.id}"}
    assert {one.name for one in found} >= SCOPES.keys()


async def test_check_tries_the_socket(slack: Workplace) -> None:
    assert (await slack.by_socket().check())[-1].name == "socket mode"
    refused = (await slack.desk(app_token=SecretStr("xapp-wrong")).check())[-1]
    assert (refused.ok, "HOLDFAST_DESK_SLACK_APP_TOKEN" in refused.detail) == (False, True)
    (token,) = await slack.desk(bot_token=SecretStr("xoxb-wrong")).check()
    assert not token.ok


async def test_without_a_signing_secret_no_request_is_believed(slack: Workplace) -> None:
    request = WebhookRequest(method="POST", url="https://x.example/", received_at=datetime.now(UTC))
    with pytest.raises(ForgedRequestError, match="SIGNING_SECRET"):
        await slack.by_socket().receive(request, Receptionist())


async def test_without_an_app_token_there_is_nothing_to_listen_to(slack: Workplace) -> None:
    await slack.desk().listen(Receptionist())


class TestBySocket:
    async def test_a_click_is_kept_and_acknowledged(self, slack: Workplace) -> None:
        async with listening(slack) as (desk, reception):
            await desk.post(APPROVALS.id, KEY, CARD)
            assert await slack.press(slack.messages()[0], "approve") == (200, {})
            assert [(one.user, one.action, one.version) for one in reception.kept] == [(ANNA.id, "approve", "d" * 64)]

    async def test_what_could_not_be_kept_is_not_acknowledged(self, slack: Workplace) -> None:
        async with listening(slack) as (desk, reception):
            await desk.post(APPROVALS.id, KEY, CARD)
            reception.wrong = UnavailableError("away")
            assert (await slack.press(slack.messages()[0], "approve"))[0] == 0

    async def test_a_form_is_opened_and_its_answer_kept(self, slack: Workplace) -> None:
        async with listening(slack) as (desk, reception):
            await desk.post(APPROVALS.id, KEY, CARD)
            await slack.press(slack.messages()[0], "edit")
            assert (await slack.view())["blocks"][0]["element"]["initial_value"] == "Before"
            assert (await slack.answer(" "))[1]["errors"]
            reception.wrong = UnavailableError("away")
            assert (await slack.answer("After"))[1]["errors"] == {"answer": NOT_KEPT}
            reception.wrong = None
            assert await slack.answer("After") == (200, {})
            assert [(one.action, one.text) for one in reception.kept] == [("edit", "After")]

    async def test_who_may_not_is_told_instead_of_asked(self, slack: Workplace) -> None:
        async with listening(slack) as (desk, reception):
            await desk.post(APPROVALS.id, KEY, CARD)
            reception.wrong = ForbiddenError("Only leads may decide this.")
            assert (await slack.press(slack.messages()[0], "reject"))[0] == 200
            assert await slack.whispered(ANNA) == "Only leads may decide this."
