"""An organisation in which everything exists that the API can name. `MAKERS` make it, each adding its ids.

To add something: one function that makes it and returns its ids, under the names that paths have for them, and its row
in `MAKERS`.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from domain.access.people import Member
from domain.conversation.confidence import Calibration
from domain.specification.modes import Mode
from domain.specification.trust import StepUp, TrustLadder
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
    await chat.until("message", author="ai_agent")
    customer_id = await CustomerRepository(platform.database).create(ORGANISATION, email="eva@example.com")
    await platform.database.fetchval(
        """
        INSERT INTO channel_threads (organisation, channel, thread, conversation_id, customer_id, used_at)
        VALUES ($1, 'email', 'thread-1', $2, $3, now())
        """,
        *(ORGANISATION, session["conversation_id"], customer_id),
    )
    return {"conversation_id": session["conversation_id"], "into": session["conversation_id"]}


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


async def trust(platform: Gateway, _: Ids) -> Ids:
    """An AI agent that may come to supervision."""
    step = StepUp(to=Mode.SUPERVISION, measure="drafts_unchanged", bound=0.8, conversations=50, days=30)
    service = SERVICE.model_copy(update={"trust": TrustLadder(up=(step,)), "mode": Mode.SUPERVISION})
    specification = SPECIFICATION.model_copy(update={"ai_agents": (service, BILLING)})
    version = VERSION.model_copy(update={"specification": specification})
    await SpecRepository(platform.database).publish(version, b"", Calibration(), "test")
    return {"ai_agent": "service"}


async def people(platform: Gateway, _: Ids) -> Ids:
    """Somebody who may sign in, and has a key."""
    member = Member(organisation=ORGANISATION, person_id="p_ben", name="Ben", roles=("viewer",))
    await PeopleRepository(platform.database).keep(member, "test", NOW)
    await platform.key("viewer", person="p_ben")
    return {"person_id": "p_ben"}


MAKERS: tuple[Maker, ...] = (conversations, approvals, journeys, trust, people)


async def make_world(platform: Gateway) -> World:
    world = World()
    for maker in MAKERS:
        world.update(await maker(platform, world))
    return world


Body = Callable[[World], Mapping[str, Any]]
