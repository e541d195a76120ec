from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from config.settings import Settings, child_environment, explain, local_settings, variable_name


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable_name(name), raising=False)
    monkeypatch.chdir(tmp_path)


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = Settings()

    assert settings.home == tmp_path / ".holdfast"
    assert settings.temporal_address is None
    assert settings.database_url is None


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.setenv("HOLDFAST_GATEWAY_PORT", "")

    assert Settings().openai_api_key is None
    assert Settings().gateway_port == 8080


def test_the_environment_comes_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "HOLDFAST_GATEWAY_PORT=1111\nHOLDFAST_TEMPORAL_PORT=2222\nOPENAI_API_KEY=of-the-file\n"
    )
    monkeypatch.setenv("HOLDFAST_GATEWAY_PORT", "3333")
    settings = local_settings()

    assert (settings.gateway_port, settings.temporal_port) == (3333, 2222)
    assert settings.openai_api_key == SecretStr("of-the-file")


def test_a_server_process_does_not_read_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HOLDFAST_GATEWAY_PORT=1111\n")

    assert Settings().gateway_port == 8080


def test_a_child_process_reads_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOLDFAST_GATEWAY_PORT", "1111")
    monkeypatch.setenv("OPENAI_API_KEY", "of-the-parent")
    settings = Settings(
        home=tmp_path / "home",
        gateway_port=2222,
        database_url=SecretStr("postgresql://user:password@host/database"),
        openai_api_key=None,
        log_level="error",
    )
    for name, value in child_environment(settings).items():
        monkeypatch.setenv(name, value)

    assert Settings() == settings


def test_secrets_do_not_show() -> None:
    settings = Settings(
        database_url=SecretStr("postgresql://user:password@host/database"), openai_api_key=SecretStr("key-of-mine")
    )

    assert "password" not in repr(settings)
    assert "key-of-mine" not in repr(settings)


def test_a_mistake_names_the_variable_and_not_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_GATEWAY_PORT", "eighty")
    monkeypatch.setenv("HOLDFAST_CHAT_TOKEN_SECRET", "too-short")
    with pytest.raises(ValidationError) as caught:
        Settings()

    lines = explain(caught.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["HOLDFAST_GATEWAY_PORT", "HOLDFAST_CHAT_TOKEN_SECRET"]
    assert lines[1] == "HOLDFAST_CHAT_TOKEN_SECRET: Value should have at least 32 characters."
    assert "too-short" not in str(caught.value)
    assert "eighty" not in explain(caught.value)


def test_a_database_url_whose_port_is_no_number_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", "postgresql://anna:secret@host:port/db")
    with pytest.raises(ValidationError) as caught:
        Settings()
    told = explain(caught.value)
    assert told.startswith("HOLDFAST_DATABASE_URL: ")
    assert "postgresql://user:password@host:5432/database" in told
    assert "secret" not in told
