"""Every organisation as it is fitted: its scenarios pass, tell when it is spoilt, and it answers as well as it did.

One test for each organisation, because fitting takes longest: it is fitted once.
"""

import asyncio
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from answering.evaluating import draft_labelled, judge_labelled
from answering.rehearsal import play
from domain.quality.evaluation import evaluation_of
from domain.quality.scenarios import Scenario
from domain.specification.organisation import IdentityRules, Mode, OrganisationSpec
from embedded.installation import embedder_of
from integrations.llm.local import LocalReplyWriter
from publishing.publication import contexts_of
from publishing.rehearsing import FittedFolder, fit_folder, stage_with
from tests.specs.organisations import FOLDERS, labelled, loaded

pytestmark = pytest.mark.timeout(900)
Spoil = Callable[[OrganisationSpec], OrganisationSpec]


class Floors(NamedTuple):
    """Below the figures of the README, so that a change that costs much is noticed."""

    answered_correctly: float
    wrong_answers: float
    missed_escalations: float


FLOORS = {
    "brindlewick": Floors(0.60, 0.08, 0.08),
    "talvora": Floors(0.60, 0.06, 0.0),
    "techflow": Floors(0.42, 0.10, 0.08),
}


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


def worse_than_it_was(folder: Path) -> dict[str, float]:
    """The shares of its held-out messages that are beyond their floors."""
    models, messages = fitted(folder).serving(loaded(folder).version), labelled(folder, "held_out")
    drafts = asyncio.run(draft_labelled(models, LocalReplyWriter(), messages, contexts_of(loaded(folder).directory)))
    found = evaluation_of(folder.name, "held_out", judge_labelled(models, messages, drafts))
    floors = FLOORS[folder.name]
    beyond = {
        "answered_correctly": found.answered_correctly.share < floors.answered_correctly,
        "wrong_answers": found.wrong_answers.share > floors.wrong_answers,
        "missed_escalations": found.missed_escalations.share > floors.missed_escalations,
    }
    return {name: getattr(found, name).share for name, is_worse in beyond.items() if is_worse}


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
def test_scenarios_pass_spoilt_specifications_fail_and_it_answers_as_well_as_it_did(folder: Path) -> None:
    scenarios = loaded(folder).scenarios
    assert told(folder, scenarios) == {}
    spoils = SPOILS | SPOILS_OF.get(folder.name, {})
    unnoticed = [name for name, spoil in spoils.items() if not told(folder, scenarios, spoil)]
    assert unnoticed == []
    assert worse_than_it_was(folder) == {}
