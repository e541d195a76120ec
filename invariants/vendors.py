"""What must hold of the conversations by vendors' channels: what the vendors have is what was recorded."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from domain.conversation.messages import Author
from domain.conversation.record import StoredMessage, TurnView
from domain.delivery.channels import PHONE, WEB_CHAT
from invariants.records import Conversation, Fault, Posted, words

SALESFORCE = "salesforce"
BY_VENDORS = ("email", "sms", PHONE, "zendesk", "slack")
AT_LEAST = 2

Problems = Iterator[str]


def vendors_have_each_message_once(conversation: Conversation) -> Problems:
    """By the vendor's own ids: what it took and what was recorded are the same messages, none twice."""
    posted = [one for one in conversation.played.posted if one.channel != PHONE and one.part_of is None]
    receipts = [one for one in conversation.recorded.receipts if one.channel in BY_VENDORS and one.channel != PHONE]
    had = Counter((one.channel, one.id) for one in posted)
    recorded = Counter((one.channel, one.provider_message_id.removeprefix("comment-")) for one in receipts)
    for channel, name in recorded:
        if had[channel, name] != 1:
            yield f"{channel} has {name} {had[channel, name]} times, it was recorded as sent"
    for channel, name in had.keys() - recorded.keys():
        yield f"{channel} has {name}, which is not recorded"
    yield from _said_twice(posted)


def callers_heard_each_line_once(conversation: Conversation) -> Problems:
    """And once more whenever they asked for it."""
    spoken = Counter(tuple(words(one.text)) for one in conversation.played.posted if one.channel == PHONE)
    lines = Counter(tuple(words(said.text)) for said in _said_by_us(conversation) if said.channel == PHONE)
    for text, times in lines.items():
        if not times <= spoken[text] <= times + conversation.played.repeated:
            yield f"a line that was to be spoken {times} times was spoken {spoken[text]} times"
    again = sum(spoken[text] - times for text, times in lines.items())
    if again != conversation.played.repeated:
        yield f"{again} lines were spoken again, {conversation.played.repeated} were asked for"


def replies_leave_by_the_channel_used_last(conversation: Conversation) -> Problems:
    last = None
    for said in conversation.recorded.messages:
        if said.author is Author.CUSTOMER:
            last = said.channel
        elif last is not None and said.channel != last:
            yield f"seq {said.seq} left by {said.channel}, the customer had written by {last}"


def mails_thread(conversation: Conversation) -> Problems:
    for one in conversation.played.posted:
        if not one.threads:
            yield f"the mail {one.id} does not stand below what it answers"


def one_conversation_across_channels(conversation: Conversation) -> Problems:
    """However many channels the customer used."""
    for channel, found in conversation.played.threads.items():
        if found != conversation.played.conversation_id:
            yield f"what came by {channel} is the conversation {found}"


def every_record_says_what_salesforce_knew(conversation: Conversation) -> Problems:
    """Facts with Salesforce as their source, or Salesforce among what was missing: never neither."""
    for turn in conversation.recorded.turns:
        if turn.record and not facts_of_salesforce(turn) and not misses_salesforce(turn):
            yield f"turn {turn.turn} says nothing of Salesforce"


def answers_of_colleagues_respected(conversation: Conversation) -> Problems:
    """Recorded once, as theirs, and the AI agent is silent from then on."""
    for text in conversation.played.by_colleagues:
        found = [said for said in conversation.recorded.messages if said.text == text]
        if [said.author for said in found] != [Author.HUMAN_AGENT]:
            yield f"what a colleague answered is recorded {len(found)} times"
        later = (said for said in conversation.recorded.messages if found and said.seq > found[0].seq)
        yield from (f"the AI agent wrote seq {said.seq} after it" for said in later if said.author is Author.AI_AGENT)


def nothing_after_a_stop(conversation: Conversation) -> Problems:
    stopped_at = conversation.played.stopped_at
    for said in _said_by_us(conversation):
        if stopped_at and said.at > stopped_at and said.channel == "sms":
            yield f"seq {said.seq} left after the customer had said STOP"


PER_CONVERSATION: tuple[Callable[[Conversation], Problems], ...] = (
    vendors_have_each_message_once,
    callers_heard_each_line_once,
    replies_leave_by_the_channel_used_last,
    mails_thread,
    one_conversation_across_channels,
    every_record_says_what_salesforce_knew,
    answers_of_colleagues_respected,
    nothing_after_a_stop,
)


def every_channel_served(conversations: Sequence[Conversation]) -> Problems:
    """By each channel at least two conversations with a reply of the AI agent that knew the customer."""
    for channel in (WEB_CHAT, *BY_VENDORS):
        served = sum(_is_served(conversation, channel) for conversation in conversations)
        if served < AT_LEAST:
            yield f"{served} conversations by {channel} were answered with what Salesforce knew"
    if not any(len(set(conversation.played.threads)) > 1 for conversation in conversations):
        yield "no conversation went on by another channel"


def outage_named_and_survived(conversations: Sequence[Conversation], faults: Sequence[Fault]) -> Problems:
    """Turns during the outage name Salesforce as missing, customers were answered all the same, and it came back."""
    outages = [fault for fault in faults if fault.part == SALESFORCE]
    if not outages:
        yield "Salesforce was never out"
    for fault in outages:
        during = [found for found in conversations if any(_within(turn, fault) for turn in found.recorded.turns)]
        if not during:
            yield "no decision record of the outage names Salesforce as missing"
        elif not any(
            said.author is Author.AI_AGENT and _is_in(said, fault) for c in during for said in c.recorded.messages
        ):
            yield "nobody was answered during the outage"
        elif not any(facts_of_salesforce(found.recorded.turns[-1]) for found in during):
            yield "Salesforce was not asked again after the outage"


def facts_of_salesforce(turn: TurnView) -> bool:
    return turn.context is not None and any(fact.source == SALESFORCE for fact in turn.context.facts)


def misses_salesforce(turn: TurnView) -> bool:
    named = (*turn.draft.evidence.missing_sources, *(turn.context.missing if turn.context else ()))
    return SALESFORCE in named


def _is_served(conversation: Conversation, channel: str) -> bool:
    knew = {turn.draft_id for turn in conversation.recorded.turns if facts_of_salesforce(turn)}
    return any(said.channel == channel and said.draft_id in knew for said in conversation.recorded.messages)


def _within(turn: TurnView, fault: Fault) -> bool:
    in_time = fault.at <= turn.created_at and (fault.back_at is None or turn.created_at <= fault.back_at)
    return in_time and misses_salesforce(turn)


def _is_in(said: StoredMessage, fault: Fault) -> bool:
    return fault.at <= said.at and (fault.back_at is None or said.at <= fault.back_at)


def _said_by_us(conversation: Conversation) -> list[StoredMessage]:
    return [said for said in conversation.recorded.messages if said.author is not Author.CUSTOMER]


def _said_twice(posted: Sequence[Posted]) -> Problems:
    names = Counter((one.channel, one.id) for one in posted)
    yield from (f"{channel} has {name} {count} times" for (channel, name), count in names.items() if count > 1)
