"""How commands talk to a gateway, whatever answers: a made-up one, a proxy's page, nobody."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, Field
from typer.testing import CliRunner

from cli.gateway_client import GatewayClient, GatewayError, api_key, body_of, gateway_url, is_here
from cli.main import app
from config.settings import Settings
from domain.errors import InvalidInputError
from sandbox.serving import serving

runner = CliRunner()


class Answering:
    """A gateway that says `answer` to everything, and keeps what it was asked."""

    def __init__(self) -> None:
        self.address = ""
        self.answer = Response("[]", media_type="application/json")
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []

    def app(self) -> FastAPI:
        app = FastAPI(openapi_url=None)

        @app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
        async def say(request: Request) -> Response:
            url = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            self.asked.append((request.method, url, dict(request.headers), await request.body()))
            return self.answer

        return app

    def says(self, content: object, status: int = 200) -> None:
        self.answer = Response(json.dumps(content), status, media_type="application/json")

    def run(self, *arguments: str) -> tuple[int, str]:
        """A command of the command line against this gateway: its exit code and what it printed."""
        asked = [*arguments, "--url", self.address, "--key", "hf_key"]
        result = runner.invoke(app, asked, env={"COLUMNS": "200"})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output.strip()


@pytest.fixture(scope="module")
def served() -> Iterator[Answering]:
    answering = Answering()
    with serving(answering.app()) as answering.address:
        yield answering


@pytest.fixture
def gateway(served: Answering) -> Answering:
    served.asked.clear()
    served.says([])
    return served


class TestWhere:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(home=tmp_path, gateway_host="10.0.0.7", gateway_port=8081)

    def test_the_address_given_comes_first(self, settings: Settings) -> None:
        (settings.home / "endpoints.json").write_text('{"gateway": "http://running:1"}')
        assert gateway_url(settings, "https://given.example/") == "https://given.example"

    def test_then_that_of_the_platform_that_runs(self, settings: Settings) -> None:
        (settings.home / "endpoints.json").write_text('{"gateway": "http://running:1/", "temporal_ui": null}')
        assert gateway_url(settings, None) == "http://running:1"

    @pytest.mark.parametrize("content", ["", "{", "{}", "[]", '{"gateway": 7}'])
    def test_a_file_that_says_nothing_is_passed_over(self, settings: Settings, content: str) -> None:
        (settings.home / "endpoints.json").write_text(content)
        assert gateway_url(settings, "") == "http://10.0.0.7:8081"

    def test_the_key_given_or_the_operators(self, tmp_path: Path) -> None:
        with pytest.raises(GatewayError, match="make up"):
            api_key(tmp_path, None)
        (tmp_path / "api_key").write_text("hf_operator\n")
        assert api_key(tmp_path, None) == "hf_operator"
        assert api_key(tmp_path, "hf_given") == "hf_given"

    @pytest.mark.parametrize(
        ("url", "here"),
        [
            ("http://127.0.0.1:8080", True),
            ("http://localhost", True),
            ("http://[::1]:8080", True),
            ("http://127.0.0.1.evil.example", False),
            ("https://holdfast.example", False),
            ("nonsense", False),
        ],
    )
    def test_this_machine_needs_no_proxy(self, url: str, here: bool) -> None:
        assert is_here(url) is here

    @pytest.mark.parametrize("key", ["hf_ä", "hf_\n", "hf_\x00", "hf_\u200b"])
    def test_a_key_that_cannot_be_one_is_not_sent(self, gateway: Answering, key: str) -> None:
        with pytest.raises(GatewayError, match="Copy it again"):
            GatewayClient(gateway.address, key)
        assert gateway.asked == []


class TestRequests:
    def test_the_key_travels_as_a_bearer_token(self, gateway: Answering) -> None:
        GatewayClient(gateway.address, "hf_key").get("/v1/approvals", state="open", limit=5)
        ((method, url, headers, _),) = gateway.asked
        assert (method, url, headers["authorization"]) == ("GET", "/v1/approvals?state=open&limit=5", "Bearer hf_key")
        GatewayClient(gateway.address).get("/readyz")
        assert "authorization" not in gateway.asked[1][2]

    def test_what_was_not_given_is_not_sent(self, gateway: Answering) -> None:
        class Body(BaseModel):
            text: str
            note: str | None = None

        GatewayClient(gateway.address).post("/v1/x", Body(text="grün"))
        assert json.loads(gateway.asked[0][3]) == {"text": "grün"}
        assert gateway.asked[0][2]["content-type"] == "application/json"
        GatewayClient(gateway.address).post("/v1/x")
        assert gateway.asked[1][3] == b""


class TestAnswers:
    @pytest.mark.parametrize(
        ("content", "status", "told"),
        [
            ({"detail": "There is no such approval."}, 404, "There is no such approval."),
            ({"title": "Conflict"}, 409, "Conflict"),
            ({"detail": "Decided.", "decided_by": "bo", "decided_at": "noon"}, 409, "Decided. Decided by bo at noon."),
            ({}, 500, "500"),
            ([], 502, "The gateway answered 502. Look into its log."),
            ("Bad gateway", 502, "The gateway answered 502. Look into its log."),
            (None, 503, "The gateway answered 503. Look into its log."),
        ],
    )
    def test_a_refusal_is_told(self, gateway: Answering, content: Any, status: int, told: str) -> None:
        gateway.says(content, status)
        assert gateway.run("approvals", "list") == (1, told)

    @pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"", b"\xff\xfe"])
    def test_a_proxys_error_page_is_told_by_its_status(self, gateway: Answering, body: bytes) -> None:
        gateway.answer = Response(body, 502, media_type="text/html")
        assert gateway.run("vendors") == (1, "The gateway answered 502. Look into its log.")

    @pytest.mark.parametrize(
        ("status", "media_type", "headers"),
        [(200, "text/html", {}), (302, "text/html", {"Location": "/login"}), (204, None, {})],
    )
    def test_what_is_no_gateway_is_not_read(
        self, gateway: Answering, status: int, media_type: str | None, headers: dict[str, str]
    ) -> None:
        gateway.answer = Response("" if status == 204 else "<html>", status, headers, media_type=media_type)
        for command in (("approvals", "list"), ("conversations", "list"), ("vendors",)):
            code, told = gateway.run(*command)
            assert code == 1
            assert told.startswith("Something that is no gateway of Holdfast answers at http://127.0.0.1:")

    def test_nobody_there_is_told_with_the_address(self) -> None:
        with serving(FastAPI()) as address:
            pass
        result = runner.invoke(app, ["vendors", "--url", address, "--key", "hf_x"], env={"COLUMNS": "200"})
        assert (result.exit_code, result.output.strip()) == (
            1,
            f"No gateway answers at {address}. Start it with `make up`, or say with --url where it runs.",
        )

    @pytest.mark.parametrize("url", ["holdfast.example", "ftp://holdfast.example", "http://"])
    def test_an_address_without_a_protocol_reaches_nobody(self, url: str) -> None:
        with pytest.raises(GatewayError, match="No gateway answers at"):
            GatewayClient(url).get("/v1/vendors")


class TestBodies:
    class Asked(BaseModel):
        id: str = Field(pattern="^[a-z]+$")
        text: str = Field("", max_length=3)

    def test_every_mistake_is_told_without_the_value(self) -> None:
        with pytest.raises(InvalidInputError) as caught:
            body_of(self.Asked, id="secret value", text="long secret")
        told = str(caught.value)
        assert told.startswith("id: is not written like one; text: String should have at most 3 characters")
        assert "secret" not in told

    def test_a_value_that_is_possible(self) -> None:
        assert body_of(self.Asked, id="abc").id == "abc"


class TestCommands:
    @pytest.mark.parametrize(
        ("arguments", "method", "url"),
        [
            (("approvals", "list"), "GET", "/v1/approvals?state=open"),
            (("approvals", "list", "--all"), "GET", "/v1/approvals"),
            (("approvals", "list", "--state", "stale"), "GET", "/v1/approvals?state=stale"),
            (("conversations", "list"), "GET", "/v1/conversations?limit=50"),
            (
                ("conversations", "list", "--status", "snoozed", "--limit", "200"),
                "GET",
                "/v1/conversations?limit=200&status=snoozed",
            ),
            (("vendors",), "GET", "/v1/vendors"),
        ],
    )
    def test_a_list_asks_for_no_more_than_was_wanted(
        self, gateway: Answering, arguments: tuple[str, ...], method: str, url: str
    ) -> None:
        assert gateway.run(*arguments)[0] == 0
        assert [(asked[0], asked[1]) for asked in gateway.asked] == [(method, url)]

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("approvals", "list"), "Nothing waits for a decision."),
            (("approvals", "list", "--all"), "There are no approvals."),
            (("approvals", "list", "--all", "--state", "stale"), "There are no approvals."),
            (("approvals", "list", "--state", "stale"), "No approval is stale."),
            (("conversations", "list"), "There is no conversation yet."),
            (("conversations", "list", "--status", "snoozed"), "No conversation is snoozed."),
            (("vendors",), "No vendor has been called yet."),
        ],
    )
    def test_an_empty_list_says_so(self, gateway: Answering, arguments: tuple[str, ...], told: str) -> None:
        assert gateway.run(*arguments) == (0, told)

    @pytest.mark.parametrize(
        "arguments",
        [
            ("conversations", "list", "--limit", "0"),
            ("conversations", "list", "--limit", "201"),
            ("conversations", "list", "--status", "lost"),
            ("approvals", "list", "--state", "lost"),
            ("approvals", "decide", "ap-1", "--approve", "--reassign", "bo"),
        ],
    )
    def test_wrong_use_is_told_before_anything_is_asked(self, gateway: Answering, arguments: tuple[str, ...]) -> None:
        assert gateway.run(*arguments)[0] == 2
        assert gateway.asked == []

    @pytest.mark.parametrize(
        ("arguments", "path", "body"),
        [
            (("approvals", "decide", "ap-1", "--approve"), "approvals/ap-1/decisions", {"action": "approve"}),
            (
                ("approvals", "decide", "ap-1", "--edit", "Better.", "--digest", "d1"),
                "approvals/ap-1/decisions",
                {"action": "edit", "text": "Better.", "digest": "d1"},
            ),
            (
                ("approvals", "decide", "ap-1", "--reject", "Too short"),
                "approvals/ap-1/decisions",
                {"action": "reject", "reason": "Too short"},
            ),
            (
                ("approvals", "decide", "ap-1", "--reassign", "bo"),
                "approvals/ap-1/decisions",
                {"action": "reassign", "assignee": "bo"},
            ),
            (("approvals", "take-over", "cv-1", "--note", "mine"), "conversations/cv-1/take-over", {"note": "mine"}),
            (("approvals", "hand-back", "cv-1"), "conversations/cv-1/hand-back", {"instruction": ""}),
            (("conversations", "reply", "cv-1", "Hello"), "conversations/cv-1/replies", {"text": "Hello"}),
            (("conversations", "resolve", "cv-1"), "conversations/cv-1/resolve", {"note": ""}),
        ],
    )
    def test_what_a_person_asks_without_a_worker_is_kept(
        self, gateway: Answering, arguments: tuple[str, ...], path: str, body: dict[str, str]
    ) -> None:
        gateway.says({"request_id": "rq_1", "state": "accepted", "effect": None})
        code, told = gateway.run(*arguments)
        ((method, url, _, content),) = gateway.asked
        sent = json.loads(content)
        assert (code, method, url) == (0, "POST", f"/v1/{path}")
        assert told.startswith("Accepted as rq_1. No worker is there: it ")
        assert body.items() <= sent.items()
        assert sent["request_id"].startswith("rq_")

    @pytest.mark.parametrize(
        ("effect", "told"),
        [
            ("send", "The reply has been sent."),
            ("wait_for_more", "Noted. Another approver is needed before it is sent."),
            ("reassign", "Somebody else is asked now."),
            ("snooze", "Its reminders wait. It can be decided all the same."),
            ("revoke", "Called back: nothing was sent, and the draft waits for a decision again."),
            ("something_newer", "Done."),
        ],
    )
    def test_what_came_of_a_decision(self, gateway: Answering, effect: str, told: str) -> None:
        gateway.says({"request_id": "rq_1", "state": "applied", "effect": effect})
        assert gateway.run("approvals", "decide", "ap-1", "--approve") == (0, told)


MONDAY = "2026-12-07T08:00:00Z"
MOVED = {"approval_id": "ap-1", "request_id": "r", "state": "applied", "effect": "reassign"}
REFUSED = {
    "approval_id": "ap-2", "request_id": "r", "state": "refused",
    "problem": {"type": "/docs#problem-conflict", "title": "No", "status": 409, "detail": "ben is away."},
}  # fmt: skip


class TestAssigning:
    @pytest.mark.parametrize(
        ("arguments", "body"),
        [
            (("--answer", "I looked."), {"action": "answer", "text": "I looked."}),
            (("--snooze", MONDAY), {"action": "snooze", "until": MONDAY}),
            (("--give-back",), {"action": "give_back"}),
            (("--revoke",), {"action": "revoke"}),
        ],
    )
    def test_every_decision_is_sent_as_asked(
        self, gateway: Answering, arguments: tuple[str, ...], body: dict[str, str]
    ) -> None:
        gateway.says({"request_id": "rq_1", "state": "applied", "effect": "something_newer"})
        assert gateway.run("approvals", "decide", "ap-1", *arguments) == (0, "Done.")
        ((method, url, _, content),) = gateway.asked
        assert (method, url) == ("POST", "/v1/approvals/ap-1/decisions")
        assert body.items() <= json.loads(content).items()

    def test_a_snooze_without_a_zone_is_no_time(self, gateway: Answering) -> None:
        code, told = gateway.run("approvals", "decide", "ap-1", "--snooze", "2026-12-07T08:00")
        assert (code, told, gateway.asked) == (1, "until: Input should have timezone info.", [])

    def test_several_are_reassigned_and_what_came_to_nothing_is_said(self, gateway: Answering) -> None:
        gateway.says([MOVED, REFUSED])
        code, told = gateway.run("approvals", "reassign", "ap-1", "ap-2", "--to", "ben")
        ((method, url, _, content),) = gateway.asked
        assert (code, method, url) == (1, "POST", "/v1/approvals/reassign")
        assert json.loads(content).items() >= {"assignee": "ben", "approval_ids": ["ap-1", "ap-2"]}.items()
        lines = [line.strip() for line in told.splitlines()]
        assert lines == [
            "ap-1  applied", "ben is asked now.", "ap-2  refused", "ben is away.", "1 of 2 came to nothing.",
        ]  # fmt: skip

    def test_all_of_a_person_are_reassigned(self, gateway: Answering) -> None:
        code, told = gateway.run("approvals", "reassign", "--from", "anna", "--to", "ben")
        assert (code, told) == (0, "Nothing waits for this person.")
        assert json.loads(gateway.asked[0][3]).items() >= {"assignee": "ben", "from_person": "anna"}.items()

    def test_who_is_away_and_back(self, gateway: Answering) -> None:
        gateway.says({"absence": {"person_id": "anna", "until": MONDAY}, "moved": [MOVED]})
        code, told = gateway.run("approvals", "away", "anna", "--until", MONDAY)
        assert (code, gateway.asked[0][:2]) == (0, ("PUT", "/v1/people/anna/away"))
        assert told.splitlines()[0] == "anna is away until 2026-12-07 08:00 UTC."
        gateway.says({"person_id": "anna", "was_away": True})
        assert gateway.run("approvals", "back", "anna") == (0, "anna is back.")
        gateway.says([{"person_id": "anna", "until": MONDAY, "deputy": "ben"}])
        assert gateway.run("approvals", "absent") == (0, "anna  until 2026-12-07 08:00 UTC · ben stands in")
        gateway.says([])
        assert gateway.run("approvals", "absent") == (0, "Nobody is away.")
        assert gateway.run("approvals", "like", "ap-1") == (0, "No other that is open is like it.")


def test_a_redirect_is_not_followed_with_the_key(gateway: Answering) -> None:
    """The key is for the address that was named."""
    gateway.answer = Response("", 307, {"Location": "/elsewhere"})
    with pytest.raises(GatewayError):
        GatewayClient(gateway.address, "hf_key").get("/v1/vendors")
    assert len(gateway.asked) == 1
