"""What a conversation carries from run to run: small, and enough to go on as if nothing had happened."""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from domain.approvals.approval import Approval
from domain.approvals.schedule import next_rung
from domain.conversation.activity_models import FetchedContext, OpenedConversation
from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Owner, Status
from domain.conversation.policy import Policy
from domain.conversation.requests import AnyRequest, StartConversation
from domain.conversation.turn import Evidence
from domain.delivery.channels import STORED_CHANNELS
from domain.delivery.quiet_hours import next_allowed
from domain.identity.check import IdentityCheck
from domain.specification.organisation import ChannelKind, Mode

REMEMBERED_IDS = 256
TAKES_OVER = frozenset({"take_over", "send_human_reply"})
SETS_ASIDE = frozenset({"resolve", "snooze"})
REPLACES_SUGGESTION = frozenset({"send_human_reply", "hand_back"})


class Answered(BaseModel):
    """Counters that begin again when ownership changes."""

    exchanges: int = 0
    clarifications: int = 0


class ConversationState(BaseModel):
    """The argument of the workflow: only `start` for a new conversation, everything at continue-as-new."""

    model_config = ConfigDict(hide_input_in_errors=True)

    start: StartConversation
    spec_hash: str | None = None
    policy: Policy | None = None
    owner: Owner = Owner(kind="ai_agent")
    status: Status = Status.OPEN
    mode: Mode | None = None
    mode_was_set: bool = False
    revision: int = 0
    turn: int = 0
    ai_agent: str | None = None
    answered: Answered = Answered()
    inbox: list[CustomerMessage] = []
    requests: list[AnyRequest] = []
    seen: list[str] = []
    unanswered: bool = False
    instruction: str = ""
    approval: Approval | None = None
    context: FetchedContext | None = None
    context_since: datetime | None = None
    context_of: str | None = None
    identity_check: IdentityCheck | None = None
    ticket_status: Status = Status.OPEN
    ticket_channel: ChannelKind | None = None
    told_to_wait: bool = False
    parked_since: datetime | None = None
    escalation_reason: str | None = None
    quiet_since: datetime | None = None
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None
    standing: str = ""
    standing_since: datetime | None = None
    last_received_at: datetime | None = None
    last_channel: ChannelKind | None = None
    last_sender_id: str | None = None
    turn_channel: ChannelKind | None = None

    @property
    def channel(self) -> ChannelKind:
        """The channel that the customer used last; replies leave by it."""
        return self.last_channel or self.start.channel

    @property
    def drafted_for(self) -> ChannelKind:
        """The channel on which the draft's question came: what is told to one sender is not sent to another."""
        return self.turn_channel or self.channel

    @property
    def customer_id(self) -> str | None:
        """Who wrote last, as far as the channel knows."""
        return self.last_sender_id or self.start.customer_id

    def is_pushed(self) -> bool:
        """What the customer is to read must be sent to a vendor; otherwise the stored message is the sent one."""
        return self.channel not in STORED_CHANNELS

    @property
    def opened_policy(self) -> Policy:
        """The policy of a conversation that is open already."""
        if self.policy is None:
            raise RuntimeError("the conversation is not open yet")
        return self.policy

    @property
    def owned_by_ai(self) -> bool:
        return self.owner.kind == "ai_agent"

    def first_time(self, message_or_request_id: str) -> bool:
        """True once for each id, as long as the ring remembers it; the database remembers it for ever."""
        if message_or_request_id in self.seen:
            return False
        self.seen = [*self.seen[-REMEMBERED_IDS + 1 :], message_or_request_id]
        return True

    def take_inbox(self) -> tuple[CustomerMessage, ...]:
        """Empty the inbox into the hands of whoever records it."""
        messages, self.inbox = tuple(self.inbox), []
        self.told_to_wait = self.told_to_wait and not messages
        return messages

    def put_back(self, messages: tuple[CustomerMessage, ...]) -> None:
        """Return messages whose recording is not certain; recording them twice is harmless."""
        self.inbox = [*messages, *self.inbox]

    def is_overtaken(self) -> bool:
        """Something arrived that makes a draft stale: a message, or a person who takes over."""
        return bool(self.inbox) or self.is_being_taken_over()

    def is_being_taken_over(self) -> bool:
        """A person asks to be the owner instead of the AI agent."""
        return self.owned_by_ai and any(request.kind in TAKES_OVER for request in self.requests)

    def is_set_aside(self) -> bool:
        """A person asks for something that no draft may hold up, nor follow."""
        kinds = SETS_ASIDE if self.owned_by_ai else SETS_ASIDE | REPLACES_SUGGESTION
        return any(request.kind in kinds for request in self.requests)

    def note_standing(self, now: datetime) -> None:
        """Remember since when the conversation stands as it does."""
        standing = f"{self.status} {self.owner}"
        if standing != self.standing:
            self.standing, self.standing_since = standing, now

    def adopt(self, opened: OpenedConversation, now: datetime) -> None:
        """Take over what the store knows of this conversation."""
        self.spec_hash, self.policy = opened.spec_hash, opened.policy
        self.revision, self.turn = opened.revision, opened.turn
        self.owner, self.mode, self.status = opened.owner, opened.mode, opened.status
        self.resolved_at = now if opened.status is Status.RESOLVED else None

    def catch_up(self, stored: OpenedConversation) -> None:
        """Believe the store when it refuses what the state allows, as after a workflow was reset to the past."""
        self.revision = max(self.revision, stored.revision)
        self.turn = max(self.turn, stored.turn)
        self.owner = stored.owner
        self.status = self.active_status()

    def give_to(self, owner: Owner, status: Status) -> None:
        """Change hands: an open approval is void, budgets begin again."""
        self.owner, self.status = owner, status
        self.approval = self.snoozed_until = self.resolved_at = None
        self.answered = Answered()
        self.told_to_wait, self.parked_since, self.identity_check = False, None, None

    def supervise(self, evidence: Evidence) -> Evidence:
        """A mode that a person set for this conversation overrides the AI agent's own."""
        if not self.mode_was_set:
            return evidence
        return evidence.model_copy(update={"supervised": self.mode is not Mode.DELEGATION})

    def note_reply(self, at: datetime, *, answers_all: bool, clarified: bool) -> None:
        """Count a reply that reached the customer."""
        self.answered.exchanges += 1
        self.answered.clarifications = self.answered.clarifications + 1 if clarified else 0
        self.quiet_since = at
        if answers_all:
            self.unanswered, self.instruction, self.told_to_wait = False, "", False
            self.identity_check = None

    def note_code_asked(self, at: datetime) -> None:
        """The customer was asked for a code: what they want waits until it comes."""
        self.quiet_since, self.unanswered = at, False

    def move_on(self) -> None:
        """A new revision: older drafts and approvals are stale."""
        self.revision += 1
        self.approval = None
        if self.status is Status.AWAITING_APPROVAL:
            self.status = Status.OPEN

    def active_status(self) -> Status:
        """The status of a conversation that is neither snoozed nor resolved."""
        if not self.owned_by_ai:
            return Status.WITH_HUMAN
        return Status.AWAITING_APPROVAL if self.approval else Status.OPEN

    def quiet_until(self, now: datetime) -> datetime | None:
        """When an AI agent may write by this channel again; None while it may."""
        hours = self.opened_policy.quiet_hours.get(self.channel)
        if hours is None:
            return None
        allowed = next_allowed(now, self.opened_policy.calendar.zone, hours.begins, hours.ends)
        return allowed if allowed > now else None

    def context_is_fresh(self, now: datetime) -> bool:
        """False when the customer context is missing, incomplete, too old, or that of another sender."""
        if self.context is None or self.context.missing or self.context_since is None:
            return False
        if self.context_of is not None and self.context_of != self.customer_id:
            return False
        age = timedelta(minutes=self.opened_policy.service_levels.context_max_age_minutes)
        return now - self.context_since <= age

    def next_deadline(self) -> datetime | None:
        """The earliest instant at which something is due without anybody doing anything."""
        return min((instant for instant, _ in self._due()), default=None)

    def ladder_due(self) -> datetime | None:
        if self.approval is None or self.policy is None:
            return None
        return next_rung(self.approval.requested_at, self.approval.rungs_done, self.policy.ladder, self.policy.calendar)

    def silence_due(self) -> datetime | None:
        """When silence resolves the conversation; never while anybody owes the customer something."""
        owing = self.unanswered or self.inbox or self.identity_check or self.status is not Status.OPEN
        if owing or self.policy is None or self.quiet_since is None:
            return None
        return self.quiet_since + timedelta(hours=self.policy.service_levels.resolve_after_silence_hours)

    def code_due(self) -> datetime | None:
        """When the code that the customer was asked for proves nothing any more."""
        waits = self.owned_by_ai and self.status is Status.OPEN
        return self.identity_check.until if self.identity_check and waits else None

    def closing_due(self) -> datetime | None:
        """When a resolved conversation can no longer be reopened and its workflow ends."""
        if self.resolved_at is None or self.policy is None:
            return None
        return self.resolved_at + timedelta(days=self.policy.service_levels.reopen_days)

    def deadline_summary(self) -> str:
        """What the one timer waits for, for the event list."""
        return min(self._due(), default=(None, "nothing is due"))[1]

    def _due(self) -> list[tuple[datetime, str]]:
        due = (
            (self.ladder_due(), "remind of the approval"),
            (self.silence_due(), "resolve after silence"),
            (self.snoozed_until, "end of the snooze"),
            (self.code_due(), "end of the identity code"),
            (self.closing_due(), "close for good"),
        )
        return [(instant, meaning) for instant, meaning in due if instant is not None]
