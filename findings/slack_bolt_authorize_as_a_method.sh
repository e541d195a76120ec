#!/bin/sh
# slack-bolt 1.30.0.
#
# Expected: the async app takes as `authorize` whatever can be called with the documented names: a function, and a method
#   of an object that keeps the tokens just as well. Python binds `self` by itself.
# Observed: for a method, Bolt looks at the names of its parameters and fills in `self` too, so `self` comes twice. The
#   app starts without a word; the first request, whatever it is, is answered with 500. A plain function that calls the
#   method works.
# Seen:
#   a function -> 200
#   a method -> 500, TypeError: Desk.authorize() got multiple values for argument 'self'
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check slack-bolt==1.30.0 aiohttp==3.14.5
"$folder/venv/bin/python" - > "$folder/seen" 2> "$folder/log" <<'PYTHON' || { cat "$folder/log"; exit 1; }
import asyncio
import json
import logging

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest

CLICK = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U1"},
    "actions": [{"type": "button", "action_id": "approve", "block_id": "decisions"}],
}
logging.disable(logging.CRITICAL)


class Desk:
    async def authorize(self, enterprise_id, team_id, user_id):
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-1", bot_id="B1")


async def authorize(enterprise_id, team_id, user_id):
    return await Desk().authorize(enterprise_id, team_id, user_id)


async def answer_to_a_click(authorize):
    # The signature is not what this is about.
    app = AsyncApp(signing_secret="unused", authorize=authorize, request_verification_enabled=False)
    raised = []

    @app.action("approve")
    async def approve(ack):
        await ack()

    @app.error
    async def keep(error):
        raised.append(f", {type(error).__name__}: {error}")

    request = AsyncBoltRequest(body=json.dumps(CLICK), headers={"content-type": ["application/json"]})
    response = await app.async_dispatch(request)
    return f"{response.status}{''.join(raised)}"


async def main():
    print("a function ->", await answer_to_a_click(authorize))
    print("a method ->", await answer_to_a_click(Desk().authorize))


asyncio.run(main())
PYTHON
cat "$folder/seen"
sed -n 's/^#   \(a .* -> .*\)/\1/p' "$0" | diff - "$folder/seen"
echo "as described"
