"""Slack: a workspace with the app in one channel that is shared with a customer, and in direct messages."""

from collections.abc import Mapping
from html import unescape

from sandbox.process import customer
from sandbox.process.vendor import Action, Channel, Field, Line, Links, Vendor
from sandbox.slack import SlackStandIn, Writes
from sandbox.slack_workspace import CUSTOMER_TEAM, Person, RefusedCallError, Room

SHARED = Room(id="C0NORDLICHT", is_ext_shared=True)
DIRECT = Room(id="D0LINDNER")
DESK = (Room(id="C0SUPPORT"), Room(id="C0APPROVALS"), Person(id="U0ANNA", real_name="Anna"))
"""Where colleagues decide, and one of them."""
PERSON = Person(id="U0LINDNER", team_id=CUSTOMER_TEAM, real_name=customer.NAME, email=customer.EMAIL)


class SlackVendor(Vendor):
    """The workspace, and a customer in it."""

    title = "Slack"
    has_webhooks = True
    stand_in: SlackStandIn

    def __init__(self) -> None:
        super().__init__(SlackStandIn())

    def furnish(self, links: Links) -> None:
        self.stand_in.workspace.add(SHARED, DIRECT, PERSON, *DESK)
        self.stand_in.events_url = f"{links.holdfast}/webhooks/slack"
        self.stand_in.interactivity_url = f"{links.holdfast}/webhooks/desk/slack"

    def environment(self, links: Links) -> Mapping[str, str]:
        address = links.addresses[self.name]
        return {
            "HOLDFAST_SLACK_BOT_TOKEN": self.stand_in.bot_token,
            "HOLDFAST_SLACK_SIGNING_SECRET": self.stand_in.signing_secret,
            "HOLDFAST_SLACK_VERIFIED_WORKSPACES": CUSTOMER_TEAM,
            "HOLDFAST_SLACK_BASE_URL": f"{address}/api/",
            "HOLDFAST_SLACK_FILES_URL": f"{address}/files/",
            "HOLDFAST_SLACK_CA_FILE": str(links.ca_file),
        }

    def channels(self) -> tuple[Channel, ...]:
        return (
            self._room("slack", "Slack, shared channel", SHARED),
            self._room("slack-direct", "Slack, direct message", DIRECT),
        )

    def _room(self, name: str, title: str, room: Room) -> Channel:
        async def write(text: str, thread_ts: str = "") -> None:
            written = Writes(channel=room.id, user=PERSON.id, text=text, thread_ts=thread_ts or None)
            try:
                await self.stand_in.write(written)
            except RefusedCallError as refused:
                raise ValueError(refused) from refused

        fields = (
            Field(name="text", label="Message", value=customer.QUESTION, lines=2),
            Field(name="thread_ts", label="In thread"),
        )
        action = Action(name="write", label="Post", fields=fields, run=write)
        return Channel(name=name, title=title, actions=(action,), lines=lambda: self._lines(room))

    def _lines(self, room: Room) -> list[Line]:
        workspace = self.stand_in.workspace
        lines = []
        for message in list(workspace.messages.get(room.id, [])):
            author = workspace.people[message["user"]]
            lines.append(
                Line(
                    by="company" if author.bot_id else "customer",
                    who=author.real_name,
                    text=unescape(message["text"]),
                    reply={"thread_ts": message.get("thread_ts", message["ts"])},
                )
            )
        return lines
