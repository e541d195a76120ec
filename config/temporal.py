"""How Temporal is reached: in the clear, with TLS, with a client certificate, or with an API key (Temporal Cloud)."""

from pathlib import Path
from typing import TypedDict

from pydantic import BaseModel, ConfigDict, SecretStr
from temporalio.service import TLSConfig

from config.settings import Settings


class ConnectOptions(TypedDict):
    """Arguments of `temporalio.client.Client.connect`."""

    tls: bool | TLSConfig
    api_key: str | None


class TemporalAccess(BaseModel):
    """The credentials for a Temporal service; by default none, and no TLS."""

    model_config = ConfigDict(frozen=True)

    tls: bool = False
    api_key: SecretStr | None = None
    ca_file: Path | None = None
    client_cert_file: Path | None = None
    client_key_file: Path | None = None

    def options(self) -> ConnectOptions:
        """Reads the files. Raises OSError for one that cannot be read."""
        key = self.api_key.get_secret_value() if self.api_key else None
        return ConnectOptions(tls=self._tls(), api_key=key)

    def _tls(self) -> bool | TLSConfig:
        files = (self.ca_file, self.client_cert_file, self.client_key_file)
        if not any(files):
            return self.tls or self.api_key is not None
        authority, certificate, key = (path.read_bytes() if path else None for path in files)
        return TLSConfig(server_root_ca_cert=authority, client_cert=certificate, client_private_key=key)


def access_of(settings: Settings) -> TemporalAccess:
    """The credentials that the settings name."""
    return TemporalAccess(
        tls=settings.temporal_tls,
        api_key=settings.temporal_api_key,
        ca_file=settings.temporal_ca_file,
        client_cert_file=settings.temporal_client_cert_file,
        client_key_file=settings.temporal_client_key_file,
    )
