"""A real Prometheus reads a running platform: metrics that are named exist, and every panel shows something."""

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from cli.dev import prepare
from config.settings import Settings
from domain.delivery.vendors import VendorState
from embedded.platform import Platform, with_free_ports, workers_and_gateway
from embedded.ports import free_port
from storage.database import connect
from storage.vendors import VendorStateRepository
from tests.deploy.files import ALERTS, DEPLOY, ROOT, dashboard_queries, found_tool, metrics_in, read_yaml, rules
from tests.gateway.chat_client import ChatClient

PROMETHEUS = found_tool("prometheus")
DECLARED = re.compile(r"^# TYPE (\S+) ", re.MULTILINE)
SOON_SECONDS = 60
COUNTED = ("holdfast_messages_received_total", "temporal_activity_execution_latency_seconds_count")
"""One of each part, so that both have been read before they count on."""

needs_prometheus = pytest.mark.skipif(PROMETHEUS is None, reason="prometheus is missing; run: make prometheus")


@dataclass(frozen=True)
class Observed:
    """What the parts of a platform serve, and the address of the Prometheus that reads them."""

    scraped: dict[str, str]
    prometheus: str

    async def ask(self, path: str, **parameters: str) -> Any:
        async with httpx.AsyncClient(base_url=self.prometheus, trust_env=False) as http:
            response = await http.get(f"/api/v1/{path}", params=parameters)
        answer = response.json()
        assert answer["status"] == "success", answer
        return answer["data"]

    async def values(self, query: str) -> list[Any]:
        found: list[Any] = (await self.ask("query", query=query))["result"]
        return found


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The shipped organisation without its labelled messages, which take long to learn from."""
    folder = tmp_path_factory.mktemp("observed")
    organisation = folder / "techflow"
    shutil.copytree(ROOT / "specs" / "techflow", organisation, ignore=shutil.ignore_patterns("evaluation"))
    values = {"home": folder / "home", "organisation": organisation, "worker_metrics_port": free_port()}
    alone = {"temporal_address": None, "database_url": None, "openai_api_key": None}
    return with_free_ports(Settings.model_validate({**values, **alone}))


@pytest.fixture(scope="module")
async def observed(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Observed]:
    folder = tmp_path_factory.mktemp("prometheus")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in (
            ("WEBHOOK_SECRET", "w" * 32),
            ("CALLBACK_SECRET", "c" * 32),
            ("CALLBACK_URL", "http://[::1]"),
        ):
            environment.setenv(f"HOLDFAST_HTTP_{name}", value)
        async with Platform(settings, application=workers_and_gateway(1), prepare=prepare) as platform:
            addresses = {
                "holdfast-gateway": f"127.0.0.1:{settings.gateway_port}",
                "holdfast-workers": f"127.0.0.1:{settings.worker_metrics_port}",
            }
            async with _prometheus(folder, addresses) as url, httpx.AsyncClient(trust_env=False) as http:
                await _live(platform)
                for counted in COUNTED:
                    await _filled(Observed({}, url), counted)
                # What was counted once has no rate: a series begins at its first value.
                await _live(platform)
                scraped = {job: (await http.get(f"http://{at}/metrics")).text for job, at in addresses.items()}
                yield Observed(scraped, url)


async def _live(platform: Platform) -> None:
    """A little of everything that is counted: an answer, a wrong frame, a forged webhook, a vendor that is away."""
    async with httpx.AsyncClient(base_url=platform.gateway_url, trust_env=False) as http:
        session = (await http.post("/v1/chat/sessions")).json()
        assert (await http.post("/webhooks/http", content=b"{}")).status_code == 401
    chat = await ChatClient.open(platform.gateway_url, session)
    await chat.send(type="nonsense")
    await chat.until("error")
    await chat.say("How do I reset my password?")
    await chat.reply()
    await chat.close()
    database = await connect(platform.database_url)
    state = VendorState(vendor="twilio", state="closed", since=datetime.now(UTC))
    await VendorStateRepository(database).replace(None, state)
    await database.close()


@asynccontextmanager
async def _prometheus(folder: Path, addresses: dict[str, str]) -> AsyncIterator[str]:
    """With the shipped configuration, except that it reads these addresses every second."""
    configuration = read_yaml(DEPLOY / "prometheus" / "prometheus.yaml")
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    configuration["rule_files"] = [str(ALERTS)]
    jobs = [job for job in configuration["scrape_configs"] if job["job_name"] in addresses]
    assert len(jobs) == len(addresses)
    for job in jobs:
        job["static_configs"] = [{"targets": [addresses[job["job_name"]]]}]
    configuration["scrape_configs"] = jobs
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(configuration))
    listen = f"127.0.0.1:{free_port()}"
    process = await asyncio.create_subprocess_exec(
        str(PROMETHEUS),
        f"--config.file={folder}/prometheus.yaml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address={listen}",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await _ready(process, f"http://{listen}")
        yield f"http://{listen}"
    finally:
        process.terminate()
        await process.wait()


async def _ready(process: asyncio.subprocess.Process, url: str) -> None:
    async with asyncio.timeout(SOON_SECONDS), httpx.AsyncClient(trust_env=False) as http:
        while process.returncode is None:
            try:
                if (await http.get(f"{url}/-/ready")).is_success:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError("prometheus ended")


async def _filled(observed: Observed, query: str) -> list[Any]:
    """A rate needs two readings; a quantile of what never happened is not a number."""
    async with asyncio.timeout(SOON_SECONDS):
        while True:
            values = await observed.values(query)
            if any(value["value"][1] != "NaN" for value in values):
                return values
            await asyncio.sleep(0.5)


async def _is_filled(observed: Observed, query: str) -> bool:
    try:
        await _filled(observed, query)
    except TimeoutError:
        return False
    return True


def _declared(observed: Observed) -> set[str]:
    return {name for text in observed.scraped.values() for name in DECLARED.findall(text)}


@needs_prometheus
@pytest.mark.timeout(400)
async def test_every_metric_that_an_alert_or_a_panel_names_exists(observed: Observed) -> None:
    expressions = [rule["expr"] for rule in rules()] + [query for _, query in dashboard_queries()]
    named = {name for expression in expressions for name in metrics_in(expression)}
    assert len(named) > 20
    assert named - _declared(observed) == set()


@needs_prometheus
@pytest.mark.timeout(400)
async def test_every_panel_shows_something(observed: Observed) -> None:
    filled = await asyncio.gather(*(_is_filled(observed, query) for _, query in dashboard_queries()))
    assert len(filled) > 20
    assert [query for query, full in zip(dashboard_queries(), filled, strict=True) if not full] == []


@needs_prometheus
@pytest.mark.timeout(400)
async def test_prometheus_evaluates_every_rule_and_is_calm(observed: Observed) -> None:
    await _filled(observed, "max(holdfast_dependency_up)")
    groups = (await observed.ask("rules"))["groups"]
    evaluated = [rule for group in groups for rule in group["rules"]]
    assert {rule["name"] for rule in evaluated} == {rule["alert"] for rule in rules()}
    assert {rule["health"] for rule in evaluated} <= {"ok", "unknown"}
    firing = {
        alert["labels"]["alertname"] for alert in (await observed.ask("alerts"))["alerts"] if alert["state"] == "firing"
    }
    assert firing == set()


@needs_prometheus
@pytest.mark.timeout(400)
async def test_metrics_name_nobody(observed: Observed) -> None:
    """Labels are kinds, never ids or words of a customer."""
    for text in observed.scraped.values():
        assert "cv_" not in text
        assert "password" not in text
