"""What a conversation carries from run to run: small, and enough to go on as if nothing had happened."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from domain.approvals.approval import Approval
from domain.approvals.person_wait import PersonWait
from domain.conversation.activity_models import FetchedContext, NewerVersion, OpenedConversation, StatusChanged
from domain.conversation.groups import (
    Answered,
    Answering,
    CustomerContext,
    LastCustomerMessage,
    Mailbox,
    ShownStatus,
    Ticket,
    Waiting,
)
from domain.conversation.journeys import Journeys
from domain.conversation.lifecycle import Lifecycle
from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Owner, Status
from domain.conversation.policy import Policy, shared
from domain.conversation.requests import (
    AnyRequest,
    CarryOutStep,
    EnterJourney,
    RecallSteps,
    StartConversation,
    as_it_came,
)
from domain.conversation.turn import Draft
from domain.identity.check import IdentityCheck
from domain.journeys.work import StepReport
from domain.model import Frozen
from domain.specification.organisation import ChannelKind, Mode

EVENTS_PER_RUN, EARLIER_EVENTS_PER_RUN = 240, 600
"""A worker holds every command of a run, some 10 KB a turn, and reads them all again after a crash."""

TAKES_OVER = frozenset({"take_over", "send_human_reply"})
SETS_ASIDE = frozenset({"resolve", "snooze"})
REPLACES_SUGGESTION = frozenset({"send_human_reply", "hand_back"})


class ConversationState(BaseModel):
    """The argument of the workflow: only `start` for a new conversation, everything at continue-as-new.

    Its parts never change; the methods here put others in their place, and nobody else does. In JSON the fields of all
    parts stand in one flat object, as in every version before, so that workers of two versions can share a
    conversation.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    start: StartConversation
    spec_hash: str | None = None
    policy: Annotated[Policy, AfterValidator(shared)] | None = None
    lifecycle: Lifecycle = Lifecycle()
    mailbox: Mailbox = Mailbox()
    answering: Answering = Answering()
    waiting: Waiting = Waiting()
    customer_context: CustomerContext = CustomerContext()
    latest: LastCustomerMessage = LastCustomerMessage()
    ticket: Ticket = Ticket()
    shown: ShownStatus = ShownStatus()
    journeys: Journeys = Journeys()
    events_per_run: int = EARLIER_EVENTS_PER_RUN
    """After so many, the history begins anew. It travels, so that a run keeps the length that it began with."""

    @model_validator(mode="before")
    @classmethod
    def _lift(cls, given: Any) -> Any:
        """Sort the flat fields into their groups."""
        if not isinstance(given, dict):
            return given
        rest = dict(given)
        lifted = {group: {name: rest.pop(name) for name in names & rest.keys()} for group, names in FLAT_NAMES.items()}
        return rest | {group: fields for group, fields in lifted.items() if fields}

    @model_serializer(mode="wrap")
    def _flatten(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """All fields of all groups side by side."""
        fields: dict[str, Any] = written(self)
        groups = [fields.pop(group) for group in FLAT_NAMES if group in fields]
        return fields | {name: value for group in groups for name, value in group.items()}

    # What others ask.

    @property
    def owner(self) -> Owner:
        return self.lifecycle.owner

    @property
    def status(self) -> Status:
        return self.lifecycle.status

    @property
    def revision(self) -> int:
        return self.lifecycle.revision

    @property
    def approval(self) -> Approval | None:
        """The open one."""
        return self.lifecycle.approval

    @property
    def owned_by_ai(self) -> bool:
        return self.lifecycle.owned_by_ai

    @property
    def channel(self) -> ChannelKind:
        """The channel that the customer used last; replies leave by it."""
        return self.latest.channel or self.start.channel

    @property
    def drafted_for(self) -> ChannelKind:
        """The channel on which the draft's question came: what is told to one sender is not sent to another."""
        return self.answering.channel or self.channel

    @property
    def customer_id(self) -> str | None:
        """Who wrote last, as far as the channel knows."""
        return self.latest.sender_id or self.start.customer_id

    @property
    def opened_policy(self) -> Policy:
        """The policy of a conversation that is open already."""
        if self.policy is None:
            raise RuntimeError("the conversation is not open yet")
        return self.policy

    def is_pushed(self) -> bool:
        """What the customer is to read must be sent to a vendor; otherwise the stored message is the sent one."""
        return not self.opened_policy.traits_of(self.channel).stored

    def handoff_notice(self, draft: Draft | None) -> str:
        """What the customer is told when a person takes over, in their language as far as we have the words."""
        language = draft.evidence.unsupported_language if draft else None
        return self.opened_policy.handoff_notice(self.channel, language)

    def is_overtaken(self) -> bool:
        """Something arrived that makes a draft stale: a message, or a person who takes over."""
        return bool(self.mailbox.inbox) or self.is_being_taken_over()

    def is_being_taken_over(self) -> bool:
        """A person asks to be the owner instead of the AI agent."""
        return self.owned_by_ai and any(request.kind in TAKES_OVER for request in self.mailbox.requests)

    def is_set_aside(self) -> bool:
        """A person asks for something that no draft may hold up, nor follow."""
        kinds = SETS_ASIDE if self.owned_by_ai else SETS_ASIDE | REPLACES_SUGGESTION
        return any(request.kind in kinds for request in self.mailbox.requests)

    def context_is_fresh(self, now: datetime) -> bool:
        """False when the customer context is missing, incomplete, too old, or that of another sender."""
        max_age = timedelta(minutes=self.opened_policy.service_levels.context_max_age_minutes)
        return self.customer_context.is_fresh(now, self.customer_id, max_age)

    # The store.

    def adopt(self, opened: OpenedConversation, now: datetime) -> None:
        """Take over what the store knows of this conversation."""
        self.spec_hash, self.policy = opened.spec_hash, shared(opened.policy)
        self.lifecycle = self.lifecycle.adopt(opened.owner, opened.status, opened.revision, now)
        self._answering(turn=opened.turn, mode=opened.mode)
        if opened.context:
            self.keep_context(opened.context, now)

    def move_to(self, newer: NewerVersion) -> None:
        """Follow another version from the next turn on, unless something waits that the present one has begun."""
        at_rest = self.status is Status.OPEN and self.owned_by_ai and not self.answering.unanswered
        if at_rest and not self.waiting.identity_check and not self.waiting.parked_since:
            self.spec_hash, self.policy = newer.spec_hash, shared(newer.policy)
            self.forget_context()

    def catch_up(self, stored: OpenedConversation) -> None:
        """Believe the store when it refuses what the state allows, as after a workflow was reset to the past."""
        self.lifecycle = self.lifecycle.catch_up(stored.owner, stored.revision)
        self._answering(turn=max(self.answering.turn, stored.turn))
        if stored.merged_into:
            self.journeys = self.journeys.merge_away()

    def believe(self, stored: StatusChanged) -> None:
        """What was asked was carried out long ago, and much may have followed since."""
        self.lifecycle = self.lifecycle.believe(stored.position, stored.snoozed_until, stored.resolved_at)
        self._answering(mode=stored.mode)
        if self.lifecycle.approval_is_stale:
            self.drop_stale_approval()

    # The mailbox.

    def receive_message(self, message: CustomerMessage) -> None:
        """Keep a customer's message, once for each id that is remembered."""
        if self._first_time(message.message_id):
            self.mailbox = self.mailbox.put_message(message)
            self.latest = LastCustomerMessage(
                received_at=message.received_at, channel=message.channel, sender_id=message.customer_id
            )
            self._waiting(in_doubt=self.waiting.in_doubt or message.in_doubt)

    def receive_request(self, request: AnyRequest) -> None:
        """Keep what a person asks, once for each id that is remembered."""
        if self._first_time(f"request:{request.request_id}"):
            self.mailbox = self.mailbox.put_request(as_it_came(request))
            if request.kind == "resolve" and request.merged:
                self.journeys = self.journeys.merge_away()

    def next_request(self) -> AnyRequest:
        """Take the oldest request out of the mailbox. Raises IndexError when there is none."""
        request = self.mailbox.requests[0]
        self.drop_request(request)
        return request

    def drop_request(self, request: AnyRequest) -> None:
        """A request is carried out ahead of its turn. Raises ValueError when it is not there."""
        self.mailbox = self.mailbox.without_request(request)

    def take_inbox(self) -> tuple[CustomerMessage, ...]:
        """Empty the inbox into the hands of whoever records it."""
        messages, self.mailbox = self.mailbox.inbox, self.mailbox.without_messages()
        self._waiting(told_to_wait=self.waiting.told_to_wait and not messages)
        return messages

    def take_questions(self) -> tuple[CustomerMessage, ...]:
        """Empty the inbox for an answer: messages begin a new revision and are unanswered."""
        messages = self.take_inbox()
        if messages:
            self.move_on()
            self._answering(unanswered=True)
            if self.owned_by_ai:
                self.journeys = self.journeys.read(messages)
        return messages

    def put_back(self, messages: tuple[CustomerMessage, ...]) -> None:
        """Return messages whose recording is not certain; recording them twice is harmless."""
        self.mailbox = self.mailbox.put_back(messages)

    def _first_time(self, key: str) -> bool:
        if self.mailbox.has_seen(key):
            return False
        self.mailbox = self.mailbox.see(key)
        return True

    # Owner, status, revision.

    def move_on(self) -> None:
        """A new revision: older drafts and approvals are stale."""
        self.lifecycle = self.lifecycle.move_on()

    def take_over(self, person_id: str) -> None:
        """A person becomes the owner and answers what is unanswered."""
        self.lifecycle = self.lifecycle.take_over(person_id)
        self._begin_again()
        self._answering(unanswered=False)

    def hand_back(
        self, ai_agent: str, instruction: str, *, unanswered: bool, told_to_wait: bool, now: datetime
    ) -> None:
        """The AI agent becomes the owner, or goes on, with an instruction and fresh budgets."""
        parked_since = self.waiting.parked_since if self.owned_by_ai else None
        self.lifecycle = self.lifecycle.hand_back(ai_agent)
        self._begin_again()
        self._waiting(told_to_wait=told_to_wait, quiet_since=now, parked_since=parked_since)
        self._answering(instruction=instruction, unanswered=unanswered)

    def escalate(self, reason: str) -> None:
        """The human queue becomes the owner. Raises ConflictError when a person owns the conversation."""
        self.lifecycle = self.lifecycle.escalate(reason)
        self._begin_again()
        self._answering(unanswered=False)

    def ask_approval(self, approval: Approval) -> None:
        """A draft waits for people. Raises ConflictError unless it is one of the AI agent's, and current."""
        self.lifecycle = self.lifecycle.ask_approval(approval)
        self._answering(unanswered=False)

    def replace_approval(self, approval: Approval) -> None:
        """The open approval has changed and stays open. Raises ConflictError when none is open."""
        self.lifecycle = self.lifecycle.replace_approval(approval)

    def approve_in_part(self, person_id: str) -> Approval:
        """One of several approvers agrees; the approval afterwards. Raises ConflictError when none is open."""
        self.lifecycle = self.lifecycle.approve_in_part(person_id)
        return self.lifecycle.opened_approval

    def close_approval(self) -> None:
        """What was approved has been done. Raises ConflictError when no approval is open."""
        self.lifecycle = self.lifecycle.close_approval()

    def drop_stale_approval(self) -> None:
        """The store is past the draft that waited: the AI agent writes another one, unless a person owns it."""
        self.close_approval()
        self._answering(unanswered=self.owned_by_ai)

    def withdraw_reply(self) -> None:
        """What the AI agent was about to say is not said; what it was to answer is unanswered."""
        self.move_on()
        self._answering(unanswered=True)

    def ask_redraft(self, instruction: str) -> None:
        """A draft was rejected: the AI agent writes another one."""
        self.move_on()
        self._answering(instruction=instruction, unanswered=True)

    def snooze(self, until: datetime) -> None:
        """Put aside until an instant, or until the customer writes."""
        self.lifecycle = self.lifecycle.snooze(until)

    def wake(self, now: datetime | None = None) -> None:
        """Back to work; with `now`, silence counts from then on."""
        self.lifecycle = self.lifecycle.wake()
        if now is not None:
            self._waiting(quiet_since=now)

    def resolve(self, now: datetime) -> None:
        """Done: what was drafted or asked is stale."""
        self.lifecycle = self.lifecycle.resolve(now)
        self._waiting(identity_check=None)

    def _begin_again(self) -> None:
        """Another owner: counters begin again, nothing waits."""
        self._answering(counts=Answered())
        self._waiting(told_to_wait=False, parked_since=None, identity_check=None, in_doubt=False)

    # Answering.

    def begin_turn(self) -> None:
        """A draft of the AI agent, for the channel of the customer's last message."""
        self._answering(turn=self.answering.turn + 1, channel=self.channel)

    def skip_turns(self, turn: int) -> None:
        """Go on after this turn: keys of the turns before may have been used in a past that a restore took back."""
        self._answering(turn=max(self.answering.turn, turn))

    def begin_suggestion(self) -> None:
        """A draft that only the human agent sees."""
        self._answering(turn=self.answering.turn + 1)

    def note_drafted_by(self, ai_agent: str) -> None:
        self._answering(ai_agent=ai_agent)

    def note_nothing_unanswered(self) -> None:
        """Everything has its answer, or is for a person to answer."""
        self._answering(unanswered=False)

    def note_reply(self, at: datetime, *, answers_all: bool, clarified: bool) -> None:
        """Count a reply that reached the customer."""
        self._answering(counts=self.answering.counts.add_reply(clarified=clarified))
        self._waiting(quiet_since=at)
        if answers_all:
            self._answering(unanswered=False, instruction="")
            self._waiting(told_to_wait=False, identity_check=None)

    # Journeys.

    def receive_journey(self, request: EnterJourney | CarryOutStep | RecallSteps) -> None:
        """Keep what is asked of or by a journey; people's requests once for each id that is remembered."""
        match request:
            case EnterJourney():
                if self._first_time(f"request:{request.request_id}"):
                    self.journeys = self.journeys.enter(request)
            case CarryOutStep():
                self.journeys = self.journeys.ask(request)
            case _:
                self.journeys = self.journeys.recall(request)

    def keep_journeys(self, journeys: Journeys) -> None:
        self.journeys = journeys

    def may_carry_out_steps(self) -> bool:
        """A journey waits for a person who owns it, for an approval, and for what the customer is owed."""
        asked = self.mailbox.inbox or self.mailbox.requests or self.waiting.in_doubt
        return self.owned_by_ai and self.status in {Status.OPEN, Status.RESOLVED} and not asked and not self.owes()

    def waits_in_vain(self) -> bool:
        """An approval is open for a step of a journey that is wanted no more."""
        return self.approval is not None and self.journeys.is_withdrawn(self.approval.draft_id)

    def owes(self) -> bool:
        """The customer waits for a reply, an approval of one, or for a code; what is resolved counts as answered."""
        unanswered = self.answering.unanswered and self.status is not Status.RESOLVED
        return bool(unanswered or self.approval or self.waiting.identity_check)

    def note_step_sent(self, draft_id: str, at: datetime) -> bool:
        """A draft reached the customer; whether it was a journey's, which counts as no exchange."""
        step = self.journeys.of_draft(draft_id)
        if step is None:
            return False
        self.end_step(step, StepReport(key=step.key, status="done"), at)
        self._answering(unanswered=False, instruction="")
        return True

    def end_step(self, step: CarryOutStep, report: StepReport, at: datetime) -> None:
        """A step of a journey came to its end; silence counts from what was said."""
        self.journeys = self.journeys.report(step, report)
        self.note_quiet(at)

    def note_quiet(self, at: datetime) -> None:
        """Something was said without being asked: silence counts from then, where it counts."""
        if self.waiting.quiet_since is not None:
            self._waiting(quiet_since=at)

    def note_topic(self, topic: str | None) -> None:
        """A reply on a topic was sent: it may begin journeys."""
        entries = [one.journey for one in self.opened_policy.journeys if topic in one.topics]
        self.journeys = self.journeys.enter_by_itself(entries, "topic")

    def note_tool(self, tool: str) -> None:
        """A tool was used: it may begin journeys."""
        entries = [one.journey for one in self.opened_policy.journeys if tool in one.tools]
        self.journeys = self.journeys.enter_by_itself(entries, "tool")

    def change_mode(self, mode: Mode) -> None:
        """The mode that a person sets overrides the AI agent's own."""
        self._answering(mode=mode, mode_was_set=True)

    # Waiting.

    def await_person(self, now: datetime) -> None:
        """The customer waits for a person's reply: from now on, unless they did before."""
        self._waiting(for_person=self.waiting.for_person or PersonWait(since=now))

    def keep_person_wait(self, wait: PersonWait | None) -> None:
        """It goes on like this, or is over."""
        self._waiting(for_person=wait)

    def note_told_to_wait(self) -> None:
        """The customer knows that a person decides; once is enough."""
        self._waiting(told_to_wait=True)

    def park(self, now: datetime) -> None:
        """The model does not answer: it is waited for."""
        self._waiting(parked_since=now)
        self.note_shown(now)

    def end_parking(self) -> None:
        self._waiting(parked_since=None)

    def await_code(self, check: IdentityCheck) -> None:
        """A code is on its way to the customer."""
        self._waiting(identity_check=check)

    def note_code_asked(self, at: datetime) -> None:
        """The customer was asked for a code: what they want waits until it comes."""
        self._waiting(quiet_since=at)
        self._answering(unanswered=False)

    def note_code_exchange(self, at: datetime) -> None:
        """The question for the code reached the customer and counts as an exchange."""
        self._answering(counts=self.answering.counts.add_exchange())
        self.note_code_asked(at)

    def prove_identity(self) -> None:
        """It was the right code: what is known of the customer is another context now."""
        self._waiting(identity_check=None)
        self.forget_context()

    # The customer context.

    def begin_context(self) -> None:
        """It is fetched for whoever wrote last."""
        self._customer_context(of=self.customer_id)

    def keep_context(self, fetched: FetchedContext | None, now: datetime) -> None:
        self._customer_context(fetched=fetched, since=now)

    def forget_context(self) -> None:
        """It may have changed; it is fetched again before the next draft."""
        self._customer_context(fetched=None)

    # What others are shown.

    def note_shown(self, now: datetime) -> None:
        """Remember since when the conversation has had its status and owner."""
        text = f"{self.status} {self.owner}"
        if text != self.shown.text:
            self.shown = self.shown.model_copy(update={"text": text, "since": now})

    def note_last_answer(self, summary: str) -> None:
        self.shown = self.shown.model_copy(update={"last_answer": summary})

    def keep_ticket_channel(self) -> None:
        """The ticket goes on showing where the conversation stands when the customer goes on by another channel."""
        if self.channel in self.opened_policy.ticketed_channels:
            self.ticket = self.ticket.model_copy(update={"channel": self.channel})

    def note_on_ticket(self) -> None:
        """The ticket shows the status as it is."""
        self.ticket = self.ticket.model_copy(update={"status": self.status})

    def _answering(self, **changes: Any) -> None:
        self.answering = self.answering.model_copy(update=changes)

    def _waiting(self, **changes: Any) -> None:
        self.waiting = self.waiting.model_copy(update=changes)

    def _customer_context(self, **changes: Any) -> None:
        self.customer_context = self.customer_context.model_copy(update=changes)


GROUPS: dict[str, type[Frozen]] = {
    "lifecycle": Lifecycle,
    "mailbox": Mailbox,
    "answering": Answering,
    "waiting": Waiting,
    "customer_context": CustomerContext,
    "latest": LastCustomerMessage,
    "ticket": Ticket,
    "shown": ShownStatus,
}
FLAT_NAMES = {
    group: frozenset(field.alias or name for name, field in model.model_fields.items())
    for group, model in GROUPS.items()
}
