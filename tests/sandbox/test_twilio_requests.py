"""What the Twilio stand-in makes of a request, and the shapes in which it answers."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.twilio_requests import (
    Media,
    Message,
    Number,
    Picture,
    RefusedError,
    checked_message,
    media_path,
    message_resource,
    moment,
    new_sid,
    number_resource,
    page,
    sign,
    tries,
)

OURS, CUSTOMER = "+4930901820", "+491701234567"
GOOD = {"To": CUSTOMER, "From": OURS, "Body": "Hello"}
PATH = "/2010-04-01/Accounts/AC0/Messages.json"


def listed(count: int, **query: str) -> dict[str, Any]:
    return page("messages", [{"n": number} for number in range(count)], query, PATH)


def test_a_refusal_has_twilios_body() -> None:
    response = RefusedError(400, 21211, "Invalid number").response()
    assert (response.status_code, json.loads(bytes(response.body))) == (
        400,
        {
            "code": 21211,
            "message": "Invalid number",
            "more_info": "https://www.twilio.com/docs/errors/21211",
            "status": 400,
        },
    )


class TestMessages:
    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"To": f"whatsapp:{CUSTOMER}", "From": f"whatsapp:{OURS}"},
            {"Body": "x" * 1600},
            {"To": "+1234567"},
            {"To": "+123456789012345"},
            {"StatusCallback": "https://holdfast.example/status"},
            {"StatusCallback": ""},
        ],
    )
    def test_accepted(self, changes: dict[str, str]) -> None:
        form = GOOD | changes
        assert checked_message(form) == (form["To"], form["From"], form["Body"])

    @pytest.mark.parametrize(
        ("to", "code"),
        [
            ("+123456", 21211),
            ("+1234567890123456", 21211),
            ("+0491701234567", 21211),
            ("491701234567", 21211),
            ("+49 170 1234567", 21211),
            ("whatsapp:491701234567", 21211),
            (f"messenger:{CUSTOMER}", 21211),
            (f"{CUSTOMER}\n", 21211),
            (f"whatsapp:{CUSTOMER}", 21910),
        ],
    )
    def test_a_recipient_that_is_no_number(self, to: str, code: int) -> None:
        with pytest.raises(RefusedError) as caught:
            checked_message(GOOD | {"To": to})
        assert (caught.value.status, caught.value.code) == (400, code)

    @pytest.mark.parametrize("missing", [("To", 21604), ("From", 21603), ("Body", 21602)])
    def test_a_field_that_is_missing(self, missing: tuple[str, int]) -> None:
        with pytest.raises(RefusedError) as caught:
            checked_message({name: value for name, value in GOOD.items() if name != missing[0]})
        assert caught.value.code == missing[1]

    @pytest.mark.parametrize("callback", ["holdfast.example/status", "ftp://holdfast.example", "//holdfast.example"])
    def test_a_callback_that_is_no_address(self, callback: str) -> None:
        with pytest.raises(RefusedError) as caught:
            checked_message(GOOD | {"StatusCallback": callback})
        assert caught.value.code == 21609

    @pytest.mark.parametrize(("status", "is_sent"), [("queued", False), ("accepted", False), ("delivered", True)])
    def test_what_is_waiting_has_no_date_of_sending(self, status: str, is_sent: bool) -> None:
        created = datetime(2026, 11, 21, 12, tzinfo=UTC)
        message = Message(sid="SM0", from_=OURS, to=CUSTOMER, body="x", direction="d", status=status, created=created)
        shown = message_resource("AC0", message)
        assert shown["date_created"] == "Sat, 21 Nov 2026 12:00:00 +0000"
        assert shown["date_sent"] == (shown["date_created"] if is_sent else None)
        assert shown["uri"] == "/2010-04-01/Accounts/AC0/Messages/SM0.json"


class TestPages:
    def test_the_first_of_several(self) -> None:
        first = listed(5, PageSize="2", To=CUSTOMER)
        assert [one["n"] for one in first["messages"]] == [0, 1]
        assert (first["page"], first["page_size"], first["start"], first["end"]) == (0, 2, 0, 1)
        following = urlsplit(first["next_page_uri"])
        assert following.path == PATH
        assert parse_qs(following.query) == {"To": [CUSTOMER], "PageSize": ["2"], "Page": ["1"]}

    @pytest.mark.parametrize(
        ("count", "query", "numbers", "has_next"),
        [
            (0, {}, [], False),
            (2, {"PageSize": "2"}, [0, 1], False),
            (3, {"PageSize": "2", "Page": "1"}, [2], False),
            (3, {"PageSize": "1", "Page": "1"}, [1], True),
            (3, {"PageSize": "2", "Page": "9"}, [], False),
        ],
    )
    def test_the_rest(self, count: int, query: dict[str, str], numbers: list[int], has_next: bool) -> None:
        shown = listed(count, **query)
        assert [one["n"] for one in shown["messages"]] == numbers
        assert bool(shown["next_page_uri"]) == has_next

    def test_fifty_without_a_size(self) -> None:
        assert len(listed(51)["messages"]) == 50
        assert len(listed(1001, PageSize="1000")["messages"]) == 1000

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"PageSize": "0"}, 20006),
            ({"PageSize": "1001"}, 20006),
            ({"PageSize": "many"}, 20001),
            ({"PageSize": ""}, 20001),
            ({"PageSize": "-1"}, 20001),
            ({"Page": "-1"}, 20001),
            ({"Page": "1.5"}, 20001),
        ],
    )
    def test_a_page_that_there_cannot_be(self, query: dict[str, str], code: int) -> None:
        with pytest.raises(RefusedError) as caught:
            listed(3, **query)
        assert (caught.value.status, caught.value.code) == (400, code)


class TestFilters:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
            ("2026-11-21T12:00:00Z", datetime(2026, 11, 21, 12, tzinfo=UTC)),
            ("2026-11-21T13:00:00+01:00", datetime(2026, 11, 21, 12, tzinfo=UTC)),
            ("", datetime.min.replace(tzinfo=UTC)),
        ],
    )
    def test_a_time_or_a_day(self, text: str, expected: datetime) -> None:
        assert moment({"DateSent>": text}, "DateSent>") == expected

    def test_no_time_at_all(self) -> None:
        with pytest.raises(RefusedError, match="Invalid parameter DateSent>: yesterday"):
            moment({"DateSent>": "yesterday"}, "DateSent>")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://holdfast.example/sms", 1),
        ("https://holdfast.example/sms#rc=5&rp=all", 6),
        ("https://holdfast.example/sms#rp=5xx", 2),
        ("https://holdfast.example/sms#rc=5", 1),
        ("https://holdfast.example/sms#rc=5&rp=ct", 1),
        ("https://holdfast.example/sms?rc=5&rp=all", 1),
    ],
)
def test_an_address_says_how_often_it_is_tried(url: str, expected: int) -> None:
    assert tries(url) == expected


def test_a_signature_covers_address_names_values_and_key() -> None:
    url, form = "https://holdfast.example/sms", {"b": "2", "a": "1"}
    good = sign("token", url, form)
    assert good == sign("token", url, {"a": "1", "b": "2"})
    others = {
        sign("other", url, form),
        sign("token", f"{url}?x", form),
        sign("token", url, {"a": "1", "b": "3"}),
        sign("token", url, {"a": "1", "c": "2"}),
        sign("token", url, {"a": "1"}),
    }
    assert good not in others
    assert len(others) == 5


@pytest.mark.parametrize(("number", "can"), [({}, True), ({"sms": False, "voice": False}, False)])
def test_a_number_says_what_it_can(number: dict[str, bool], can: bool) -> None:
    shown = number_resource("AC0", Number(phone_number=OURS, sms_url="https://holdfast.example/sms", **number))
    assert shown["capabilities"] == {"fax": False, "mms": can, "sms": can, "voice": can}
    assert shown["sid"] == number_resource("AC0", Number(phone_number=OURS))["sid"]
    assert shown["sid"] != number_resource("AC0", Number(phone_number=CUSTOMER))["sid"]


def test_a_picture_is_base64() -> None:
    assert Picture(content="aGVsbG8=").decoded() == b"hello"
    for wrong in ("aGVsbG8", "aGVs bG8=", "ä"):
        with pytest.raises(RefusedError, match="not base64"):
            Picture(content=wrong).decoded()


def test_ids_are_new_each_time_and_say_what_they_are_of() -> None:
    first, second = new_sid("SM"), new_sid("SM")
    assert first != second
    assert (first[:2], len(first)) == ("SM", 34)
    media = Media(sid="ME1", media_type="image/png", content=b"")
    assert media_path("AC0", "MM1", media) == "/2010-04-01/Accounts/AC0/Messages/MM1/Media/ME1"
