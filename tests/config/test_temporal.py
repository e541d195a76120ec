"""Credentials for Temporal, from settings to the arguments of the client."""

from pathlib import Path

import pytest
from temporalio.service import TLSConfig

from config.settings import Settings
from config.temporal import TemporalAccess, access_of


def _access(**values: object) -> TemporalAccess:
    return access_of(Settings.model_validate(values))


@pytest.mark.parametrize(
    ("given", "tls", "key"),
    [
        ({}, False, None),
        ({"temporal_tls": True}, True, None),
        ({"temporal_api_key": "secret"}, True, "secret"),
        ({"temporal_api_key": "secret", "temporal_tls": True}, True, "secret"),
    ],
)
def test_tls_comes_with_a_key(given: dict[str, object], tls: bool, key: str | None) -> None:
    assert _access(**given).options() == {"tls": tls, "api_key": key}


def test_files_are_read_when_they_are_needed(tmp_path: Path) -> None:
    names = ("ca_file", "client_cert_file", "client_key_file")
    files = {f"temporal_{name}": tmp_path / name for name in names}
    access = _access(**files)
    for path in files.values():
        path.write_text(path.name)
    assert access.options()["tls"] == TLSConfig(
        server_root_ca_cert=b"ca_file", client_cert=b"client_cert_file", client_private_key=b"client_key_file"
    )


def test_an_authority_alone_is_enough(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("pem")
    assert _access(temporal_ca_file=tmp_path / "ca.pem").options()["tls"] == TLSConfig(server_root_ca_cert=b"pem")


def test_a_missing_file_is_an_error_and_no_silent_connection_in_the_clear(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        _access(temporal_ca_file=tmp_path / "no.pem").options()


def test_the_key_is_not_shown() -> None:
    assert "secret" not in repr(_access(temporal_api_key="secret"))
