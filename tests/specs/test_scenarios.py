"""Every organisation's scenarios pass, and tell when its specification is spoilt. Each organisation is fitted once."""

import asyncio
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from answering.rehearsal import play
from domain.quality.scenarios import Scenario
from domain.specification.organisation import IdentityRules, Mode, OrganisationSpec
from embedded.installation import embedder_of
from publishing.rehearsing import FittedFolder, fit_folder, stage_with
from tests.specs.organisations import FOLDERS, labelled, loaded

pytestmark = pytest.mark.timeout(600)
Spoil = Callable[[OrganisationSpec], OrganisationSpec]


@cache
def fitted(folder: Path) -> FittedFolder:
    return asyncio.run(fit_folder(loaded(folder), labelled(folder, "tuning"), embedder_of("embedded")))


def told(folder: Path, scenarios: Iterable[Scenario], spoil: Spoil = lambda spec: spec) -> dict[str, list[str]]:
    """What came otherwise than expected, by the scenarios of which something did."""
    version = loaded(folder).version
    spoilt = version.model_copy(update={"specification": spoil(version.specification)})
    stage = stage_with(spoilt, loaded(folder).directory, fitted(folder))

    async def played() -> dict[str, list[str]]:
        results = [await play(stage, scenario) for scenario in scenarios]
        return {
            result.id: [f"{step.number}: {difference}" for step in result.steps for difference in step.differences]
            for result in results
            if not result.passed
        }

    return asyncio.run(played())


def of_ai_agents(**changes: object) -> Spoil:
    def spoil(spec: OrganisationSpec) -> OrganisationSpec:
        ai_agents = tuple(ai_agent.model_copy(update=changes) for ai_agent in spec.ai_agents)
        return spec.model_copy(update={"ai_agents": ai_agents})

    return spoil


def of_topics(**changes: object) -> Spoil:
    def spoil(spec: OrganisationSpec) -> OrganisationSpec:
        return spec.model_copy(update={"topics": tuple(topic.model_copy(update=changes) for topic in spec.topics)})

    return spoil


def of_whole(**changes: object) -> Spoil:
    return lambda spec: spec.model_copy(update=changes)


SPOILS: dict[str, Spoil] = {
    "nothing is supervised or sensitive": lambda spec: of_topics(sensitivity=None)(
        of_ai_agents(mode=Mode.DELEGATION)(spec)
    ),
    "no approval rules": of_whole(approval_rules=()),
    "no topic is for people": of_topics(escalate=False, sensitivity=None),
    "nothing is forbidden": of_ai_agents(cannot_do=()),
    "no facts may be told": of_ai_agents(customer_facts=()),
}


SPOILS_OF: dict[str, dict[str, Spoil]] = {
    "talvora": {"nobody has to prove who they are": of_whole(identity=IdentityRules())},
}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_scenario_passes_and_spoilt_specifications_fail(folder: Path) -> None:
    scenarios = loaded(folder).scenarios
    assert told(folder, scenarios) == {}
    spoils = SPOILS | SPOILS_OF.get(folder.name, {})
    unnoticed = [name for name, spoil in spoils.items() if not told(folder, scenarios, spoil)]
    assert unnoticed == []
