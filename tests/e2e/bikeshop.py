"""The bicycle shop of tests.organisation, so published that confidence never depends on the wording of a draft."""

from functools import cache
from typing import Any

from answering.topics.ngram import train
from domain.conversation.confidence import Calibration
from domain.quality.topics import LabelledText
from domain.specification.organisation import (
    ChannelSpec,
    LadderRung,
    OrganisationSpec,
    ServiceLevels,
    SpecVersion,
    Thresholds,
)
from storage.database import Database
from storage.specs import SpecRepository
from tests.organisation import ARTICLES, SPECIFICATION

PASSWORD = "how do I reset my password"
DELIVERY = "what does shipping cost"
REFUND = "I want my money back"
PERSON = "I want to talk to a person"

SURE = Calibration(bias=4.0, weights={})
CHANGES: dict[str, Any] = {
    "channels": {"web_chat": ChannelSpec(burst_window_seconds=0)},
    "thresholds": Thresholds(out_of_scope_above=1.0),
    "service_levels": ServiceLevels(exchange_limit=100),
    "ladder": (LadderRung(after_minutes=60, action="remind"),),
}


def version(**changes: Any) -> SpecVersion:
    """The shop's specification, with what a test wants otherwise."""
    specification = OrganisationSpec.model_validate(SPECIFICATION.model_copy(update=CHANGES | changes).model_dump())
    return SpecVersion(specification=specification, articles=ARTICLES)


async def publish(database: Database, **changes: Any) -> str:
    """Make the specification the active one; its hash comes back."""
    return await publish_version(database, version(**changes))


async def publish_version(database: Database, version: SpecVersion) -> str:
    return await SpecRepository(database).publish(version, _topic_model(), SURE, "lea")


@cache
def _topic_model() -> bytes:
    examples = [LabelledText(text=text, label=topic.id) for topic in SPECIFICATION.topics for text in topic.examples]
    return train(examples, SPECIFICATION.out_of_scope_examples).to_bytes()
