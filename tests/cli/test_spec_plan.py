"""What people read of a plan with turns that change."""

import json
from io import StringIO

import pytest
from rich.console import Console

from cli.spec_plan import plan_as_data, print_plan
from domain.conversation.asking_again import Answers, AskedAgain
from domain.conversation.redeciding import Redecided, Redecision, UnknownTurn
from domain.conversation.turn import Decision, Outcome, Reason
from domain.specification.changes import Change
from publishing.edits import PlannedErasing
from publishing.planning import Plan, PlannedPublication
from publishing.specification import Mistake

SENT = Decision(outcome=Outcome.SEND, reason=Reason.CONFIDENT, review="sample")
ASKED = Decision(outcome=Outcome.ASK_APPROVAL, reason=Reason.SUPERVISED)


def redecision(number: int, topic: str | None = "refund") -> Redecision:
    return Redecision(
        conversation_id=f"conversation-{number}",
        turn=number,
        ai_agent="billing",
        topic=topic,
        kind="send -> ask_approval",
        before=SENT,
        after=ASKED,
    )


def plan(changed: int, topic: str | None = "refund") -> Plan:
    unknown = (UnknownTurn(conversation_id="conversation-u", turn=1, reason="articles have changed"),)
    found = Redecided(turns=100, changed=tuple(redecision(n, topic) for n in range(changed)), unknown=unknown)
    kept = PlannedPublication(organisation="shop", folder="shop", base="a" * 64, planned="b" * 64, beside="c" * 64)
    body = Change(
        path=("articles", "refunds", "body"), kind="changed", before="One\nTwo\n", after="One\n[b]Three[/b]\n"
    )
    lower = Mistake(file="agents/billing.yaml", line=3, path="escalate_below", problem="is low", remedy="Raise it.")
    return Plan(publication=kept, changes=(body,), warnings=(lower,), redecided=found)


def printed(given: Plan, width: int = 160) -> str:
    text = StringIO()
    print_plan(Console(width=width, highlight=False, file=text), given)
    return text.getvalue()


def test_people_get_counts_and_the_turns() -> None:
    text = printed(plan(changed=2))
    assert "shop: aaaaaaaaaaaa → bbbbbbbbbbbb: 1 change\n" in text
    assert "    - Two\n    + [b]Three[/b]" in text
    assert "Warning: agents/billing.yaml:3: escalate_below: is low. Raise it." in text
    assert "Of 100 recorded turns 97 would be decided as now, 2 differently; of 1 nobody can know." in text
    assert "2  send -> ask_approval" in text
    assert "1  unknown: articles have changed" in text
    assert "conversation-1" in text
    assert "send (confident), reviewed: sample" in text
    assert "ask_approval (supervised)" in text
    assert "more" not in text


def test_people_are_told_what_is_erased_and_what_was_left_out() -> None:
    given = plan(changed=0)
    erasing = PlannedErasing(sentence="What was said is erased after a day.", due=412)
    text = printed(given.model_copy(update={"erasing": erasing, "erased_turns": 7}))
    assert "What was said is erased after a day. 412 conversations are over for longer: they go in the night" in text
    assert "7  more are left out: their conversations were erased" in text
    none_due = erasing.model_copy(update={"due": 0})
    assert "What was said is erased after a day.\n" in printed(given.model_copy(update={"erasing": none_due}))
    assert "erased" not in printed(given)


def test_of_many_turns_the_first_ones_are_shown() -> None:
    text = printed(plan(changed=25, topic=None))
    assert "… and 5 more" in text
    assert "billing / no topic" in text
    assert "conversation-19" in text
    assert "conversation-20" not in text


@pytest.mark.parametrize("width", [80, 60])
def test_the_id_that_is_typed_next_is_whole_in_a_narrow_terminal(width: int) -> None:
    typed = "cv_aq2QWlWm230z8_Ro7i6vuw"
    changed = redecision(1).model_copy(update={"conversation_id": typed})
    asked = AskedAgain(conversation_id=typed, turn=1, before=SENT, after=(ASKED,))
    given = plan(changed=1)
    redecided = given.redecided.model_copy(update={"changed": (changed,)})
    given = given.model_copy(update={"redecided": redecided, "answers": Answers(times=1, turns=(asked,), left_out=0)})
    assert printed(given, width).count(typed) == 2


def test_programs_get_all_of_them() -> None:
    data = json.loads(json.dumps(plan_as_data(plan(changed=25))))
    found = data["redecided"]
    assert (found["turns"], found["unchanged"], len(found["changed"]), len(found["unknown"])) == (100, 74, 25, 1)
    assert found["kinds"] == {"send -> ask_approval": 25}
    assert found["reasons"] == {"articles have changed": 1}
    assert data["changes"][0]["words"] == "article refunds, body changed, lines: 1 added, 1 removed"
    assert data["publication"]["base"] == "a" * 64


def test_what_models_say_when_they_are_asked_again_is_told() -> None:
    escalated = Decision(outcome=Outcome.ESCALATE, reason=Reason.LOW_CONFIDENCE)
    turns = (
        AskedAgain(conversation_id="conversation-same", turn=1, before=SENT, after=(SENT, SENT)),
        AskedAgain(conversation_id="conversation-other", turn=2, before=SENT, after=(SENT, escalated)),
    )
    given = plan(changed=0).model_copy(update={"answers": Answers(times=2, turns=turns, left_out=3, instructed=2)})
    text = printed(given)
    assert "Asked again 2 times each: 1 of 2 turns are decided as they were each time (pass^2 0.50, " in text
    assert "3 could not be asked" in text
    assert "2 were not asked: a journey instructed the AI agent, and no customer asked." in text
    assert "conversation-other" in text
    assert "1 × escalate (low_confidence)" in text
    assert "conversation-same" not in text
    data = json.loads(json.dumps(plan_as_data(given)))
    assert (data["answers"]["passed"]["count"], data["answers"]["left_out"]) == (1, 3)
    assert data["answers"]["instructed"] == 2
    assert plan_as_data(plan(changed=0))["answers"] is None
    all_asked = given.model_copy(update={"answers": Answers(times=2, turns=turns)})
    assert "were not asked" not in printed(all_asked)
