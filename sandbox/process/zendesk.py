"""Zendesk: a help desk with our webhook, one customer and one colleague."""

from collections.abc import Mapping

from sandbox.process import customer
from sandbox.process.vendor import Action, Channel, Field, Line, Links, Vendor
from sandbox.zendesk import WEBHOOK_SECRET, Written, ZendeskStandIn

EVENTS = ("zen:event-type:ticket.created", "zen:event-type:ticket.comment_added")
COLLEAGUE = "sam.carter@techflow.example"


class ZendeskVendor(Vendor):
    """The help desk, and who writes in it."""

    title = "Zendesk"
    has_webhooks = True
    stand_in: ZendeskStandIn

    def __init__(self) -> None:
        super().__init__(ZendeskStandIn(export_lag_seconds=5))

    def furnish(self, links: Links) -> None:
        account = self.stand_in.account
        account.add_webhook(f"{links.holdfast}/webhooks/zendesk", WEBHOOK_SECRET, EVENTS)
        company = account.add_organization(customer.COMPANY)
        account.add_user(customer.NAME, customer.EMAIL, phone=customer.PHONE, organization_id=company["id"])
        account.add_user("Sam Carter", COLLEAGUE, role="agent")

    def environment(self, links: Links) -> Mapping[str, str]:
        return {
            "HOLDFAST_ZENDESK_BASE_URL": links.addresses[self.name],
            "HOLDFAST_ZENDESK_EMAIL": self.stand_in.email,
            "HOLDFAST_ZENDESK_API_TOKEN": self.stand_in.api_token,
            "HOLDFAST_ZENDESK_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "HOLDFAST_ZENDESK_PUBLIC_URL": links.holdfast,
            "HOLDFAST_ZENDESK_CA_FILE": str(links.ca_file),
        }

    def channels(self) -> tuple[Channel, ...]:
        author = Field(name="author", label="From", value=customer.EMAIL)
        colleague = Field(name="author", label="Colleague", value=COLLEAGUE)
        ticket = Field(name="ticket", label="Ticket", value="")
        body = Field(name="body", label="Message", value=customer.QUESTION, lines=2)
        subject = Field(name="subject", label="Subject", value="CSV export")
        answer = Field(name="body", label="Message", lines=2)
        actions = (
            Action(name="write", label="New ticket", fields=(author, subject, body), run=self._write),
            Action(name="comment", label="Comment", fields=(author, ticket, answer), run=self._comment),
            Action(name="answer", label="As a colleague", fields=(colleague, ticket, answer), run=self._comment),
        )
        return (Channel(name="zendesk", title="Zendesk ticket", actions=actions, lines=self._lines),)

    async def _write(self, author: str, subject: str, body: str) -> None:
        _check(body)
        await self.stand_in.write(Written(author=author, subject=subject, body=body))

    async def _comment(self, author: str, ticket: str, body: str) -> None:
        if not ticket.isdecimal() or int(ticket) not in self.stand_in.account.tickets:
            raise ValueError("there is no such ticket")
        _check(body)
        await self.stand_in.add_comment(int(ticket), Written(author=author, body=body))

    def _lines(self) -> list[Line]:
        account = self.stand_in.account
        comments = [(number, one) for number, listed in list(account.comments.items()) for one in list(listed)]
        lines = []
        for number, comment in sorted(comments, key=lambda pair: pair[1]["id"]):
            author = account.users[comment["author_id"]]
            place = f"ticket {number} ({account.tickets[number]['status']})"
            lines.append(
                Line(
                    by="customer" if author["role"] == "end-user" else "company",
                    who=author["name"],
                    text=comment["body"],
                    state=place if comment["public"] else f"{place}, internal note",
                    reply={"ticket": str(number)},
                )
            )
        return lines


def _check(body: str) -> None:
    if not body.strip():
        raise ValueError("a comment cannot be blank")
