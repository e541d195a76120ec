"""A certificate authority of this machine alone, kept in a folder, so that clients that trusted it once go on to."""

import ssl
from pathlib import Path

import trustme

NAMES = ("localhost", "127.0.0.1", "*.localhost")


class Authority:
    """Makes the authority and a server's certificate in `folder` where they are missing.

    Clients trust `ca_file`. Servers show `server_file`, which holds the key and the certificate.
    """

    def __init__(self, folder: Path) -> None:
        self.ca_file = folder / "ca.pem"
        self.server_file = folder / "server.pem"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (self.ca_file.exists() and self.server_file.exists()):
            self._make()

    def _make(self) -> None:
        authority = trustme.CA(organization_name="Holdfast sandbox", organization_unit_name="Local authority")
        self.server_file.touch(mode=0o600)
        authority.issue_cert(*NAMES).private_key_and_cert_chain_pem.write_to_path(self.server_file)
        authority.cert_pem.write_to_path(self.ca_file)

    def server_context(self) -> ssl.SSLContext:
        """What a server needs, of whatever protocol."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.server_file)
        return context

    def client_context(self) -> ssl.SSLContext:
        """What a client needs that trusts this authority alone."""
        return ssl.create_default_context(cafile=self.ca_file)
