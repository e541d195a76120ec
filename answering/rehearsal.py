"""A conversation without Temporal, store or network, for the scenarios of an organisation.

It drafts as a worker does, asks the same functions for what is decided, and moves by the same transitions as the
workflow. Nothing leaves it. Not played: time (ladder, silence, quiet hours, codes that expire), models other than the
embedded one, tools, and trust that is not earned yet: each AI agent works as its card says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from answering.drafting import Drafter
from answering.questions import question_of
from domain.approvals.approval import Approval, edited, judge
from domain.conversation.activity_models import OpenedConversation
from domain.conversation.deciding import approval_id_of, approval_to_ask, decide_draft, reply_to_send
from domain.conversation.messages import Author, CustomerMessage
from domain.conversation.ownership import Owner, Person, Status
from domain.conversation.policy import Policy
from domain.conversation.requests import DecideApproval, StartConversation
from domain.conversation.state import ConversationState
from domain.conversation.turn import CustomerContext, DecisionRecord, Draft, Outcome, Reason
from domain.identity.check import CODE_LIFETIME, IdentityCheck, codes_in, masked, masked_address, ways_for_code
from domain.quality.evaluation import sources_of
from domain.quality.scenarios import (
    CameOfStep,
    CustomerStep,
    Effect,
    ExpectedApproval,
    PersonStep,
    Scenario,
    ScenarioResult,
    StepResult,
    differences,
)
from domain.quality.trust import held_by
from domain.specification.organisation import Mode, OrganisationSpec
from integrations.crm.base import Crm, CustomerReference
from storage.turns import TRANSCRIPT_LENGTH
from storage.views import DraftBasis, EarlierMessage

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""The moment of everything: no clock runs, so that a scenario always comes out alike."""
CODE = "491827"
CODE_SIGN = "{code}"
LONGEST_SHOWN = 120


@dataclass(frozen=True)
class Stage:
    """What the scenarios of an organisation are played with; made once for all of them."""

    specification: OrganisationSpec
    policy: Policy
    drafter: Drafter
    crm: Crm


class Record:
    """What was said, and up to where it is answered, as the store keeps it."""

    def __init__(self) -> None:
        self._said: list[EarlierMessage] = []
        self._answered = 0

    def add(self, author: Author, text: str, *, answers: bool = False) -> None:
        """`answers`: it is a reply to everything before it; notices answer nothing."""
        if answers:
            self._answered = len(self._said)
        self._said.append(EarlierMessage(author=author, text=text))

    @property
    def unanswered(self) -> Sequence[EarlierMessage]:
        return [said for said in self._said[self._answered :] if said.author is Author.CUSTOMER]

    def basis(self, context: CustomerContext) -> DraftBasis:
        """What a draft is made from."""
        shown = TRANSCRIPT_LENGTH + len(self._said) - self._answered
        unanswered = self.unanswered
        return DraftBasis(
            unanswered=tuple(said.text for said in unanswered),
            transcript=tuple(said for said in self._said[-shown:] if not any(said is one for one in unanswered)),
            context=context,
            greeted=any(said.author is Author.AI_AGENT for said in self._said),
        )


async def play(stage: Stage, scenario: Scenario) -> ScenarioResult:
    """All steps of a scenario, whatever comes of each. Raises what the embedder of the organisation raises."""
    rehearsal, results = Rehearsal(stage, scenario), list[StepResult]()
    for number, step in enumerate(scenario.steps, 1):
        came = await rehearsal.take(step)
        found = differences(step.expect, came)
        results.append(StepResult(number=number, what=_shown(step), came=came, differences=found))
    return ScenarioResult(id=scenario.id, title=scenario.title, steps=tuple(results))


class Rehearsal:
    """One conversation of a scenario."""

    def __init__(self, stage: Stage, scenario: Scenario) -> None:
        self._stage = stage
        self._policy = stage.policy
        self._customer = scenario.customer
        self._proved = scenario.verified
        self._record = Record()
        self._rejected: list[str] = []
        self._steps = 0
        self._state = _opened(stage, scenario)

    async def take(self, step: CustomerStep | PersonStep) -> CameOfStep:
        """What comes of a step."""
        self._steps += 1
        return await (self._hear(step.says) if isinstance(step, CustomerStep) else self._act(step))

    # The customer.

    async def _hear(self, text: str) -> CameOfStep:
        state = self._state
        said = text.replace(CODE_SIGN, CODE)
        message = CustomerMessage(
            message_id=f"message-{self._steps}",
            text=said,
            channel=state.channel,
            received_at=NOW,
            customer_id=self._customer,
        )
        state.receive_message(message)
        if not state.owned_by_ai:
            self._take_in()
            state.note_nothing_unanswered()
            return self._came()
        if state.waiting.identity_check and self._holds_wrong_code(said):
            self._take_in()
            state.note_code_asked(NOW)
            return self._came(text=self._tell(self._policy.wording.wrong_code))
        return await self._answer()

    def _holds_wrong_code(self, text: str) -> bool:
        """The right code proves who writes; a message without any is answered as usual."""
        tried = codes_in([text])
        if CODE not in tried:
            return bool(tried)
        self._proved = True
        self._take_in()
        self._state.prove_identity()
        return False

    def _take_in(self) -> None:
        for message in self._state.take_questions():
            text = masked(message.text, {CODE}) if self._state.waiting.identity_check else message.text
            self._record.add(Author.CUSTOMER, text)

    # The AI agent.

    async def _answer(self, effect: Effect | None = None) -> CameOfStep:
        """One draft for everything that is unanswered, and what becomes of it."""
        state = self._state
        self._take_in()
        state.begin_turn()
        draft = await self._drafted()
        state.note_drafted_by(draft.ai_agent)
        record = decide_draft(
            draft,
            draft.evidence.under(state.answering.mode_set_by_person, draft.held_to),
            self._policy,
            state.answering.counts,
            turn=state.answering.turn,
            revision=state.revision,
            now=NOW,
        )
        return await self._carried_out(draft, record, effect)

    async def _drafted(self) -> Draft:
        state, start = self._state, self._state.start
        question = question_of(
            f"{start.conversation_id}-{state.answering.turn}",
            self._record.basis(await self._context()),
            ai_agent=state.answering.ai_agent,
            instruction=state.answering.instruction,
            rejected=self._rejected if state.answering.instruction else (),
        )
        draft = await self._stage.drafter.draft(question)
        return draft.model_copy(update={"held_to": held_by(self._stage.specification.ai_agent(draft.ai_agent), None)})

    async def _context(self, *, proved: bool = False) -> CustomerContext:
        """`proved`: as it would be if they proved who they are."""
        if self._customer is None:
            return CustomerContext()
        reference = CustomerReference(contact_id=self._customer, verified=self._proved or proved)
        return await self._stage.crm.fetch_customer_context(self._stage.specification.organisation, reference, {})

    async def _carried_out(self, draft: Draft, record: DecisionRecord, effect: Effect | None) -> CameOfStep:
        outcome, reason = record.decision.outcome, record.decision.reason
        match outcome:
            case Outcome.SEND | Outcome.CLARIFY:
                text = self._send(draft, record)
            case Outcome.ASK_APPROVAL:
                text = self._ask_approval(draft, record)
            case Outcome.VERIFY:
                text = await self._ask_for_code()
            case Outcome.ESCALATE:
                text = ""
        if outcome is Outcome.VERIFY and not text:
            outcome, reason = Outcome.ESCALATE, Reason.NOT_VERIFIED
        if outcome is Outcome.ESCALATE:
            text = self._escalate(reason, draft)
        drafted = CameOfStep(
            status=self._state.status,
            ai_agent=draft.ai_agent,
            topic=draft.evidence.topic,
            confidence=record.confidence,
            outcome=outcome,
            reason=reason,
            cites=sources_of(draft),
        )
        return self._came(drafted, text=text, effect=effect)

    def _send(self, draft: Draft, record: DecisionRecord) -> str:
        start = self._state.start
        names = {"organisation": start.organisation, "conversation_id": start.conversation_id}
        reply = reply_to_send(draft, record, self._policy, names, channel=self._state.channel, not_before=None)
        text = reply.text or draft.text
        self._reply(Author.AI_AGENT, text)
        self._state.note_reply(NOW, answers_all=True, clarified=record.decision.outcome is Outcome.CLARIFY)
        return text

    def _ask_approval(self, draft: Draft, record: DecisionRecord) -> str:
        state = self._state
        approval_id = approval_id_of(draft, state.revision)
        asked = approval_to_ask(
            draft, record, self._policy, approval_id=approval_id, channel=state.drafted_for, now=NOW
        )
        state.ask_approval(asked)
        if not state.waiting.told_to_wait:
            self._tell(self._policy.wording.approval_wait)
        state.note_told_to_wait()
        return draft.text

    async def _ask_for_code(self) -> str:
        """The question for the code; nothing where no code can reach the customer."""
        state = self._state
        check = state.waiting.identity_check or await self._code_sent()
        if check is None:
            return ""
        if state.waiting.identity_check is None:
            state.await_code(check)
        state.note_code_exchange(NOW)
        return self._tell(self._policy.wording.verify.replace("{address}", check.address))

    async def _code_sent(self) -> IdentityCheck | None:
        contact = (await self._context(proved=True)).contact
        ways = ways_for_code(contact, self._stage.specification.channels) if contact else []
        if not ways:
            return None
        _, to = ways[0]
        return IdentityCheck(check_id=f"check-{self._steps}", address=masked_address(to), until=NOW + CODE_LIFETIME)

    def _escalate(self, reason: Reason, draft: Draft) -> str:
        state = self._state
        state.move_on()
        state.escalate(reason.value)
        return self._tell(state.handoff_notice(draft))

    # People.

    async def _act(self, step: PersonStep) -> CameOfStep:
        person = Person(id=step.by, roles=step.roles)
        match step.does:
            case "take_over":
                self._take_over(person)
            case "reply":
                if self._state.owner != Owner(kind="human_agent", id=person.id):
                    self._take_over(person)
                self._reply(Author.HUMAN_AGENT, step.text)
                return self._came(text=step.text)
            case "hand_back":
                return await self._hand_back(step.text)
            case "approve" | "edit" | "reject":
                return await self._decide_approval(step, person)
        return self._came()

    def _take_over(self, person: Person) -> None:
        self._state.move_on()
        self._state.take_over(person.id)

    async def _hand_back(self, instruction: str) -> CameOfStep:
        state = self._state
        unanswered = bool(self._record.unanswered)
        told_to_wait = state.owned_by_ai and state.waiting.told_to_wait
        state.move_on()
        state.hand_back(
            state.answering.ai_agent or self._policy.default_ai_agent,
            instruction,
            unanswered=unanswered,
            told_to_wait=told_to_wait,
            now=NOW,
        )
        return await self._answer() if unanswered else self._came()

    async def _decide_approval(self, step: PersonStep, person: Person) -> CameOfStep:
        state, approval = self._state, self._state.approval
        decision = _decision(step, person, approval, f"request-{self._steps}")
        verdict = judge(approval, decision)
        if approval is None or verdict.effect == "refused":
            return self._came(effect="refused", refused=verdict.refused)
        match verdict.effect:
            case "send":
                return self._send_approved(approval, decision)
            case "wait_for_more":
                state.approve_in_part(person.id)
                return self._came(effect="wait_for_more")
            case "reapprove_edit":
                fresh_id = f"{approval.approval_id}-edit-{self._steps}"
                state.replace_approval(edited(approval, decision, approval_id=fresh_id, now=NOW))
                return self._came(effect="reapprove_edit")
            case "redraft":
                self._rejected.append(approval.text)
                state.ask_redraft(decision.reason)
                return await self._answer("redraft")
        return self._came()

    def _send_approved(self, approval: Approval, decision: DecideApproval) -> CameOfStep:
        text = decision.text or approval.text
        self._reply(Author.AI_AGENT, text)
        self._state.note_reply(NOW, answers_all=True, clarified=False)
        self._state.close_approval()
        return self._came(text=text, effect="send")

    # What all of them do.

    def _reply(self, author: Author, text: str) -> None:
        self._record.add(author, text, answers=True)
        self._rejected.clear()

    def _tell(self, notice: str) -> str:
        if notice:
            self._record.add(Author.SYSTEM, notice)
        return notice

    def _came(
        self,
        drafted: CameOfStep | None = None,
        *,
        text: str = "",
        effect: Effect | None = None,
        refused: str | None = None,
    ) -> CameOfStep:
        open_one = self._state.approval
        asked = open_one and ExpectedApproval(
            rule=open_one.rule, approvers=open_one.approvers_needed, roles=open_one.roles
        )
        came = drafted or CameOfStep(status=self._state.status)
        return came.model_copy(update={"approval": asked, "text": text, "effect": effect, "refused": refused})


def _opened(stage: Stage, scenario: Scenario) -> ConversationState:
    """As activities.conversation opens one: by its mode, the default AI agent owns it or people do."""
    spec = stage.specification
    mode = spec.ai_agent(spec.default_ai_agent).mode
    co_pilot = mode is Mode.CO_PILOT
    state = ConversationState(
        start=StartConversation(
            organisation=spec.organisation,
            conversation_id=f"scenario-{scenario.id}"[:64],
            channel=scenario.channel,
            customer_id=scenario.customer,
        )
    )
    owner = Owner(kind="human_agent") if co_pilot else Owner(kind="ai_agent", id=spec.default_ai_agent)
    status = Status.WITH_HUMAN if co_pilot else Status.OPEN
    opened = OpenedConversation(spec_hash="", policy=stage.policy, owner=owner, mode=mode, status=status)
    state.adopt(opened, NOW)
    return state


def _decision(step: PersonStep, person: Person, approval: Approval | None, request_id: str) -> DecideApproval:
    return DecideApproval(
        request_id=request_id,
        by=person,
        approval_id=approval.approval_id if approval else "none",
        action="approve" if step.does == "approve" else "edit" if step.does == "edit" else "reject",
        text=step.text if step.does == "edit" else None,
        reason=step.text if step.does == "reject" else "",
    )


def _shown(step: CustomerStep | PersonStep) -> str:
    """What was said or done, on one line that is not too long."""
    line = " ".join((step.says if isinstance(step, CustomerStep) else f"{step.by}: {step.does} {step.text}").split())
    return line if len(line) <= LONGEST_SHOWN else f"{line[: LONGEST_SHOWN - 1]}…"
