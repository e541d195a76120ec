"""Signatures, with Twilio's own test vectors; and the client over TLS with an authority of our own."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr, ValidationError
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from integrations.channels.base import ForgedRequestError, UnreadableRequestError, WebhookRequest
from integrations.channels.twilio.client import FORM, TwilioSettings, form_of, no_twiml, verify_signature

TOKEN = SecretStr("12345")
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FIELDS = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
JSON_BODY = b'{"property": "value", "boolean": true}'
JSON_URL = f"{URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
JSON_SIGNATURE = "a9nBmqA0ju/hNViExpshrM61xv4="


def posted(**changes: Any) -> WebhookRequest:
    values: dict[str, Any] = {
        "method": "POST",
        "url": URL,
        "headers": {"content-type": f"{FORM}; charset=UTF-8", "x-twilio-signature": SIGNATURE},
        "body": urlencode(FIELDS).encode(),
        "received_at": datetime(2026, 6, 1, tzinfo=UTC),
    }
    return WebhookRequest(**{**values, **changes})


def posted_json(**changes: Any) -> WebhookRequest:
    headers = {"content-type": "application/json", "x-twilio-signature": JSON_SIGNATURE}
    return posted(**{"url": JSON_URL, "headers": headers, "body": JSON_BODY, **changes})


@pytest.mark.parametrize("url", [URL, URL.replace(".com/", ".com:443/"), URL.replace(".com/", ".com:1234/")])
def test_a_form_that_twilio_signed_passes_with_and_without_a_port(url: str) -> None:
    verify_signature(TOKEN, posted(url=url))


def test_a_body_that_twilio_signed_by_its_hash_passes() -> None:
    verify_signature(TOKEN, posted_json())


class Repeated(dict[str, str]):
    """Fields as web frameworks give them to the official validator."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs

    def getlist(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]


@pytest.mark.parametrize(
    "more",
    [
        [("MediaUrl", "b"), ("MediaUrl", "a")],
        [("MediaUrl", "a"), ("MediaUrl", "a")],
        [("MediaUrl", ""), ("MediaUrl", "a")],
        [("Digits", "99"), ("From", "+14158675309"), ("Ünicode", "ß"), ("Ünicode", "+ &")],
    ],
    ids=["in no order", "the same twice", "one empty", "of several fields"],
)
def test_a_form_with_repeated_fields_passes_as_the_official_validator_signs_it(more: list[tuple[str, str]]) -> None:
    pairs = [*FIELDS.items(), *more]
    signature = RequestValidator("12345").compute_signature(URL, Repeated(pairs))
    headers = {"content-type": FORM, "x-twilio-signature": signature}
    verify_signature(TOKEN, posted(headers=headers, body=urlencode(pairs).encode()))
    for changed in (pairs[:-1], [*pairs, (more[0][0], "more")]):
        if {*changed} != {*pairs}:
            with pytest.raises(ForgedRequestError):
                verify_signature(TOKEN, posted(headers=headers, body=urlencode(changed).encode()))


FORGED = {
    "no signature": posted(headers={"content-type": FORM}),
    "another signature": posted(headers={"content-type": FORM, "x-twilio-signature": SIGNATURE.lower()}),
    "no ascii": posted(headers={"content-type": FORM, "x-twilio-signature": "ü" * 28}),
    "another field": posted(body=urlencode({**FIELDS, "From": "+14158675300"}).encode()),
    "one more field": posted(body=urlencode({**FIELDS, "MediaUrl0": "x"}).encode()),
    "one field less": posted(body=b"CallSid=CA1234567890ABCDE"),
    "another address": posted(url=URL.replace("foo=1", "foo=2")),
    "no encryption": posted(url=URL.replace("https", "http")),
    "another body": posted_json(body=JSON_BODY.replace(b"true", b"false")),
    "a body without hash": posted_json(url=URL),
    "a body with another hash": posted_json(url=JSON_URL.replace("0a1f", "0a1e")),
    "a form called JSON": posted(headers={"content-type": "application/json", "x-twilio-signature": SIGNATURE}),
}


@pytest.mark.parametrize("request_", FORGED.values(), ids=FORGED)
def test_what_twilio_did_not_sign_is_refused(request_: WebhookRequest) -> None:
    with pytest.raises(ForgedRequestError):
        verify_signature(TOKEN, request_)


def test_another_token_is_refused() -> None:
    with pytest.raises(ForgedRequestError, match="HOLDFAST_TWILIO_AUTH_TOKEN"):
        verify_signature(SecretStr("54321"), posted())


def test_a_form_is_read_with_its_empty_fields() -> None:
    assert form_of(posted(body=b"Body=&From=%2B1")) == {"Body": "", "From": "+1"}


@pytest.mark.parametrize(
    "changes", [{"method": "GET"}, {"headers": {"content-type": "application/json"}}, {"headers": {}}]
)
def test_what_is_no_form_is_unreadable(changes: dict[str, Any]) -> None:
    with pytest.raises(UnreadableRequestError, match="POST"):
        form_of(posted(**changes))


def test_the_answer_to_a_message_is_twiml_that_does_nothing() -> None:
    answer = no_twiml()
    assert (answer.status, answer.media_type) == (200, "text/xml")
    assert answer.body.endswith("<Response />")


def settings(**changes: Any) -> TwilioSettings:
    values = {"account_sid": "AC" + "0" * 32, "auth_token": "t", "public_url": "https://support.example.com/"}
    return TwilioSettings(**{**values, **changes})


def test_an_address_may_end_with_a_slash() -> None:
    assert settings().webhook("sms") == "https://support.example.com/webhooks/sms"


@pytest.mark.parametrize(
    "wrong",
    [{"account_sid": "SK" + "0" * 32}, {"public_url": "support.example.com"}, {"sms_number": "030 901820"}],
)
def test_settings_that_cannot_be_right_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        settings(**wrong)


def test_secrets_are_not_shown() -> None:
    assert "very-secret" not in repr(settings(auth_token="very-secret"))
