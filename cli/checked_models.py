"""The models and tool servers that the organisation's specification names, checked."""

from collections.abc import Sequence

from config.settings import Settings, read_local_vendor
from domain.spec import SpecVersion
from integrations.checks import Finding
from integrations.llm.checking import model_checks
from integrations.specification import load_specification
from integrations.tools.base import ToolSettings
from integrations.tools.pinning import check_tools
from integrations.tools.registry import tool_server
from workers.composition import model_access


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
    allowed = read_local_vendor(ToolSettings, ToolSettings.prefix) or ToolSettings()
    return await check_tools(version, lambda server: tool_server(server, allowed))


def _version(settings: Settings) -> SpecVersion:
    return load_specification(settings.organisation).version
