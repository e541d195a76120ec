"""An organisation in which everything exists that the API can name. `MAKERS` make it, each adding its ids.

To add something: one function that makes it and returns its ids, under the names that paths have for them, and its row
in `MAKERS`.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import uuid4

from domain.access.people import Member
from domain.conversation.confidence import Calibration
from domain.guarding.calls import GuardedCall, call_id_of
from domain.quality.figures import BY_KEY
from domain.specification.modes import Mode
from domain.specification.trust import StepUp, TrustLadder
from guarding.asking import start
from storage.customers import CustomerRepository
from storage.people import PeopleRepository
from storage.specs import SpecRepository
from tests.gateway.conftest import ORGANISATION, Gateway
from tests.organisation import BILLING, SERVICE, SPECIFICATION, VERSION
from tests.storage.stage import NOW

Ids = dict[str, str]
Maker = Callable[[Gateway, Ids], Awaitable[Ids]]


class World(dict[str, str]):
    """Ids by the name that a path has for them."""

    def __missing__(self, name: str) -> str:
        raise LookupError(f"The world of the tests has no {name}: make one in tests/gateway/world.py (MAKERS).")

    def path(self, template: str) -> str:
        return template.format_map(self)


async def conversations(platform: Gateway, _: Ids) -> Ids:
    """One whose customer was answered; it has a thread that can be split off."""
    session = await platform.session()
    chat = await platform.chat(session)
    await chat.say("hello")
    reply = await chat.until("message", author="ai_agent")
    customer_id = await CustomerRepository(platform.database).create(ORGANISATION, email="eva@example.com")
    await platform.database.fetchval(
        """
        INSERT INTO channel_threads (organisation, channel, thread, conversation_id, customer_id, used_at)
        VALUES ($1, 'email', 'thread-1', $2, $3, now())
        """,
        *(ORGANISATION, session["conversation_id"], customer_id),
    )
    conversation_id = session["conversation_id"]
    file = await platform.http.post(
        f"/v1/chat/{conversation_id}/files",
        headers={"Authorization": f"Bearer {session['token']}"},
        files={"file": ("bill.txt", b"One bicycle.", "text/plain")},
    )
    ids = {"seq": str(reply["seq"]), "attachment_id": file.json()["attachment_id"]}
    return {"conversation_id": conversation_id, "into": conversation_id} | ids


async def suggestions(platform: Gateway, _: Ids) -> Ids:
    """A conversation that a person owns, with a suggestion for them."""
    session = await platform.session()
    chat = await platform.chat(session)
    await chat.say("a person, please")
    await chat.until("status", status="with_human")
    path, viewer = f"/v1/conversations/{session['conversation_id']}/co-pilot", await platform.key("viewer")
    while not (suggestion := (await platform.http.get(path, headers=viewer)).json()["suggestion"]):
        pass
    return {"suggested": session["conversation_id"], "suggestion_id": suggestion["suggestion_id"]}


async def approvals(platform: Gateway, _: Ids) -> Ids:
    chat = await platform.chat()
    await chat.say("refund, please")
    await chat.until("status", status="awaiting_approval")
    viewer = await platform.key("viewer")
    found = (await platform.http.get("/v1/approvals", params={"state": "open"}, headers=viewer)).json()
    return {"approval_id": found[0]["approval"]["approval_id"]}


async def journeys(platform: Gateway, ids: Ids) -> Ids:
    path = f"/v1/conversations/{ids['conversation_id']}/journeys"
    answer = await platform.http.post(path, headers=await platform.key("human_agent"), json={"journey": "greeting"})
    assert answer.status_code == 200, answer.text
    found = (await platform.http.get("/v1/journeys", headers=await platform.key("viewer"))).json()
    return {"run_id": found[0]["run_id"], "journey": "greeting"}


async def guarded_calls(platform: Gateway, _: Ids) -> Ids:
    """A call that waits for people."""
    call = GuardedCall(
        call_id=call_id_of(uuid4().hex), organisation=ORGANISATION, activity="refund", task_queue="company", rule="all"
    )
    assert await start(platform.temporal, call)
    path, viewer = f"/v1/guarded-calls/{call.call_id}", await platform.key("viewer")
    while (await platform.http.get(path, headers=viewer)).status_code == 404:
        pass
    return {"call_id": call.call_id}


async def rooms(platform: Gateway, _: Ids) -> Ids:
    """A channel with a message and a file."""
    agent = await platform.key("human_agent")
    room = await platform.http.post("/v1/rooms", headers=agent, json={"kind": "team", "name": "all"})
    path = f"/v1/rooms/{room.json()['room_id']}"
    file = await platform.http.post(f"{path}/files", headers=agent, files={"file": ("list.txt", b"Tyres.")})
    body = {"text": "The list.", "files": [file.json()["file_id"]]}
    written = await platform.http.post(f"{path}/messages", headers=agent, json=body)
    assert written.status_code == 201, written.text
    return {"room_id": room.json()["room_id"], "file_id": file.json()["file_id"]}


async def figures(_: Gateway, __: Ids) -> Ids:
    return {"key": next(iter(BY_KEY))}


async def specification(platform: Gateway, _: Ids) -> Ids:
    """An AI agent that may come to supervision, and an edit that somebody may publish without any model."""
    step = StepUp(to=Mode.SUPERVISION, measure="drafts_unchanged", bound=0.8, conversations=50, days=30)
    service = SERVICE.model_copy(update={"trust": TrustLadder(up=(step,)), "supervised_topics": ("account",)})
    with_trust = SPECIFICATION.model_copy(update={"ai_agents": (service, BILLING)})
    version = VERSION.model_copy(update={"specification": with_trust})
    await SpecRepository(platform.database).publish(version, b"", Calibration(), "test")
    shown = (await platform.http.get("/v1/specification", headers=await platform.key("viewer"))).json()
    text = f"{shown['files']['organisation.yaml']}model:\n  embedder: none\n"
    return {"ai_agent": "service", "version": shown["content_hash"], "edited": text, "package": "orders"}


def edited(world: "World") -> Mapping[str, Any]:
    """The edit, as one sends it."""
    return {"base": world["version"], "files": {"organisation.yaml": world["edited"]}}


async def people(platform: Gateway, _: Ids) -> Ids:
    """Somebody who may sign in, and has a key."""
    member = Member(organisation=ORGANISATION, person_id="p_ben", name="Ben", roles=("viewer",))
    await PeopleRepository(platform.database).keep(member, "test", NOW)
    await platform.key("viewer", person="p_ben")
    return {"person_id": "p_ben"}


MAKERS: tuple[Maker, ...] = (
    conversations,
    suggestions,
    approvals,
    journeys,
    guarded_calls,
    rooms,
    figures,
    specification,
    people,
)


async def make_world(platform: Gateway) -> World:
    world = World()
    for maker in MAKERS:
        world.update(await maker(platform, world))
    return world


Body = Callable[[World], Mapping[str, Any]]
