"""A conversation without Temporal, store or network, for the scenarios of an organisation.

It drafts as a worker does, asks the same functions for what is decided, and moves by the same transitions as the
workflow. Nothing leaves it. Not played: time (ladder, silence, quiet hours, codes that expire), models other than the
embedded one, tools (one that a step of a journey may use counts as used), trust that is not earned yet (cards count).
"""

from collections.abc import Iterable, Mapping

from answering.questions import question_of
from answering.rehearsed_journeys import RehearsedJourneys
from answering.rehearsed_record import Record
from answering.stage import NOW, Stage, opened
from answering.step_drafts import facts_of, tool_draft, unasked
from domain.approvals.approval import Approval, edited, judge
from domain.conversation.deciding import approval_id_of, approval_to_ask, decide_draft, reply_to_send
from domain.conversation.groups import Answered
from domain.conversation.messages import Author, CustomerMessage
from domain.conversation.ownership import Owner, Person
from domain.conversation.requests import CarryOutStep, DecideApproval
from domain.conversation.turn import CustomerContext, DecisionRecord, Draft, Outcome, Reason
from domain.identity.check import CODE_LIFETIME, IdentityCheck, codes_in, masked, masked_address, ways_for_code
from domain.journeys.work import Instruct, Put, Say, StepReport, UseTool
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
    shown,
)
from domain.quality.trust import held_by
from domain.tools.actions import ProposedAction
from integrations.crm.base import CustomerReference

CODE = "491827"
CODE_SIGN = "{code}"


async def play(stage: Stage, scenario: Scenario) -> ScenarioResult:
    """All steps of a scenario, whatever comes of each. Raises what the embedder of the organisation raises."""
    rehearsal, results = Rehearsal(stage, scenario), list[StepResult]()
    for number, step in enumerate(scenario.steps, 1):
        came = await rehearsal.take(step)
        found = differences(step.expect, came)
        results.append(StepResult(number=number, what=shown(step), came=came, differences=found))
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
        self._state = opened(stage, scenario)
        self._journeys = RehearsedJourneys(stage.specification, self._state, self._facts, NOW)

    async def take(self, step: CustomerStep | PersonStep) -> CameOfStep:
        """What comes of a step, and of the journeys that go on then."""
        self._steps += 1
        came = await (self._hear(step.says) if isinstance(step, CustomerStep) else self._act(step))
        told = [came.text]
        while (wanted := await self._journeys.work()) is not None:
            told.append(await self._carry_out(wanted))
        standing = {"status": self._state.status, "approval": self._asked(), "journeys": self._journeys.standing()}
        return came.model_copy(update={"text": "\n\n".join(filter(None, told)), **standing})

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
        if not state.owes() and state.journeys.hears(state.mailbox.inbox):
            self._take_in()
            self._record.note_answered()
            state.note_nothing_unanswered()
            return self._came()
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
        return await self._carried_out(await self._drafted(self._draft_id()), effect)

    def _draft_id(self) -> str:
        return f"{self._state.start.conversation_id}-{self._state.answering.turn}"

    async def _drafted(self, draft_id: str, work: Instruct | None = None) -> Draft:
        state = self._state
        question = question_of(
            draft_id,
            self._record.basis(await self._context()),
            ai_agent=state.answering.ai_agent,
            instruction=state.answering.instruction,
            rejected=self._rejected if state.answering.instruction else (),
            work=work,
            channel=state.drafted_for,
        )
        drafted = await self._stage.drafter.draft(question)
        made = drafted if work is None else unasked(drafted)
        return made.model_copy(update={"held_to": held_by(self._stage.specification.ai_agent(made.ai_agent), None)})

    async def _context(self, *, proved: bool = False) -> CustomerContext:
        """`proved`: as it would be if they proved who they are."""
        if self._customer is None:
            return CustomerContext()
        reference = CustomerReference(contact_id=self._customer, verified=self._proved or proved)
        return await self._stage.crm.fetch_customer_context(self._stage.specification.organisation, reference, {})

    async def _facts(self) -> Mapping[str, object]:
        return facts_of(await self._context())

    async def _carried_out(self, draft: Draft, effect: Effect | None = None) -> CameOfStep:
        """It is decided about, and done."""
        state = self._state
        state.note_drafted_by(draft.ai_agent)
        record = decide_draft(
            draft,
            draft.evidence.under(state.answering.mode_set_by_person, draft.held_to),
            self._policy,
            Answered() if state.journeys.of_draft(draft.draft_id) else state.answering.counts,
            turn=state.answering.turn,
            revision=state.revision,
            now=NOW,
        )
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
        text, clarified = reply.text or draft.text, record.decision.outcome is Outcome.CLARIFY
        if not self._sent(draft.draft_id, draft.actions, text, clarified=clarified):
            self._state.note_topic(None if clarified else draft.evidence.topic)
        return text

    def _sent(self, draft_id: str, actions: Iterable[ProposedAction], text: str, *, clarified: bool = False) -> bool:
        """Tools are used and a text reaches the customer, as far as there are any; whether it is for a journey."""
        state = self._state
        for action in actions:
            state.note_tool(action.tool)
        if text:
            self._reply(Author.AI_AGENT, text)
        for_journey = state.note_step_sent(draft_id, NOW)
        if not for_journey:
            state.note_reply(NOW, answers_all=True, clarified=clarified)
        return for_journey

    def _ask_approval(self, draft: Draft, record: DecisionRecord) -> str:
        state = self._state
        approval_id = approval_id_of(draft, state.revision)
        asked = approval_to_ask(
            draft, record, self._policy, approval_id=approval_id, channel=state.drafted_for, now=NOW
        )
        state.ask_approval(asked)
        if state.journeys.of_draft(draft.draft_id):
            return draft.text
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

    # Journeys.

    async def _carry_out(self, step: CarryOutStep) -> str:
        """Do what a journey asks; what the customer reads of it, or what waits for an approval."""
        work = step.work
        match work:
            case Say():
                self._state.end_step(step, StepReport(key=step.key, status="done"), NOW)
                return self._say(work.text, work.ai_agent)
            case Put():
                self._state.keep_journeys(self._state.journeys.put_question(step))
                return self._say(work.question.text, work.question.ai_agent)
            case Instruct() | UseTool():
                return (await self._carried_out(await self._drafted_for(step, work))).text
        raise NotImplementedError(f"no scenario comes to {work.kind}: it takes time")

    def _say(self, text: str, ai_agent: str | None) -> str:
        self._record.add(Author.AI_AGENT if ai_agent else Author.SYSTEM, text)
        return text

    async def _drafted_for(self, step: CarryOutStep, work: Instruct | UseTool) -> Draft:
        state = self._state
        state.begin_turn()
        draft_id = step.key if isinstance(work, UseTool) else self._draft_id()
        state.keep_journeys(state.journeys.begin_draft(step, draft_id))
        if isinstance(work, Instruct):
            return await self._drafted(draft_id, work)
        return tool_draft(draft_id, work, self._record.basis(await self._context()), self._stage.specification)

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
            case _:
                refused = self._journeys.ask(step, person, f"request-{self._steps}")
                return self._came(effect="refused" if refused else None, refused=refused)
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
                return await self._redraft(approval, decision)
        return self._came()

    async def _redraft(self, approval: Approval, decision: DecideApproval) -> CameOfStep:
        """The use of a tool that a journey asked for is not proposed again; its text is written again in its turn."""
        state = self._state
        tool = state.journeys.uses_tool(approval.draft_id)
        if tool is not None:
            state.close_approval()
            state.end_step(tool, StepReport(key=tool.key, status="failed"), NOW)
            return self._came(effect="redraft")
        self._rejected.append(approval.text)
        state.ask_redraft(decision.reason)
        if state.journeys.of_draft(approval.draft_id) is None:
            return await self._answer("redraft")
        state.note_nothing_unanswered()
        return self._came(effect="redraft")

    def _send_approved(self, approval: Approval, decision: DecideApproval) -> CameOfStep:
        text = decision.text or approval.text
        self._sent(approval.draft_id, approval.actions, text)
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
        came = drafted or CameOfStep(status=self._state.status)
        return came.model_copy(update={"text": text, "effect": effect, "refused": refused})

    def _asked(self) -> ExpectedApproval | None:
        """The approval that is open."""
        open_one = self._state.approval
        return _as_expected(open_one) if open_one else None


def _decision(step: PersonStep, person: Person, approval: Approval | None, request_id: str) -> DecideApproval:
    return DecideApproval(
        request_id=request_id,
        by=person,
        approval_id=approval.approval_id if approval else "none",
        action="approve" if step.does == "approve" else "edit" if step.does == "edit" else "reject",
        text=step.text if step.does == "edit" else None,
        reason=step.text if step.does == "reject" else "",
    )


def _as_expected(approval: Approval) -> ExpectedApproval:
    group = next(iter(approval.groups), None)
    return ExpectedApproval(
        rule=approval.rule,
        approvers=approval.approvers_needed,
        roles=approval.all_roles,
        team=group.team if group else None,
        skill=group.skill if group else None,
    )
