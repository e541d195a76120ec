"""What Prometheus sees of the gateway. Labels are kinds, never ids."""

from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.backlog import BacklogMetrics
from gateway.measures import MeasureMetrics

ACKNOWLEDGEMENT_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0)


class GatewayMetrics:
    """One registry per application, so that several may live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.acknowledgement_seconds = Histogram(
            "holdfast_acknowledgement_seconds",
            "From a customer's message received to durably accepted by Temporal.",
            buckets=ACKNOWLEDGEMENT_BUCKETS,
            registry=self.registry,
        )
        self.messages_received = Counter(
            "holdfast_messages_received", "Customer messages durably accepted.", ["channel"], registry=self.registry
        )
        self.webhooks = Counter(
            "holdfast_webhooks",
            "What vendors posted: new, repeated, forged, unreadable.",
            ["channel", "result"],
            registry=self.registry,
        )
        self.refused = Counter(
            "holdfast_refused", "Frames and requests refused, by problem type.", ["problem"], registry=self.registry
        )
        self.signals_failed = Counter(
            "holdfast_signals_failed", "Signals that Temporal did not accept.", ["signal"], registry=self.registry
        )
        self.unknown_events = Gauge(
            "holdfast_events_of_unknown_kind",
            "Events that wait in the inbox for a gateway of a newer version, by kind.",
            ["kind"],
            registry=self.registry,
        )
        self.open_sockets = Gauge("holdfast_open_sockets", "Open chat connections.", registry=self.registry)
        self.open_streams = Gauge("holdfast_open_streams", "Open live streams of people.", registry=self.registry)
        self.messages_pushed = Counter(
            "holdfast_messages_pushed", "Transcript messages pushed to browsers.", registry=self.registry
        )
        self.vendor_up = Gauge(
            "holdfast_vendor_up", "1 when a vendor answers, 0 when not.", ["vendor"], registry=self.registry
        )
        self.quarantined = Gauge(
            "holdfast_quarantined",
            "What came in and made no message, until a person has it taken in.",
            ["channel", "kind"],
            registry=self.registry,
        )
        self.backlog = BacklogMetrics(self.registry)
        self.measures = MeasureMetrics(self.registry)
        self.request_seconds = Histogram(
            "holdfast_http_request_seconds",
            "How long HTTP answers took to begin, by route and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )


class MeasureRequests:
    """ASGI middleware: how long each route takes to answer. Unknown addresses count under one name.

    A stream goes on for hours after that.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, answered = perf_counter(), False

        def measure(status: int) -> None:
            nonlocal answered
            answered = True
            route = getattr(scope.get("route"), "path", "other")
            metrics: GatewayMetrics = scope["app"].state.services.metrics
            metrics.request_seconds.labels(scope["method"], route, str(status)).observe(perf_counter() - started)

        async def send_measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                measure(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, send_measured)
        finally:
            if not answered:
                measure(500)
