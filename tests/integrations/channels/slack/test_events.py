"""Slack's events as data: what counts as written, by whom, where, and with which words."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.conversation.messages import MAX_MESSAGE_CHARACTERS
from domain.delivery.inbound import ColleagueReply, InboundFile, InboundMessage
from integrations.channels.base import UnreadableRequestError
from integrations.channels.slack.events import (
    Profile,
    SlackAddress,
    SlackFile,
    Written,
    message_event,
    read_envelope,
    read_profile,
    what_was_written,
)

SHAPES = Path(__file__).parents[5] / "shared" / "data" / "slack" / "payload_shapes" / "events"
OURS, THEIRS, BOT = "T0OURS", "T0THEIRS", "U0BOT"
MESSAGE: dict[str, Any] = {
    "type": "message",
    "channel": "C0HELP",
    "user": "U0ERIKA",
    "team": THEIRS,
    "text": "Where is it?",
    "ts": "1760000000.000100",
    "event_ts": "1760000000.000100",
}
AUTHORIZATION = {"team_id": OURS, "user_id": BOT, "is_bot": True}


def envelope(event: Mapping[str, Any], **changes: Any) -> bytes:
    around = {"type": "event_callback", "team_id": OURS, "event_id": "Ev1", "authorizations": [AUTHORIZATION]}
    return json.dumps({**around, "event": event, **changes}).encode()


def written(event: Mapping[str, Any], **changes: Any) -> Written | None:
    return what_was_written(read_envelope(envelope(event, **changes)))


def understood(event: Mapping[str, Any], **changes: Any) -> Written:
    found = written(event, **changes)
    assert found is not None
    return found


def edit(old: str, new: str, **changes: Any) -> dict[str, Any]:
    before = {"user": "U0ERIKA", "team": THEIRS, "ts": MESSAGE["ts"], "text": old}
    after = before | {"text": new, "edited": {"user": "U0ERIKA", "ts": "1760000060.000000"}} | changes
    around = {"type": "message", "subtype": "message_changed", "channel": "C0HELP", "ts": "1760000061.000200"}
    return around | {"event_ts": "1760000061.000200", "message": after, "previous_message": before}


def deletion(**changes: Any) -> dict[str, Any]:
    before = {"user": "U0ERIKA", "team": THEIRS, "ts": MESSAGE["ts"], "text": "Where is it?"} | changes
    around = {"type": "message", "subtype": "message_deleted", "channel": "C0HELP", "ts": "1760000061.000200"}
    return around | {"event_ts": "1760000061.000200", "deleted_ts": before["ts"], "previous_message": before}


def burial(**changes: Any) -> dict[str, Any]:
    """How Slack tells that the first message of a thread with answers was deleted."""
    stone: dict[str, Any] = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "hidden": True}
    stone |= {"text": "This message was deleted.", "ts": MESSAGE["ts"], "thread_ts": MESSAGE["ts"], "reply_count": 1}
    return deletion(thread_ts=MESSAGE["ts"], **changes) | {"subtype": "message_changed", "message": stone}


class TestConversations:
    def test_a_message_in_a_channel_opens_a_thread(self) -> None:
        assert understood(MESSAGE) == Written(
            event_id="Ev1",
            at=datetime.fromtimestamp(1760000000.0001, UTC),
            thread="T0OURS/C0HELP/1760000000.000100",
            address=SlackAddress(channel="C0HELP", thread_ts="1760000000.000100"),
            user="U0ERIKA",
            workspace=THEIRS,
            text="Where is it?",
        )

    def test_what_is_written_in_a_thread_belongs_to_it(self) -> None:
        reply = understood(MESSAGE | {"ts": "1760000005.000100", "thread_ts": "1760000000.000100"})
        assert reply.thread == understood(MESSAGE).thread
        assert reply.address == understood(MESSAGE).address

    def test_a_direct_message_channel_is_one_conversation_answered_where_the_customer_wrote(self) -> None:
        direct = MESSAGE | {"channel": "D0ERIKA"}
        threaded = direct | {"ts": "1760000005.000100", "thread_ts": "1760000000.000100"}
        assert understood(direct).thread == understood(threaded).thread == "T0OURS/D0ERIKA"
        assert understood(direct).address == SlackAddress(channel="D0ERIKA")
        assert understood(threaded).address == SlackAddress(channel="D0ERIKA", thread_ts="1760000000.000100")

    def test_the_author_belongs_to_their_own_workspace_and_the_thread_to_ours(self) -> None:
        shared = understood(MESSAGE | {"user_team": "T0OTHER"}, team_id=THEIRS)
        assert (shared.workspace, shared.thread.split("/")[0]) == ("T0OTHER", OURS)
        local = {key: value for key, value in MESSAGE.items() if key != "team"}
        assert understood(local, authorizations=[]).workspace == OURS

    @pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
    def test_kinds_of_messages_that_people_write(self, subtype: str) -> None:
        assert understood(MESSAGE | {"subtype": subtype}).text == "Where is it?"

    def test_a_shared_message_is_read_with_what_was_said_about_it(self) -> None:
        shared = [{"text": "It &amp; more", "is_share": True}, {"fallback": "preview of a link"}]
        assert understood(MESSAGE | {"attachments": shared}).text == "Where is it?\nIt & more"
        assert understood(MESSAGE | {"text": "", "attachments": shared}).text == "It & more"

    def test_a_mention_of_the_app_is_no_part_of_the_question(self) -> None:
        assert understood(MESSAGE | {"text": f"<@{BOT}> Where is it?"}).text == "Where is it?"
        assert written(edit("Where is it?", f"<@{BOT}> Where is it?")) is None


def rich(*elements: dict[str, Any], kind: str = "rich_text_section") -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": [{"type": kind, "elements": list(elements)}]}]


def plain(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


class TestBlocks:
    @pytest.mark.parametrize("text", ["", None])
    def test_words_that_stand_in_blocks_only_are_read(self, text: str | None) -> None:
        assert understood(MESSAGE | {"text": text, "blocks": rich(plain("Order 4711 & more?"))}).text == (
            "Order 4711 & more?"
        )

    def test_a_mention_of_the_app_in_blocks_is_no_part_of_the_question(self) -> None:
        blocks = rich({"type": "user", "user_id": BOT}, plain(" Where is it?"))
        assert understood(MESSAGE | {"text": "", "blocks": blocks}).text == "Where is it?"

    @pytest.mark.parametrize(
        ("text", "elements"),
        [
            ("Where is it?", [plain("Where is it?")]),
            (
                "*Where* is <https://a.example/x|it>?",
                [plain("Where is "), {"type": "link", "url": "https://a.example/x"}],
            ),
            ("Thanks :+1:", [plain("Thanks "), {"type": "emoji", "name": "+1"}]),
            ("In <#C1|general>", [plain("In "), {"type": "channel", "channel_id": "C1"}]),
            ("a &lt; b &amp; c", [plain("a < b & c")]),
        ],
    )
    def test_what_blocks_repeat_is_said_once(self, text: str, elements: list[dict[str, Any]]) -> None:
        repeated = MESSAGE | {"text": text, "blocks": rich(*elements)}
        assert understood(repeated).text == understood(MESSAGE | {"text": text}).text

    def test_what_only_blocks_say_is_added(self) -> None:
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "Order *4711*"}}
        assert understood(MESSAGE | {"blocks": [section]}).text == "Where is it?\nOrder *4711*"

    @pytest.mark.parametrize("blocks", [None, [], [None], ["x"], [{}], [{"type": "divider"}], [{"type": "section"}]])
    def test_blocks_without_words_add_nothing(self, blocks: Any) -> None:
        assert understood(MESSAGE | {"blocks": blocks}).text == "Where is it?"

    @pytest.mark.parametrize(
        "forward",
        [
            {"is_share": True, "text": "Invoice 88"},
            {"is_msg_unfurl": True, "text": "Invoice 88"},
            {"is_msg_unfurl": True, "is_share": True, "fallback": "Invoice 88"},
            {"is_share": True, "blocks": rich(plain("Invoice 88"))},
            {"is_share": True, "message_blocks": [{"team": "T1", "message": {"blocks": rich(plain("Invoice 88"))}}]},
            {
                "is_msg_unfurl": True,
                "text": "Invoice 88",
                "fallback": "[Today] Bo: Invoice 88",
                "message_blocks": [{"message": {"blocks": rich(plain("Invoice 88"))}}],
            },
        ],
    )
    @pytest.mark.parametrize("comment", ["Help", ""])
    def test_a_forward_is_read_wherever_its_words_stand(self, forward: dict[str, Any], comment: str) -> None:
        found = understood(MESSAGE | {"text": comment, "attachments": [forward]}).text
        assert found == f"{comment}\nInvoice 88".strip()

    def test_a_preview_of_a_page_is_not_what_the_customer_wrote(self) -> None:
        page = {"text": "The shop", "title": "Shop", "from_url": "https://shop.example", "blocks": rich(plain("Buy"))}
        assert understood(MESSAGE | {"attachments": [page]}).text == "Where is it?"


class TestColleagues:
    def test_a_colleague_who_answers_in_a_shared_channel_is_not_the_customer(self) -> None:
        reply = MESSAGE | {"team": OURS, "ts": "1760000005.000100", "thread_ts": "1760000000.000100"}
        assert understood(reply, is_ext_shared_channel=True).by_colleague
        assert not understood(reply, is_ext_shared_channel=False).by_colleague
        assert not understood(reply | {"channel": "D0ERIKA"}, is_ext_shared_channel=True).by_colleague
        event = message_event(understood(reply, is_ext_shared_channel=True), Profile(), (), verified=False)
        assert isinstance(event, ColleagueReply)
        assert (event.person_id, event.thread) == ("slack-U0ERIKA", "T0OURS/C0HELP/1760000000.000100")

    def test_a_colleague_who_sends_only_a_file_has_answered(self) -> None:
        reply = MESSAGE | {"team": OURS, "ts": "1760000005.000100", "thread_ts": "1760000000.000100"}
        screenshot = InboundFile(name="steps.png", media_type="image/png", content=b"a")
        silent = understood(reply, is_ext_shared_channel=True).model_copy(update={"text": ""})
        event = message_event(silent, Profile(), (screenshot,), verified=False)
        assert isinstance(event, ColleagueReply)
        assert event.text == "[File: steps.png]"

    def test_what_a_colleague_announces_or_deletes_there_is_nobodys_request(self) -> None:
        assert written(MESSAGE | {"team": OURS}, is_ext_shared_channel=True) is None
        gone = deletion(team=OURS, thread_ts="1750000000.000100")
        assert written(gone, is_ext_shared_channel=True) is None
        assert written(burial(team=OURS), is_ext_shared_channel=True) is None


class TestEditsAndDeletions:
    def test_an_edit_is_a_new_message_that_says_what_it_replaces(self) -> None:
        changed = understood(edit("Order 12", "Order 13 &amp; 14"))
        assert changed.text == "Order 13 & 14\n[This replaces an earlier message that said: Order 12]"
        assert changed.thread == understood(MESSAGE).thread
        assert changed.at == datetime(2025, 10, 9, 8, 54, 20, tzinfo=UTC)

    @pytest.mark.parametrize(
        "unfurl",
        [
            {"text": "preview"},
            {"is_msg_unfurl": True, "text": "What was said there"},
            {"is_msg_unfurl": True, "is_share": True, "text": "What was said there"},
            {"is_msg_unfurl": True, "message_blocks": [{"message": {"blocks": rich(plain("What was said there"))}}]},
        ],
    )
    @pytest.mark.parametrize("edited", [None, {"user": "U0ERIKA", "ts": "1760000060.000000"}])
    def test_a_preview_that_slack_adds_is_no_edit(self, unfurl: dict[str, Any], edited: Any) -> None:
        blocks = rich(plain("See it"))
        assert written(edit("See it", "See it", edited=edited, attachments=[unfurl], blocks=blocks)) is None

    def test_an_edit_of_words_that_stand_in_blocks_only_is_an_edit(self) -> None:
        event = edit("", "", blocks=rich(plain("Order 13")))
        event["previous_message"]["blocks"] = rich(plain("Order 12"))
        assert understood(event).text == "Order 13\n[This replaces an earlier message that said: Order 12]"

    def test_an_edit_keeps_what_was_forwarded_with_it(self) -> None:
        forward = {"is_share": True, "text": "Invoice 88"}
        assert understood(edit("Old", "New", attachments=[forward])).text.startswith("New\nInvoice 88\n[This replaces")

    def test_a_deletion_is_said_and_not_quoted(self) -> None:
        gone = understood(deletion(files=[{"id": "F1"}]))
        assert gone.text == "[The message of 2025-10-09 08:53:20 UTC was deleted.]"
        assert (gone.thread, gone.files) == (understood(MESSAGE).thread, ())

    def test_so_is_the_deletion_of_a_message_that_was_answered(self) -> None:
        assert understood(burial(files=[{"id": "F1"}])) == understood(deletion(thread_ts=MESSAGE["ts"]))


class TestNobody:
    @pytest.mark.parametrize(
        "event",
        [
            MESSAGE | {"bot_id": "B0OTHER"},
            MESSAGE | {"subtype": "bot_message", "bot_id": "B0OTHER", "user": None},
            MESSAGE | {"user": BOT},
            MESSAGE | {"user": BOT, "text": "", "blocks": []},
            MESSAGE | {"user": "USLACKBOT"},
            MESSAGE | {"subtype": "channel_join"},
            MESSAGE | {"subtype": "message_replied"},
            MESSAGE | {"type": "app_mention"},
            edit("We can.", "We cannot.", user=BOT, bot_id="B0BOT"),
            deletion(user=BOT),
            burial(user=BOT, bot_id="B0BOT"),
        ],
    )
    def test_bots_and_notices_are_never_read(self, event: dict[str, Any]) -> None:
        assert written(event) is None

    def test_a_person_through_whom_the_app_sees_events_is_no_bot(self) -> None:
        assert written(MESSAGE, authorizations=[AUTHORIZATION | {"user_id": "U0ERIKA", "is_bot": False}])

    def test_other_requests_bring_nothing(self) -> None:
        limited = {"type": "app_rate_limited", "minute_rate_limited": 1518467820}
        assert what_was_written(read_envelope(json.dumps(limited).encode())) is None


class TestUnreadable:
    @pytest.mark.parametrize("body", [b"", b"payload=%7B%7D", b"[]", b'{"challenge": "x"}', b"\xff"])
    def test_a_body_that_slack_does_not_document(self, body: bytes) -> None:
        with pytest.raises(UnreadableRequestError):
            read_envelope(body)

    @pytest.mark.parametrize(
        "event",
        [
            MESSAGE | {"ts": "yesterday"},
            MESSAGE | {"ts": "1760000000.000100", "event_ts": "1e999"},
            MESSAGE | {"channel": "general channel"},
            MESSAGE | {"text": ""},
            MESSAGE | {"text": None, "blocks": [{"type": "call"}]},
            {"type": "message", "user": "U0ERIKA"},
        ],
    )
    def test_a_message_that_cannot_be_understood_goes_to_quarantine_and_names_nobody(
        self, event: dict[str, Any]
    ) -> None:
        with pytest.raises(UnreadableRequestError) as caught:
            written(event)
        assert "ERIKA" not in str(caught.value)
        assert caught.value.__suppress_context__

    def test_an_event_without_id_cannot_be_told_apart(self) -> None:
        with pytest.raises(UnreadableRequestError):
            written(MESSAGE, event_id="")


class TestEvents:
    def test_says_who_wrote(self) -> None:
        profile = read_profile({"id": "U0ERIKA", "profile": {"email": "erika@example.com", "real_name": "Erika"}})
        event = message_event(understood(MESSAGE), profile, (), verified=True)
        assert isinstance(event, InboundMessage)
        assert event.sender.model_dump(exclude_none=True) == {
            "email": "erika@example.com",
            "external_id": "T0THEIRS/U0ERIKA",
            "name": "Erika",
            "verified": True,
        }
        assert event.address == {"channel": "C0HELP", "thread_ts": "1760000000.000100"}

    @pytest.mark.parametrize("user", [None, {}, {"profile": {"email": "a" * 300}}])
    def test_a_profile_that_makes_no_sense_is_empty(self, user: Any) -> None:
        assert read_profile(user) == Profile()

    def test_files_that_were_not_fetched_are_named(self) -> None:
        had = InboundFile(name="a.txt", media_type="text/plain", content=b"a")
        missing = SlackFile(id="F2", name="film.mp4", permalink="https://slack.example/F2")
        event = message_event(understood(MESSAGE), Profile(), (had, missing, SlackFile(id="F3")), verified=False)
        assert isinstance(event, InboundMessage)
        assert event.files == (had,)
        assert event.text.splitlines()[1:] == [
            "[File that was not fetched: film.mp4, https://slack.example/F2]",
            "[File that was not fetched: F3]",
        ]

    def test_a_text_that_is_too_long_travels_whole_as_a_file(self) -> None:
        long = "ö" * (MAX_MESSAGE_CHARACTERS + 1)
        event = message_event(understood(MESSAGE | {"text": long}), Profile(), (), verified=False)
        assert isinstance(event, InboundMessage)
        assert len(event.text) == MAX_MESSAGE_CHARACTERS
        assert event.files[0].content.decode() == long


def filled(node: Any, name: str = "") -> Any:
    """A payload shape, whose values are blank, with values of the kind that Slack sends there."""
    if isinstance(node, dict):
        return {key: filled(value, key) for key, value in node.items()}
    if isinstance(node, list):
        return [filled(value, name) for value in node]
    if node != "":
        return node
    if name.endswith("ts") or name == "latest_reply":
        return MESSAGE["ts"]
    return {"type": "event_callback", "user": "U0ERIKA", "channel": "C0HELP", "bot_id": None}.get(name, "X1")


@pytest.mark.shared
@pytest.mark.skipif(not SHAPES.exists(), reason="needs Slack's payload shapes at ../shared/data/slack/payload_shapes")
def test_every_documented_event_is_understood_or_left_alone() -> None:
    shapes = sorted(SHAPES.glob("*.json"))
    assert len(shapes) > 80
    read = {}
    for shape in shapes:
        found = what_was_written(read_envelope(json.dumps(filled(json.loads(shape.read_text()))).encode()))
        if found:
            read[shape.stem.removesuffix("Payload")] = found.text.split(" ")[0]
    assert read == {
        "Message": "X1",
        "MessageFileShare": "X1",
        "MessageMe": "X1",
        "MessageThreadBroadcast": "X1",
        "MessageDeleted": "[The",
    }
