"""uv is given the package index and the certificates of pip, unless it has its own."""

import os
from pathlib import Path

import pytest

from requirements.uv import environment, pip_settings

INDEX, CERTIFICATES = "https://index.example/simple", "/etc/authority.pem"


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """pip reads none of its files, and neither it nor uv finds anything in the environment."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    for name in ("PIP_INDEX_URL", "PIP_CERT", "UV_DEFAULT_INDEX", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_the_file_and_the_environment_of_pip_are_read_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pip.conf"
    file.write_text(f"[global]\nindex-url = https://other.example\ncert = {CERTIFICATES}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    monkeypatch.setenv("PIP_INDEX_URL", INDEX)
    told = environment()
    assert (told["UV_DEFAULT_INDEX"], told["SSL_CERT_FILE"]) == (INDEX, CERTIFICATES)


def test_what_uv_was_told_itself_counts_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", INDEX)
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example")
    assert environment()["UV_DEFAULT_INDEX"] == "https://own.example"


def test_a_value_with_an_equals_sign_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", f"{INDEX}?a=b")
    assert pip_settings()["index-url"] == f"{INDEX}?a=b"


def test_where_pip_was_told_nothing_uv_is_told_nothing() -> None:
    assert not {"UV_DEFAULT_INDEX", "SSL_CERT_FILE"} & environment().keys()
