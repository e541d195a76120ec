"""The other system of the channel `http`: replies are posted to it, and it takes each at once."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from embedded.processes import Part

KIND = "http"


@dataclass(frozen=True)
class Vendor:
    """`url` takes replies."""

    url: str

    def known_to(self, part: Part) -> Part:
        own = {
            "HOLDFAST_HTTP_WEBHOOK_SECRET": secrets.token_hex(),
            "HOLDFAST_HTTP_CALLBACK_SECRET": secrets.token_hex(),
            "HOLDFAST_HTTP_CALLBACK_URL": self.url,
        }
        return replace(part, environment={**(part.environment or {}), **own})


@contextmanager
def serving_vendor() -> Iterator[Vendor]:
    """On a free port of this machine, in a thread of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Takes)
    thread = Thread(target=server.serve_forever, name="vendor")
    thread.start()
    try:
        yield Vendor(f"http://127.0.0.1:{server.server_port}/replies")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Takes(BaseHTTPRequestHandler):
    """Looks at nothing: measured is the platform."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""
