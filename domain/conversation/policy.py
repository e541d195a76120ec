"""The part of a specification that the conversation itself needs: small enough to travel with its state."""

from collections.abc import Mapping

from domain.conversation.confidence import Calibration
from domain.delivery.channels import EARLIER_TRAITS, ChannelTraits
from domain.model import Frozen
from domain.specification.calendar import BusinessCalendar, QuietHours
from domain.specification.organisation import (
    ApprovalRule,
    ChannelKind,
    LadderRung,
    Mode,
    NotedEvent,
    OrganisationSpec,
    ServiceLevels,
    Thresholds,
    Wording,
)


class Policy(Frozen):
    """Thresholds, service levels, approval rules, ladder and wording of one spec version."""

    thresholds: Thresholds = Thresholds()
    service_levels: ServiceLevels = ServiceLevels()
    approval_rules: tuple[ApprovalRule, ...] = ()
    ladder: tuple[LadderRung, ...] = ()
    calendar: BusinessCalendar = BusinessCalendar()
    wording: Wording = Wording()
    burst_window_seconds: dict[str, float] = {}
    quiet_hours: dict[str, QuietHours] = {}
    modes: dict[str, Mode] = {}
    default_ai_agent: str
    context_sources: tuple[str, ...] = ("directory",)
    crm_notes: tuple[NotedEvent, ...] = ()
    ticketed_channels: tuple[str, ...] = ()
    channels: dict[ChannelKind, ChannelTraits] = EARLIER_TRAITS
    validates: bool = False
    model_is_embedded: bool = False
    calibration: Calibration = Calibration()

    def traits_of(self, channel: ChannelKind | None) -> ChannelTraits:
        """The default traits for a channel that nobody knows."""
        return self.channels.get(channel or "", ChannelTraits())


def policy_of(
    spec: OrganisationSpec, calibration: Calibration, channels: Mapping[ChannelKind, ChannelTraits]
) -> Policy:
    """`channels` are the traits of all that this installation knows, by kind."""
    return Policy(
        thresholds=spec.thresholds,
        service_levels=spec.service_levels,
        approval_rules=spec.approval_rules,
        ladder=spec.ladder,
        calendar=spec.calendar,
        wording=spec.wording,
        burst_window_seconds={kind: channel.burst_window_seconds for kind, channel in spec.channels.items()},
        quiet_hours={kind: channel.quiet_hours for kind, channel in spec.channels.items() if channel.quiet_hours},
        modes={ai_agent.id: ai_agent.mode for ai_agent in spec.ai_agents},
        default_ai_agent=spec.default_ai_agent,
        context_sources=(spec.crm, *((spec.helpdesk,) if spec.helpdesk else ())),
        crm_notes=spec.crm_notes,
        channels=dict(channels),
        validates=spec.model.validator is not None,
        calibration=calibration,
    )
