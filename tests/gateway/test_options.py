from pathlib import Path

import pytest

from config.settings import Settings
from domain.errors import InvalidInputError
from gateway.options import options_of

COMPLETE = {
    "organisation": Path("specs/acme"),
    "database_url": "postgresql://localhost/holdfast",
    "temporal_address": "localhost:7233",
    "chat_token_secret": "x" * 32,
}


def test_the_settings_say_everything() -> None:
    options = options_of(Settings.model_validate({**COMPLETE, "widget_origins": "https://a.example https://b.example"}))
    assert options.organisation == "acme"
    assert options.temporal_address == "localhost:7233"
    assert options.widget_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize("missing", ["database_url", "temporal_address", "chat_token_secret"])
def test_a_dependency_without_an_address_is_named(missing: str) -> None:
    settings = Settings.model_validate({**COMPLETE, missing: None})
    with pytest.raises(InvalidInputError, match=f"HOLDFAST_{missing.upper()} is not set.*make up"):
        options_of(settings)


def test_embedding_models_are_reached_with_the_keys_of_the_settings() -> None:
    options = options_of(Settings.model_validate({**COMPLETE, "openai_api_key": "sk-test"}))
    key = options.models["openai"].api_key
    assert key is not None
    assert key.get_secret_value() == "sk-test"
    assert "sk-test" not in repr(options)
