"""A gateway with a desk at the stand-in for Slack, and people who are linked with it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from temporalio.client import Client

from gateway.app import create_app
from gateway.desk.office import Office as Desked
from gateway.options import GatewayOptions
from gateway.services import Services
from gateway.store import Store
from integrations.desk.base import Desk
from storage.api_keys import ApiKeyRepository
from storage.database import Database
from storage.desk_people import DeskPeopleRepository
from tests.gateway.chat_client import ChatClient
from tests.gateway.conftest import ORGANISATION, Gateway, end_conversations, serving
from tests.gateway.workers import running_workers
from tests.slack_desk import ANNA, BO, Workplace, workplace


@pytest.fixture
def slack() -> Iterator[Workplace]:
    with workplace() as slack:
        yield slack


@dataclass(frozen=True)
class Office:
    """A gateway with its desk, and Slack."""

    gateway: Gateway
    slack: Workplace

    async def waiting(self, text: str = "refund, please") -> tuple[ChatClient, dict[str, Any]]:
        """A chat whose draft waits for approval, and its card."""
        chat = await self.gateway.chat()
        await chat.say(text)
        return chat, await self.slack.card(text, "Approve")

    def other(self, **settings: Any) -> Desked:
        """The desk as a second gateway has it, whose loops do not run."""
        services = Services(self.gateway.options, self.gateway.temporal, Store(self.gateway.database), {})
        return Desked("slack", self.slack.desk(**settings), services)

    async def count(self, table: str) -> int:
        number: int = await self.gateway.database.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
        return number


async def link(database: Database, user: str, person: str, *roles: str) -> None:
    now = datetime.now(UTC)
    await DeskPeopleRepository(database).link(ORGANISATION, "slack", user, person, now)
    await ApiKeyRepository(database).create(ORGANISATION, person, roles)


@asynccontextmanager
async def opened(
    options: GatewayOptions, database: Database, temporal: Client, slack: Workplace, desk: Desk | None = None
) -> AsyncIterator[Office]:
    app = create_app(options, temporal=temporal, desks={"slack": desk or slack.desk()})
    async with serving(app) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        slack.stand_in.interactivity_url = f"{url}/webhooks/desk/slack"
        yield Office(Gateway(url, options, http, database, temporal), slack)


@pytest.fixture
async def office(
    options: GatewayOptions, database: Database, temporal_client: Client, slack: Workplace
) -> AsyncIterator[Office]:
    """With workers; Anna and Bo are linked."""
    await link(database, ANNA.id, "anna", "approver")
    await link(database, BO.id, "bo", "approver")
    async with opened(options, database, temporal_client, slack) as office, running_workers(temporal_client, database):
        yield office
    await end_conversations(temporal_client)
