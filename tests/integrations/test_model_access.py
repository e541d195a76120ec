"""How the settings of a process reach each kind of model provider."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import Settings
from integrations.llm.provider import ModelAccess
from integrations.model_access import model_access

SETTINGS = Settings(
    openai_api_key=SecretStr("sk-o"),
    openai_base_url="https://openai.example",
    anthropic_api_key=SecretStr("sk-a"),
    anthropic_base_url="https://anthropic.example",
    cohere_api_key=SecretStr("sk-c"),
    cohere_base_url="https://cohere.example",
    compatible_api_key=SecretStr("sk-m"),
    compatible_base_url="http://models.example",
    model_ca_file=Path("ca.pem"),
)


@pytest.mark.parametrize(
    ("kind", "key", "url"),
    [
        ("openai", "sk-o", "https://openai.example"),
        ("openai-responses", "sk-o", "https://openai.example"),
        ("anthropic", "sk-a", "https://anthropic.example"),
        ("cohere", "sk-c", "https://cohere.example"),
        ("compatible", "sk-m", "http://models.example"),
    ],
)
def test_each_kind_has_its_own_key_and_address(kind: str, key: str, url: str) -> None:
    expected = ModelAccess(api_key=SecretStr(key), base_url=url, ca_file=Path("ca.pem"))
    assert model_access(SETTINGS)[kind] == expected


def test_no_key_shows_in_what_is_printed() -> None:
    assert "sk-" not in repr(model_access(SETTINGS))
