#!/bin/sh
# FastAPI 0.165.0.
#
# Expected: a route may name any subclass of Starlette's Response as its `response_class`. One whose constructor fixes the
#   status itself, and so has no parameter `status_code`, is described with 200, as it is answered.
# Observed: the route answers, but the OpenAPI document of the whole application cannot be made any more: /openapi.json, and
#   with it /docs, fail for every route. The error names a local variable of FastAPI and neither the route nor the class.
#   With `status_code=200` at the route, all is well.
# Seen:
#   the route -> 200
#   the document -> UnboundLocalError
#   the document, with a status at the route -> made
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check fastapi==0.165.0 httpx==0.28.1
"$folder/venv/bin/python" - > "$folder/seen" 2> "$folder/log" <<'PYTHON' || { cat "$folder/log"; exit 1; }
import asyncio

import httpx
from fastapi import FastAPI
from starlette.responses import Response


class Events(Response):
    media_type = "text/event-stream"

    def __init__(self, content):
        super().__init__(content)


def application(**options):
    app = FastAPI()

    @app.get("/live", response_class=Events, **options)
    async def live():
        return Events("data: 1\n\n")

    return app


async def status_of(app, path):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as http:
        return (await http.get(path)).status_code


def document_of(app):
    try:
        app.openapi()
    except Exception as error:
        return type(error).__name__
    return "made"


print("the route ->", asyncio.run(status_of(application(), "/live")))
print("the document ->", document_of(application()))
print("the document, with a status at the route ->", document_of(application(status_code=200)))
PYTHON
cat "$folder/seen"
sed -n 's/^#   \(the .* -> .*\)/\1/p' "$0" | diff - "$folder/seen"
echo "as described"
