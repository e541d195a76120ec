"""Each vendor's SDK is imported by its own adapter only, and the gateway starts without any."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "domain", "workflows", "activities", "workers", "integrations", "storage", "gateway", "cli")
IMPORTERS = {
    "aiohttp": {
        "integrations/channels/slack/api.py",
        "integrations/channels/slack/channel.py",
        "workers/health.py",
    },
    "aiosmtplib": {"integrations/channels/email/smtp.py"},
    "anthropic": {"integrations/llm/anthropic.py"},
    "authlib": {"integrations/sign_in/oidc.py"},
    "cohere": {"integrations/llm/cohere.py"},
    "httpx2": {"integrations/llm/anthropic.py", "integrations/sign_in/oidc.py", "integrations/tools/mcp.py"},
    "imapclient": {"integrations/channels/email/mailbox.py"},
    "mcp": {"integrations/tools/mcp.py"},
    "onnxruntime": {"integrations/embeddings/minilm.py"},
    "openai": {"integrations/llm/openai.py", "integrations/embeddings/openai.py"},
    "simple_salesforce": {"integrations/crm/salesforce/api.py"},
    "slack_bolt": {"integrations/desk/slack/desk.py"},
    "slack_sdk": {
        "integrations/channels/slack/api.py",
        "integrations/channels/slack/channel.py",
        "integrations/desk/slack/desk.py",
    },
    "tokenizers": {"integrations/embeddings/minilm.py"},
    "twilio": {"integrations/channels/twilio/client.py"},
    "zenpy": {"integrations/helpdesk/zendesk/client.py"},
}
OF_THE_GATEWAY = {"authlib", "httpx2"}
"""It asks the sign-in provider itself."""


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("sdk", IMPORTERS)
def test_an_sdk_is_imported_by_its_adapter_only(sdk: str) -> None:
    files = (file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    found = {file.relative_to(ROOT).as_posix() for file in files if sdk in set(imported(file))}
    assert found == IMPORTERS[sdk]


def test_the_gateway_imports_no_sdk() -> None:
    script = f"import sys, gateway.app; print(sorted(set(sys.modules) & {set(IMPORTERS) - OF_THE_GATEWAY!r}))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
