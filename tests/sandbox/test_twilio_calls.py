"""The stand-in ends calls whose TwiML Twilio would not carry out."""

from collections.abc import Mapping

import pytest

from sandbox.twilio_calls import MAX_SAY_CHARACTERS, PhoneCall, checked_verbs


class Documents:
    """A product that answers each request with the next document, and keeps what it was asked."""

    def __init__(self, *documents: str | None) -> None:
        self.account_sid = "AC0"
        self.colleagues: dict[str, str] = {}
        self.pace = 0.0
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self._documents = list(documents)

    async def ask(self, url: str, form: Mapping[str, str]) -> str | None:
        self.asked.append((url, form))
        return self._documents.pop(0) if len(self._documents) > 1 else self._documents[0]


async def called(*documents: str | None) -> tuple[PhoneCall, Documents]:
    product = Documents(*documents)
    call = PhoneCall(product, "+1", "+2", {})
    await call.start("https://product.example/webhooks/phone?a=1")
    return call, product


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (None, "11200"),
        ("<Response><Say>Hello</Response>", "12100"),
        ("<Answer/>", "12200"),
        ("<Response><Sing/></Response>", "12200"),
        ("<Response><Number>+1</Number></Response>", "12200"),
        ("<Response><Gather><Dial/></Gather></Response>", "12200"),
        ('<Response><Say volume="11">Hello</Say></Response>', "12200"),
        ("<Response><Say/></Response>", "13510"),
        (f"<Response><Say>{'x' * (MAX_SAY_CHARACTERS + 1)}</Say></Response>", "13510"),
        ("<Response><Redirect/></Response>", "13614"),
        ("<Response><Redirect> </Redirect></Response>", "13614"),
        ("<Response><Dial/></Response>", "13614"),
        ("<Response><Dial> </Dial></Response>", "13614"),
        ("<Response><Dial><Number/></Dial></Response>", "13614"),
        ("<Response><Dial><Say>Hello</Say></Dial></Response>", "12200"),
        ("<Response><Start><Say>Hello</Say></Start></Response>", "12200"),
        ("<Response><Gather><Gather/></Gather></Response>", "12200"),
        ('<Response><Gather timeOut="3"/></Response>', "12200"),
        ('<Response><Pause length="long"/></Response>', "13610"),
        ('<Response><Pause length="-1"/></Response>', "13610"),
        ("", "12100"),
        ("Hello", "12100"),
    ],
)
async def test_a_document_that_twilio_refuses_ends_the_call(document: str | None, code: str) -> None:
    call, _ = await called(document)
    assert call.record.error.startswith(code)
    assert call.record.status == "failed"


async def test_the_end_of_a_document_ends_the_call() -> None:
    call, _ = await called("<Response><Say>Goodbye</Say></Response>")
    assert (call.record.heard, call.record.status, call.listening) == (["Goodbye"], "completed", False)


async def test_words_go_to_the_action_and_silence_to_the_next_verb() -> None:
    document = '<Response><Gather action="?b=2"><Say>Yes?</Say></Gather><Redirect>/again</Redirect></Response>'
    call, product = await called(document)
    await call.say("Hello")
    await call.stay_silent()
    assert [url for url, _ in product.asked[1:]] == [
        "https://product.example/webhooks/phone?b=2",
        "https://product.example/again",
    ]
    assert product.asked[1][1]["SpeechResult"] == "Hello"
    assert "SpeechResult" not in product.asked[2][1]


async def test_a_caller_cannot_speak_when_nobody_listens() -> None:
    call, _ = await called("<Response><Hangup/></Response>")
    with pytest.raises(ValueError, match="listens"):
        await call.say("Hello?")


async def test_redirects_without_end_end_the_call() -> None:
    call, _ = await called("<Response><Redirect>?c=3</Redirect></Response>")
    assert call.record.error == "The call was redirected without end."


@pytest.mark.parametrize(("outcome", "whispered"), [("completed", ["Psst."]), ("busy", [])])
async def test_a_whisper_is_heard_by_who_picks_up(outcome: str, whispered: list[str]) -> None:
    product = Documents(
        '<Response><Dial><Number url="/whisper">+3</Number></Dial><Say>Back.</Say></Response>',
        "<Response><Say>Psst.</Say></Response>",
    )
    product.colleagues["+3"] = outcome
    call = PhoneCall(product, "+1", "+2", {})
    await call.start("https://product.example/")
    assert (call.record.whispered, call.record.heard) == (whispered, ["Back."])


async def test_a_whisper_that_twilio_refuses_ends_the_call() -> None:
    call, _ = await called('<Response><Dial><Number url="/whisper">+3</Number></Dial></Response>', "Psst.")
    assert call.record.error.startswith("12100")


async def test_a_pause_is_counted() -> None:
    call, _ = await called('<Response><Pause length="3"/><Pause/></Response>')
    assert call.record.paused_seconds == 4


async def test_a_caller_hangs_up() -> None:
    call, _ = await called("<Response><Gather/></Response>")
    await call.hang_up()
    assert (call.record.status, call.listening) == ("completed", False)


def test_the_verbs_of_a_document_are_kept_in_order() -> None:
    verbs = checked_verbs("<Response><Say>One</Say><Pause/><Hangup/></Response>")
    assert [verb.tag for verb in verbs] == ["Say", "Pause", "Hangup"]


async def test_a_dial_without_a_number_of_its_own_calls_what_stands_in_it() -> None:
    call, product = await called(
        '<Response><Dial action="/after"> +3 </Dial></Response>', "<Response><Say>Done.</Say></Response>"
    )
    assert call.record.dialed == ["+3"]
    assert product.asked[1][0] == "https://product.example/after"
    assert product.asked[1][1]["DialCallStatus"] == "completed"
    assert call.record.heard == ["Done."]


@pytest.mark.parametrize("outcome", ["busy", "no-answer", "failed"])
async def test_the_action_is_told_what_became_of_the_dial(outcome: str) -> None:
    product = Documents(
        '<Response><Dial action="?after=dial"><Number url="/whisper">+3</Number></Dial></Response>',
        "<Response><Say>Nobody is there.</Say></Response>",
    )
    product.colleagues["+3"] = outcome
    call = PhoneCall(product, "+1", "+2", {})
    await call.start("https://product.example/phone")
    urls = [url for url, _ in product.asked]
    assert urls == ["https://product.example/phone", "https://product.example/phone?after=dial"]
    assert product.asked[1][1]["DialCallStatus"] == outcome
    assert call.record.whispered == []


@pytest.mark.parametrize("answer", [None, "Psst.", "<Response><Sing/></Response>"])
async def test_a_whisper_that_fails_after_silence_ends_the_call(answer: str | None) -> None:
    document = '<Response><Gather><Say>Yes?</Say></Gather><Dial><Number url="/w">+3</Number></Dial></Response>'
    call, _ = await called(document, answer)
    await call.stay_silent()
    assert call.record.status == "failed"
    assert call.record.error[:5] in {"11200", "12100", "12200"}
    assert not call.listening


async def test_silence_at_the_end_of_a_document_ends_the_call() -> None:
    call, _ = await called("<Response><Gather><Say>Yes?</Say></Gather></Response>")
    await call.stay_silent()
    assert (call.record.status, call.record.error) == ("completed", "")


async def test_what_stands_behind_a_hangup_is_never_heard() -> None:
    call, _ = await called("<Response><Say>Bye.</Say><Hangup/><Say>Still there?</Say></Response>")
    assert call.record.heard == ["Bye."]


async def test_a_recording_is_noticed() -> None:
    call, _ = await called('<Response><Start><Recording channels="dual"/></Start><Say>Hello.</Say></Response>')
    assert call.record.recorded
    assert (await called("<Response><Say>Hello.</Say></Response>"))[0].record.recorded is False


async def test_every_request_says_who_calls_and_what_was_added() -> None:
    product = Documents('<Response><Gather language="de-DE"/></Response>')
    call = PhoneCall(product, "+1", "+2", {"StirVerstat": "TN-Validation-Failed-C"})
    await call.start("https://product.example/")
    await call.say("Hallo")
    first, second = (form for _, form in product.asked)
    same = {"From": "+1", "To": "+2", "CallSid": call.record.sid, "StirVerstat": "TN-Validation-Failed-C"}
    assert same.items() <= first.items()
    assert same.items() <= second.items()
    assert (second["SpeechResult"], second["Language"]) == ("Hallo", "de-DE")


async def test_words_without_an_action_go_to_the_same_address() -> None:
    call, product = await called("<Response><Gather/></Response>")
    await call.say("Hello")
    assert [url for url, _ in product.asked] == ["https://product.example/webhooks/phone?a=1"] * 2
