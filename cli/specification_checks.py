"""The models, tool servers and knowledge sources that the organisation's specification names, checked."""

from collections.abc import Sequence

from config.settings import Settings, read_local_vendor
from domain.errors import HoldfastError
from domain.specification.organisation import SpecVersion
from integrations.adapters import Adapters
from integrations.checks import Checkable, Finding
from integrations.knowledge.registry import SOURCES
from integrations.llm.checking import model_checks
from integrations.model_access import model_access
from integrations.tools.base import tool_settings
from integrations.tools.pinning import check_tools
from integrations.tools.registry import tool_server
from publishing.specification import load_specification


async def check_models(settings: Settings, *, named: bool) -> Sequence[Finding]:
    """Writers, fallbacks and validators of the specification; without any, what the installation would use."""
    specification = _version(settings).specification
    model = specification.model
    default = f"openai:{settings.openai_model}" if settings.openai_api_key else "local"
    wanted = [model.writer or default, *model.fallbacks, *([model.validator] if model.validator else [])]
    if wanted == ["local"] and not named:
        return []
    return await model_checks(wanted, model_access(settings), model.prices, specification.currency)


async def check_tool_servers(settings: Settings, *, named: bool) -> Sequence[Finding]:
    """Each tool server of the specification, and whether its tools are those that were published."""
    version = _version(settings)
    if not version.specification.tool_servers:
        nothing = Finding(name="tool servers", ok=True, detail="The specification names none.")
        return [nothing] if named else []
    allowed = tool_settings(read_local_vendor)
    return await check_tools(version, lambda server: tool_server(server, allowed))


async def check_sources(settings: Settings, *, named: bool) -> Sequence[Finding]:
    """Each source of knowledge of the specification: whether its articles can be read."""
    sources = _version(settings).specification.knowledge_sources
    found = [] if sources or not named else [Finding(name="knowledge", ok=True, detail="The specification names none.")]
    for source in sources:
        try:
            adapter = Adapters[Checkable](SOURCES, read_local_vendor)[source.kind]
            findings = await adapter.check()
        except HoldfastError as error:
            findings = [Finding(name="knowledge", ok=False, detail=str(error))]
        found += [finding.model_copy(update={"name": f"{source.kind}: {finding.name}"}) for finding in findings]
    return found


def _version(settings: Settings) -> SpecVersion:
    return load_specification(settings.organisation).version
