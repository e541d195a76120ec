"""What Twilio posts about messages, as events."""

from datetime import UTC, datetime

import pytest

from domain.delivery.inbound import InboundFile
from integrations.channels.twilio.messages import (
    EMPTY,
    consent_of,
    is_answered_by_twilio,
    is_word_for_help,
    message_of,
)

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def form(body: str, **more: str) -> dict[str, str]:
    return {"MessageSid": "SM1", "From": "+4915112345678", "To": "+4930901820", "Body": body, **more}


@pytest.mark.parametrize("kind", ["sms", "whatsapp"])
@pytest.mark.parametrize(
    ("body", "opted_out"), [("Stop.", True), ("STOP ALL", True), ("ARRÊT", True), ("Start!", False)]
)
def test_a_word_of_consent_is_no_message(kind: str, body: str, opted_out: bool) -> None:
    consent = consent_of(kind, form(body), AT)
    assert consent
    assert (consent.event_id, consent.thread, consent.opted_out) == ("SM1", "+4915112345678 +4930901820", opted_out)
    assert is_answered_by_twilio(kind, form(body))


@pytest.mark.parametrize("kind", ["sms", "whatsapp"])
@pytest.mark.parametrize("body", ["When does the bus stop here?", "Please do not stop my order", "Help!", "info?", ""])
def test_anything_else_is_a_message(kind: str, body: str) -> None:
    assert consent_of(kind, form(body), AT) is None
    assert not is_answered_by_twilio(kind, form(body))


@pytest.mark.parametrize(("kind", "consents"), [("sms", True), ("whatsapp", False)])
def test_cancel_is_an_answer_where_no_network_takes_it(kind: str, consents: bool) -> None:
    assert (consent_of(kind, form("Cancel."), AT) is not None) is consents
    assert is_answered_by_twilio(kind, form("Cancel.")) is consents


@pytest.mark.parametrize("body", ["YES", "Yes.", "yes!"])
def test_yes_is_consent_and_an_answer(body: str) -> None:
    consent = consent_of("sms", form(body), AT)
    assert consent
    assert (consent.event_id, consent.opted_out) == ("SM1-consent", False)
    assert not is_answered_by_twilio("sms", form(body))


@pytest.mark.parametrize(
    ("verdict", "opted_out"), [("STOP", True), ("START", False), ("HELP", None)], ids=["stop", "start", "help"]
)
def test_twilios_verdict_counts_before_the_words(verdict: str, opted_out: bool | None) -> None:
    for body in ("Genug", "STOP", "START", "YES", "HELP"):
        consent = consent_of("sms", form(body, OptOutType=verdict), AT)
        assert (consent.opted_out if consent else None) is opted_out
        assert is_answered_by_twilio("sms", form(body, OptOutType=verdict))


@pytest.mark.parametrize(
    ("body", "answered"), [(" help ", True), ("INFO", True), ("Help!", False), ("Helpline", False)]
)
def test_help_is_answered_by_twilio_when_it_stands_alone(body: str, answered: bool) -> None:
    assert is_word_for_help(form(body)) is answered


@pytest.mark.parametrize("body", ["", "   ", "\n", "\u200b", "\u2060\u00ad", "\u00a0"])
def test_an_empty_message_says_that_it_was_empty(body: str) -> None:
    assert message_of("sms", form(body), AT, verified=False).text == EMPTY


def test_what_is_not_empty_does_not_say_so() -> None:
    file = InboundFile(name="file-1.jpg", media_type="image/jpeg", content=b"a")
    assert message_of("sms", form(""), AT, verified=False, files=[file]).text == ""
    assert (
        message_of("sms", form(""), AT, verified=False, notes=["[file-1 is too large]"]).text == "[file-1 is too large]"
    )
    assert message_of("sms", form("👍"), AT, verified=False).text == "👍"


def test_a_mexican_mobile_is_known_by_the_number_that_is_dialled_and_answered_where_it_wrote() -> None:
    wrote = message_of("whatsapp", form("Hola", From="whatsapp:+5215512345678"), AT, verified=True)
    assert wrote.sender.phone == "+525512345678"
    assert wrote.address["to"] == "whatsapp:+5215512345678"
