"""Approvals: who may decide, what each decision does, and every sentence with which one is refused."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approvals.approval import (
    DEFAULT_RULE,
    Approval,
    AskedGroup,
    Effect,
    Verdict,
    amount_of,
    asked_by,
    deadline_of_approval,
    digest_of,
    edited,
    judge,
    left_open,
    open_approval,
    refusal_of_content,
    refusal_of_person,
    revoked,
    rule_for,
)
from domain.approvals.schedule import Snoozed
from domain.conversation.ownership import Person
from domain.conversation.requests import DecideApproval, DecisionAction
from domain.conversation.turn import Draft, Evidence, Usage
from domain.specification.calendar import BusinessCalendar
from domain.specification.organisation import ApprovalRule, LadderRung, RoleLimit, Sensitivity
from domain.specification.people import Members
from domain.specification.rules import Ask, DecidingRule
from domain.tools.actions import ProposedAction

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
ANNA = Person(id="anna", roles=("approver",))
BEN = Person(id="ben", roles=("approver",))
LEAD = Person(id="lea", roles=("lead",))
ADMIN = Person(id="ada", roles=("admin",))
TRAINEE = Person(id="tom", roles=("trainee",))
TEXT = "We refund 20 EUR."
DRAFT = Draft(draft_id="cv-1-3", ai_agent="billing", text=TEXT, evidence=Evidence(), usage=Usage(model="fake"))
RULE = ApprovalRule(id="refunds", approvers=1, roles=("approver",))


REFUND = ProposedAction(server="shop", tool="refund", arguments={"amount": 20.0}, amount=Decimal(20))


def approval(**changes: Any) -> Approval:
    made = open_approval(DRAFT, approval_id="ap-1", revision=4, reason="sensitive_topic", rule=RULE, now=NOW)
    return made.model_copy(update=changes)


def decision(action: str = "approve", by: Person = ANNA, **changes: Any) -> DecideApproval:
    values = {"request_id": "d-1", "by": by, "approval_id": "ap-1", "action": action} | changes
    return DecideApproval.model_validate(values)


def test_an_approval_belongs_to_one_draft_at_one_revision() -> None:
    rule = ApprovalRule(id="large", approvers=2, roles=("lead", "finance"), exclude_requester=False)
    made = open_approval(DRAFT, approval_id="ap-1", revision=4, reason="sensitive_topic", rule=rule, now=NOW)
    assert made == Approval(
        approval_id="ap-1",
        draft_id="cv-1-3",
        ai_agent="billing",
        text=TEXT,
        digest=digest_of(text=TEXT, draft_id="cv-1-3", revision=4),
        revision=4,
        rule="large",
        reason="sensitive_topic",
        approvers_needed=2,
        roles=("lead", "finance"),
        exclude_requester=False,
        requested_at=NOW,
    )


@pytest.mark.parametrize(
    "other",
    [
        {"text": "b", "draft_id": "d", "revision": 1},
        {"text": "a", "draft_id": "e", "revision": 1},
        {"text": "a", "draft_id": "d", "revision": 2},
        {"text": "a", "draft_id": "d", "revision": 1, "actions": (REFUND,)},
    ],
)
def test_text_draft_revision_and_actions_each_change_the_digest(other: dict[str, Any]) -> None:
    assert digest_of(text="a", draft_id="d", revision=1) != digest_of(**other)


@pytest.mark.parametrize(
    ("request_", "waiting", "effect"),
    [
        (decision("approve"), approval(), "send"),
        (decision("approve", digest=approval().digest), approval(), "send"),
        (decision("approve"), approval(approvers_needed=2), "wait_for_more"),
        (decision("approve", BEN), approval(approvers_needed=2, approved_by=("anna",)), "send"),
        (decision("approve", BEN), approval(approvers_needed=3, approved_by=("anna",)), "wait_for_more"),
        (decision("edit", text="We refund 10 EUR."), approval(), "send"),
        (decision("edit", text="We refund 10 EUR."), approval(approvers_needed=2), "reapprove_edit"),
        (decision("reject", reason="wrong amount"), approval(), "redraft"),
        (decision("take_over"), approval(), "take_over"),
        (decision("reassign", assignee="ben"), approval(), "reassign"),
        (decision("give_back"), approval(assignee="anna"), "reassign"),
        (decision("answer", text="I looked."), approval(approvers_needed=2), "answer"),
        (decision("snooze", until=NOW), approval(), "snooze"),
        (decision("revoke"), approval(approvers_needed=2, approved_by=("anna",)), "revoke"),
    ],
)
def test_what_a_valid_decision_does(request_: DecideApproval, waiting: Approval, effect: str) -> None:
    assert judge(waiting, request_) == Verdict.model_validate({"effect": effect})


@pytest.mark.parametrize(
    ("request_", "waiting", "sentence"),
    [
        (decision(), None, "There is no open approval"),
        (decision(approval_id="ap-0"), approval(), "is not open any more"),
        (decision(digest="0" * 64), approval(), "another text than the one you saw"),
        (decision(by=TRAINEE), approval(), "Only people with the role approver may decide"),
        (decision(by=TRAINEE), approval(roles=("approver", "team")), "the role approver or team may decide"),
        (decision(by=BEN), approval(assignee="anna"), "Only the assigned person may decide"),
        (decision("approve"), approval(requester="anna"), "The text is your own"),
        (decision("edit", text="again"), approval(requester="anna"), "The text is your own"),
        (decision("approve", LEAD), approval(requester="lea"), "The text is your own"),
        (decision("approve"), approval(approvers_needed=2, approved_by=("anna",)), "approved this already"),
        (decision("edit"), approval(), "An edit needs the new text"),
        (decision("edit", text=" \n"), approval(), "An edit needs the new text"),
        (decision("reject"), approval(), "A rejection needs a reason"),
        (decision("reject", reason="  "), approval(), "A rejection needs a reason"),
        (decision("reassign"), approval(), "A reassignment needs an assignee"),
        (decision("reassign", assignee=" "), approval(), "A reassignment needs an assignee"),
        (decision("give_back"), approval(), "assigned to nobody"),
        (decision("give_back", BEN), approval(assignee="anna"), "Only the assigned person may decide"),
        (decision("answer"), approval(), "An answer needs the text"),
        (decision("answer", text=" "), approval(), "An answer needs the text"),
        (decision("snooze"), approval(), "A snooze needs a time"),
        (decision("revoke"), approval(), "You have not approved this"),
        (decision("revoke"), approval(approvers_needed=2, approved_by=("ben",)), "You have not approved this"),
        (decision("revoke"), None, "There is nothing to revoke"),
        (decision("revoke", approval_id="ap-0"), approval(), "There is nothing to revoke"),
    ],
)
def test_a_refused_decision_says_why(request_: DecideApproval, waiting: Approval | None, sentence: str) -> None:
    verdict = judge(waiting, request_)
    assert verdict.effect == "refused"
    assert sentence in (verdict.refused or "")


@pytest.mark.parametrize(
    ("person", "waiting", "may"),
    [
        (ANNA, approval(), True),
        (TRAINEE, approval(), False),
        (LEAD, approval(), True),
        (ADMIN, approval(), True),
        (ANNA, approval(assignee="anna"), True),
        (BEN, approval(assignee="anna"), False),
        (TRAINEE, approval(assignee="tom"), True),
        (LEAD, approval(assignee="anna"), True),
        (ANNA, approval(requester="anna", exclude_requester=False), True),
        (ANNA, approval(requester="ben"), True),
    ],
)
def test_who_may_approve(person: Person, waiting: Approval, may: bool) -> None:
    assert (judge(waiting, decision(by=person)).effect == "send") is may


ASSIGNED = "Only the assigned person may decide this approval."
BY_ROLE = "Only people with the role approver may decide this approval."
OWN = "The text is your own: another person must approve it."


@pytest.mark.parametrize(
    ("person", "waiting", "action", "refusal"),
    [
        (ANNA, approval(), "approve", None),
        (TRAINEE, approval(), "approve", BY_ROLE),
        (TRAINEE, approval(), "take_over", BY_ROLE),
        (LEAD, approval(), "approve", None),
        (ADMIN, approval(assignee="anna"), "reject", None),
        (ANNA, approval(assignee="anna"), "approve", None),
        (BEN, approval(assignee="anna"), "approve", ASSIGNED),
        (BEN, approval(assignee="anna"), "reassign", ASSIGNED),
        (TRAINEE, approval(assignee="tom"), "approve", None),
        (ANNA, approval(requester="anna"), "approve", OWN),
        (ANNA, approval(requester="anna"), "edit", OWN),
        (ANNA, approval(requester="anna"), "reject", None),
        (LEAD, approval(requester="lea"), "approve", OWN),
        (TRAINEE, approval(requester="tom"), "approve", BY_ROLE),
        (ANNA, approval(requester="anna", exclude_requester=False), "approve", None),
    ],
)
def test_who_may_take_which_decision(
    person: Person, waiting: Approval, action: DecisionAction, refusal: str | None
) -> None:
    assert refusal_of_person(waiting, person, action) == refusal


@pytest.mark.parametrize("action", ["reject", "take_over", "reassign"])
def test_the_requester_may_do_everything_but_approve(action: str) -> None:
    verdict = judge(approval(requester="anna"), decision(action, reason="no", assignee="ben"))
    assert verdict.refused is None


def test_an_edit_under_two_approvers_makes_a_fresh_approval() -> None:
    waiting = approval(approvers_needed=2, approved_by=("ben",), rungs_done=2, assignee="anna")
    later = datetime(2026, 11, 3, tzinfo=UTC)
    fresh = edited(waiting, decision("edit", text="We refund 10 EUR."), approval_id="ap-2", now=later)
    assert (fresh.approval_id, fresh.text, fresh.requester) == ("ap-2", "We refund 10 EUR.", "anna")
    assert (fresh.approved_by, fresh.rungs_done, fresh.assignee, fresh.requested_at) == ((), 0, None, later)
    assert fresh.digest == digest_of(text="We refund 10 EUR.", draft_id="cv-1-3", revision=4) != waiting.digest


def test_an_edit_keeps_the_actions_under_a_digest_of_its_own() -> None:
    waiting = approval(approvers_needed=2, actions=(REFUND,))
    fresh = edited(waiting, decision("edit", text="We pay it back."), approval_id="ap-2", now=NOW)
    assert fresh.actions == (REFUND,)
    parts: dict[str, Any] = {"text": "We pay it back.", "draft_id": "cv-1-3", "revision": 4}
    assert fresh.digest == digest_of(**parts, actions=(REFUND,)) != digest_of(**parts)


def test_an_approval_covers_the_actions_of_its_draft() -> None:
    draft = DRAFT.model_copy(update={"actions": (REFUND,)})
    asked = open_approval(draft, approval_id="ap-1", revision=4, reason="action", rule=RULE, now=NOW)
    assert asked.actions == (REFUND,)
    assert asked.digest == digest_of(text=TEXT, draft_id="cv-1-3", revision=4, actions=(REFUND,)) != approval().digest


def test_after_an_edit_two_others_must_approve() -> None:
    fresh = edited(approval(approvers_needed=2), decision("edit", text="new"), approval_id="ap-2", now=NOW)
    by_editor = judge(fresh, decision(by=ANNA, approval_id="ap-2"))
    by_first = judge(fresh, decision(by=BEN, approval_id="ap-2"))
    by_second = judge(fresh.model_copy(update={"approved_by": ("ben",)}), decision(by=LEAD, approval_id="ap-2"))
    assert [by_editor.effect, by_first.effect, by_second.effect] == ["refused", "wait_for_more", "send"]


def test_a_decision_on_the_approval_before_the_edit_is_refused() -> None:
    fresh = edited(approval(approvers_needed=2), decision("edit", text="new"), approval_id="ap-2", now=NOW)
    assert judge(fresh, decision(by=BEN)).effect == "refused"


@pytest.mark.parametrize(
    ("step", "roles", "assignee"),
    [
        (LadderRung(after_minutes=1, action="remind"), ("approver",), "anna"),
        (LadderRung(after_minutes=1, action="widen", roles=("team", "approver")), ("approver", "team"), None),
        (LadderRung(after_minutes=1, action="move_up", roles=("lead",)), ("lead",), None),
        (LadderRung(after_minutes=1, action="move_up"), ("approver",), None),
    ],
)
def test_the_ladder_reminds_widens_and_moves_up(step: LadderRung, roles: tuple[str, ...], assignee: str | None) -> None:
    climbed = approval(assignee="anna", rungs_done=1).climb(step, Members())
    assert (climbed.roles, climbed.assignee, climbed.rungs_done) == (roles, assignee, 2)


MEMBERS = Members(teams={"money": ("anna", "tom"), "empty": ()}, skills={"law": ("ben", "anna")})
MONEY = AskedGroup(roles=("approver",), people=("anna", "tom"), team="money")


def of_team(*groups: AskedGroup, roles: tuple[str, ...] = ()) -> Approval:
    return approval(roles=roles, groups=groups or (MONEY,))


@pytest.mark.parametrize(
    ("asked", "group", "who"),
    [
        ({"team": "money"}, MONEY, "approver in the team money"),
        (
            {"skill": "law", "roles": ("lead", "judge")},
            AskedGroup(roles=("lead", "judge"), people=("ben", "anna"), skill="law"),
            "lead or judge with the skill law",
        ),
        (
            {"team": "money", "skill": "law"},
            AskedGroup(roles=("approver",), people=("anna",), team="money", skill="law"),
            "approver in the team money with the skill law",
        ),
        (
            {"team": "gone"},
            AskedGroup(roles=("approver",), people=(), team="gone"),
            "approver in the team gone",
        ),
    ],
)
def test_a_rule_may_ask_a_team_or_a_skill(asked: dict[str, Any], group: AskedGroup, who: str) -> None:
    rule = ApprovalRule(id="a", **asked)
    made = open_approval(DRAFT, approval_id="ap", revision=4, reason="x", rule=rule, now=NOW, members=MEMBERS)
    assert (made.roles, made.groups, made.who, made.all_roles) == ((), (group,), who, group.roles)


@pytest.mark.parametrize(
    ("person", "waiting", "may"),
    [
        (ANNA, of_team(), True),
        (BEN, of_team(), False),
        (TRAINEE, of_team(), False),
        (LEAD, of_team(), True),
        (BEN, of_team(AskedGroup(roles=("approver",), people=(), team="gone")), False),
        (LEAD, of_team(AskedGroup(roles=("approver",), people=(), team="gone")), True),
        (BEN, of_team(MONEY, roles=("approver",)), True),
        (BEN, of_team().model_copy(update={"assignee": "ben"}), True),
        (ANNA, of_team().model_copy(update={"assignee": "ben"}), False),
        (BEN, of_team(MONEY, AskedGroup(roles=("approver",), people=("ben",), skill="law")), True),
        (TRAINEE, of_team(MONEY, AskedGroup(roles=("trainee",), people=("ben",), skill="law")), False),
    ],
)
def test_a_role_counts_within_the_team_alone(person: Person, waiting: Approval, may: bool) -> None:
    assert (judge(waiting, decision(by=person)).effect == "send") is may


def test_who_is_refused_hears_which_team_is_asked() -> None:
    refusal = refusal_of_person(of_team(), BEN, "approve")
    assert refusal == "Only people with the role approver in the team money may decide this approval."


def rung(action: str, **asked: Any) -> LadderRung:
    return LadderRung.model_validate({"after_minutes": 1, "action": action, **asked})


LAW = AskedGroup(roles=("approver",), people=("ben", "anna"), skill="law")


@pytest.mark.parametrize(
    ("step", "waiting", "roles", "groups"),
    [
        (rung("remind"), of_team(), (), (MONEY,)),
        (rung("widen", roles=["lead"]), of_team(), ("lead",), (MONEY,)),
        (rung("widen", skill="law"), of_team(), (), (MONEY, LAW)),
        (rung("widen", team="money"), of_team(), (), (MONEY,)),
        (rung("widen", team="money"), approval(), ("approver",), (MONEY,)),
        (rung("move_up", skill="law"), of_team(), (), (LAW,)),
        (rung("move_up", roles=["lead"]), of_team(), ("lead",), ()),
        (rung("move_up"), of_team(), (), (MONEY,)),
        (
            rung("move_up", team="money", roles=["judge"]),
            approval(),
            (),
            (AskedGroup(roles=("judge",), people=("anna", "tom"), team="money"),),
        ),
    ],
)
def test_a_rung_may_ask_a_team_or_a_skill(
    step: LadderRung, waiting: Approval, roles: tuple[str, ...], groups: tuple[AskedGroup, ...]
) -> None:
    climbed = waiting.model_copy(update={"assignee": "anna"}).climb(step, MEMBERS)
    assert (climbed.roles, climbed.groups, climbed.rungs_done) == (roles, groups, 1)
    assert climbed.assignee == ("anna" if step.action == "remind" else None)


def test_a_rule_that_asks_brings_its_team_along() -> None:
    rule = DecidingRule(id="law", then="ask_approval", ask=Ask(team="money", skill="law"))
    asked = asked_by(rule, ApprovalRule(id="usual", team="desk", approvers=2))
    assert (asked.id, asked.team, asked.skill, asked.approvers) == ("law", "money", "law", 2)


RULES = (
    ApprovalRule(id="large", amount_above=100, approvers=2),
    ApprovalRule(id="legal", sensitivity=(Sensitivity.LEGAL,)),
    ApprovalRule(id="billing", ai_agents=("billing",)),
    ApprovalRule(id="both", ai_agents=("technical",), sensitivity=(Sensitivity.SECURITY,)),
)


@pytest.mark.parametrize(
    ("ai_agent", "sensitivity", "amount", "rule"),
    [
        ("billing", None, Decimal("100.01"), "large"),
        ("billing", None, Decimal(100), "billing"),
        ("billing", None, None, "billing"),
        ("general", Sensitivity.LEGAL, None, "legal"),
        ("billing", Sensitivity.LEGAL, Decimal(5), "legal"),
        ("technical", Sensitivity.SECURITY, None, "both"),
        ("technical", Sensitivity.FINANCIAL, None, "default"),
        ("technical", None, None, "default"),
        ("general", Sensitivity.SECURITY, None, "default"),
    ],
)
def test_the_first_rule_that_fits_applies(
    ai_agent: str, sensitivity: Sensitivity | None, amount: Decimal | None, rule: str
) -> None:
    assert rule_for(RULES, ai_agent=ai_agent, sensitivity=sensitivity, amount=amount).id == rule


def test_amounts_are_compared_as_decimals() -> None:
    rules = (ApprovalRule(id="exact", amount_above=0.1),)
    assert rule_for(rules, ai_agent="billing", sensitivity=None, amount=Decimal("0.1")) is DEFAULT_RULE


def test_without_rules_one_approver_decides() -> None:
    assert rule_for((), ai_agent="billing", sensitivity=None, amount=None) == ApprovalRule(id="default")


ids = st.sampled_from(("anna", "ben", "lea"))
people = st.builds(Person, id=ids, roles=st.sampled_from(((), ("approver",), ("lead",), ("approver", "lead"))))
actions = st.sampled_from(get_args(DecideApproval.model_fields["action"].annotation))
decisions = st.builds(
    DecideApproval,
    request_id=st.just("d-1"),
    by=people,
    approval_id=st.sampled_from(("ap-1", "ap-2")),
    action=actions,
    digest=st.none() | st.sampled_from((approval().digest, "0" * 64)),
    text=st.none() | st.sampled_from(("", "another text")),
    reason=st.sampled_from(("", "wrong")),
    assignee=st.none() | ids,
)
approvals = st.builds(
    approval,
    approvers_needed=st.integers(1, 3),
    assignee=st.none() | ids,
    requester=st.none() | ids,
    approved_by=st.lists(ids, unique=True, max_size=2).map(tuple),
)


@given(approvals, decisions)
def test_a_stale_decision_never_counts(waiting: Approval, request_: DecideApproval) -> None:
    stale = request_.digest not in {None, waiting.digest} or request_.approval_id != waiting.approval_id
    assert not stale or judge(waiting, request_).effect == "refused"


@given(approvals, decisions)
def test_a_refusal_has_a_sentence_and_nothing_else_has(waiting: Approval, request_: DecideApproval) -> None:
    verdict = judge(waiting, request_)
    assert (verdict.effect == "refused") is bool(verdict.refused)


@given(approvals, decisions)
def test_nothing_is_sent_before_enough_people_approved(waiting: Approval, request_: DecideApproval) -> None:
    if judge(waiting, request_).effect == "send" and request_.action == "approve":
        assert len({*waiting.approved_by, request_.by.id}) >= waiting.approvers_needed
        assert request_.by.id != waiting.requester


@given(approvals, decisions)
def test_what_is_refused_before_it_is_forwarded_is_refused_by_the_conversation_too(
    waiting: Approval, request_: DecideApproval
) -> None:
    """The gateway asks the two rules alone; it may never refuse what the conversation would take."""
    early = refusal_of_content(request_) or refusal_of_person(waiting, request_.by, request_.action)
    assert not early or judge(waiting, request_).effect == "refused"


SNOOZED = decision("snooze", until=NOW)


@pytest.mark.parametrize(
    ("now", "refused"),
    [
        (NOW - timedelta(minutes=1), None),
        (NOW, "until has passed already. Give a time to come."),
        (NOW - timedelta(days=366), None),
        (NOW - timedelta(days=366, seconds=1), "Reminders wait for 366 days at most. Give an earlier time."),
        (None, None),
    ],
)
def test_until_when_reminders_may_wait(now: datetime | None, refused: str | None) -> None:
    assert refusal_of_content(SNOOZED, now) == refused


def test_a_snooze_ends_the_veto_window_and_leaves_the_rest() -> None:
    snoozed = left_open(approval(leaves_at=NOW, rungs_done=1), SNOOZED, "snooze")
    assert (snoozed.snoozed, snoozed.leaves_at) == (Snoozed(until=NOW, rungs_done=1), None)
    assert judge(snoozed, decision()).effect == "send"


def test_what_was_called_back_waits_again_under_another_key() -> None:
    once = revoked(approval(rungs_done=2, leaves_at=NOW), approval_id="ap-2", now=NOW)
    twice = revoked(once, approval_id="ap-3", now=NOW)
    assert (once.text, once.digest, once.revision) == (TEXT, approval().digest, 4)
    assert (once.rungs_done, once.leaves_at, once.approved_by) == (0, None, ())
    keys = [approval().delivery_key, once.delivery_key, twice.delivery_key]
    assert keys == ["cv-1-3", "cv-1-3-after-1", "cv-1-3-after-2"]


@pytest.mark.parametrize(
    ("request_", "effect", "changes"),
    [
        (decision(), "wait_for_more", {"approved_by": ("ben", "anna")}),
        (decision("revoke", BEN), "revoke", {"approved_by": ()}),
        (decision("reassign", assignee="carla"), "reassign", {"assignee": "carla"}),
        (decision("give_back"), "reassign", {"assignee": None}),
        (decision("snooze"), "snooze", {}),
        (decision("take_over"), "take_over", {}),
    ],
)
def test_what_a_decision_leaves_open(request_: DecideApproval, effect: Effect, changes: dict[str, Any]) -> None:
    waiting = approval(approved_by=("ben",), assignee="anna")
    assert left_open(waiting, request_, effect) == waiting.model_copy(update=changes)


LADDER = (LadderRung(after_minutes=30, action="remind"), LadderRung(after_minutes=90, action="move_up"))


@pytest.mark.parametrize(
    ("changes", "minutes"),
    [
        ({}, 30),
        ({"rungs_done": 1}, 90),
        ({"rungs_done": 2}, None),
        ({"ladder": (LadderRung(after_minutes=10, action="remind"),)}, 10),
        ({"snoozed": Snoozed(until=NOW + timedelta(minutes=5))}, 30),
        ({"snoozed": Snoozed(until=NOW + timedelta(minutes=500))}, 500),
        ({"snoozed": Snoozed(until=NOW + timedelta(minutes=500)), "rungs_done": 1}, 560),
        ({"snoozed": Snoozed(until=NOW + timedelta(minutes=500), rungs_done=1), "rungs_done": 1}, 500),
    ],
)
def test_when_the_next_rung_is_due(changes: dict[str, Any], minutes: int | None) -> None:
    due = None if minutes is None else NOW + timedelta(minutes=minutes)
    assert deadline_of_approval(approval(**changes), BusinessCalendar(), LADDER) == due


def _limited(**changes: Any) -> Approval:
    limits = (RoleLimit(role="approver", amount_up_to=Decimal(100)), RoleLimit(role="lead", amount_up_to=Decimal(500)))
    return approval(limits=limits, amount=Decimal("250"), **changes)


ABOVE = "This is about 250, more than you may approve. Ask somebody with the role lead or admin."


@pytest.mark.parametrize(
    ("person", "waiting", "refusal"),
    [
        (ANNA, _limited(), ABOVE),
        (LEAD, _limited(), None),
        (ADMIN, _limited(), None),
        (Person(id="eve", roles=("approver", "finance")), _limited(roles=("approver", "finance")), None),
        (TRAINEE, _limited(assignee="tom"), ABOVE),
        (ANNA, _limited().model_copy(update={"amount": Decimal(100)}), None),
        (ANNA, _limited().model_copy(update={"amount": None}), None),
        (ANNA, _limited().model_copy(update={"limits": ()}), None),
    ],
)
def test_who_may_approve_which_amount(person: Person, waiting: Approval, refusal: str | None) -> None:
    assert refusal_of_person(waiting, person, "approve") == refusal
    assert refusal_of_person(waiting, person, "edit") == refusal
    assert refusal_of_person(waiting, person, "reject") is None


def test_where_no_role_may_approve_the_amount_it_is_said() -> None:
    limits = tuple(RoleLimit(role=role, amount_up_to=Decimal(1)) for role in ("approver", "lead", "admin"))
    refusal = refusal_of_person(approval(limits=limits, amount=Decimal("9.50")), LEAD, "approve")
    assert refusal == "This is about 9.5, more than you may approve. No role may: reject it, or answer yourself."


def test_the_amount_is_that_of_the_actions_together_else_the_money_in_question() -> None:
    asked = DRAFT.model_copy(update={"evidence": Evidence(amount=Decimal(300))})
    assert amount_of(asked) == 300
    assert amount_of(asked.model_copy(update={"actions": (REFUND, REFUND)})) == 40
    unknown = REFUND.model_copy(update={"amount": None})
    assert amount_of(asked.model_copy(update={"actions": (unknown,)})) == 300


def test_an_approval_carries_the_limits_of_its_rule() -> None:
    limits = (RoleLimit(role="approver", amount_up_to=Decimal(10)),)
    rule = RULE.model_copy(update={"limits": limits})
    asked = DRAFT.model_copy(update={"actions": (REFUND,)})
    made = open_approval(asked, approval_id="ap-1", revision=4, reason="action", rule=rule, now=NOW)
    assert (made.limits, made.amount) == (limits, Decimal(20))
    asks = DecidingRule(id="vip", then="ask_approval", ask=Ask(roles=("finance",)))
    assert asked_by(asks, rule).limits == limits
