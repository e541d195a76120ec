"""One scenario, played: the customer writes, people decide, and both sides wait for what the platform does."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from random import Random
from typing import Any, Literal

import httpx

from cast.customer import Customer
from cast.staff import Staff
from demo.actions import (
    AnswerInZendesk,
    AskAgain,
    ConfirmStep,
    Decide,
    DecideTogether,
    DecideTooLate,
    EnterJourney,
    FollowJourney,
    HandBack,
    HangUp,
    Overhear,
    Reaction,
    Reply,
    ReplyInVain,
    Say,
    Scenario,
    ScenarioAction,
    ScenarioError,
    SeeSuggestion,
    Stop,
    SwitchMode,
    TakeOver,
    TellEvent,
    WaitForPublication,
    WaitForSalesforce,
)
from demo.client_factory import ClientFactory
from demo.journeys import Journeying
from demo.vendor_customer import VendorChannelCustomer
from domain.approvals.approval import Approval
from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.delivery.channels import WEB_CHAT
from gateway.api.approvals import AskDecision, DecisionAnswer
from invariants.records import Exchange, Heard, LateDecision, Played, Takeover, Travelled

Moment = Callable[[str], None]
"""Told what a spectator would like to see."""

ACTION_LIMIT_SECONDS = 100.0
AWAY_SECONDS = 1.5
THINKING_SECONDS = (1.0, 5.0)
ARRIVING_WITHIN_SECONDS = 20.0

State = Literal["to come", "talking", "waiting for approval", "with a person", "finished"]


class Player:
    """Plays one scenario and keeps what happened. `waiting`: a customer waits for the platform right now."""

    def __init__(
        self, scenario: Scenario, clients: ClientFactory, staff: Staff, random: Random, moment: Moment
    ) -> None:
        self.scenario = scenario
        self.name = clients.name_of(scenario)
        self.client: Customer | None = None
        self.waiting = False
        self.state: State = "to come"
        self.said = 0
        self._clients = clients
        self._staff = staff
        self._random = random
        self._moment = moment
        self._connected: asyncio.Task[None] | None = None
        self._bursts: list[tuple[str, ...]] = []
        self._exchanges: list[Exchange] = []
        self._takeovers: list[Takeover] = []
        self._late: list[LateDecision] = []
        self._repeated = 0
        self._by_colleagues: list[str] = []
        self._stopped_at: datetime | None = None
        self._journeying: Journeying | None = None
        self._travelled: Travelled | None = None
        self._failure: str | None = None

    @property
    def turns(self) -> int:
        return sum(isinstance(action, Say) for action in self.scenario.actions)

    @property
    def is_known(self) -> bool:
        """Whether something was answered, so that the platform has looked the customer up."""
        return self.said > 0 or self.state == "finished"

    @property
    def awaits_publication(self) -> bool:
        return any(isinstance(action, WaitForPublication) for action in self.scenario.actions)

    @property
    def customer(self) -> Customer:
        if self.client is None:
            raise RuntimeError("the scenario has not begun")
        return self.client

    @property
    def journeying(self) -> Journeying:
        if self._journeying is None:
            raise RuntimeError("the customer is on no journey")
        return self._journeying

    @property
    def vendor_customer(self) -> VendorChannelCustomer:
        if not isinstance(self.client, VendorChannelCustomer):
            raise TypeError("only who uses a vendor's channel can do this")
        return self.client

    async def play(self) -> None:
        """To the end, or until the platform departs from the scenario; the client stays connected until `leave`."""
        await asyncio.sleep(self._random.uniform(0, ARRIVING_WITHIN_SECONDS))
        self.client = await self._clients.make(self.scenario)
        self._connected = asyncio.create_task(self.client.run())
        self.state = "talking"
        for action in self.scenario.actions:
            try:
                async with asyncio.timeout(None if isinstance(action, WaitForPublication) else ACTION_LIMIT_SECONDS):
                    await self._act(action)
            except (ScenarioError, TimeoutError, httpx.HTTPStatusError) as error:
                told = str(error) or f"nothing within {ACTION_LIMIT_SECONDS:.0f} s"
                self._failure = f"{type(action).__name__}: {told}"
                break
            if self._waits_in_the_queue(action):
                break
            await asyncio.sleep(self._random.uniform(*THINKING_SECONDS))
        self.waiting = False
        self.state = "finished"

    async def leave(self) -> None:
        if self._connected:
            self._connected.cancel()
            await asyncio.gather(self._connected, return_exceptions=True)

    def played(self) -> Played:
        client = self.client
        return Played(
            title=self.scenario.title,
            customer=self.scenario.customer,
            conversation_id=client.conversation_id if client else "",
            sent=tuple(client.sent) if client else (),
            heard=tuple(client.heard) if client else (),
            bursts=tuple(self._bursts),
            exchanges=tuple(self._exchanges),
            takeovers=tuple(self._takeovers),
            late_decisions=tuple(self._late),
            travelled=self._travelled,
            **self._at_the_vendor(),
            failure=self._failure,
        )

    def _at_the_vendor(self) -> dict[str, Any]:
        if not isinstance(self.client, VendorChannelCustomer):
            return {}
        return {
            "threads": self.client.threads,
            "posted": self.client.posted(),
            "repeated": self._repeated,
            "by_colleagues": tuple(self._by_colleagues),
            "stopped_at": self._stopped_at,
        }

    def _waits_in_the_queue(self, action: ScenarioAction) -> bool:
        """A customer whose everyday question went to a person has nothing more to say until that person answers."""
        return isinstance(action, Say) and action.then == "anything" and self.state == "with a person"

    def _tell(self, what: str) -> None:
        self._moment(f"{self.name} · {what}")

    async def _act(self, action: ScenarioAction) -> None:
        acts: dict[type[ScenarioAction], Callable[[Any], Awaitable[None]]] = {
            Say: self._say,
            WaitForSalesforce: self._wait_for_salesforce,
            WaitForPublication: self._wait_for_publication,
            EnterJourney: self._enter_journey,
            FollowJourney: lambda follow: self.journeying.follow(follow),
            TellEvent: lambda told: self.journeying.event(told),
            ConfirmStep: lambda confirmed: self.journeying.confirm(confirmed),
            SwitchMode: self._switch_mode,
            SeeSuggestion: self._see_suggestion,
            AskAgain: self._ask_again,
            Stop: self._stop,
            Overhear: self._overhear,
            HangUp: self._hang_up,
            AnswerInZendesk: self._answer_in_zendesk,
            Decide: self._decide,
            DecideTooLate: self._decide_too_late,
            DecideTogether: self._decide_together,
            TakeOver: self._take_over,
            Reply: self._reply,
            ReplyInVain: self._reply_in_vain,
            HandBack: self._hand_back,
        }
        await acts[type(action)](action)

    # The customer.

    async def _say(self, action: Say) -> None:
        client, sent_at = self.customer, datetime.now(UTC)
        self.waiting = True
        if action.webhooks != "sound":
            self._tell(f"webhooks {action.webhooks}")
        sent = await client.say(action)
        if len(sent) > 1 and self.scenario.channel == WEB_CHAT:
            self._bursts.append(tuple(one.message_id or "" for one in sent))
        if action.connection == "lost_while_sending":
            self._tell("connection lost while sending")
            client.lose_connection()
        await client.received(sent)
        if action.connection == "lost_while_waiting":
            await self._stay_away()
        await client.until(lambda: client.seq_of(sent) is not None)
        if action.then != "recorded":
            said = await self._reaction(client.seq_of(sent) or 0, action.then)
            if said.author is Author.AI_AGENT and action.connection == "kept":
                self._exchanges.append(Exchange(sent_at=sent_at, answered_at=said.at))
        self.waiting = False
        self.said += 1

    async def _stay_away(self) -> None:
        self._tell("connection lost while waiting for the reply")
        self.customer.lose_connection()
        await asyncio.sleep(AWAY_SECONDS)

    async def _reaction(self, seq: int, expected: Reaction) -> Heard:
        """The first thing that the organisation says after a message; ScenarioError when it is not what is expected."""
        client = self.customer
        await client.until(lambda: client.first_after(seq) is not None)
        said = client.first_after(seq)
        if said is None:
            raise ScenarioError("nothing was said")
        came = await self._what_came(said)
        if expected not in {came, "anything"}:
            raise ScenarioError(f"expected {expected}, there was {came}")
        return said

    async def _what_came(self, said: Heard) -> Reaction:
        if said.author is Author.AI_AGENT:
            return "answer"
        client, ends = self.customer, {Status.AWAITING_APPROVAL, Status.WITH_HUMAN}
        await client.until(lambda: client.status in ends)
        waits = client.status is Status.AWAITING_APPROVAL
        self.state = "waiting for approval" if waits else "with a person"
        if said.author is Author.SYSTEM:
            self._tell("the answer waits for approval" if waits else "a person is needed")
        return "approval" if waits else "person"

    # At the vendors.

    async def _wait_for_salesforce(self, _: WaitForSalesforce) -> None:
        await self._clients.salesforce_answers()

    async def _ask_again(self, action: AskAgain) -> None:
        self._repeated += 1
        if not await self.vendor_customer.ask_again(action.text):
            raise ScenarioError("the last line was not spoken again")

    async def _stop(self, action: Stop) -> None:
        await self.vendor_customer.stop(action.word)
        self._stopped_at = datetime.now(UTC)
        self._tell("wants no more SMS")

    async def _overhear(self, action: Overhear) -> None:
        whispered = " ".join(self.vendor_customer.phone.whispered)
        if action.words not in whispered:
            raise ScenarioError(f"the colleague was whispered {whispered!r}")
        self._tell("is handed over by phone, with a whispered summary")

    async def _hang_up(self, _: HangUp) -> None:
        await self.vendor_customer.phone.hang_up()

    async def _answer_in_zendesk(self, action: AnswerInZendesk) -> None:
        client, seq = self.vendor_customer, self.customer.last_seq
        self._by_colleagues.append(action.text)
        await client.ticket.answer_as(action.by, action.text)
        await self._reaction(seq, "person")
        self._taken_over(client.heard[-1].at)
        self._tell("a colleague answers in Zendesk")

    # The organisation.

    async def _wait_for_publication(self, _: WaitForPublication) -> None:
        await self._clients.published.wait()

    async def _enter_journey(self, action: EnterJourney) -> None:
        journey = self._clients.journey(action.journey)
        self._journeying = Journeying(self._staff, self.customer, journey, self._tell)
        self._travelled = self._journeying.travelled(action.steps)
        await self._journeying.enter(action)

    async def _switch_mode(self, action: SwitchMode) -> None:
        await self._staff.change_mode(action.by, self.customer.conversation_id, action.mode)
        self._tell(f"{action.by} switches to {action.mode.replace('_', '-')}, while a draft is being written")

    async def _see_suggestion(self, action: SeeSuggestion) -> None:
        client = self.customer
        text = await self._staff.suggestion(action.by, client.conversation_id, client.sent[-1].text)
        self._tell(f"{action.by} gets a suggestion that the customer does not see: “{text[:60]}…”")

    # The staff.

    async def _approval(self, by: str, *, is_open: bool) -> Approval:
        view = await self._staff.approval(by, self.customer.conversation_id, is_open=is_open)
        return view.approval

    async def _decide(self, action: Decide) -> None:
        approval = await self._approval(action.by, is_open=True)
        ask = AskDecision(action=action.action, text=action.text, reason=action.reason, digest=approval.digest)
        seq = self.customer.last_seq
        asked_at = datetime.now(UTC)
        answer = await self._staff.decide(action.by, approval.approval_id, ask)
        if not isinstance(answer, DecisionAnswer) or answer.effect != action.effect:
            raise ScenarioError(f"{action.action} should be {action.effect}, there was {answer!r}")
        self._tell(f"{action.by}: {action.action.replace('_', ' ')} → {answer.effect.replace('_', ' ')}")
        if answer.effect == "send":
            await self._reaction(seq, "answer")
            self.state = "talking"
        elif answer.effect == "take_over":
            self._taken_over(answer.decided_at or asked_at)

    async def _decide_too_late(self, action: DecideTooLate) -> None:
        approval = await self._approval(action.by, is_open=False)
        answer = await self._staff.decide(action.by, approval.approval_id, AskDecision(action="approve"))
        if isinstance(answer, DecisionAnswer):
            raise ScenarioError("a decision that came too late was accepted")
        self._late.append(answer)
        self._tell(f"{action.by} decides too late: {answer.decided_by} was first")

    async def _decide_together(self, action: DecideTogether) -> None:
        approval = await self._approval(action.by[0], is_open=True)
        seq = self.customer.last_seq
        answers = await asyncio.gather(
            *(self._staff.decide(person, approval.approval_id, AskDecision(action="approve")) for person in action.by)
        )
        late = [answer for answer in answers if isinstance(answer, LateDecision)]
        self._late += late
        if len(late) != 1:
            raise ScenarioError(f"of two decisions at once {len(late)} were refused")
        self._tell(f"two people approve at once: {late[0].decided_by} was first")
        await self._reaction(seq, "answer")
        self.state = "talking"

    async def _take_over(self, action: TakeOver) -> None:
        await self._staff.take_over(action.by, self.customer.conversation_id)
        self._taken_over(datetime.now(UTC))
        self._tell(f"{action.by} takes over")

    def _taken_over(self, at: datetime) -> None:
        self._takeovers.append(Takeover(acknowledged_at=at))
        self.state = "with a person"

    async def _reply(self, action: Reply) -> None:
        seq = self.customer.last_seq
        await self._staff.reply(action.by, self.customer.conversation_id, action.text)
        if self.state != "with a person":
            self._taken_over(datetime.now(UTC))
        await self._reaction(seq, "person")

    async def _reply_in_vain(self, action: ReplyInVain) -> None:
        note = await self._staff.reply_in_vain(action.by, self.customer.conversation_id, action.text)
        self._taken_over(datetime.now(UTC))
        self._tell(f"{action.by} is told: {note}")

    async def _hand_back(self, action: HandBack) -> None:
        seq = self.customer.last_seq
        self._takeovers[-1] = self._takeovers[-1].model_copy(update={"handed_back_at": datetime.now(UTC)})
        await self._staff.hand_back(action.by, self.customer.conversation_id, action.instruction)
        self._tell(f"{action.by} hands back")
        self.state = "talking"
        if action.then != "nothing":
            await self._reaction(seq, action.then)
