"""Which certificate authorities a vendor's certificate may come from."""

import ssl
from pathlib import Path


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """The system's authorities, and those of a file (PEM). Raises OSError for a file that holds none."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context
