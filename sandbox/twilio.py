"""A stand-in for Twilio: messages both ways with signed callbacks, numbers, media, and calls (sandbox/twilio_calls.py).

A customer's phone is played by `write` and `call`, or by `POST /sandbox/messages` and `POST /sandbox/calls`.
"""

import base64
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.background import BackgroundTask

from sandbox.frame import NOT_ANSWERED, Fault, StandIn
from sandbox.twilio_calls import CallRecord, PhoneCall, call_resource
from sandbox.twilio_requests import (
    API,
    Calls,
    Media,
    Message,
    Number,
    RefusedError,
    Speaks,
    Written,
    checked_message,
    media_path,
    media_resource,
    message_resource,
    moment,
    new_sid,
    number_resource,
    page,
    sign,
    tries,
)

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "stand-in-auth-token"  # noqa: S105
STOP_WORDS = frozenset("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT".split())
START_WORDS = frozenset("START UNSTOP YES".split())
WHATSAPP_SESSION = timedelta(hours=24)
FORM = "application/x-www-form-urlencoded"
FAULT_CODES = {429: 20429, 500: 20500, 503: 20503}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class TwilioStandIn(StandIn):
    """One account. `outcomes` holds the error with which messages to a number end; others are delivered.

    `media_address` is the other host that hands out files; without one it is this host. `colleagues` says what calls to
    a number end with, such as `no-answer`. `pace` shortens pauses in calls; 0 skips them.
    """

    def __init__(
        self,
        *,
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        numbers: Sequence[Number] = (),
        account_status: str = "active",
        account_type: str = "Full",
        advanced_opt_out: bool = False,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        super().__init__("Twilio")
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.account_status = account_status
        self.account_type = account_type
        self.advanced_opt_out = advanced_opt_out
        self.numbers = {number.phone_number: number for number in numbers}
        self.now = now
        self.media_address = ""
        self.pace = 1.0
        self.reset()

    def reset(self) -> None:
        self.messages: dict[str, Message] = {}
        self.opted_out: set[tuple[str, str]] = set()
        self.outcomes: dict[str, int] = {}
        self.calls: dict[str, PhoneCall] = {}
        self.colleagues: dict[str, str] = {}

    # What the product asks.

    def create_message(self, form: Mapping[str, str]) -> Message:
        to, from_, body = checked_message(form)
        if from_.removeprefix("whatsapp:") not in self.numbers:
            text = f"Mismatch between the 'From' number {from_} and the account {self.account_sid}"
            raise RefusedError(400, 21660, text)
        if (to, from_) in self.opted_out:
            raise RefusedError(400, 21610, "Attempt to send to unsubscribed recipient")
        message = Message(
            sid=new_sid("SM"),
            from_=from_,
            to=to,
            body=body,
            direction="outbound-api",
            status="queued",
            created=self.now().replace(microsecond=0),
            status_callback=form.get("StatusCallback", ""),
        )
        self.messages[message.sid] = message
        return message

    def find(self, sid: str, path: str) -> Message:
        if sid not in self.messages:
            raise RefusedError(404, 20404, f"The requested resource {path} was not found")
        return self.messages[sid]

    def listed(self, query: Mapping[str, str]) -> list[Message]:
        """The newest first, of those that fit; what is queued has no date of sending and fits none."""
        earliest = moment(query, "DateSent>")
        return [
            message
            for message in reversed(self.messages.values())
            if message.to == query.get("To", message.to)
            and message.from_ == query.get("From", message.from_)
            and (message.status != "queued" or not any(name.startswith("DateSent") for name in query))
            and message.created >= earliest
        ]

    # What becomes of it.

    async def carry(self, message: Message) -> None:
        """Bring a message to its recipient, with a callback at each step."""
        error = self._error_of(message)
        for status in ("sent", "undelivered" if error else "delivered"):
            message.status = status
            message.error_code = error if status == "undelivered" else None
            await self._report(message)

    def _error_of(self, message: Message) -> int | None:
        if message.to in self.outcomes:
            return self.outcomes[message.to]
        if not message.to.startswith("whatsapp:"):
            return None
        earliest = self.now() - WHATSAPP_SESSION
        written = (m for m in self.messages.values() if (m.from_, m.to) == (message.to, message.from_))
        return None if any(one.created >= earliest for one in written) else 63016

    async def _report(self, message: Message) -> None:
        if not message.status_callback:
            return
        form = {
            "AccountSid": self.account_sid,
            "ApiVersion": API[1:],
            "From": message.from_,
            "MessageSid": message.sid,
            "MessageStatus": message.status,
            "SmsSid": message.sid,
            "SmsStatus": message.status,
            "To": message.to,
        }
        if message.error_code:
            form["ErrorCode"] = str(message.error_code)
        await self.post_form(message.status_callback, form)

    # What a customer does.

    async def write(self, written: Written) -> str:
        """A customer's message: kept, and posted to the number's webhook. Returns its id. Raises RefusedError."""
        ours = self._ours(written.to)
        message = Message(
            sid=new_sid("MM" if written.media else "SM"),
            from_=written.from_,
            to=written.to,
            body=written.body,
            direction="inbound",
            status="received",
            created=self.now().replace(microsecond=0),
            media=[Media(sid=new_sid("ME"), media_type=one.media_type, content=one.decoded()) for one in written.media],
        )
        self.messages[message.sid] = message
        form = {**self._inbound_form(message), **self._consent(message), **written.extra}
        await self.post_form(ours.sms_url, form)
        return message.sid

    def _inbound_form(self, message: Message) -> dict[str, str]:
        form = {
            "AccountSid": self.account_sid,
            "ApiVersion": API[1:],
            "Body": message.body,
            "From": message.from_,
            "MessageSid": message.sid,
            "NumMedia": str(len(message.media)),
            "NumSegments": "1",
            "SmsMessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsStatus": "received",
            "To": message.to,
        }
        if message.from_.startswith("whatsapp:"):
            form |= {"WaId": message.from_.removeprefix("whatsapp:+"), "ProfileName": "Erika"}
        for number, media in enumerate(message.media):
            form[f"MediaUrl{number}"] = f"{self.address}{media_path(self.account_sid, message.sid, media)}"
            form[f"MediaContentType{number}"] = media.media_type
        return form

    def _consent(self, message: Message) -> dict[str, str]:
        """What Twilio does by itself on STOP, START and HELP, and what it adds to the webhook then.

        On WhatsApp it does so for accounts that set it up alone.
        """
        if message.from_.startswith("whatsapp:") and not self.advanced_opt_out:
            return {}
        word = message.body.strip().upper()
        pair = (message.from_, message.to)
        if word in STOP_WORDS:
            self.opted_out.add(pair)
        elif word in START_WORDS and pair in self.opted_out:
            self.opted_out.discard(pair)
        elif word != "HELP":
            return {}
        kind = "STOP" if word in STOP_WORDS else "HELP" if word == "HELP" else "START"
        return {"OptOutType": kind} if self.advanced_opt_out else {}

    async def call(self, from_: str, to: str, **extra: str) -> PhoneCall:
        """Somebody calls a number; returns once they are asked something, or the call is over. Raises RefusedError."""
        ours = self._ours(to)
        call = PhoneCall(self, from_, to, {"StirVerstat": "TN-Validation-Passed-A", **extra})
        self.calls[call.record.sid] = call
        await call.start(ours.voice_url)
        return call

    def _ours(self, to: str) -> Number:
        """The number of the account that somebody writes to or calls. Raises RefusedError."""
        number = to.removeprefix("whatsapp:")
        if number not in self.numbers:
            raise RefusedError(404, 20404, f"The account has no number {number}")
        return self.numbers[number]

    # What the product is told and asked.

    async def post_form(self, url: str, form: Mapping[str, str]) -> int:
        """Post a signed form to the product, and again as the address says after its #. Returns the last status."""
        if not url:
            return NOT_ANSWERED
        address, headers = self.signed(url, form)
        for _ in range(tries(url)):
            status = await self.webhooks.post(address, urlencode(form).encode(), headers)
            if 200 <= status < 300 or self.webhooks.lose or self.webhooks.held:
                break
        return status

    async def ask(self, url: str, form: Mapping[str, str]) -> str | None:
        """The TwiML that the product answers with; None where it fails as often as the address allows."""
        address, headers = self.signed(url, form)
        for _ in range(tries(url)):
            response = await self.webhooks.ask(address, urlencode(form).encode(), headers)
            if response is not None and response.status_code < 300:
                return response.text
        return None

    def signed(self, url: str, form: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """The address as it is called, without what follows the #, and the headers."""
        address = url.partition("#")[0]
        headers = {
            "Content-Type": FORM,
            "X-Twilio-Signature": sign(self.auth_token, address, form),
            "User-Agent": "TwilioProxy/1.1",
        }
        return address, headers

    # The HTTP application.

    def failure(self, fault: Fault) -> Response:
        body = fault.body or json.dumps({"code": FAULT_CODES.get(fault.status), "status": fault.status})
        return Response(body, fault.status, fault.headers, media_type="application/json")

    def app(self) -> FastAPI:
        app = super().app()
        app.add_exception_handler(RefusedError, _refuse)
        account = f"{API}/Accounts/{{account_sid}}"
        app.add_api_route(f"{account}.json", self._account, methods=["GET"])
        app.add_api_route(f"{account}/IncomingPhoneNumbers.json", self._numbers, methods=["GET"])
        app.add_api_route(f"{account}/Messages.json", self._create_message, methods=["POST"])
        app.add_api_route(f"{account}/Messages.json", self._list_messages, methods=["GET"])
        app.add_api_route(f"{account}/Messages/{{sid}}.json", self._fetch_message, methods=["GET"])
        app.add_api_route(f"{account}/Messages/{{sid}}/Media.json", self._list_media, methods=["GET"])
        app.add_api_route(f"{account}/Messages/{{sid}}/Media/{{media_sid}}", self._media, methods=["GET"])
        app.add_api_route("/media/{sid}/{media_sid}", self._media_content, methods=["GET"])
        app.add_api_route(f"{account}/Calls.json", self._list_calls, methods=["GET"])
        app.add_api_route(f"{account}/Calls/{{sid}}.json", self._fetch_call, methods=["GET"])
        app.add_api_route("/sandbox/messages", self.write, methods=["POST"])
        app.add_api_route("/sandbox/calls", self._called, methods=["POST"])
        app.add_api_route("/sandbox/calls/{sid}", self._spoken, methods=["POST"])
        return app

    def authorise(self, request: Request, account_sid: str) -> None:
        """Raises RefusedError unless the request carries our account and token."""
        expected = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic" or not secrets.compare_digest(given.encode(), expected.encode()):
            raise RefusedError(401, 20003, "Authenticate")
        if account_sid != self.account_sid:
            raise RefusedError(404, 20404, f"The requested resource {request.url.path} was not found")

    async def _account(self, request: Request, account_sid: str) -> dict[str, Any]:
        self.authorise(request, account_sid)
        return {"sid": account_sid, "status": self.account_status, "type": self.account_type, "friendly_name": "Shop"}

    async def _numbers(self, request: Request, account_sid: str) -> dict[str, Any]:
        self.authorise(request, account_sid)
        wanted = request.query_params.get("PhoneNumber")
        found = [one for one in self.numbers.values() if wanted in (None, one.phone_number)]
        resources = [number_resource(account_sid, one) for one in found]
        return page("incoming_phone_numbers", resources, request.query_params, request.url.path)

    async def _create_message(self, request: Request, account_sid: str) -> Response:
        self.authorise(request, account_sid)
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise RefusedError(400, 20001, "Unsupported content type")
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        message = self.create_message(form)
        resource = message_resource(account_sid, message)
        return JSONResponse(resource, status_code=201, background=BackgroundTask(self.carry, message))

    async def _list_messages(self, request: Request, account_sid: str) -> dict[str, Any]:
        self.authorise(request, account_sid)
        resources = [message_resource(account_sid, one) for one in self.listed(request.query_params)]
        return page("messages", resources, request.query_params, request.url.path)

    async def _fetch_message(self, request: Request, account_sid: str, sid: str) -> dict[str, Any]:
        self.authorise(request, account_sid)
        return message_resource(account_sid, self.find(sid, request.url.path))

    async def _list_media(self, request: Request, account_sid: str, sid: str) -> dict[str, Any]:
        self.authorise(request, account_sid)
        message = self.find(sid, request.url.path)
        resources = [media_resource(account_sid, sid, one) for one in message.media]
        return page("media_list", resources, request.query_params, request.url.path)

    async def _media(self, request: Request, account_sid: str, sid: str, media_sid: str) -> Response:
        """Twilio sends the caller on to a store of another host, which wants no key and refuses ours."""
        self.authorise(request, account_sid)
        self._find_media(sid, media_sid, request.url.path)
        return RedirectResponse(f"{self.media_address or self.address}/media/{sid}/{media_sid}", status_code=307)

    async def _media_content(self, request: Request, sid: str, media_sid: str) -> Response:
        if "authorization" in request.headers and self.media_address:
            return Response("Only one auth mechanism allowed", status_code=400)
        media = self._find_media(sid, media_sid, request.url.path)
        return Response(media.content, media_type=media.media_type)

    async def _list_calls(self, request: Request, account_sid: str) -> dict[str, Any]:
        self.authorise(request, account_sid)
        resources = [call_resource(account_sid, call.record) for call in reversed(self.calls.values())]
        return page("calls", resources, request.query_params, request.url.path)

    async def _fetch_call(self, request: Request, account_sid: str, sid: str) -> dict[str, Any]:
        self.authorise(request, account_sid)
        return call_resource(account_sid, self._find_call(sid, request.url.path).record)

    async def _called(self, wanted: Calls) -> CallRecord:
        call = await self.call(wanted.from_, wanted.to)
        return call.record

    async def _spoken(self, request: Request, sid: str, spoken: Speaks) -> CallRecord:
        """What the caller says, or that they say nothing, or hang up."""
        call = self._find_call(sid, request.url.path)
        if spoken.hangs_up:
            await call.hang_up()
        elif not call.listening:
            raise RefusedError(409, 21220, "Call is not in-progress. Cannot redirect.")
        elif spoken.text:
            await call.say(spoken.text)
        else:
            await call.stay_silent()
        return call.record

    def _find_call(self, sid: str, path: str) -> PhoneCall:
        if sid not in self.calls:
            raise RefusedError(404, 20404, f"The requested resource {path} was not found")
        return self.calls[sid]

    def _find_media(self, sid: str, media_sid: str, path: str) -> Media:
        for media in self.find(sid, path).media:
            if media.sid == media_sid:
                return media
        raise RefusedError(404, 20404, f"The requested resource {path} was not found")


async def _refuse(_: Request, refused: Exception) -> Response:
    return refused.response() if isinstance(refused, RefusedError) else Response(status_code=500)
