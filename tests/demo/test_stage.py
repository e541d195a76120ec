"""TechFlow as it is played: among vendors, and with nothing that it knew of its customers lost."""

from dataclasses import replace
from pathlib import Path

from cast.vendors import serving_vendors
from cli.sandbox import customers_of
from config.settings import Settings
from demo.slow_model import WRITER, slow_model
from demo.stage import SLOW_AI_AGENT, SLOW_TOPIC, VENDOR_CHANNELS, connected
from embedded.application import ROOT, gateway_part
from integrations.channels.registry import CHANNELS
from integrations.crm.base import CustomerReference
from integrations.crm.salesforce.api import SalesforceSettings
from integrations.crm.salesforce.context import KNOWN
from integrations.crm.salesforce.crm import SalesforceCrm
from publishing.specification import load_specification

FOLDER = ROOT / "specs" / "techflow"


def test_techflow_has_every_channel_and_both_systems_of_record() -> None:
    specification = connected(load_specification(FOLDER)).version.specification
    assert set(specification.channels) == {"web_chat", *VENDOR_CHANNELS} <= set(CHANNELS)
    assert (specification.crm, specification.helpdesk) == ("salesforce", "zendesk")
    assert specification.identity.one_conversation


def test_one_ai_agent_answers_one_topic_with_a_model_that_takes_its_time() -> None:
    before = load_specification(FOLDER).version.specification
    after = connected(load_specification(FOLDER)).version.specification
    slow = after.ai_agent(SLOW_AI_AGENT)
    usual = before.ai_agent(next(topic.ai_agent for topic in before.topics if topic.id == SLOW_TOPIC))
    assert after.ai_agents == (*before.ai_agents, slow)
    assert slow.model is not None
    assert slow.model.writer == WRITER
    assert slow.model_copy(update={"id": usual.id, "name": usual.name, "model": usual.model}) == usual
    moved = [topic.id for topic, old in zip(after.topics, before.topics, strict=True) if topic != old]
    assert moved == [SLOW_TOPIC]
    assert after.topic(SLOW_TOPIC) in after.topics


def test_workers_reach_that_model(tmp_path: Path) -> None:
    with serving_vendors(tmp_path, "http://127.0.0.1:9", customers_of(FOLDER), [slow_model()]) as vendors:
        changed = vendors.known_to(gateway_part(Settings()))
    assert changed.environment is not None
    assert changed.environment["HOLDFAST_COMPATIBLE_BASE_URL"].startswith("https://127.0.0.1")
    assert changed.environment["HOLDFAST_MODEL_CA_FILE"].startswith(str(tmp_path.resolve()))


def test_salesforce_knows_every_fact_that_an_ai_agent_may_tell() -> None:
    specification = connected(load_specification(FOLDER)).version.specification
    told = {fact for ai_agent in specification.ai_agents for fact in ai_agent.customer_facts}
    assert told <= {*KNOWN, *specification.crm_fields}


async def test_the_facts_are_those_of_the_directory(tmp_path: Path) -> None:
    loaded = connected(load_specification(FOLDER))
    anna = loaded.directory.contacts[0]
    with serving_vendors(tmp_path, "http://127.0.0.1:9", customers_of(FOLDER)) as vendors:
        prefix = "HOLDFAST_SALESFORCE_"
        found = {
            name.removeprefix(prefix).lower(): text for name, text in vendors.environment.items() if prefix in name
        }
        crm = SalesforceCrm(SalesforceSettings.model_validate(found))
        reference = CustomerReference(email=anna.email, verified=True)
        fields = loaded.version.specification.crm_fields
        context = await crm.fetch_customer_context("techflow", reference, fields)
    facts = {fact.name: fact.value for fact in context.facts}
    account = next(one for one in loaded.directory.accounts if one.id == anna.account)
    assert facts["seats"] == str(account.seats)
    assert facts["plan"] == account.plan
    assert {"invoice", "balance", *account.fields} <= set(facts)


def test_a_real_vendor_in_the_environment_is_not_used(tmp_path: Path) -> None:
    with serving_vendors(tmp_path, "http://127.0.0.1:9", customers_of(FOLDER)) as vendors:
        part = gateway_part(Settings())
        real = {"HOLDFAST_SALESFORCE_PRIVATE_KEY_FILE": "/real.pem", "HOLDFAST_TWILIO_BASE_URL": "https://real.example"}
        changed = vendors.known_to(replace(part, environment={**(part.environment or {}), **real}))
    assert changed.environment is not None
    assert "HOLDFAST_SALESFORCE_PRIVATE_KEY_FILE" not in changed.environment
    assert changed.environment["HOLDFAST_TWILIO_BASE_URL"].startswith("https://127.0.0.1")
    assert changed.command == part.command
