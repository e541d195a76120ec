"""A desk in the stand-in for Slack: its channels, its people, and what is seen there."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from pydantic import SecretStr

from integrations.desk.slack.desk import SlackDesk
from integrations.desk.slack.settings import SlackDeskSettings
from sandbox.serving import serving
from sandbox.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackStandIn
from sandbox.slack_interactions import Presses, Submits, Told
from sandbox.slack_workspace import Person, Room

SUPPORT, APPROVALS, LEADS = Room(id="C0SUPPORT"), Room(id="C0APPROVALS"), Room(id="C0LEADS")
Seen = TypeVar("Seen")
ANNA, BO, STRANGER = Person(id="U0ANNA"), Person(id="U0BO"), Person(id="U0STRANGER")


async def seen(look: Callable[[], list[Seen]]) -> list[Seen]:
    """What is found, as soon as there is any."""
    async with asyncio.timeout(30):
        while True:
            found = look()
            if found:
                return found
            await asyncio.sleep(0.05)


class Workplace:
    """Colleagues at Slack."""

    def __init__(self, stand_in: SlackStandIn) -> None:
        self.stand_in = stand_in

    def furnish(self) -> None:
        self.stand_in.workspace.add(SUPPORT, APPROVALS, LEADS, ANNA, BO, STRANGER)

    def settings(self, **changes: Any) -> SlackDeskSettings:
        usual = {
            "bot_token": SecretStr(BOT_TOKEN),
            "signing_secret": SecretStr(SIGNING_SECRET),
            "escalations": SUPPORT.id,
            "approvals": APPROVALS.id,
            "digest": False,
            "base_url": f"{self.stand_in.address}/api/",
        }
        return SlackDeskSettings.model_validate({**usual, **changes})

    def desk(self, **changes: Any) -> SlackDesk:
        return SlackDesk(self.settings(**changes))

    def by_socket(self) -> SlackDesk:
        return self.desk(app_token=SecretStr(APP_TOKEN), signing_secret=None)

    def messages(self, channel: str = APPROVALS.id) -> list[dict[str, Any]]:
        """What stands in a channel itself."""
        posted = self.stand_in.workspace.messages.get(channel, [])
        return [one for one in posted if one.get("thread_ts", one["ts"]) == one["ts"]]

    def in_threads(self, channel: str = APPROVALS.id) -> list[str]:
        posted = self.stand_in.workspace.messages.get(channel, [])
        return [one["text"] for one in posted if one.get("thread_ts", one["ts"]) != one["ts"]]

    async def card(self, *words: str, channel: str = APPROVALS.id, number: int = -1) -> dict[str, Any]:
        """The newest message there, once all of the words stand in it."""

        def shown() -> list[dict[str, Any]]:
            found = self.messages(channel)[number:][:1]
            return [one for one in found if all(word in json.dumps(one, ensure_ascii=False) for word in words)]

        return (await seen(shown))[0]

    async def whispered(self, user: Person) -> str:
        """The last thing that this person alone was told."""
        whispers = await seen(
            lambda: [one["text"] for one in self.stand_in.interactions.whispers if one["user"] == user.id]
        )
        return whispers[-1]

    async def press(self, card: dict[str, Any], action: str, by: Person = ANNA, channel: str = APPROVALS.id) -> Told:
        pressed = Presses(channel=channel, ts=card["ts"], user=by.id, action_id=self.action_id(card, action))
        return await self.stand_in.press(pressed)

    async def choose(self, card: dict[str, Any], person: Person, by: Person = ANNA) -> Told:
        action_id = self.action_id(card, "reassign")
        pressed = Presses(channel=APPROVALS.id, ts=card["ts"], user=by.id, action_id=action_id, selected_user=person.id)
        return await self.stand_in.press(pressed)

    async def view(self) -> dict[str, Any]:
        """The form that was opened."""
        return (await seen(lambda: list(self.stand_in.interactions.views.values())))[0]

    async def answer(self, value: str | None = None, *, at: int | None = None, by: Person = ANNA) -> Told:
        view = await self.view()
        return await self.stand_in.submit(Submits(view_id=view["id"], user=by.id, value=value, at=at))

    @staticmethod
    def action_id(card: dict[str, Any], action: str) -> str:
        """What is pressed for it, or a name that stands nowhere."""
        return next((one for one in buttons(card) if one.split(":")[1] == action), f"holdfast:{action}:missing")


def buttons(card: dict[str, Any]) -> list[str]:
    """What can be pressed below a card."""
    return [
        one["action_id"] for block in card.get("blocks", []) if block["type"] == "actions" for one in block["elements"]
    ]


def actions(card: dict[str, Any]) -> list[str]:
    return [one.split(":")[1] for one in buttons(card)]


@contextmanager
def workplace() -> Iterator[Workplace]:
    """Served over a real socket."""
    stand_in = SlackStandIn()
    with serving(stand_in.app()) as address:
        stand_in.address = address
        slack = Workplace(stand_in)
        slack.furnish()
        yield slack
