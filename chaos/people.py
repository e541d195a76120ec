"""Human agents: they approve, edit, reject, take over, hand back, click twice, decide late or two at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import count
from random import Random

import httpx
from pydantic import ValidationError

from cast.staff import Staff
from chaos.crowd import Crowd
from chaos.customers import ChatCustomer, Customer, VendorCustomer
from chaos.facts import Takeover
from chaos.organisation import AGENTS, APPROVERS, LEAD
from chaos.outside import OutsideRecord, Ownership
from chaos.references import plain
from domain.conversation.ownership import Status
from domain.conversation.record import ApprovalView
from domain.errors import RetryableError
from domain.specification.organisation import Mode
from gateway.api.approvals import AskDecision
from storage.conversations import ConversationRepository

Work = Callable[[], Awaitable[None]]
Look = Callable[[list[Work]], Awaitable[None]]
"""Looks for work, and puts it into the list."""

MANNERS = {"approve": 8, "edit": 3, "reject": 2, "take_over": 1, "twice": 2, "together": 2, "late": 1}
PATIENCE = timedelta(seconds=60)
LOOK_SECONDS = 0.5
CONVERSATIONS_A_HAND = 150
AT_A_LOOK = 10
BEFORE_A_TAKEOVER_SECONDS = 3.0
UNASKED_SECONDS = 30.0
"""So often somebody takes a conversation over, or switches its mode, without being asked."""
RECENT = 20


class People:
    """Works through what waits for people until it is cancelled. The crowd is whom they help."""

    def __init__(
        self,
        staff: Staff,
        outside: OutsideRecord,
        random: Random,
        conversations: ConversationRepository,
        crowd: Crowd,
    ) -> None:
        self._staff = staff
        self._outside = outside
        self._random = random
        self._conversations = conversations
        self._crowd = crowd
        self._replies = count(1)
        self._busy: set[str] = set()

    async def work(self, conversations: int) -> None:
        """Everybody at once, until cancelled; for many conversations everybody does several things at once."""
        hands = (1 + conversations // CONVERSATIONS_A_HAND) * len(APPROVERS)
        pauses = {self._approve: LOOK_SECONDS, self._help: LOOK_SECONDS}
        pauses |= {self._interfere: max(LOOK_SECONDS, UNASKED_SECONDS / conversations)}
        async with asyncio.TaskGroup() as group:
            for look, pause in pauses.items():
                group.create_task(self._over_and_over(look, pause, asyncio.Semaphore(hands), group))

    async def _over_and_over(
        self, look: Look, pause_seconds: float, hands: asyncio.Semaphore, group: asyncio.TaskGroup
    ) -> None:
        """Look for work again and again; what is found is done beside the looking, by as many hands as there are."""

        async def carry_out(work: Work) -> None:
            async with hands:
                await self._patiently(work())

        while True:
            await asyncio.sleep(pause_seconds * self._random.uniform(0.5, 1.5))
            found = list[Work]()
            if not hands.locked():
                await self._patiently(look(found))
            for work in found:
                group.create_task(carry_out(work))

    async def _patiently(self, doing: Awaitable[None]) -> None:
        """People give up what takes too long, and what is refused is no problem of theirs."""
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await doing
        except (httpx.HTTPError, RetryableError, ValidationError, TimeoutError) as error:
            self._outside.refused_requests[type(error).__name__] += 1

    # What waits for an approval.

    async def _approve(self, found: list[Work]) -> None:
        by = self._random.choice(APPROVERS)
        waiting = [view for view in await self._staff.approvals(by, "open") if view.conversation_id not in self._busy]
        for view in self._random.sample(waiting, min(AT_A_LOOK, len(waiting))):
            decide = partial(self._decide, self._random.choice(APPROVERS), view)
            found.append(partial(self._alone_with, view.conversation_id, decide))

    async def _decide(self, by: str, view: ApprovalView) -> None:
        manner = self._random.choices(list(MANNERS), list(MANNERS.values()))[0]
        match manner:
            case "edit":
                text = f"{view.approval.text} Edited by {by}, number {next(self._replies)}."
                await self._let_go(by, view, AskDecision(action="edit", text=text, digest=view.approval.digest))
            case "reject":
                ask = AskDecision(action="reject", reason="Be shorter, please.", digest=view.approval.digest)
                await self._staff.decide(by, view.approval.approval_id, ask)
            case "take_over":
                ask = AskDecision(action="take_over")
                await self._staff.decide(by, view.approval.approval_id, ask)
            case "late":
                await self._decide_late(by)
            case _:
                await self._approve_as(manner, by, view)

    async def _approve_as(self, manner: str, by: str, view: ApprovalView) -> None:
        asks = [(by, AskDecision(action="approve", digest=view.approval.digest))]
        if manner == "twice":
            asks.append(asks[0])
        elif manner == "together":
            other = self._random.choice([person for person in APPROVERS if person != by])
            asks.append((other, AskDecision(action="approve", digest=view.approval.digest)))
        await asyncio.gather(*(self._let_go(person, view, ask) for person, ask in asks))

    async def _let_go(self, by: str, view: ApprovalView, ask: AskDecision) -> None:
        """Noted before it is asked for: a text may leave before we hear of it."""
        self._outside.approved_texts[view.conversation_id].add(plain(ask.text or view.approval.text))
        await self._staff.decide(by, view.approval.approval_id, ask)

    async def _decide_late(self, by: str) -> None:
        """An approval that is closed: it must be refused, so it lets nothing go."""
        closed = [view for view in await self._staff.approvals(by) if view.state != "open"]
        if closed:
            view = self._random.choice(closed)
            await self._staff.decide(by, view.approval.approval_id, AskDecision(action="approve"))

    # What waits for a person.

    async def _help(self, found: list[Work]) -> None:
        by = self._random.choice(AGENTS)
        waiting = [view.conversation_id for view in await self._staff.conversations(by, Status.WITH_HUMAN)]
        free = [conversation_id for conversation_id in waiting if conversation_id not in self._busy]
        for conversation_id in self._random.sample(free, min(AT_A_LOOK, len(free))):
            attend = partial(self._attend_to, by, conversation_id)
            found.append(partial(self._alone_with, conversation_id, attend))

    async def _attend_to(self, by: str, conversation_id: str) -> None:
        """Answer, and mostly hand back."""
        await self._staff.reply(by, conversation_id, f"Here is {by}, with reply number {next(self._replies)}.")
        await asyncio.sleep(self._random.uniform(0, 1))
        if self._random.random() < 0.8:
            await self._hand_back(by, conversation_id)

    async def _hand_back(self, by: str, conversation_id: str) -> None:
        await self.end_ownership(conversation_id)
        await self._staff.hand_back(by, conversation_id, "Go on, please.")

    # What nobody asked for.

    async def _interfere(self, found: list[Work]) -> None:
        """Mostly where a reply is on its way, which is when a takeover is hardest to get right."""
        free = [name for name in self._crowd.awaiting_a_reply() if name not in self._busy] or await self._active(LEAD)
        if free:
            conversation_id = self._random.choice(free)
            act = partial(self._take_over_or_switch, LEAD, conversation_id)
            found.append(partial(self._alone_with, conversation_id, act))

    async def _active(self, by: str) -> list[str]:
        active = await self._staff.conversations(by, Status.OPEN)
        return [view.conversation_id for view in active[:RECENT] if view.conversation_id not in self._busy]

    async def _take_over_or_switch(self, by: str, conversation_id: str) -> None:
        if self._random.random() < 0.2:
            self._outside.mode_changed.add(conversation_id)
            modes: Sequence[Mode] = (Mode.SUPERVISION, Mode.DELEGATION)
            await self._staff.change_mode(by, conversation_id, self._random.choice(modes))
            return
        await asyncio.sleep(self._random.uniform(0, BEFORE_A_TAKEOVER_SECONDS))
        await self._staff.take_over(by, conversation_id)
        await self._begin_ownership(by, conversation_id)
        await asyncio.sleep(self._random.uniform(0, 2))
        if self._random.random() < 0.6:
            await self._hand_back(by, conversation_id)

    # Who owns what, as those outside see it.

    async def _begin_ownership(self, by: str, conversation_id: str) -> None:
        """What the customer has at this moment was there before the takeover was acknowledged, or just then."""
        customer = self._crowd.conversations.get(conversation_id)
        if customer is None or conversation_id in self._outside.owned:
            return
        channels = self._crowd.channels(conversation_id)
        had = customer.answers(channels) if isinstance(customer, VendorCustomer) else frozenset()
        last_seq = await self._last_seq(conversation_id)
        self._outside.owned[conversation_id] = Ownership(by, self._outside.now, channels, had, last_seq)

    async def end_ownership(self, conversation_id: str) -> None:
        """Compare with what the customer has now; called before anybody asks to hand back, and at the end."""
        owned, customer = self._outside.owned.pop(conversation_id, None), self._crowd.conversations.get(conversation_id)
        if owned is None or customer is None:
            return
        if isinstance(customer, VendorCustomer):
            messages = sorted(customer.answers(owned.channels) - owned.had)
        else:
            messages = await self._ai_messages(customer, owned, conversation_id)
        ended = Takeover(by=owned.by, acknowledged_at=owned.acknowledged_at, messages=tuple(messages))
        self._outside.takeovers[conversation_id].append(ended)

    async def end_every_ownership(self) -> None:
        """At the end; a client that does not hear what there is is for the judge to find."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE.total_seconds()):
                for conversation_id in list(self._outside.owned):
                    await self.end_ownership(conversation_id)

    async def _ai_messages(self, customer: Customer, owned: Ownership, conversation_id: str) -> list[str]:
        if not isinstance(customer, ChatCustomer):
            return []
        high = await self._last_seq(conversation_id)
        await customer.client.until(lambda: customer.client.last_seq >= high)
        return customer.ai_messages_until(owned.last_seq, high)

    async def _last_seq(self, conversation_id: str) -> int:
        found = await self._conversations.get(conversation_id)
        return found.last_seq if found else 0

    async def _alone_with(self, conversation_id: str, act: Work) -> None:
        """Unless somebody else is at it already."""
        if conversation_id in self._busy:
            return
        self._busy.add(conversation_id)
        try:
            await act()
        finally:
            self._busy.discard(conversation_id)
