"""SMS and WhatsApp by Twilio: out by the REST API, in by webhooks, and by a list that holds what they missed.

Twilio knows no idempotency key. A message of ours is found again by its recipient and its text among what was sent
since the customer's last message; docs/guides/twilio.md says what that leaves open.
"""

import asyncio
import mimetypes
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, ClassVar
from urllib.parse import urlencode

import httpx

from domain.delivery.inbound import AnyInboundEvent, InboundFile
from domain.errors import InvalidInputError, NotFoundError, UnavailableError
from integrations.channels.base import Batch, Cursor, OutboundMessage, Received, SendReceipt, WebhookRequest
from integrations.channels.twilio.client import (
    TRY_AGAIN,
    Form,
    TwilioApi,
    TwilioSettings,
    form_of,
    no_twiml,
    verify_signature,
)
from integrations.channels.twilio.messages import (
    MAX_FILES,
    WHATSAPP,
    Media,
    consent_of,
    is_answered_by_twilio,
    is_word_for_help,
    media_of,
    message_of,
    reports_of,
)
from integrations.channels.twilio.sms_text import fits_sms, fits_whatsapp, in_plain_letters, parts
from integrations.checks import Finding

MAX_FILE_BYTES = 16 * 1024 * 1024
DOWNLOAD_SECONDS = 8.0
"""Together with the rest this stays within the 15 seconds after which Twilio gives a webhook up."""
LOOK_BACK = timedelta(days=1)
CLOCKS_APART = timedelta(seconds=30)
NEWEST = 100
"""Messages to one customer that are looked through; far more than we write to one message of theirs."""
WEBHOOK_TRIES = timedelta(minutes=1)
"""A younger message may still come by webhook, which knows more of it (`OptOutType`)."""
READ_EVERY_SECONDS = 25.0
READ_AGAIN = timedelta(minutes=10)
"""Twilio does not promise that its list is complete at once."""
TRIAL_MARK = "Sent from your Twilio trial account - "


class TwilioSmsChannel:
    """SMS and MMS."""

    settings_class: ClassVar[type[TwilioSettings]] = TwilioSettings
    kind: ClassVar[str] = "sms"
    seconds_for_parts = 4.0

    def __init__(self, settings: TwilioSettings) -> None:
        self._settings = settings
        self._api = TwilioApi(settings)
        self._number = settings.sms_number

    async def send(self, message: OutboundMessage) -> SendReceipt:
        """One message, or several for a long text. Parts that went out before a crash are not sent again.

        No part is begun that might still be under way when the claim ends.
        """
        started = monotonic()
        texts = self._parts(message.text)
        sent = await self._found(message, texts) if len(texts) > 1 else {}
        sids: list[str] = []
        for text in texts:
            if sids and monotonic() - started > self.seconds_for_parts:
                raise UnavailableError(
                    "Twilio is slow: the other parts of a long message follow with the next attempt."
                )
            sids.append(sent.get(_print_of(text)) or await self._create(message, text, sids[0] if sids else None))
        return SendReceipt(provider_message_id=sids[0])

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        """The receipt if every part is among what was sent since the customer's last message."""
        texts = self._parts(message.text)
        sent = await self._found(message, texts)
        if not all(_print_of(text) in sent for text in texts):
            return None
        return SendReceipt(provider_message_id=sent[_print_of(texts[0])])

    def verify(self, request: WebhookRequest) -> None:
        verify_signature(self._settings.auth_token, request)

    async def check(self) -> Sequence[Finding]:
        findings = await self._api.check_account()
        if all(finding.ok for finding in findings):
            findings += await self._api.check_number(self._settings.sms_number, "sms_number", "sms", self.kind)
        return findings

    def _parts(self, text: str) -> list[str]:
        return parts(in_plain_letters(text), fits_sms)

    def _address(self, number: str) -> str:
        return number

    def _proves_numbers(self) -> bool:
        return self._settings.trust_sms_numbers

    async def _create(self, message: OutboundMessage, text: str, first_part: str | None) -> str:
        to, ours = self._ends(message)
        query = f"?{urlencode({'of': first_part})}" if first_part else ""
        callback = f"{self._settings.webhook(self.kind)}{query}{TRY_AGAIN}"
        created = await self._api.ask(
            lambda client: client.messages.create(to=to, from_=ours, body=text, status_callback=callback)
        )
        return str(created.sid)

    async def _found(self, message: OutboundMessage, texts: Sequence[str]) -> dict[str, str]:
        """The ids of those texts that Twilio has already, by their prints."""
        to, ours = self._ends(message)
        wanted = {_print_of(text) for text in texts}
        inbound_sid = message.address.get("message_sid")

        def look(client: Any) -> dict[str, str]:
            since = message.claimed_at - CLOCKS_APART if message.claimed_at else _since(client, inbound_sid)
            # Not filtered by the date of sending: what is still queued has none.
            newest = client.messages.list(to=to, from_=ours, page_size=NEWEST, limit=NEWEST)
            recent = [one for one in newest if one.date_created >= since and one.status != "canceled"]
            sids = {str(one.sid): _print_of(one.body or "") for one in recent if str(one.sid) not in message.others}
            return {printed: sid for sid, printed in sids.items() if printed in wanted}

        return await self._api.ask(look)

    def _ends(self, message: OutboundMessage) -> tuple[str, str]:
        """To whom, from which number: as the customer wrote, else by our own number."""
        to = message.address.get("to")
        ours = message.address.get("from") or (self._number and self._address(self._number))
        if not to:
            raise InvalidInputError(f"The customer's number is not known, so nothing can be sent by {self.kind}.")
        if not ours:
            raise InvalidInputError(f"We have no number to send by: set HOLDFAST_TWILIO_{self.kind.upper()}_NUMBER.")
        return self._address(str(to).removeprefix(WHATSAPP)), str(ours)

    async def read(self, request: WebhookRequest) -> Received:
        form, at = form_of(request), request.received_at
        if "MessageStatus" in form:
            events = reports_of(self.kind, form, request.query.get("of"), at)
        else:
            events = await self._taken_in(form, at)
        return Received(events=tuple(events), answer=no_twiml())

    async def read_from(self, cursor: Cursor | None) -> AsyncIterator[Batch]:
        """What was written to our number, a batch each: Twilio gives a webhook up after 15 seconds, its list never."""
        since = datetime.fromisoformat(cursor["since"]) if cursor else datetime.now(UTC)
        seen: set[str] = set()
        while True:
            listed = await self._listed(since - READ_AGAIN, datetime.now(UTC) - WEBHOOK_TRIES)
            for form, at in [one for one in listed if one[0]["MessageSid"] not in seen]:
                events = () if is_word_for_help(form) else tuple(await self._taken_in(form, at))
                yield Batch(events=events, cursor={"since": since.isoformat()})
            seen = {form["MessageSid"] for form, _ in listed}
            since = max([since, *(at for _, at in listed)])
            yield Batch(cursor={"since": since.isoformat()})
            await asyncio.sleep(READ_EVERY_SECONDS)

    async def _listed(self, after: datetime, until: datetime) -> list[tuple[Form, datetime]]:
        """Messages to our number, the oldest first, in the form in which webhooks bring them."""
        ours = self._number and self._address(self._number)

        def look(client: Any) -> list[tuple[Form, datetime]]:
            # The client writes a time down as if it were UTC, whatever its zone.
            listed = client.messages.list(to=ours, date_sent_after=after.astimezone(UTC), page_size=1000)
            inbound = [one for one in reversed(listed) if one.direction == "inbound" and one.date_sent <= until]
            return [(_as_posted(client, one, self._settings.base_url), one.date_sent) for one in inbound]

        return await self._api.ask(look) if ours else []

    async def _taken_in(self, form: Form, at: datetime) -> list[AnyInboundEvent]:
        consent = consent_of(self.kind, form, at)
        events: list[AnyInboundEvent] = [consent] if consent else []
        if not is_answered_by_twilio(self.kind, form):
            files, notes = await self._files(media_of(form))
            verified = self._proves_numbers()
            events.append(message_of(self.kind, form, at, verified=verified, files=files, notes=notes))
        return events

    async def _files(self, media: Sequence[Media]) -> tuple[list[InboundFile], list[str]]:
        """The files, and a note for each that could not be had, with its place at Twilio so that a person can."""
        results = await asyncio.gather(*(self._file(one, number) for number, one in enumerate(media, 1)))
        files = [result for result in results if isinstance(result, InboundFile)]
        return files, [result for result in results if isinstance(result, str)]

    async def _file(self, media: Media, number: int) -> InboundFile | str:
        name = f"file-{number}{mimetypes.guess_extension(media.media_type) or ''}"
        if not media.url.startswith(f"{self._settings.base_url}/"):
            return f"[{name} was not fetched: it does not lie with Twilio.]"
        try:
            async with asyncio.timeout(DOWNLOAD_SECONDS):
                content = await self._download(media.url)
        except (httpx.HTTPError, TimeoutError):
            return f"[{name} could not be fetched from Twilio; it lies at {media.url}]"
        if content is None:
            return f"[{name} is larger than {MAX_FILE_BYTES // 2**20} MB; it lies at {media.url}]"
        return InboundFile(name=name, media_type=media.media_type or "application/octet-stream", content=content)

    async def _download(self, url: str) -> bytes | None:
        """The bytes; None where there are too many. Our key goes to Twilio only, not to where it redirects."""
        key = (self._settings.account_sid, self._settings.auth_token.get_secret_value())
        content = bytearray()
        async with (
            httpx.AsyncClient(verify=self._api.trusted, follow_redirects=True) as client,
            client.stream("GET", url, auth=key) as response,
        ):
            response.raise_for_status()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > MAX_FILE_BYTES:
                    return None
        return bytes(content)


class TwilioWhatsAppChannel(TwilioSmsChannel):
    """WhatsApp: the same API, with `whatsapp:` before the numbers."""

    kind: ClassVar[str] = "whatsapp"

    def __init__(self, settings: TwilioSettings) -> None:
        super().__init__(settings)
        self._number = settings.whatsapp_number

    async def check(self) -> Sequence[Finding]:
        """The API of numbers knows no WhatsApp senders, so their webhook can only be said, not read."""
        findings = await self._api.check_account()
        if self._number is None:
            detail = "No number: set HOLDFAST_TWILIO_WHATSAPP_NUMBER."
            return [*findings, Finding(name="whatsapp_number", ok=False, detail=detail)]
        webhook = f"{self._settings.webhook(self.kind)}{TRY_AGAIN}"
        detail = f"Twilio does not tell: see in its console that the sender's webhook is {webhook} (POST)."
        return [*findings, Finding(name="whatsapp_number webhook", ok=True, detail=detail)]

    def _parts(self, text: str) -> list[str]:
        return parts(text, fits_whatsapp)

    def _address(self, number: str) -> str:
        return f"{WHATSAPP}{number}"

    def _proves_numbers(self) -> bool:
        """WhatsApp has sent a code to its users' numbers."""
        return True


def _since(client: Any, inbound_sid: str | None) -> datetime:
    """When the customer's last message came, by Twilio's clock, with which the dates of ours are compared."""
    if inbound_sid:
        try:
            at: datetime = client.messages(inbound_sid).fetch().date_created
        except NotFoundError:
            return datetime.now(UTC) - LOOK_BACK
        return at
    return datetime.now(UTC) - LOOK_BACK


def _as_posted(client: Any, listed: Any, base_url: str) -> Form:
    form = {"MessageSid": listed.sid, "From": listed.from_, "To": listed.to, "Body": listed.body or ""}
    if listed.num_media in (None, "0"):
        return form
    media = client.messages(listed.sid).media.list(limit=MAX_FILES)
    for number, one in enumerate(media):
        form[f"MediaUrl{number}"] = f"{base_url}{one.uri.removesuffix('.json')}"
        form[f"MediaContentType{number}"] = one.content_type
    return {**form, "NumMedia": str(len(media))}


def _print_of(text: str) -> str:
    """What stays the same of a text on its way through Twilio."""
    return " ".join(text.removeprefix(TRIAL_MARK).split())
