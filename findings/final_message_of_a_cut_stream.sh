#!/bin/sh
# anthropic 2.12.0 and openai 3.52.0.
#
# Expected: a stream whose response ends in the middle of the answer, before the event that says so, is an error for
#   whoever asks for its final message.
# Observed: get_final_message() and get_final_completion() return what had arrived, without an error. Only an empty
#   stop_reason or finish_reason tells that half of the answer is missing.
# Seen:
#   anthropic -> 'You may return it' stop_reason=None
#   openai -> 'You may return it' finish_reason=None
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check anthropic==2.12.0 openai==3.52.0
"$folder/venv/bin/python" - > "$folder/seen" 2> "$folder/log" <<'PYTHON' || { cat "$folder/log"; exit 1; }
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import anthropic
import openai

TEXT = "You may return it"
MESSAGE = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None}
ANTHROPIC = [
    {"type": "message_start", "message": {**MESSAGE, "usage": {"input_tokens": 9, "output_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": TEXT}},
]
CHUNK = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
OPENAI = [{**CHUNK, "choices": [{"index": 0, "delta": {"role": "assistant", "content": TEXT}, "finish_reason": None}]}]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        events = ANTHROPIC if self.path.endswith("/messages") else OPENAI
        lines = [f"event: {one.get('type', 'message')}\ndata: {json.dumps(one)}\n\n" for one in events]
        body = "".join(lines).encode()
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
asked = {"model": "m", "messages": [{"role": "user", "content": "May I return it?"}]}

claude = anthropic.Anthropic(api_key="key", base_url=url, max_retries=0)
with claude.messages.stream(max_tokens=99, **asked) as stream:
    message = stream.get_final_message()
print(f"anthropic -> {message.content[0].text!r} stop_reason={message.stop_reason}")

gpt = openai.OpenAI(api_key="key", base_url=f"{url}/v1", max_retries=0)
with gpt.chat.completions.stream(**asked) as stream:
    completion = stream.get_final_completion()
choice = completion.choices[0]
print(f"openai -> {choice.message.content!r} finish_reason={choice.finish_reason}")
server.shutdown()
PYTHON
cat "$folder/seen"
sed -n 's/^#   \(.* -> .*\)/\1/p' "$0" | diff - "$folder/seen"
echo "as described"
