"""The decision path over labelled messages: drafting, scoring and deciding as in the first turn of a conversation."""

from collections.abc import Mapping, Sequence

from answering.drafting import Drafter, DraftQuestion, OrganisationModels
from domain.conversation.confidence import score
from domain.conversation.decision import decide
from domain.conversation.turn import CustomerContext, Draft
from domain.quality.evaluation import JudgedMessage, LabelledMessage, judge
from integrations.llm.base import ReplyWriter

Contexts = Mapping[str, CustomerContext]


async def draft_labelled(
    models: OrganisationModels, writer: ReplyWriter, labelled: Sequence[LabelledMessage], contexts: Contexts
) -> list[Draft]:
    """A draft for each message; `contexts` are the customers by contact id, and an unknown customer has none."""
    drafter = Drafter(models, writer)
    return [await drafter.draft(_question(message, contexts)) for message in labelled]


def judge_labelled(
    models: OrganisationModels, labelled: Sequence[LabelledMessage], drafts: Sequence[Draft]
) -> list[JudgedMessage]:
    """What the organisation would have done with each draft, beside what was expected."""
    specification = models.version.specification
    judged = []
    for message, draft in zip(labelled, drafts, strict=True):
        confidence = score(draft.evidence, models.calibration)
        decision = decide(
            evidence=draft.evidence,
            confidence=confidence,
            exchanges=0,
            clarifications=0,
            thresholds=specification.thresholds,
            service_levels=specification.service_levels,
            sampling_key=message.id,
        )
        judged.append(judge(message, draft, decision, confidence))
    return judged


def _question(message: LabelledMessage, contexts: Contexts) -> DraftQuestion:
    context = contexts.get(message.customer or "", CustomerContext())
    return DraftQuestion(draft_id=message.id, text=message.text, context=context)
