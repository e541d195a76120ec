"""The frame of the stand-ins: journal, faults, webhooks, control routes."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from sandbox.frame import Fault, Faults, Journal, StandIn, Webhooks, WebhookTrouble, shown_body
from sandbox.serving import serving


class Shop(StandIn):
    """Remembers what was ordered."""

    def __init__(self) -> None:
        super().__init__("shop")
        self.orders: list[str] = []

    def reset(self) -> None:
        self.orders.clear()

    def app(self) -> FastAPI:
        app = super().app()

        @app.post("/orders")
        async def order(request: Request) -> dict[str, int]:
            self.orders.append((await request.body()).decode())
            return {"number": len(self.orders)}

        @app.get("/stream")
        async def stream() -> StreamingResponse:
            async def parts() -> AsyncIterator[str]:
                yield "first part, "
                yield "second part"

            return StreamingResponse(parts())

        return app


@contextmanager
def opened() -> Iterator[tuple[Shop, httpx.Client]]:
    shop = Shop()
    with serving(shop.app()) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield shop, client


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Shop, httpx.Client]]:
    with opened() as shop_and_client:
        yield shop_and_client


@pytest.fixture
def shop(running: tuple[Shop, httpx.Client]) -> Shop:
    running[0].restart()
    return running[0]


@pytest.fixture
def client(shop: Shop, running: tuple[Shop, httpx.Client]) -> httpx.Client:
    return running[1]


class TestJournal:
    def test_shows_what_was_asked_and_answered(self, client: httpx.Client) -> None:
        client.post("/orders?fast=1", content="tea")
        client.get("/nowhere")
        first, second = client.get("/sandbox/journal").json()
        assert (first["direction"], first["what"]) == ("received", "POST /orders?fast=1")
        assert first["detail"] == {"body": "tea", "status": 200, "answer": '{"number":1}'}
        assert second["detail"]["status"] == 404
        assert client.get("/sandbox/journal", params={"after": first["number"]}).json() == [second]

    def test_keeps_no_headers_and_shortens_bodies(self, client: httpx.Client) -> None:
        client.post("/orders", content="x" * 50_000, headers={"Authorization": "Bearer secret"})
        entry = client.get("/sandbox/journal").json()[0]
        assert "secret" not in str(entry)
        assert len(entry["detail"]["body"]) == 20_001


class TestFaults:
    def test_a_failure_is_met_so_often(self, shop: Shop, client: httpx.Client) -> None:
        shop.faults.add(Fault(kind="fail", path="^/orders", times=2, status=429, headers={"Retry-After": "5"}))
        assert client.get("/stream").status_code == 200
        refused = client.post("/orders", content="tea")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
        assert [client.post("/orders", content="tea").status_code for _ in range(2)] == [429, 200]
        assert shop.orders == ["tea"]
        assert shop.journal.entries[1].detail["fault"] == "fail"

    def test_a_cut_connection(self, shop: Shop, client: httpx.Client) -> None:
        shop.faults.add(Fault(kind="cut"))
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            client.post("/orders", content="tea")
        assert shop.orders == []

    def test_an_answer_that_is_lost_after_the_work_was_done(self, shop: Shop, client: httpx.Client) -> None:
        shop.faults.add(Fault(kind="cut", handled=True))
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            client.post("/orders", content="tea")
        assert shop.orders == ["tea"]

    def test_a_stream_that_ends_in_the_middle(self, shop: Shop, client: httpx.Client) -> None:
        shop.faults.add(Fault(kind="cut", handled=True))
        with client.stream("GET", "/stream") as response:
            parts = response.iter_raw()
            assert next(parts) == b"first "
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                list(parts)

    def test_a_late_answer(self, shop: Shop, client: httpx.Client) -> None:
        shop.faults.add(Fault(kind="delay", seconds=60))
        with pytest.raises(httpx.ReadTimeout):
            client.post("/orders", content="tea", timeout=0.2)

    async def test_an_outage_lasts_for_its_time(self) -> None:
        now = 100.0
        faults = Faults(clock=lambda: now)
        faults.add(Fault(kind="fail", lasting_seconds=30))
        assert [bool(await faults.meet("/any")) for _ in range(3)] == [True, True, True]
        now = 125
        assert faults.shown()[0]["left"] == 5
        now = 130
        assert await faults.meet("/any") is None
        assert faults.shown() == []

    def test_faults_are_added_shown_and_cleared_over_http(self, client: httpx.Client) -> None:
        added = client.post("/sandbox/faults", json=[{"kind": "fail", "status": 500, "times": 3}]).json()
        client.get("/stream")
        shown = client.get("/sandbox/faults").json()
        assert [added["faults"][0]["left"], shown["faults"][0]["left"]] == [3, 2]
        assert client.delete("/sandbox/faults").json()["faults"] == []
        assert client.get("/stream").status_code == 200

    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "explodes"},
            {"kind": "fail", "status": 200},
            {"kind": "cut", "n": 1},
            {"kind": "cut", "path": "("},
            {"kind": "cut", "times": 0},
            {"kind": "delay", "seconds": -1},
            {"kind": "fail", "lasting_seconds": 0},
        ],
    )
    def test_unknown_faults_are_refused(self, client: httpx.Client, fault: dict[str, Any]) -> None:
        assert client.post("/sandbox/faults", json=[{"kind": "fail"}, fault]).status_code == 422
        assert client.post("/orders", content="tea").status_code == 200

    async def test_the_first_fault_that_fits_is_met_and_the_others_wait(self) -> None:
        faults = Faults()
        faults.add(Fault(kind="fail", path="^/a"), Fault(kind="cut"), Fault(kind="delay"))
        met = [
            fault.kind if fault else None for fault in [await faults.meet(path) for path in ("/b", "/a", "/a", "/a")]
        ]
        assert met == ["cut", "fail", "delay", None]

    async def test_clear_takes_back_what_is_not_met_yet(self) -> None:
        faults = Faults()
        faults.add(Fault(kind="fail", times=5))
        await faults.meet("/")
        faults.clear()
        assert await faults.meet("/") is None

    def test_control_routes_meet_no_faults_and_stand_in_no_journal(self, shop: Shop, client: httpx.Client) -> None:
        shop.faults.add(Fault(kind="fail", times=9))
        assert client.get("/sandbox/faults").status_code == 200
        assert client.get("/sandbox/journal").json() == []

    def test_reset_forgets_everything(self, shop: Shop, client: httpx.Client) -> None:
        client.post("/orders", content="tea")
        shop.faults.add(Fault(kind="cut"))
        shop.webhooks.duplicate = 2
        assert client.post("/sandbox/reset").json()["faults"] == []
        assert (shop.orders, list(shop.journal.entries), shop.webhooks.duplicate) == ([], [], 0)


class Product:
    """Takes webhooks; refuses the first ones with these statuses."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.refusals: list[int] = []

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/webhooks/shop")
        async def take(request: Request) -> Response:
            self.heard.append(((await request.body()).decode(), request.headers.get("x-retry", "")))
            return Response("thanks", self.refusals.pop(0) if self.refusals else 200)

        return app


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Product, str]]:
    product = Product()
    with serving(product.app()) as address:
        yield product, f"{address}/webhooks/shop"


@pytest.fixture
def product(served: tuple[Product, str]) -> Product:
    served[0].heard, served[0].refusals = [], []
    return served[0]


@pytest.fixture
def url(served: tuple[Product, str]) -> str:
    return served[1]


def webhooks(attempts: int = 3) -> Webhooks:
    return Webhooks(
        Journal(), attempts=attempts, retry_headers=lambda attempt, status: {"X-Retry": f"{attempt} {status}"}
    )


class TestWebhooks:
    async def test_what_is_refused_comes_again(self, product: Product, url: str) -> None:
        product.refusals = [500, 503]
        vendor = webhooks()
        assert await vendor.post(url, b"1", {}) == 200
        assert product.heard == [("1", ""), ("1", "2 500"), ("1", "3 503")]
        assert [entry.detail["status"] for entry in vendor.journal.entries] == [500, 503, 200]

    async def test_until_the_attempts_are_used_up(self, product: Product, url: str) -> None:
        product.refusals = [500] * 5
        assert await webhooks(attempts=2).post(url, b"1", {}) == 500
        assert len(product.heard) == 2

    async def test_a_product_that_is_down(self) -> None:
        with serving(FastAPI()) as address:
            pass
        vendor = webhooks(attempts=2)
        assert await vendor.post(address, b"1", {}) == 0
        assert [entry.detail["status"] for entry in vendor.journal.entries] == [0, 0]

    async def test_duplicates(self, product: Product, url: str) -> None:
        vendor = webhooks()
        vendor.duplicate = 2
        await vendor.post(url, b"1", {})
        assert [body for body, _ in product.heard] == ["1", "1", "1"]

    async def test_every_second_one_overtakes_the_one_before(self, product: Product, url: str) -> None:
        vendor = webhooks()
        vendor.reorder = True
        for body in (b"1", b"2", b"3"):
            await vendor.post(url, body, {})
        assert [body for body, _ in product.heard] == ["2", "1"]
        await vendor.release()
        assert [body for body, _ in product.heard] == ["2", "1", "3"]

    async def test_a_pause_of_its_own_lies_before_each_attempt(self, product: Product, url: str) -> None:
        product.refusals = [500] * 3
        vendor = Webhooks(Journal(), attempts=4, pauses_seconds=(0, 0.001))
        assert await vendor.post(url, b"1", {}) == 200
        assert [entry.detail["attempt"] for entry in vendor.journal.entries] == [1, 2, 3, 4]

    async def test_what_the_vendor_takes_for_an_answer_is_not_tried_again(self, product: Product, url: str) -> None:
        product.refusals = [404]
        vendor = Webhooks(Journal(), attempts=3, is_retried=lambda status: status in {0, 503})
        assert await vendor.post(url, b"1", {}) == 404
        assert len(product.heard) == 1

    async def test_taking_the_trouble_back_posts_what_was_held(self, product: Product, url: str) -> None:
        stand_in = Shop()
        with serving(stand_in.app()) as address:
            stand_in.webhooks.trouble(WebhookTrouble(reorder=True))
            await stand_in.webhooks.post(url, b"1", {})
            assert product.heard == []
            async with httpx.AsyncClient(trust_env=False) as client:
                await client.put(f"{address}/sandbox/webhooks", json={})
        assert [body for body, _ in product.heard] == ["1"]

    async def test_a_restart_forgets_what_was_held(self, product: Product, url: str) -> None:
        stand_in = Shop()
        stand_in.webhooks.trouble(WebhookTrouble(reorder=True))
        await stand_in.webhooks.post(url, b"1", {})
        stand_in.restart()
        await stand_in.webhooks.release()
        assert product.heard == []

    async def test_lost_ones(self, product: Product, url: str) -> None:
        vendor = webhooks()
        vendor.trouble(WebhookTrouble(lose=True))
        assert await vendor.post(url, b"1", {}) == 0
        assert product.heard == []
        assert vendor.journal.entries[0].what.endswith("(lost)")

    async def test_the_answer_is_handed_back_where_the_vendor_acts_upon_it(self, product: Product, url: str) -> None:
        answer = await webhooks().ask(url, b"1", {})
        assert answer is not None
        assert answer.text == "thanks"

    def test_trouble_over_http(self, shop: Shop, client: httpx.Client) -> None:
        shown = client.put("/sandbox/webhooks", json={"duplicate": 1, "reorder": True}).json()["webhooks"]
        assert shown == {"duplicate": 1, "reorder": True, "lose": False, "delay_seconds": 0}
        assert client.delete("/sandbox/faults").json()["webhooks"]["duplicate"] == 0

    @pytest.mark.parametrize("trouble", [{"duplicate": 11}, {"duplicate": -1}, {"delay_seconds": -1}, {"loose": True}])
    def test_unknown_trouble_is_refused(self, shop: Shop, client: httpx.Client, trouble: dict[str, Any]) -> None:
        assert client.put("/sandbox/webhooks", json=trouble).status_code == 422
        assert shop.webhooks.shown() == WebhookTrouble().model_dump()


class TestRestart:
    def test_what_it_is_furnished_with_stands_there_again(self, shop: Shop, client: httpx.Client) -> None:
        shop.furnish = lambda: shop.orders.append("the first")
        client.post("/orders", content="tea")
        client.post("/sandbox/reset").raise_for_status()
        shop.furnish = lambda: None
        assert shop.orders == ["the first"]

    def test_numbers_of_entries_go_on(self, client: httpx.Client) -> None:
        client.post("/orders", content="tea")
        before = client.get("/sandbox/journal").json()[-1]["number"]
        client.post("/sandbox/reset").raise_for_status()
        client.post("/orders", content="tea")
        (entry,) = client.get("/sandbox/journal").json()
        assert entry["number"] > before

    def test_only_so_many_entries_are_remembered(self) -> None:
        journal = Journal()
        for number in range(1001):
            journal.note("sent", str(number))
        assert (len(journal.entries), journal.entries[0].what, journal.entries[-1].number) == (1000, "1", 1001)


@pytest.mark.parametrize(
    ("body", "shown"),
    [(b"", ""), ("grün".encode(), "grün"), (b"\xff", "\ufffd"), (b"x" * 20_000, "x" * 20_000)],
)
def test_bodies_are_shown_as_text(body: bytes, shown: str) -> None:
    assert shown_body(body) == shown
    assert shown_body(b"x" * 20_001).endswith("x…")
