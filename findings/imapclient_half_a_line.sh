#!/bin/sh
# IMAPClient 4.1.0.
#
# Expected: idle_check() returns the server's whole lines. Of a line that comes in two pieces it keeps the first piece
#   until the second one is there, as TCP promises nobody whole lines.
# Observed: it ends with an error that makes the connection useless, although the server said nothing wrong and is still
#   talking. What had come before in the same moment is lost with it. idle_check(), by hand or in a loop, is the way that
#   the documentation shows to wait for new mail.
# Seen:
#   in one piece -> [(1, b'EXISTS'), (1, b'FETCH', (b'FLAGS', ()))]
#   in two pieces -> abort: socket error: unterminated line: b'* 1 FETCH '
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check IMAPClient==4.1.0
"$folder/venv/bin/python" - > "$folder/seen" 2> "$folder/log" <<'PYTHON' || { cat "$folder/log"; exit 1; }
import socket
import threading

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError


class Server(threading.Thread):
    """Says that a mail came, and its flags in these pieces: the second one when it is told to go on."""

    def __init__(self, pieces):
        super().__init__(daemon=True)
        self.pieces = pieces
        self.idling, self.go_on = threading.Event(), threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.start()

    def run(self):
        connection, _ = self.listening.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(b"* OK ready\r\n")
        for line in connection.makefile("rb"):
            tag, _, command = line.partition(b" ")
            if command == b"IDLE\r\n":
                connection.sendall(b"+ idling\r\n")
                self.idling.wait()
                connection.sendall(b"* 1 EXISTS\r\n" + self.pieces[0])
                self.go_on.wait()
                connection.sendall(self.pieces[1])
            elif command == b"CAPABILITY\r\n":
                connection.sendall(b"* CAPABILITY IMAP4rev1 IDLE\r\n" + tag + b" OK done\r\n")
            else:
                connection.sendall(tag + b" OK done\r\n")


def waited(*pieces):
    server = Server(pieces)
    client = IMAPClient("127.0.0.1", server.listening.getsockname()[1], ssl=False, timeout=10)
    client.login("ada", "secret")
    client.idle()
    server.idling.set()
    try:
        return str(client.idle_check(timeout=10))
    except IMAPClientAbortError as error:
        return f"abort: {error}"
    finally:
        server.go_on.set()


print("in one piece ->", waited(b"* 1 FETCH (FLAGS ())\r\n", b""))
print("in two pieces ->", waited(b"* 1 FETCH ", b"(FLAGS ())\r\n"))
PYTHON
cat "$folder/seen"
sed -n 's/^#   \(in .* -> .*\)/\1/p' "$0" | diff - "$folder/seen"
echo "as described"
