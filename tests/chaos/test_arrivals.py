"""What of ours has newly reached customers is told once, and never what customers wrote themselves."""

from types import SimpleNamespace
from typing import cast

from cast.vendors import Vendors
from chaos.arrivals import arrivals
from sandbox.mail import Received


def _vendors() -> SimpleNamespace:
    messages = {"a": SimpleNamespace(direction="inbound", body="Where?")}
    rooms = {"C1": [{"text": "Where?"}]}
    account = SimpleNamespace(users={1: {"role": "end-user"}, 2: {"role": "admin"}}, comments={7: []})
    return SimpleNamespace(
        twilio=SimpleNamespace(stand_in=SimpleNamespace(messages=messages)),
        slack=SimpleNamespace(stand_in=SimpleNamespace(workspace=SimpleNamespace(messages=rooms))),
        zendesk=SimpleNamespace(stand_in=SimpleNamespace(account=account)),
        mail=SimpleNamespace(stand_in=SimpleNamespace(received=[])),
    )


def test_each_message_of_ours_is_told_once() -> None:
    vendors = _vendors()
    new = arrivals(cast(Vendors, vendors))
    assert new() == []
    vendors.twilio.stand_in.messages["b"] = SimpleNamespace(direction="outbound-api", body="By SMS.")
    vendors.slack.stand_in.workspace.messages["C1"].append({"text": "In Slack.", "bot_id": "B1"})
    comments = vendors.zendesk.stand_in.account.comments
    comments[7] += [
        {"author_id": 1, "body": "Where?", "public": True},
        {"author_id": 2, "body": "In the ticket.", "public": True},
        {"author_id": 2, "body": "Between us.", "public": False},
    ]
    comments[8] = [{"author_id": 2, "body": "In a new ticket.", "public": True}]
    vendors.mail.stand_in.received.append(Received(to="c", raw=b"From: us\r\n\r\nBy mail."))
    assert sorted(new()) == ["By SMS.", "By mail.", "In Slack.", "In a new ticket.", "In the ticket."]
    assert new() == []
