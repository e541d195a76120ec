"""What a workspace of the Slack stand-in remembers, below its HTTP."""

from typing import Any

import pytest

from sandbox.slack_workspace import (
    BOT_ID,
    BOT_USER,
    MAX_CHARACTERS,
    Person,
    PostMessage,
    Reading,
    RefusedCallError,
    Room,
    StoredFile,
    Workspace,
    arguments_of,
    file_fields,
)

MIA = Person(id="U0MIA", team_id="T0CUSTOMER", real_name="Mia")
HELP = Room(id="C0HELP")


@pytest.fixture
def workspace() -> Workspace:
    workspace = Workspace(lambda: 1000.5)
    workspace.add(MIA, HELP)
    return workspace


def post(workspace: Workspace, text: str = "Hello", **more: Any) -> dict[str, Any]:
    return workspace.post(PostMessage(channel=HELP.id, text=text, **more))


def code(caught: pytest.ExceptionInfo[RefusedCallError]) -> str:
    return str(caught.value.answer["error"])


class TestTimes:
    def test_no_two_are_the_same_though_the_clock_stands_still(self, workspace: Workspace) -> None:
        assert [workspace.now() for _ in range(3)] == ["1000.500000", "1000.500001", "1000.500002"]

    def test_not_even_after_a_restart(self, workspace: Workspace) -> None:
        before = workspace.now()
        workspace.reset()
        assert float(workspace.now()) > float(before)

    def test_nor_when_the_clock_is_set_back(self) -> None:
        moments = iter([1000.0, 10.0])
        workspace = Workspace(lambda: next(moments))
        assert [workspace.now(), workspace.now()] == ["1000.000000", "1000.000001"]


class TestPosting:
    @pytest.mark.parametrize(
        ("room", "expected"),
        [
            (Room(id="C0HELP", is_archived=True), "is_archived"),
            (Room(id="C0HELP", is_member=False), "not_in_channel"),
        ],
    )
    def test_where_the_app_may_not(self, workspace: Workspace, room: Room, expected: str) -> None:
        workspace.add(room)
        with pytest.raises(RefusedCallError) as caught:
            post(workspace)
        assert code(caught) == expected
        assert workspace.messages == {}

    @pytest.mark.parametrize(("length", "is_taken"), [(MAX_CHARACTERS, True), (MAX_CHARACTERS + 1, False)])
    def test_the_length_of_a_message(self, workspace: Workspace, length: int, is_taken: bool) -> None:
        if is_taken:
            assert len(post(workspace, "x" * length)["text"]) == length
            return
        with pytest.raises(RefusedCallError) as caught:
            post(workspace, "x" * length)
        assert code(caught) == "msg_too_long"

    def test_a_message_of_ours_says_so(self, workspace: Workspace) -> None:
        message = post(workspace)
        assert (message["user"], message["bot_id"]) == (BOT_USER, BOT_ID)
        assert "bot_id" not in workspace.write(HELP, MIA, "Hi")

    def test_an_answer_makes_a_thread_of_its_message(self, workspace: Workspace) -> None:
        first = workspace.write(HELP, MIA, "Hi")
        answer = post(workspace, thread_ts=first["ts"])
        assert first["thread_ts"] == answer["thread_ts"] == first["ts"]

    @pytest.mark.parametrize(
        ("text", "more", "mentions"),
        [
            ("<!here>", {}, ["<!here>"]),
            ("<!everyone|all> <!channel>", {}, ["<!everyone|all>", "<!channel>"]),
            ("<!subteam^S0TEAM|@team>", {}, ["<!subteam^S0TEAM|@team>"]),
            ("@here", {}, []),
            ("@here", {"parse": "full"}, ["@here"]),
            ("@channel", {"link_names": True}, ["@channel"]),
            ("someone@hereford.example", {"link_names": True}, []),
            ("&lt;!here&gt; <@U0MIA>", {"link_names": True}, []),
        ],
    )
    def test_who_is_called(self, workspace: Workspace, text: str, more: dict[str, Any], mentions: list[str]) -> None:
        post(workspace, text, **more)
        assert workspace.mass_mentions == mentions


class TestReading:
    @pytest.fixture
    def times(self, workspace: Workspace) -> list[str]:
        return [workspace.write(HELP, MIA, str(number))["ts"] for number in range(5)]

    def read(self, workspace: Workspace, **more: Any) -> dict[str, Any]:
        return workspace.history(Reading(channel=HELP.id, **more))

    def test_pages_lead_to_the_oldest(self, workspace: Workspace, times: list[str]) -> None:
        cursor, found = "", []
        while True:
            page = self.read(workspace, limit=2, cursor=cursor)
            found += [message["ts"] for message in page["messages"]]
            if not page["has_more"]:
                break
            cursor = page["response_metadata"]["next_cursor"]
        assert found == list(reversed(times))
        assert "response_metadata" not in page

    @pytest.mark.parametrize(("limit", "has_more"), [(4, True), (5, False), (999, False)])
    def test_whether_there_is_more(self, workspace: Workspace, times: list[str], limit: int, has_more: bool) -> None:
        assert self.read(workspace, limit=limit)["has_more"] is has_more

    def test_a_thread_is_behind_its_first_message(self, workspace: Workspace, times: list[str]) -> None:
        answers = [post(workspace, str(number), thread_ts=times[1])["ts"] for number in range(2)]
        assert [one["ts"] for one in self.read(workspace)["messages"]] == list(reversed(times))
        replies = workspace.replies(Reading(channel=HELP.id, ts=times[1]))
        assert [one["ts"] for one in replies["messages"]] == [times[1], *answers]

    def test_a_channel_without_messages(self, workspace: Workspace) -> None:
        assert self.read(workspace)["messages"] == []
        with pytest.raises(RefusedCallError) as caught:
            workspace.replies(Reading(channel=HELP.id, ts="1.1"))
        assert code(caught) == "thread_not_found"

    @pytest.mark.parametrize("cursor", ["next", "-1", "1.5"])
    def test_a_cursor_that_is_none(self, workspace: Workspace, times: list[str], cursor: str) -> None:
        with pytest.raises(RefusedCallError) as caught:
            self.read(workspace, cursor=cursor)
        assert code(caught) == "invalid_cursor"


class TestDeleting:
    def test_a_message_without_answers_is_gone(self, workspace: Workspace) -> None:
        message = post(workspace)
        assert workspace.bury(HELP.id, message["ts"]) is None
        assert workspace.remove(HELP.id, message["ts"]) == message
        with pytest.raises(RefusedCallError) as caught:
            workspace.find(HELP.id, message["ts"])
        assert code(caught) == "message_not_found"

    def test_one_with_answers_leaves_a_stone_and_the_answers(self, workspace: Workspace) -> None:
        first = workspace.write(HELP, MIA, "Hi")
        post(workspace, thread_ts=first["ts"])
        buried = workspace.bury(HELP.id, first["ts"])
        assert buried is not None
        assert buried[0]["text"] == "Hi"
        assert (buried[1]["subtype"], buried[1]["reply_count"]) == ("tombstone", 1)
        assert workspace.find(HELP.id, first["ts"])["text"] == "This message was deleted."
        assert len(workspace.replies(Reading(channel=HELP.id, ts=first["ts"]))["messages"]) == 2

    def test_an_answer_itself_leaves_no_stone(self, workspace: Workspace) -> None:
        first = workspace.write(HELP, MIA, "Hi")
        answer = post(workspace, thread_ts=first["ts"])
        assert workspace.bury(HELP.id, answer["ts"]) is None


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (lambda workspace: workspace.room("C0NONE"), "channel_not_found"),
        (lambda workspace: workspace.person("U0NONE"), "user_not_found"),
        (lambda workspace: workspace.file("F0NONE"), "file_not_found"),
        (lambda workspace: workspace.find("C0HELP", "1.1"), "message_not_found"),
        (lambda workspace: workspace.remove("C0NONE", "1.1"), "message_not_found"),
    ],
)
def test_what_is_not_there(workspace: Workspace, look: Any, expected: str) -> None:
    with pytest.raises(RefusedCallError) as caught:
        look(workspace)
    assert caught.value.answer == {"ok": False, "error": expected}


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        (Reading, {}, "channel_not_found"),
        (Reading, {"channel": "C", "limit": 0}, "invalid_limit"),
        (Reading, {"channel": "C", "limit": "many"}, "invalid_limit"),
        (PostMessage, {"channel": "C", "metadata": {"event_type": "", "event_payload": {}}}, "invalid_metadata_format"),
        (PostMessage, {"channel": "C", "metadata": "{}"}, "invalid_metadata_format"),
        (PostMessage, {"channel": "C", "link_names": "perhaps"}, "invalid_arguments"),
    ],
)
def test_arguments_that_are_refused(kind: type[Any], given: dict[str, Any], expected: str) -> None:
    with pytest.raises(RefusedCallError) as caught:
        arguments_of(kind, given)
    assert code(caught) == expected


def test_arguments_that_slack_does_not_know_are_no_matter() -> None:
    assert arguments_of(Reading, {"channel": "C", "limit": "7", "colour": "red"}) == Reading(channel="C", limit=7)


@pytest.mark.parametrize(
    ("is_external", "url", "mode"),
    [(False, "https://files.example/F0/a.txt", "hosted"), (True, "https://drive.example/F0/a.txt", "external")],
)
def test_a_file_says_where_it_lies(is_external: bool, url: str, mode: str) -> None:
    file = StoredFile(id="F0", name="a.txt", mimetype="text/plain", content=b"abc", is_external=is_external)
    shown = file_fields(file, "https://files.example/")
    assert (shown["url_private"], shown["mode"], shown["size"]) == (url, mode, 3)
