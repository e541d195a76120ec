"""The decision path over labelled messages: drafting, scoring and deciding as in the first turn of a conversation."""

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

from answering.drafting import Drafter
from answering.understanding import DraftQuestion, OrganisationModels
from domain.conversation.confidence import score
from domain.conversation.decision import decide
from domain.conversation.turn import CustomerContext, Decision, Draft, Outcome
from domain.quality.evaluation import JudgedMessage, LabelledMessage, judge
from domain.specification.organisation import SpecVersion
from integrations.llm.base import ReplyWriter

Contexts = Mapping[str, CustomerContext]


async def draft_labelled(
    models: OrganisationModels,
    writer: ReplyWriter,
    labelled: Sequence[LabelledMessage],
    contexts: Contexts,
    on_drafted: Callable[[float], None] = lambda _: None,
) -> list[Draft]:
    """A draft for each message; `contexts` are the customers by contact id, and an unknown customer has none.

    `on_drafted` hears the milliseconds that each took.
    """
    drafter, drafts = Drafter(models, writer), list[Draft]()
    for message in labelled:
        started = perf_counter()
        drafts.append(await drafter.draft(_question(message, contexts)))
        on_drafted((perf_counter() - started) * 1000)
    return drafts


def judge_labelled(
    models: OrganisationModels, labelled: Sequence[LabelledMessage], drafts: Sequence[Draft]
) -> list[JudgedMessage]:
    """What the organisation would have done with each draft, beside what was expected."""
    judged = []
    for message, draft in zip(labelled, drafts, strict=True):
        confidence = score(draft.evidence, models.calibration)
        decision = _decided(models.version, draft, confidence)
        judged.append(judge(message, draft, decision, confidence, weighed=depends_on_confidence(models.version, draft)))
    return judged


def depends_on_confidence(version: SpecVersion, draft: Draft) -> bool:
    """True when nothing but low confidence would keep this draft from being sent or put to approval."""
    return _decided(version, draft, 1.0).outcome in {Outcome.SEND, Outcome.ASK_APPROVAL}


def _decided(version: SpecVersion, draft: Draft, confidence: float) -> Decision:
    """As in the first turn of a conversation."""
    return decide(
        evidence=draft.evidence,
        confidence=confidence,
        exchanges=0,
        clarifications=0,
        thresholds=version.specification.thresholds,
        service_levels=version.specification.service_levels,
        sampling_key=draft.draft_id,
        rules=[rule.to_decide for rule in version.specification.rules],
    )


def _question(message: LabelledMessage, contexts: Contexts) -> DraftQuestion:
    context = contexts.get(message.customer or "", CustomerContext())
    return DraftQuestion(draft_id=message.id, text=message.text, context=context)
