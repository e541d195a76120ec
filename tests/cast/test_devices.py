"""What customers hold in their hands, against the stand-ins of the vendors."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from cast.devices import Device, HelpDesk, Mailbox, SlackRoom, devices_of
from cast.vendors import Vendors, serving_vendors
from domain.identity.directory import Contact
from domain.specification.organisation import ChannelKind
from sandbox.process.salesforce import Customers
from sandbox.slack_workspace import PostMessage
from sandbox.zendesk import Written

ANNA = Contact(id="c-1", account="shop", name="Anna Lindner", email="anna@shop.example", phone="+49 30 5550 1140")
NOBODY_LISTENS = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vendors]:
    folder: Path = tmp_path_factory.mktemp("sandbox")
    with serving_vendors(folder, NOBODY_LISTENS, Customers()) as served:
        yield served


@pytest.fixture
def devices(vendors: Vendors) -> Mapping[ChannelKind, Device]:
    return devices_of(vendors, ANNA, subject="Seats", is_direct=False)


async def test_a_mail_that_answers_the_customer_threads(devices: Mapping[ChannelKind, Device]) -> None:
    mailbox = devices["email"]
    assert isinstance(mailbox, Mailbox)
    await mailbox.write("How many?")
    asked = await mailbox.stand_in.folder("INBOX")
    message_id = next(line for line in asked[-1].raw.decode().splitlines() if line.startswith("Message-ID: "))[12:]
    for answers in (message_id, "<another@shop.example>"):
        ids = f"Message-ID: <{len(answers)}@us>\r\nIn-Reply-To: {answers}\r\nReferences: {answers}"
        await mailbox.stand_in.submit("us", [ANNA.email], f"From: us\r\n{ids}\r\n\r\n14".encode())
    assert [(one.text, one.threads) for one in mailbox.posted()] == [("14", True), ("14", False)]
    assert len(mailbox.thread) == 16


async def test_a_ticket_shows_what_the_company_wrote_in_public(devices: Mapping[ChannelKind, Device]) -> None:
    desk = devices["zendesk"]
    assert isinstance(desk, HelpDesk)
    with pytest.raises(ValueError, match="no ticket"):
        await desk.answer_as("sam.carter@techflow.example", "14")
    await desk.write("How many?")
    await desk.write("Hello?")
    await desk.answer_as("sam.carter@techflow.example", "Fourteen.")
    assert desk.ticket is not None
    note = Written(author="sam.carter@techflow.example", body="Between us.", public=False)
    await desk.stand_in.add_comment(desk.ticket, note)
    assert [one.text for one in desk.posted()] == ["Fourteen."]


async def test_a_room_shows_the_own_thread_only(vendors: Vendors, devices: Mapping[ChannelKind, Device]) -> None:
    room, other = devices["slack"], SlackRoom(vendors.slack.stand_in, ANNA, is_direct=False)
    assert room.thread == ""
    await room.write("How many?")
    await other.write("How much?")
    channel, root = room.thread.split("/")[1:]
    vendors.slack.stand_in.workspace.post(PostMessage(channel=channel, thread_ts=root, text="Fourteen."))
    assert [one.text for one in room.posted()] == ["Fourteen."]
    assert list(other.posted()) == []


async def test_a_direct_message_is_one_thread(vendors: Vendors) -> None:
    room = devices_of(vendors, ANNA, subject="", is_direct=True)["slack"]
    assert room.thread == "T0HOLDFAST/D0C1"


async def test_parts_of_a_long_sms_belong_together(vendors: Vendors, devices: Mapping[ChannelKind, Device]) -> None:
    phone = devices["sms"]
    form = {"To": "+493055501140", "From": "+15005550006", "Body": "14", "StatusCallback": NOBODY_LISTENS}
    first = vendors.twilio.stand_in.create_message(form)
    form["StatusCallback"] = f"{NOBODY_LISTENS}?of={first.sid}#rc=5"
    vendors.twilio.stand_in.create_message(form)
    assert [one.part_of for one in phone.posted()] == [None, first.sid]


async def test_a_call_begins_with_the_first_words(devices: Mapping[ChannelKind, Device]) -> None:
    assert devices["phone"].thread == ""
    assert list(devices["phone"].posted()) == []


def test_who_has_no_number_has_no_phone(vendors: Vendors) -> None:
    contact = ANNA.model_copy(update={"phone": None})
    assert set(devices_of(vendors, contact, subject="", is_direct=True)) == {"email", "zendesk", "slack"}


async def test_the_first_text_opens_a_ticket_and_the_others_go_on_in_it(
    vendors: Vendors, devices: Mapping[ChannelKind, Device]
) -> None:
    desk = devices["zendesk"]
    assert isinstance(desk, HelpDesk)
    assert (desk.thread, list(desk.posted())) == ("", [])
    for text in ("How many seats?", "Hello?"):
        await desk.write(text)
    assert desk.ticket is not None
    comments = vendors.zendesk.stand_in.account.comments[desk.ticket]
    assert [comment["body"] for comment in comments] == ["How many seats?", "Hello?"]
    assert (desk.thread, vendors.zendesk.stand_in.account.tickets[desk.ticket]["subject"]) == (
        str(desk.ticket),
        "Seats",
    )


async def test_sms_to_somebody_else_are_not_shown(vendors: Vendors) -> None:
    other = ANNA.model_copy(update={"id": "c-9", "phone": "+49 171 999 0000"})
    phone = devices_of(vendors, other, subject="", is_direct=True)["sms"]
    form = {"To": "+491719990001", "From": "+15005550006", "Body": "Not hers"}
    vendors.twilio.stand_in.create_message(form)
    vendors.twilio.stand_in.create_message(form | {"To": "+491719990000", "Body": "Hers"})
    assert [one.text for one in phone.posted()] == ["Hers"]
    assert "+491719990000" in phone.thread


async def test_the_first_mail_has_the_subject_and_the_thread_stays(vendors: Vendors) -> None:
    other = ANNA.model_copy(update={"id": "c-8", "email": "otto@shop.example"})
    mailbox = devices_of(vendors, other, subject="Seats", is_direct=True)["email"]
    assert isinstance(mailbox, Mailbox)
    assert mailbox.thread == ""
    await mailbox.write("How many seats?")
    thread = mailbox.thread
    await mailbox.write("Hello?")
    assert mailbox.thread == thread != ""
    newest = (await mailbox.stand_in.folder("INBOX"))[-2]
    assert b"Subject: Seats" in newest.raw
