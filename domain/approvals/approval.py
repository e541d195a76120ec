"""Approvals: a draft with its actions, its digest, who may decide, and the rules by which a decision counts."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, Field

from domain.approvals.limits import refusal_of_amount
from domain.approvals.schedule import Snoozed, next_rung
from domain.conversation.ownership import Person
from domain.conversation.requests import DecideApproval, DecisionAction
from domain.conversation.turn import Draft
from domain.model import Frozen
from domain.specification.calendar import BusinessCalendar
from domain.specification.organisation import ApprovalRule, LadderRung, RoleLimit, Sensitivity
from domain.specification.people import Belonging, Members
from domain.specification.rules import DecidingRule
from domain.tools.actions import ProposedAction

NOBODY = Members()
DEFAULT_RULE = ApprovalRule(id="default")
LONGEST_SNOOZE = timedelta(days=366)
VETO_WINDOW = Person(id="veto-window")
"""By whom a draft is let go that nobody stopped in time."""

NOTHING_TO_REVOKE = (
    "There is nothing to revoke: it has left or is leaving, or the conversation has moved on. Take the conversation "
    "over to put it right."
)


class AskedGroup(Frozen):
    """Some people of the organisation, of whom those with one of the roles may decide. `people` are their ids."""

    roles: tuple[str, ...]
    people: tuple[str, ...]
    team: str | None = None
    skill: str | None = None

    def __str__(self) -> str:
        team = f" in the team {self.team}" if self.team else ""
        skill = f" with the skill {self.skill}" if self.skill else ""
        return " or ".join(self.roles) + team + skill


class Approval(BaseModel):
    """A draft that waits for people. It never expires; it becomes stale when the conversation moves on."""

    approval_id: str
    draft_id: str
    ai_agent: str
    text: str
    actions: tuple[ProposedAction, ...] = Field(
        (), description="What is done once it is approved, then the text is sent."
    )
    digest: str
    revision: int
    rule: str
    reason: str
    approvers_needed: int = Field(1, ge=1)
    roles: tuple[str, ...] = Field(description="Whoever has one of these may decide.")
    groups: tuple[AskedGroup, ...] = Field((), description="Teams, or people with a skill, some of whom may as well.")
    exclude_requester: bool = True
    requester: str | None = Field(None, description="The person whose text this is, after an edit under two approvers.")
    assignee: str | None = None
    requested_at: datetime
    approved_by: tuple[str, ...] = ()
    rungs_done: int = Field(0, ge=0, description="Rungs of the reminder ladder already taken.")
    leaves_at: datetime | None = Field(
        None, description="When the draft leaves unless somebody decides before: the end of its veto window."
    )
    ladder: tuple[LadderRung, ...] = Field((), description="Its own; empty: that of the organisation.")
    snoozed: Snoozed | None = Field(None, description="Until when its reminders wait. It can be decided all the same.")
    limits: tuple[RoleLimit, ...] = Field((), description="Up to which amount people with a role may approve.")
    amount: Decimal | None = Field(None, description="What the limits are about, in the organisation's currency.")
    revocations: int = Field(0, ge=0, description="How often its draft was approved, and called back before it left.")

    @property
    def delivery_key(self) -> str:
        """The idempotency key under which its draft leaves. Nothing leaves any more under that of one called back."""
        return f"{self.draft_id}-after-{self.revocations}" if self.revocations else self.draft_id

    @property
    def all_roles(self) -> tuple[str, ...]:
        """Those of the groups as well."""
        return tuple(dict.fromkeys((*self.roles, *(role for group in self.groups for role in group.roles))))

    @property
    def who(self) -> str:
        """Who may decide, beside leads: `approver or lead`, `approver in the team payments`."""
        return " or ".join((*self.roles, *map(str, self.groups)))

    def climb(self, rung: LadderRung, members: Members) -> "Approval":
        """One rung of the reminder ladder further: reminded, widened to more people, or moved up to others."""
        climbed = self.model_copy(update={"rungs_done": self.rungs_done + 1})
        if rung.action == "remind":
            return climbed
        asked = {"assignee": None} | self._asked_by(rung, members)
        return climbed.model_copy(update=asked)

    def _asked_by(self, rung: LadderRung, members: Members) -> dict[str, Any]:
        """Roles and groups after a rung that asks others. One that names nobody asks the same people again."""
        roles, groups = asked_people(rung, rung.roles or (() if rung.is_anybody else self.all_roles), members)
        if rung.action == "widen":
            roles = tuple(dict.fromkeys((*self.roles, *roles)))
            return {"roles": roles, "groups": tuple(dict.fromkeys((*self.groups, *groups)))}
        return {"roles": roles, "groups": groups} if roles or groups else {}

    def let_go(self) -> DecideApproval:
        """The decision that nobody stopped it."""
        return DecideApproval(
            request_id=f"{self.approval_id[:100]}-veto-over",
            by=VETO_WINDOW,
            approval_id=self.approval_id,
            action="approve",
            digest=self.digest,
        )


Effect = Literal[
    "send",
    "wait_for_more",
    "reapprove_edit",
    "redraft",
    "take_over",
    "answer",
    "reassign",
    "snooze",
    "revoke",
    "refused",
]


class Verdict(Frozen):
    """What a decision amounts to. `refused` is a sentence for the person whose click came to nothing."""

    effect: Effect
    refused: str | None = None


def asked_people(
    belonging: Belonging, roles: tuple[str, ...], members: Members
) -> tuple[tuple[str, ...], tuple[AskedGroup, ...]]:
    """Who is asked where these roles are: whoever has one, or the group of those who belong to the team or skill."""
    people = members.of(belonging)
    if people is None:
        return roles, ()
    return (), (AskedGroup(roles=roles, people=people, team=belonging.team, skill=belonging.skill),)


def digest_of(*, text: str, draft_id: str, revision: int, actions: Sequence[ProposedAction] = ()) -> str:
    """SHA-256 (hex) over what would be done: another text, action or state of the conversation is another digest."""
    if actions:
        done = [action.model_dump(mode="json") for action in actions]
        return hashlib.sha256(json.dumps([revision, draft_id, text, done], sort_keys=True).encode()).hexdigest()
    return hashlib.sha256(f"{revision}\x00{draft_id}\x00{text}".encode()).hexdigest()


def rule_for(
    rules: Sequence[ApprovalRule], *, ai_agent: str, sensitivity: Sensitivity | None, amount: Decimal | None
) -> ApprovalRule:
    """The first rule whose conditions all hold; without one, one approver."""
    for rule in rules:
        agent_fits = not rule.ai_agents or ai_agent in rule.ai_agents
        sensitivity_fits = not rule.sensitivity or sensitivity in rule.sensitivity
        amount_fits = rule.amount_above is None or (amount is not None and amount > Decimal(str(rule.amount_above)))
        if agent_fits and sensitivity_fits and amount_fits:
            return rule
    return DEFAULT_RULE


def asked_by(rule: DecidingRule | None, usual: ApprovalRule) -> ApprovalRule:
    """Whom the rule names that asks for the approval, where it names anybody; else who approves usually.

    Never fewer people than usual, nor the requester where that is forbidden, nor above the usual limits.
    """
    if rule is None or rule.ask is None:
        return usual
    return ApprovalRule(
        id=rule.id,
        approvers=max(rule.ask.approvers, usual.approvers),
        roles=rule.ask.roles,
        team=rule.ask.team,
        skill=rule.ask.skill,
        exclude_requester=rule.ask.exclude_requester or usual.exclude_requester,
        limits=usual.limits,
    )


def open_approval(
    draft: Draft,
    *,
    approval_id: str,
    revision: int,
    reason: str,
    rule: ApprovalRule,
    now: datetime,
    ladder: tuple[LadderRung, ...] = (),
    members: Members = NOBODY,
) -> Approval:
    """An approval for exactly this draft at exactly this revision. `members` are those whom the rule may name."""
    roles, groups = asked_people(rule, rule.roles, members)
    return Approval(
        approval_id=approval_id,
        draft_id=draft.draft_id,
        ai_agent=draft.ai_agent,
        text=draft.text,
        actions=draft.actions,
        digest=digest_of(text=draft.text, draft_id=draft.draft_id, revision=revision, actions=draft.actions),
        revision=revision,
        rule=rule.id,
        reason=reason,
        approvers_needed=rule.approvers,
        roles=roles,
        groups=groups,
        exclude_requester=rule.exclude_requester,
        limits=rule.limits,
        amount=amount_of(draft) if rule.limits else None,
        ladder=ladder,
        requested_at=now,
    )


def amount_of(draft: Draft) -> Decimal | None:
    """What the uses of its tools come to; without any that has an amount, the money in question."""
    known = [action.amount for action in draft.actions if action.amount is not None]
    return sum(known, Decimal()) if known else draft.evidence.amount


def deadline_of_approval(
    approval: Approval, calendar: BusinessCalendar, ladder: Sequence[LadderRung]
) -> datetime | None:
    """When the next rung of its ladder is due, or of the organisation's `ladder` where it has none; None: never."""
    rungs = approval.ladder or ladder
    return next_rung(approval.requested_at, approval.rungs_done, rungs, calendar, approval.snoozed)


def judge(approval: Approval | None, decision: DecideApproval) -> Verdict:
    """Say what a decision does to the open approval; the first valid one wins, the rest are told why not."""
    refused = _refusal(approval, decision)
    if refused or approval is None:
        return Verdict(effect="refused", refused=refused)
    match decision.action:
        case "approve":
            return Verdict(effect="send" if _enough(approval, decision.by) else "wait_for_more")
        case "edit":
            return Verdict(effect="send" if approval.approvers_needed == 1 else "reapprove_edit")
        case "reject":
            return Verdict(effect="redraft")
        case "give_back":
            return Verdict(effect="reassign")
        case same:
            return Verdict(effect=same)


def left_open(approval: Approval, decision: DecideApproval, effect: Effect) -> Approval:
    """The approval after a decision that leaves it open.

    Whoever puts it off has looked at it, so it does not leave by itself any more.
    """
    changes: dict[str, Any] = {}
    match effect:
        case "wait_for_more":
            changes = {"approved_by": (*approval.approved_by, decision.by.id)}
        case "reassign":
            changes = {"assignee": decision.assignee}
        case "snooze" if decision.until:
            changes = {"snoozed": Snoozed(until=decision.until, rungs_done=approval.rungs_done), "leaves_at": None}
        case "revoke":
            changes = {"approved_by": tuple(one for one in approval.approved_by if one != decision.by.id)}
    return approval.model_copy(update=changes)


def edited(approval: Approval, decision: DecideApproval, *, approval_id: str, now: datetime) -> Approval:
    """The approval that an edit under several approvers opens: the editor is its requester, earlier votes are void."""
    text = decision.text or approval.text
    digest = digest_of(text=text, draft_id=approval.draft_id, revision=approval.revision, actions=approval.actions)
    changes = {"approval_id": approval_id, "text": text, "digest": digest, "requester": decision.by.id}
    return approval.model_copy(update=changes | {"assignee": None} | _asked_anew(now))


def revoked(approval: Approval, *, approval_id: str, now: datetime) -> Approval:
    """The approval that opens when an approved draft was called back: the same draft waits, under another key."""
    changes = {"approval_id": approval_id, "revocations": approval.revocations + 1}
    return approval.model_copy(update=changes | _asked_anew(now))


def _asked_anew(now: datetime) -> dict[str, Any]:
    return {"approved_by": (), "requested_at": now, "rungs_done": 0, "leaves_at": None, "snoozed": None}


def refusal_of_person(approval: Approval, person: Person, action: DecisionAction) -> str | None:
    """Why this person may not take this decision, whatever else happens; None when they may."""
    if not _may_decide(approval, person):
        return f"Only {_who(approval)} may decide this approval."
    if action in {"approve", "edit"} and _is_requester(approval, person):
        return "The text is your own: another person must approve it."
    if action in {"approve", "edit"}:
        return refusal_of_amount(approval.limits, approval.amount, person, approval.all_roles)
    return None


def refusal_of_content(decision: DecideApproval, now: datetime | None = None) -> str | None:
    """What the decision lacks, whoever takes it; None when it is complete.

    With `now`, a time to come must be one: what comes late through no fault of the person is not refused for that.
    """
    if decision.action == "snooze":
        return _refusal_of_until(decision.until, now)
    given: dict[str, tuple[str | None, str]] = {
        "edit": (decision.text, "An edit needs the new text."),
        "answer": (decision.text, "An answer needs the text that the customer gets."),
        "reject": (decision.reason, "A rejection needs a reason to redraft with."),
        "reassign": (decision.assignee, "A reassignment needs an assignee."),
    }
    value, sentence = given.get(decision.action, ("nothing more", ""))
    return None if (value or "").replace("\x00", "").strip() else sentence


def _refusal_of_until(until: datetime | None, now: datetime | None) -> str | None:
    if until is None:
        return "A snooze needs a time, until when its reminders wait."
    if now is not None and until <= now:
        return "until has passed already. Give a time to come."
    if now is not None and until > now + LONGEST_SNOOZE:
        return f"Reminders wait for {LONGEST_SNOOZE.days} days at most. Give an earlier time."
    return None


def _refusal(approval: Approval | None, decision: DecideApproval) -> str | None:
    if decision.action == "revoke" and (approval is None or decision.approval_id != approval.approval_id):
        return NOTHING_TO_REVOKE
    if approval is None:
        return "There is no open approval: it was decided already, or the conversation has moved on. Reload it."
    return (
        _refusal_of_moment(approval, decision)
        or refusal_of_person(approval, decision.by, decision.action)
        or _refusal_of_vote(approval, decision)
        or refusal_of_content(decision)
    )


def _refusal_of_moment(approval: Approval, decision: DecideApproval) -> str | None:
    if decision.approval_id != approval.approval_id:
        return "This approval is not open any more: it was decided, or a newer draft replaced it. Decide the newer one."
    if decision.digest is not None and decision.digest != approval.digest:
        return "This approval shows another text than the one you saw. Reload it and decide again."
    return None


def _refusal_of_vote(approval: Approval, decision: DecideApproval) -> str | None:
    has_approved = decision.by.id in approval.approved_by
    if decision.action == "revoke" and not has_approved:
        return "You have not approved this, so there is nothing to revoke. Reject it instead."
    if decision.action == "give_back" and approval.assignee is None:
        return "It is assigned to nobody: everybody in its group is asked already."
    return "You have approved this already." if decision.action == "approve" and has_approved else None


def _may_decide(approval: Approval, person: Person) -> bool:
    if person.leads:
        return True
    if approval.assignee is not None:
        return person.id == approval.assignee
    roles = set(person.roles)
    in_group = any(person.id in group.people and roles & set(group.roles) for group in approval.groups)
    return in_group or bool(roles & set(approval.roles))


def _who(approval: Approval) -> str:
    return "the assigned person" if approval.assignee else f"people with the role {approval.who}"


def _is_requester(approval: Approval, person: Person) -> bool:
    return approval.exclude_requester and approval.requester == person.id


def _enough(approval: Approval, person: Person) -> bool:
    return len({*approval.approved_by, person.id}) >= approval.approvers_needed
