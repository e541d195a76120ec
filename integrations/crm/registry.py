"""CRMs by kind. A new one is one file and one line here."""

from typing import Any

from integrations.registry import adapter_class

CRMS: dict[str, str] = {"directory": "integrations.crm.directory:DirectoryCrm"}


def crm_class(kind: str) -> Any:
    """The class of a kind; what its constructor needs, such as a client, differs. Raises InvalidInputError."""
    return adapter_class(CRMS, kind)
