"""SMS and WhatsApp: the official client over real sockets against the stand-in, whose webhooks come back to us."""

import base64
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from domain.conversation.messages import Author
from domain.delivery.inbound import AnyInboundEvent, ConsentChange, DeliveryReport, InboundMessage, Sender
from domain.errors import (
    CredentialsError,
    ForbiddenError,
    HoldfastError,
    InvalidInputError,
    RateLimitedError,
    UnavailableError,
)
from integrations.channels.base import Cursor, OutboundMessage
from integrations.channels.twilio.client import TwilioSettings
from integrations.channels.twilio.sms import MAX_FILE_BYTES, TwilioSmsChannel, TwilioWhatsAppChannel
from sandbox.authority import Authority
from sandbox.frame import Fault, WebhookTrouble
from sandbox.serving import serving_tls
from sandbox.twilio_requests import Number, Picture, Written
from tests.integrations.channels.twilio.product import CUSTOMER, OURS, Product, Served, served
from tests.twilio_description import Sent, problems

pytestmark = pytest.mark.integrations

TEXT = "Your bicycle is ready, Erika."
SENTENCE = "Your order has left our house and will be with you on Friday. "
WHATSAPP = f"whatsapp:{CUSTOMER}"


@pytest.fixture(scope="module")
def both() -> Iterator[Served]:
    with served() as both:
        yield both


@pytest.fixture
def line(both: Served) -> Iterator[Served]:
    """A number whose webhooks reach us, and nothing remembered."""
    both.twilio.restart()
    both.twilio.now = lambda: datetime.now(UTC)
    both.twilio.advanced_opt_out = False
    both.twilio.numbers = {OURS: Number(phone_number=OURS, sms_url=f"{both.product.address}/webhooks/sms#rc=5&rp=all")}
    both.sent.clear()
    both.product.events, both.product.reports = Product().events, Product().reports
    both.product.refused.clear()
    both.product.sources = {"sms": sms(both), "whatsapp": whatsapp(both)}
    yield both
    both.product.settle(2 * sum(bool(message.status_callback) for message in both.twilio.messages.values()))


def sms(line: Served, **changes: Any) -> TwilioSmsChannel:
    return TwilioSmsChannel(line.settings(TwilioSettings, **changes))


def whatsapp(line: Served) -> TwilioWhatsAppChannel:
    return TwilioWhatsAppChannel(line.settings(TwilioSettings))


def outbound(text: str = TEXT, **address: str) -> OutboundMessage:
    return OutboundMessage(
        idempotency_key="c-1-draft-1",
        conversation_id="conversation-1",
        author=Author.AI_AGENT,
        kind="reply",
        text=text,
        address=address or {"to": CUSTOMER, "from": OURS},
    )


async def asked(line: Served, body: str = "Is my bicycle ready?", **more: Any) -> InboundMessage:
    """A customer writes by SMS, and we have it."""
    await line.twilio.write(Written(from_=CUSTOMER, to=OURS, body=body, **more))
    (event,) = await line.product.next()
    assert isinstance(event, InboundMessage)
    return event


class TestSending:
    async def test_a_message_is_sent_and_its_fate_is_reported(self, line: Served) -> None:
        receipt = await sms(line).send(outbound())
        sent, delivered = await line.product.next(2)
        assert isinstance(sent, DeliveryReport)
        assert isinstance(delivered, DeliveryReport)
        assert [sent.status, delivered.status] == ["sent", "delivered"]
        assert {sent.provider_message_id, delivered.provider_message_id} == {receipt.provider_message_id}
        assert sent.event_id != delivered.event_id
        assert line.twilio.messages[receipt.provider_message_id].body == TEXT

    async def test_an_undelivered_message_is_reported_with_twilios_code(self, line: Served) -> None:
        line.twilio.outcomes[CUSTOMER] = 30005
        await sms(line).send(outbound())
        _, failed = await line.product.next(2)
        assert isinstance(failed, DeliveryReport)
        assert (failed.status, failed.code) == ("failed", "30005")

    async def test_typographic_letters_go_out_plain(self, line: Served) -> None:
        receipt = await sms(line).send(outbound("It’s ready – “today”…"))
        assert line.twilio.messages[receipt.provider_message_id].body == 'It\'s ready - "today"...'

    async def test_a_long_text_goes_out_in_parts_that_report_as_one(self, line: Served) -> None:
        receipt = await sms(line).send(outbound(SENTENCE * 60))
        bodies = [message.body for message in line.twilio.messages.values()]
        assert [body[:6] for body in bodies] == ["(1/3) ", "(2/3) ", "(3/3) "]
        reports = await line.product.next(6)
        assert {one.provider_message_id for one in reports if isinstance(one, DeliveryReport)} == {
            receipt.provider_message_id
        }
        assert len({one.event_id for one in reports}) == 6

    async def test_the_first_message_goes_out_by_the_number_in_the_settings(self, line: Served) -> None:
        receipt = await sms(line).send(outbound(to=CUSTOMER))
        assert line.twilio.messages[receipt.provider_message_id].from_ == OURS
        with pytest.raises(InvalidInputError, match="HOLDFAST_TWILIO_SMS_NUMBER"):
            await sms(line, sms_number=None).send(outbound(to=CUSTOMER))

    async def test_without_the_customers_number_nothing_is_sent(self, line: Served) -> None:
        with pytest.raises(InvalidInputError, match="not known"):
            await sms(line).send(outbound(email="erika@example.com"))
        assert line.sent == []

    async def test_whatsapp_answers_within_its_session(self, line: Served) -> None:
        line.twilio.numbers[OURS].sms_url = f"{line.product.address}/webhooks/whatsapp"
        await line.twilio.write(Written(from_=WHATSAPP, to=f"whatsapp:{OURS}", body="Hi"))
        (event,) = await line.product.next()
        assert isinstance(event, InboundMessage)
        assert event.channel == "whatsapp"
        assert event.sender == Sender(phone=CUSTOMER, external_id=CUSTOMER[1:], name="Erika", verified=True)
        receipt = await whatsapp(line).send(outbound("It’s ready.", **event.address))
        message = line.twilio.messages[receipt.provider_message_id]
        assert (message.to, message.from_, message.body) == (WHATSAPP, f"whatsapp:{OURS}", "It’s ready.")
        _, delivered = await line.product.next(2)
        assert isinstance(delivered, DeliveryReport)
        assert delivered.status == "delivered"

    async def test_whatsapp_outside_its_session_fails(self, line: Served) -> None:
        await whatsapp(line).send(outbound(to=CUSTOMER))
        _, failed = await line.product.next(2)
        assert isinstance(failed, DeliveryReport)
        assert (failed.status, failed.code) == ("failed", "63016")


class TestSentOnce:
    async def test_nothing_was_sent(self, line: Served) -> None:
        event = await asked(line)
        assert await sms(line).find_sent(outbound(**event.address)) is None

    async def test_a_message_whose_receipt_was_lost_is_found(self, line: Served) -> None:
        event = await asked(line)
        line.twilio.faults.add(Fault(kind="cut", path="Messages.json", handled=True))
        with pytest.raises(UnavailableError):
            await sms(line).send(outbound("It’s  ready.", **event.address))
        receipt = await sms(line).find_sent(outbound("It’s  ready.", **event.address))
        assert receipt is not None
        assert line.twilio.messages[receipt.provider_message_id].body == "It's  ready."

    async def test_the_mark_of_a_trial_account_hides_nothing(self, line: Served) -> None:
        event = await asked(line)
        receipt = await sms(line).send(outbound(**event.address))
        line.twilio.messages[receipt.provider_message_id].body = f"Sent from your Twilio trial account - {TEXT}"
        assert await sms(line).find_sent(outbound(**event.address)) == receipt

    async def test_the_same_text_before_the_customers_last_message_is_another_one(self, line: Served) -> None:
        line.twilio.now = lambda: datetime.now(UTC) - timedelta(minutes=1)
        await sms(line).send(outbound())
        await line.product.next(2)
        line.twilio.now = lambda: datetime.now(UTC)
        event = await asked(line, "And the other one?")
        assert await sms(line).find_sent(outbound(**event.address)) is None

    async def test_the_same_text_of_another_message_is_another_one(self, line: Served) -> None:
        event = await asked(line)
        first = await sms(line).send(outbound(**event.address))
        again = outbound(**event.address).model_copy(update={"others": frozenset({first.provider_message_id})})
        assert await sms(line).find_sent(again) is None
        second = await sms(line).send(outbound(**event.address))
        assert await sms(line).find_sent(again) == second

    async def test_a_message_that_is_still_queued_is_found(self, line: Served) -> None:
        receipt = await sms(line).send(outbound())
        await line.product.next(2)
        line.twilio.messages[receipt.provider_message_id].status = "queued"
        assert await sms(line).find_sent(outbound()) == receipt

    async def test_of_a_long_text_only_the_missing_parts_are_sent(self, line: Served) -> None:
        text = "".join(f"Sentence number {number} of a long answer. " for number in range(80))
        event = await asked(line)
        line.twilio.faults.add(
            Fault(kind="delay", path="Messages.json", times=2), Fault(kind="fail", path="Messages.json")
        )
        with pytest.raises(UnavailableError):
            await sms(line).send(outbound(text, **event.address))
        assert await sms(line).find_sent(outbound(text, **event.address)) is None
        receipt = await sms(line).send(outbound(text, **event.address))
        ours = [message for message in line.twilio.messages.values() if message.direction != "inbound"]
        assert [message.body[:5] for message in ours] == ["(1/2)", "(2/2)"]
        assert await sms(line).find_sent(outbound(text, **event.address)) == receipt

    async def test_parts_that_would_outlive_the_claim_wait_for_the_next_attempt(self, line: Served) -> None:
        event, channel = await asked(line), sms(line)
        channel.seconds_for_parts = 0.0
        with pytest.raises(UnavailableError, match="next attempt"):
            await channel.send(outbound(SENTENCE * 40, **event.address))
        await sms(line).send(outbound(SENTENCE * 40, **event.address))
        ours = [message for message in line.twilio.messages.values() if message.direction != "inbound"]
        assert [message.body[:5] for message in ours] == ["(1/2)", "(2/2)"]

    async def test_a_customers_message_that_was_deleted_at_twilio_is_no_obstacle(self, line: Served) -> None:
        receipt = await sms(line).send(outbound())
        found = await sms(line).find_sent(outbound(to=CUSTOMER, message_sid="SM" + "0" * 32))
        assert found == receipt


class TestReceiving:
    async def test_a_message_names_the_pair_of_numbers_and_how_to_answer(self, line: Served) -> None:
        event = await asked(line)
        (sid,) = line.twilio.messages
        assert (event.event_id, event.text, event.channel) == (sid, "Is my bicycle ready?", "sms")
        assert event.thread == f"{CUSTOMER} {OURS}"
        assert (event.sender.phone, event.sender.verified) == (CUSTOMER, False)
        assert event.address == {"to": CUSTOMER, "from": OURS, "message_sid": sid}

    async def test_numbers_of_a_network_count_where_the_settings_say_so(self, line: Served) -> None:
        line.product.sources["sms"] = sms(line, trust_sms_numbers=True)
        assert (await asked(line)).sender.verified

    async def test_files_come_along_from_the_store_that_twilio_names(self, line: Served) -> None:
        content = base64.b64encode(b"\xff\xd8 a picture").decode()
        event = await asked(line, "", media=[Picture(content=content), Picture(content=content, media_type="")])
        assert [(one.name, one.media_type) for one in event.files] == [
            ("file-1.jpg", "image/jpeg"),
            ("file-2", "application/octet-stream"),
        ]
        assert event.files[0].content == b"\xff\xd8 a picture"
        assert event.text == ""

    async def test_our_key_does_not_go_where_twilio_redirects(self, line: Served) -> None:
        line.twilio.media_address = line.twilio.address.replace("127.0.0.1", "localhost")
        try:
            event = await asked(line, media=[Picture(content="aGVsbG8=")])
        finally:
            line.twilio.media_address = ""
        assert [one.content for one in event.files] == [b"hello"]

    async def test_a_file_that_cannot_be_had_is_named_in_the_text(self, line: Served) -> None:
        line.twilio.faults.add(Fault(kind="fail", path="/Media/", status=500))
        event = await asked(line, media=[Picture(content="aGVsbG8=")])
        assert event.files == ()
        assert event.text.startswith(
            "Is my bicycle ready?\n[file-1.jpg could not be fetched from Twilio; it lies at http"
        )

    async def test_a_file_that_is_too_large_is_named_in_the_text(self, line: Served) -> None:
        large = base64.b64encode(bytes(MAX_FILE_BYTES + 1)).decode()
        event = await asked(line, media=[Picture(content=large), Picture(content="aGVsbG8=")])
        assert [one.name for one in event.files] == ["file-2.jpg"]
        assert "[file-1.jpg is larger than 16 MB; it lies at http" in event.text

    async def test_a_file_elsewhere_is_not_fetched(self, line: Served) -> None:
        elsewhere = {"NumMedia": "1", "MediaUrl0": "http://169.254.169.254/secrets", "MediaContentType0": "text/plain"}
        event = await asked(line, extra=elsewhere)
        assert event.text.endswith("[file-1.txt was not fetched: it does not lie with Twilio.]")

    async def test_a_shared_location_is_text(self, line: Served) -> None:
        place = {"Latitude": "52.52", "Longitude": "13.40", "Label": "Shop"}
        event = await asked(line, "", extra=place)
        assert event.text == "[Location: Shop, 52.52, 13.40]"

    async def test_a_webhook_that_fails_comes_again(self, line: Served) -> None:
        line.product.fails = 3
        assert (await asked(line)).text == "Is my bicycle ready?"
        assert line.product.fails == 0

    async def test_a_webhook_that_comes_three_times_has_one_id(self, line: Served) -> None:
        line.twilio.webhooks.trouble(WebhookTrouble(duplicate=2))
        await line.twilio.write(Written(from_=CUSTOMER, to=OURS, body="Hello"))
        assert len({event.event_id for event in await line.product.next(3)}) == 1

    async def test_webhooks_out_of_order_keep_their_ids(self, line: Served) -> None:
        line.twilio.webhooks.trouble(WebhookTrouble(reorder=True))
        for body in ("First", "Second"):
            await line.twilio.write(Written(from_=CUSTOMER, to=OURS, body=body))
        texts = [event.text for event in await line.product.next(2) if isinstance(event, InboundMessage)]
        assert texts == ["Second", "First"]

    async def test_a_forged_webhook_is_refused(self, line: Served) -> None:
        line.product.sources["sms"] = sms(line, auth_token=SecretStr("another"))
        await line.twilio.write(Written(from_=CUSTOMER, to=OURS, body="Hello"))
        assert line.product.events.empty()
        assert len(line.product.refused) == 6


class TestReading:
    """What a webhook that was lost for good leaves in Twilio's list."""

    @pytest.fixture
    def earlier(self, line: Served) -> Served:
        line.twilio.now = lambda: datetime.now(UTC) - timedelta(minutes=5)
        return line

    async def read(self, line: Served, cursor: Cursor | None = None) -> tuple[list[AnyInboundEvent], Cursor]:
        """Everything up to the first pause, and where it ended."""
        events: list[AnyInboundEvent] = []
        async for batch in sms(line).read_from(cursor):
            events += batch.events
            if not batch.events:
                return events, batch.cursor
        raise AssertionError("a reader reads for ever")

    async def test_lost_messages_are_found_with_their_files_in_their_order(self, earlier: Served) -> None:
        earlier.twilio.webhooks.trouble(WebhookTrouble(lose=True))
        for body, media in (("First", []), ("Second", [Picture(content="aGVsbG8=")])):
            await earlier.twilio.write(Written(from_=CUSTOMER, to=OURS, body=body, media=media))
        first, second = (await self.read(earlier))[0]
        assert isinstance(first, InboundMessage)
        assert isinstance(second, InboundMessage)
        assert [first.text, second.text] == ["First", "Second"]
        assert [first.event_id, second.event_id] == list(earlier.twilio.messages)
        assert [one.content for one in second.files] == [b"hello"]

    async def test_the_place_to_go_on_from_may_be_told_in_any_zone(self, earlier: Served) -> None:
        earlier.twilio.webhooks.trouble(WebhookTrouble(lose=True))
        await earlier.twilio.write(Written(from_=CUSTOMER, to=OURS, body="First"))
        since = datetime.now(timezone(timedelta(hours=9))) - timedelta(minutes=6)
        (first,) = (await self.read(earlier, {"since": since.isoformat()}))[0]
        assert isinstance(first, InboundMessage)
        assert first.text == "First"

    async def test_what_the_webhook_brought_has_the_same_id(self, earlier: Served) -> None:
        posted = await asked(earlier)
        (listed,) = (await self.read(earlier))[0]
        assert listed.event_id == posted.event_id
        assert isinstance(listed, InboundMessage)
        assert (listed.thread, listed.address, listed.text) == (posted.thread, posted.address, posted.text)

    async def test_consent_that_twilio_recognised_has_the_same_id(self, earlier: Served) -> None:
        await earlier.twilio.write(Written(from_=CUSTOMER, to=OURS, body="ARRET", extra={"OptOutType": "STOP"}))
        (consent,) = await earlier.product.next()
        (listed,) = (await self.read(earlier))[0]
        assert listed.event_id == consent.event_id

    async def test_what_may_still_come_by_webhook_is_left_to_it(self, line: Served) -> None:
        await asked(line)
        assert (await self.read(line))[0] == []

    async def test_help_is_twilios(self, earlier: Served) -> None:
        earlier.twilio.webhooks.trouble(WebhookTrouble(lose=True))
        await earlier.twilio.write(Written(from_=CUSTOMER, to=OURS, body="Help"))
        assert (await self.read(earlier))[0] == []

    async def test_it_goes_on_where_it_stopped(self, earlier: Served) -> None:
        await asked(earlier)
        _, cursor = await self.read(earlier)
        earlier.twilio.now = lambda: datetime.now(UTC) - timedelta(hours=2)
        await asked(earlier, "Older than what is read again")
        (again,) = (await self.read(earlier, cursor))[0]
        assert isinstance(again, InboundMessage)
        assert again.text == "Is my bicycle ready?"

    async def test_without_a_number_there_is_nothing_to_read(self, line: Served) -> None:
        async for batch in sms(line, sms_number=None).read_from(None):
            assert batch.events == ()
            break
        assert line.sent == []


class TestConsent:
    @pytest.mark.parametrize("advanced", [False, True])
    async def test_stop_ends_messages_until_start(self, line: Served, advanced: bool) -> None:
        line.twilio.advanced_opt_out = advanced
        await line.twilio.write(Written(from_=CUSTOMER, to=OURS, body=" stop "))
        (stopped,) = await line.product.next()
        assert isinstance(stopped, ConsentChange)
        assert (stopped.opted_out, stopped.thread) == (True, f"{CUSTOMER} {OURS}")
        with pytest.raises(ForbiddenError, match="STOP"):
            await sms(line).send(outbound())
        await line.twilio.write(Written(from_=CUSTOMER, to=OURS, body="START"))
        (started,) = await line.product.next()
        assert isinstance(started, ConsentChange)
        assert not started.opted_out
        assert (await sms(line).send(outbound())).provider_message_id

    @pytest.mark.parametrize("advanced", [False, True])
    async def test_on_whatsapp_cancel_is_an_answer_unless_the_account_says_otherwise(
        self, line: Served, advanced: bool
    ) -> None:
        line.twilio.advanced_opt_out = advanced
        line.twilio.numbers[OURS].sms_url = f"{line.product.address}/webhooks/whatsapp"
        for body in ("Cancel", "Stop"):
            await line.twilio.write(Written(from_=WHATSAPP, to=f"whatsapp:{OURS}", body=body))
        events = await line.product.next(2)
        assert [isinstance(event, ConsentChange) for event in events] == [advanced, True]
        assert [event.text for event in events if isinstance(event, InboundMessage)] == ["Cancel"] * (not advanced)

    async def test_words_of_the_account_count_as_twilio_reads_them(self, line: Served) -> None:
        await line.twilio.write(Written(from_=CUSTOMER, to=OURS, body="ARRET", extra={"OptOutType": "STOP"}))
        (event,) = await line.product.next()
        assert isinstance(event, ConsentChange)
        assert event.opted_out

    async def test_help_that_twilio_answers_is_no_message(self, line: Served) -> None:
        line.twilio.advanced_opt_out = True
        await line.twilio.write(Written(from_=CUSTOMER, to=OURS, body="HELP"))
        assert line.product.events.empty()

    async def test_help_that_twilio_does_not_claim_is_a_message(self, line: Served) -> None:
        assert (await asked(line, "help")).text == "help"

    async def test_yes_is_an_answer_and_allows_messages(self, line: Served) -> None:
        await line.twilio.write(Written(from_=CUSTOMER, to=OURS, body="Yes"))
        consent, message = await line.product.next(2)
        assert isinstance(consent, ConsentChange)
        assert isinstance(message, InboundMessage)
        assert (consent.opted_out, message.text) == (False, "Yes")
        assert consent.event_id != message.event_id

    async def test_stop_within_a_sentence_is_a_message(self, line: Served) -> None:
        assert (await asked(line, "Please stop the delivery")).text == "Please stop the delivery"

    async def test_a_late_refusal_for_stop_is_a_change_of_consent_too(self, line: Served) -> None:
        line.twilio.outcomes[CUSTOMER] = 21610
        await sms(line).send(outbound())
        _, failed, consent = await line.product.next(3)
        assert isinstance(failed, DeliveryReport)
        assert isinstance(consent, ConsentChange)
        assert (failed.code, consent.opted_out, consent.thread) == ("21610", True, f"{CUSTOMER} {OURS}")


class TestFailures:
    async def failure(self, line: Served, *faults: Fault, **changes: Any) -> HoldfastError:
        """The error of a send, checked to name nobody and to chain nothing."""
        line.twilio.faults.add(*faults)
        with pytest.raises(HoldfastError) as caught:
            await sms(line, **changes).send(outbound())
        shown = "".join(traceback.format_exception(caught.value, chain=True))
        assert not [private for private in ("Erika", CUSTOMER, CUSTOMER[1:], "stand-in-auth") if private in shown]
        return caught.value

    async def test_slow_down(self, line: Served) -> None:
        error = await self.failure(line, Fault(kind="fail", status=429, headers={"Retry-After": "7"}))
        assert isinstance(error, RateLimitedError)
        assert error.retry_after == timedelta(seconds=7)

    @pytest.mark.parametrize("status", [500, 502, 503])
    async def test_a_problem_of_twilio(self, line: Served, status: int) -> None:
        assert isinstance(await self.failure(line, Fault(kind="fail", status=status)), UnavailableError)

    async def test_a_cut_connection(self, line: Served) -> None:
        assert isinstance(await self.failure(line, Fault(kind="cut")), UnavailableError)

    async def test_an_answer_that_takes_too_long(self, line: Served) -> None:
        error = await self.failure(line, Fault(kind="delay", seconds=0.5), timeout_seconds=0.1)
        assert isinstance(error, UnavailableError)

    async def test_somebody_else_answers(self, line: Served) -> None:
        error = await self.failure(line, base_url=f"{line.product.address}/docs?x=")
        assert "HTTP 405" in str(error)

    async def test_a_page_answers(self, line: Served) -> None:
        with pytest.raises(UnavailableError, match="HOLDFAST_TWILIO_BASE_URL"):
            await sms(line, base_url=f"{line.product.address}/docs?x=").find_sent(outbound())

    async def test_a_proxys_page_about_a_problem(self, line: Served) -> None:
        error = await self.failure(line, Fault(kind="fail", status=502, body="<html>Bad gateway</html>"))
        assert "HTTP 502" in str(error)

    async def test_nobody_answers(self, line: Served) -> None:
        assert isinstance(await self.failure(line, base_url="http://127.0.0.1:9"), UnavailableError)

    async def test_a_wrong_token(self, line: Served) -> None:
        error = await self.failure(line, auth_token=SecretStr("another"))
        assert isinstance(error, CredentialsError)
        assert "HOLDFAST_TWILIO_AUTH_TOKEN" in str(error)

    @pytest.mark.parametrize(
        ("address", "said"),
        [
            ({"to": "+123", "from": OURS}, "21211"),
            ({"to": CUSTOMER, "from": "+4930000000"}, "21660"),
            ({"to": OURS, "from": OURS}, "21266"),
        ],
    )
    async def test_a_message_that_twilio_refuses(self, line: Served, address: dict[str, str], said: str) -> None:
        with pytest.raises(HoldfastError, match=said):
            await sms(line).send(outbound(**address))


class TestCheck:
    async def test_a_number_that_is_ready(self, line: Served) -> None:
        assert [(one.name, one.ok) for one in await sms(line).check()] == [
            ("account", True),
            ("sms_number", True),
            ("sms_number webhook", True),
        ]

    @pytest.mark.parametrize(
        ("change", "name", "said"),
        [
            ({"sms_url": ""}, "sms_number webhook", "nobody"),
            ({"sms_url": "https://elsewhere.example"}, "sms_number webhook", "https://elsewhere.example"),
            ({"sms": False}, "sms_number", "cannot do sms"),
            ({"phone_number": "+4930000000"}, "sms_number", "does not own"),
        ],
    )
    async def test_a_number_that_is_not(self, line: Served, change: dict[str, Any], name: str, said: str) -> None:
        number = line.twilio.numbers[OURS].model_copy(update=change)
        line.twilio.numbers = {number.phone_number: number}
        (wrong,) = [one for one in await sms(line).check() if not one.ok]
        assert wrong.name == name
        assert said in wrong.detail

    async def test_a_webhook_without_retries(self, line: Served) -> None:
        line.twilio.numbers[OURS].sms_url = f"{line.product.address}/webhooks/sms"
        (wrong,) = [one for one in await sms(line).check() if not one.ok]
        assert "#rc=5&rp=all" in wrong.detail

    async def test_no_number(self, line: Served) -> None:
        assert (await sms(line, sms_number=None).check())[-1].detail == "No number: set HOLDFAST_TWILIO_SMS_NUMBER."

    async def test_no_whatsapp_number(self, line: Served) -> None:
        channel = TwilioWhatsAppChannel(line.settings(TwilioSettings, whatsapp_number=None))
        assert (await channel.check())[-1].detail == "No number: set HOLDFAST_TWILIO_WHATSAPP_NUMBER."

    async def test_numbers_that_cannot_be_read(self, line: Served) -> None:
        line.twilio.faults.add(Fault(kind="fail", path="IncomingPhoneNumbers"))
        assert "HTTP 503" in (await sms(line).check())[-1].detail

    async def test_credentials_that_are_refused(self, line: Served) -> None:
        (wrong,) = await sms(line, auth_token=SecretStr("another")).check()
        assert not wrong.ok
        assert "AUTH_TOKEN" in wrong.detail

    async def test_an_account_that_is_suspended(self, line: Served) -> None:
        line.twilio.account_status = "suspended"
        try:
            (wrong,) = await sms(line).check()
        finally:
            line.twilio.account_status = "active"
        assert "suspended" in wrong.detail

    async def test_whatsapp_says_what_it_cannot_see(self, line: Served) -> None:
        assert (await whatsapp(line).check())[-1].detail.endswith("/webhooks/whatsapp#rc=5&rp=all (POST).")

    async def test_it_changes_nothing(self, line: Served) -> None:
        await sms(line).check()
        assert {request.method for request in line.sent} == {"GET"}


@pytest.mark.shared
class TestDescription:
    async def test_everything_we_send_fits_twilios_own_description(self, line: Served) -> None:
        line.twilio.now = lambda: datetime.now(UTC) - timedelta(minutes=5)
        event = await asked(line, media=[Picture(content="aGVsbG8=")])
        await sms(line).send(outbound(SENTENCE * 40, **event.address))
        await sms(line).find_sent(outbound(**event.address))
        await whatsapp(line).send(outbound(to=CUSTOMER))
        await sms(line).check()
        await anext(aiter(sms(line).read_from({"since": "2026-01-01T00:00:00+00:00"})))
        # The description has no word about fetching a file itself, whose address Twilio gives.
        described = [one for one in line.sent if one.target.partition("?")[0].endswith(".json")]
        assert len({one.target.partition("?")[0] for one in described}) == 5
        assert [(one.target, problems(one)) for one in described if problems(one)] == []

    @pytest.mark.parametrize(
        ("target", "body", "said"),
        [
            ("/Messages.json", b"From=%2B4930901820&Body=Hi", "'To' is a required property"),
            ("/Messages.json", b"To=%2B491701234567&ContentRetention=forget", "forget"),
            ("/Messages.json", b"To=%2B491701234567&IdempotencyKey=1", "knows no IdempotencyKey"),
            ("/Messages/42.json", b"Body=", "does not match"),
            ("/Letters.json", b"To=%2B491701234567", "PathNotFound"),
        ],
    )
    async def test_the_description_refuses_what_is_wrong(self, target: str, body: bytes, said: str) -> None:
        headers = {"content-type": "application/x-www-form-urlencoded", "authorization": "Basic YTpi"}
        sent = Sent("POST", f"/2010-04-01/Accounts/AC{'0' * 32}{target}", headers, body)
        assert said in problems(sent)[0]

    async def test_the_description_wants_credentials(self) -> None:
        assert problems(Sent("GET", f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json", {})) != []


async def test_an_authority_of_our_own_is_trusted_besides_the_usual_ones(line: Served, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with serving_tls(line.twilio.app(), authority) as address:
        channel = sms(line, base_url=address, ca_file=authority.ca_file)
        assert (await channel.send(outbound())).provider_message_id in line.twilio.messages
        with pytest.raises(UnavailableError):
            await sms(line, base_url=address).send(outbound())
