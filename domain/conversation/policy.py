"""The part of a specification that the conversation itself needs: small enough to travel with its state."""

from collections.abc import Mapping
from datetime import datetime
from weakref import WeakValueDictionary

from domain.conversation.confidence import Calibration
from domain.delivery.channels import EARLIER_TRAITS, ChannelTraits
from domain.delivery.quiet_hours import next_allowed
from domain.language.handoff_notices import handoff_notice
from domain.model import Frozen
from domain.specification.calendar import BusinessCalendar, QuietHours
from domain.specification.journeys import Journey
from domain.specification.organisation import (
    DIRECTORY,
    ApprovalRule,
    ChannelKind,
    LadderRung,
    Mode,
    NotedEvent,
    OrganisationSpec,
    ServiceLevels,
    Thresholds,
)
from domain.specification.people import Members
from domain.specification.rules import DecidingRule
from domain.specification.wording import Wording


class JourneyEntry(Frozen):
    """A journey that begins by itself: upon a reply on one of the topics, or the use of one of the tools."""

    journey: str
    topics: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


class Policy(Frozen):
    """Thresholds, service levels, rules, approval rules, ladders and wording of one spec version.

    `members`: who belongs to the teams and skills that these name, and to no others.
    """

    thresholds: Thresholds = Thresholds()
    service_levels: ServiceLevels = ServiceLevels()
    rules: tuple[DecidingRule, ...] = ()
    approval_rules: tuple[ApprovalRule, ...] = ()
    ladder: tuple[LadderRung, ...] = ()
    queue_ladder: tuple[LadderRung, ...] = ()
    members: Members = Members()
    calendar: BusinessCalendar = BusinessCalendar()
    wording: Wording = Wording()
    handoff_in: dict[str, str] = {}
    answers_in: tuple[str, ...] = ()
    burst_window_seconds: dict[str, float] = {}
    quiet_hours: dict[str, QuietHours] = {}
    modes: dict[str, Mode] = {}
    veto_minutes: dict[str, float] = {}
    default_ai_agent: str
    context_sources: tuple[str, ...] = (DIRECTORY,)
    crm_notes: tuple[NotedEvent, ...] = ()
    ticketed_channels: tuple[str, ...] = ()
    channels: dict[ChannelKind, ChannelTraits] = EARLIER_TRAITS
    validates: bool = False
    model_is_embedded: bool = False
    calibration: Calibration = Calibration()
    journeys: tuple[JourneyEntry, ...] = ()

    @property
    def has_own_context(self) -> bool:
        """Our own store knows all that is known of customers: no vendor has to be asked."""
        return self.context_sources == (DIRECTORY,)

    def traits_of(self, channel: ChannelKind | None) -> ChannelTraits:
        """The default traits for a channel that nobody knows."""
        return self.channels.get(channel or "", ChannelTraits())

    def quiet_until(self, channel: ChannelKind, now: datetime) -> datetime | None:
        """When an AI agent may write by a channel again (UTC); None while it may."""
        hours = self.quiet_hours.get(channel)
        if hours is None:
            return None
        allowed = next_allowed(now, self.calendar.zone, hours.begins, hours.ends)
        return allowed if allowed > now else None

    def handoff_notice(self, channel: ChannelKind, language: str | None) -> str:
        """What a customer is told when a person takes over; empty: nothing.

        `language` is the ISO 639-1 code of one that the organisation does not answer in; a voice reads no other.
        """
        usual = self.wording.handoff
        if not usual or language is None or self.traits_of(channel).spoken:
            return usual
        return self.handoff_in.get(language) or handoff_notice(language, self.answers_in) or usual


_IN_USE: WeakValueDictionary[str, Policy] = WeakValueDictionary()


def shared(policy: Policy) -> Policy:
    """The one that other conversations of this process already hold, where it is the same: it is most of a state."""
    return _IN_USE.setdefault(policy.model_dump_json(), policy)


def policy_of(
    spec: OrganisationSpec, calibration: Calibration, channels: Mapping[ChannelKind, ChannelTraits]
) -> Policy:
    """`channels` are the traits of all that this installation knows, by kind."""
    return Policy(
        thresholds=spec.thresholds,
        service_levels=spec.service_levels,
        rules=tuple(rule.to_decide for rule in spec.rules),
        approval_rules=spec.approval_rules,
        ladder=spec.ladder,
        queue_ladder=spec.queue_ladder,
        members=spec.members,
        calendar=spec.calendar,
        wording=Wording(**spec.wording.model_dump(include=set(Wording.model_fields))),
        handoff_in=spec.wording.handoff_in,
        answers_in=spec.answers_in,
        burst_window_seconds={kind: channel.burst_window_seconds for kind, channel in spec.channels.items()},
        quiet_hours={kind: channel.quiet_hours for kind, channel in spec.channels.items() if channel.quiet_hours},
        modes={ai_agent.id: ai_agent.mode for ai_agent in spec.ai_agents},
        veto_minutes={ai_agent.id: ai_agent.veto_minutes for ai_agent in spec.ai_agents if ai_agent.veto_minutes},
        default_ai_agent=spec.default_ai_agent,
        context_sources=(spec.crm, *((spec.helpdesk,) if spec.helpdesk else ())),
        crm_notes=spec.crm_notes,
        channels=dict(channels),
        validates=spec.model.validator is not None,
        calibration=calibration,
        journeys=tuple(filter(_begins_by_itself, map(_entry_of, spec.journeys))),
    )


def _entry_of(journey: Journey) -> JourneyEntry:
    by = journey.enter_by if journey.runs else ()
    return JourneyEntry(
        journey=journey.id,
        topics=journey.topics if "topic" in by else (),
        tools=journey.tools if "tool" in by else (),
    )


def _begins_by_itself(entry: JourneyEntry) -> bool:
    return bool(entry.topics or entry.tools)
