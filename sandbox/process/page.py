"""The sandbox's page: what each vendor received and sent, faults by a click, and customers to play."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Query
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.trustedhost import TrustedHostMiddleware

from sandbox.process.vendor import Action, Channel, Vendor

STATIC = Path(__file__).parent.parent / "static"
MAX_LINES = 60
ANSWER_WITHIN_SECONDS = 1.0


class Page:
    """The page's state. `run` changes with every start of the sandbox, so that open pages load themselves anew."""

    def __init__(self, vendors: Sequence[Vendor], addresses: Mapping[str, Sequence[str]], holdfast: str) -> None:
        self.run = secrets.token_hex(4)
        self.vendors = vendors
        self.addresses = addresses
        self.holdfast = holdfast
        self.channels = {channel.name: channel for vendor in vendors for channel in vendor.channels()}
        self.running_actions: set[asyncio.Task[object]] = set()

    async def state(self, seen: list[int] = Query([])) -> dict[str, Any]:  # noqa: B008
        """All that the page shows; of the journals what is newer than the number `seen` of each vendor."""
        newest = [*seen, *[0] * len(self.vendors)]
        return {
            "run": self.run,
            "holdfast": self.holdfast,
            "vendors": [self._vendor(vendor, after) for vendor, after in zip(self.vendors, newest, strict=False)],
            "channels": [_shown_channel(channel) for channel in self.channels.values()],
        }

    def _vendor(self, vendor: Vendor, after: int) -> dict[str, Any]:
        entries = list(vendor.stand_in.journal.entries)
        return {
            "name": vendor.name,
            "title": vendor.title,
            "addresses": self.addresses[vendor.name],
            "has_webhooks": vendor.has_webhooks,
            "troubles": [{"label": trouble.label, "title": trouble.title} for trouble in vendor.troubles()],
            **_state_of(vendor),
            "oldest": entries[0].number if entries else None,
            "entries": [entry for entry in entries if entry.number > after],
        }

    async def act(self, channel: str, action: str, values: dict[str, str]) -> dict[str, str]:
        """Do something as a customer. Waits for a moment, so that a refusal is shown; goes on behind the page."""
        chosen = self._action(channel, action)
        wanted = [field.name for field in chosen.fields]
        if set(values) != set(wanted):
            raise HTTPException(422, f"This takes {', '.join(wanted) or 'nothing'}.")
        task = asyncio.ensure_future(chosen.run(**values))
        self.running_actions.add(task)
        task.add_done_callback(self.running_actions.discard)
        await asyncio.wait([task], timeout=ANSWER_WITHIN_SECONDS)
        if not task.done():
            return {"state": "under way"}
        try:
            task.result()
        except (ValueError, LookupError) as error:
            raise HTTPException(422, f"Refused: {error}.") from error
        return {"state": "done"}

    async def trouble(self, vendor: str, number: int) -> dict[str, Any]:
        """Make something go wrong at a vendor: the trouble of this number."""
        found = next((one for one in self.vendors if one.name == vendor), None)
        if found is None or not 0 <= number < len(found.troubles()):
            raise HTTPException(404, "There is no such vendor or trouble.")
        trouble = found.troubles()[number]
        if trouble.fault:
            found.stand_in.faults.add(trouble.fault)
        if trouble.run:
            await trouble.run()
        return _state_of(found)

    def _action(self, channel: str, action: str) -> Action:
        actions = self.channels[channel].actions if channel in self.channels else ()
        for one in actions:
            if one.name == action:
                return one
        raise HTTPException(404, "There is no such channel or action.")


def page_app(vendors: Sequence[Vendor], addresses: Mapping[str, Sequence[str]], holdfast: str) -> FastAPI:
    """The page at `/`, its data at `/state`, its buttons below `/channels/` and `/vendors/`."""
    page = Page(vendors, addresses, holdfast)
    app = FastAPI(title="Holdfast sandbox", openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    app.add_api_route("/state", page.state)
    app.add_api_route("/channels/{channel}/{action}", page.act, methods=["POST"])
    app.add_api_route("/vendors/{vendor}/troubles/{number}", page.trouble, methods=["POST"])
    for vendor in vendors:
        for path, method, route in vendor.stand_in.controls():
            app.add_api_route(f"/vendors/{vendor.name}/{path}", route, methods=[method])
    app.add_api_route("/", _index)
    app.mount("/static", StaticFiles(directory=STATIC))
    return app


async def _index() -> FileResponse:
    return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})


def _state_of(vendor: Vendor) -> dict[str, Any]:
    """What goes wrong there at present."""
    return {"faults": vendor.stand_in.faults.shown(), "webhooks": vendor.stand_in.webhooks.shown()}


def _shown_channel(channel: Channel) -> Mapping[str, Any]:
    return {
        "name": channel.name,
        "title": channel.title,
        "actions": [action.model_dump(exclude={"run"}) for action in channel.actions],
        "lines": channel.lines()[-MAX_LINES:],
    }
