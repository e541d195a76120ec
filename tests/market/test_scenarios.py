"""The scenarios of the packages that ship, played where they are installed, by what a worker decides with.

One test for each organisation, because fitting takes longest: it is fitted once.
"""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from answering.rehearsal import play
from answering.stage import Stage
from domain.quality.scenarios import Scenario, ScenarioResult
from domain.specification.organisation import Mode, OrganisationSpec
from embedded.installation import embedder_of
from publishing.market.folder import validated_with, write_all
from publishing.market.installing import plan_installation
from publishing.rehearsing import FittedFolder, fit_folder, stage_with
from publishing.specification import LoadedOrganisation, load_specification
from tests.market.test_shipped import AGENTS, EMPTY, JOURNEYS, MARKET, ROOT, packages, servers

pytestmark = pytest.mark.timeout(600)
NOT_FOR_A_BANK = {"general", "customer_onboarding", "orders"}
"""The bank has its own topics for what the first is for, the second needs the first, and nothing is sent to anybody."""
BESIDE_A_BANK = tuple(name for name in (*AGENTS, *JOURNEYS) if name not in NOT_FOR_A_BANK)


def installed(folder: Path, names: Sequence[str], *, default: str | None = None) -> LoadedOrganisation:
    """The organisation with these packages and nothing allowed; `default` answers by itself, the others in co-pilot."""
    for name in names:
        plan = plan_installation(
            folder, packages()[name], MARKET.source, mode=Mode.DELEGATION if name == default else None
        )
        validated_with(folder, plan.changes)
        write_all(folder, plan.changes)
    return load_specification(folder)


def fitted_to(loaded: LoadedOrganisation) -> FittedFolder:
    return asyncio.run(fit_folder(loaded, (), embedder_of("embedded")))


def played(stage: Stage, scenarios: Sequence[Scenario]) -> list[ScenarioResult]:
    async def play_all() -> list[ScenarioResult]:
        return [await play(stage, scenario) for scenario in scenarios]

    return asyncio.run(play_all())


def failed(loaded: LoadedOrganisation, fitted: FittedFolder, spec: OrganisationSpec, of: Sequence[str]) -> list[str]:
    """What came otherwise than the scenarios of these packages expect."""
    version = loaded.version.model_copy(update={"specification": spec})
    own = {scenario for name in of for scenario in packages()[name].scenarios}
    scenarios = [scenario for scenario in loaded.scenarios if scenario.id in own]
    assert len(scenarios) == len(own)
    results = played(stage_with(version, loaded.directory, fitted), scenarios)
    return [f"{one.id}: {difference}" for one in results for step in one.steps for difference in step.differences]


def without_limits(spec: OrganisationSpec) -> OrganisationSpec:
    ai_agents = tuple(one.model_copy(update={"cannot_do": ()}) for one in spec.ai_agents)
    return spec.model_copy(update={"ai_agents": ai_agents})


def answered_by(ai_agent: str, spec: OrganisationSpec) -> OrganisationSpec:
    """Every topic leads to this one."""
    topics = tuple(one.model_copy(update={"ai_agent": ai_agent, "escalate": False}) for one in spec.topics)
    return spec.model_copy(update={"topics": topics})


def test_an_organisation_of_packages_alone_passes_them_and_tells_when_it_is_spoilt(tmp_path: Path) -> None:
    everything = ("general", *(name for name in (*AGENTS, *JOURNEYS) if name != "general"))
    (tmp_path / "organisation.yaml").write_text(EMPTY.format(servers="\n".join(servers())))
    loaded = installed(tmp_path, everything, default="general")
    fitted, spec = fitted_to(loaded), loaded.version.specification
    assert failed(loaded, fitted, spec, everything) == []
    unlimited = failed(loaded, fitted, without_limits(spec), AGENTS)
    assert {told.partition("-limits")[0] for told in unlimited} == set(AGENTS)
    elsewhere = [name for name in everything if name != "general"]
    spoilt = [name for name in elsewhere if failed(loaded, fitted, answered_by("general", spec), [name])]
    assert spoilt == elsewhere


def test_beside_a_whole_organisation(tmp_path: Path) -> None:
    folder = tmp_path / "talvora"
    shutil.copytree(ROOT / "specs" / "talvora", folder, ignore=shutil.ignore_patterns("evaluation"))
    loaded = installed(folder, BESIDE_A_BANK)
    spec = loaded.version.specification
    assert failed(loaded, fitted_to(loaded), spec, BESIDE_A_BANK) == []
