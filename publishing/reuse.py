"""What models are fitted from, by its hash: models that were fitted from the same before are taken as they are."""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import version as installed_version
from pathlib import Path

from pydantic import TypeAdapter

from domain.conversation.turn import CustomerContext
from domain.quality.evaluation import LabelledMessage
from domain.specification.calendar import BusinessCalendar
from domain.specification.organisation import DIRECTORY, RetentionRules, SpecVersion

NOT_LEARNT_FROM: dict[str, object] = {
    "calendar": BusinessCalendar(),
    "crm": DIRECTORY,
    "helpdesk": None,
    "crm_notes": (),
    "crm_fields": {},
    "open_conversations": "stay",
    "approval_rules": (),
    "ladder": (),
    "queue_ladder": (),
    "journeys": (),
    "knowledge_sources": (),
    "people": (),
    "teams": (),
    "retention": RetentionRules(),
}
"""What a specification says that no draft and no confidence depends on, with what stands in its place for fitting."""

LEARNS = ("answering", "domain", "integrations", "publishing")
"""Where the code is that fits: with other code, other models may come of the same."""
LIBRARIES = ("numpy", "scikit-learn")

LABELLED = TypeAdapter(tuple[LabelledMessage, ...])
CONTEXTS = TypeAdapter(dict[str, CustomerContext])


def basis_of(version: SpecVersion) -> SpecVersion:
    """The version without what nothing is learnt from. Models are fitted from this, so they cannot depend on it."""
    return version.model_copy(update={"specification": version.specification.model_copy(update=NOT_LEARNT_FROM)})


def fitted_from(
    basis: SpecVersion, labelled: Sequence[LabelledMessage], contexts: Mapping[str, CustomerContext], embedder: str
) -> str:
    """SHA-256 (hex) of all that models are fitted from: equal hashes give equal models.

    Of `contexts` only the customers count whom labelled messages name, and when their facts were read does not.
    """
    named = {message.customer for message in labelled}
    known = {name: context for name, context in sorted(contexts.items()) if name in named}
    facts = CONTEXTS.dump_json(known, exclude={"__all__": {"facts": {"__all__": {"as_of"}}}})
    parts = (basis.content_hash.encode(), LABELLED.dump_json(tuple(labelled)), facts, embedder.encode(), code_hash())
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()


@cache
def code_hash() -> bytes:
    """SHA-256 of the code that fits, and of the versions of its libraries."""
    found, root = sha256(), Path(__file__).parents[1]
    for file in sorted(file for package in LEARNS for file in (root / package).rglob("*.py")):
        found.update(sha256(file.read_bytes()).digest())
    found.update(" ".join(installed_version(library) for library in LIBRARIES).encode())
    return found.digest()
