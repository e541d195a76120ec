import pytest

from domain.conversation.turn import Citation, Decision, Draft, Evidence, Outcome, Reason, Usage
from domain.quality.evaluation import Expected, JudgedMessage, LabelledMessage, evaluation_of, judge, rests_on

FACT = "fact:plan"


def judged(expected: Expected, done: Expected, *sources: str, wanted: tuple[str, ...] = ("a",)) -> JudgedMessage:
    return JudgedMessage(
        id="m",
        text="?",
        expected=expected,
        done=done,
        reason="",
        confidence=0.9,
        sources=sources,
        expected_sources=wanted,
    )


@pytest.mark.parametrize(
    ("sources", "expected", "holds"),
    [
        (("a",), ("a",), True),
        (("a",), ("a", "b"), True),
        (("a", "b"), ("a",), False),
        (("b",), ("a",), False),
        ((), ("a",), False),
        ((FACT,), (), True),
        ((), (), True),
        (("a",), (), False),
        (("macro:m",), ("macro:m",), True),
        (("macro:m", FACT), ("a", "macro:m"), True),
        (("macro:m",), ("macro:n",), False),
        (("macro:m", FACT), (FACT,), False),
        (("macro:m",), (), False),
        (("macro:m",), ("a",), False),
    ],
)
def test_a_reply_rests_on_what_it_should(sources: tuple[str, ...], expected: tuple[str, ...], holds: bool) -> None:
    assert rests_on(sources, expected) is holds


@pytest.mark.parametrize(
    ("message", "wrong", "right"),
    [
        (judged("answer", "answer", "a"), False, True),
        (judged("answer", "answer", "b"), True, False),
        (judged("answer", "escalate"), False, False),
        (judged("escalate", "answer", "a"), True, False),
        (judged("clarify", "answer", "a"), True, False),
        (judged("ask_approval", "ask_approval", "b"), False, True),
        (judged("clarify", "clarify"), False, True),
    ],
)
def test_wrong_is_only_what_was_sent(message: JudgedMessage, wrong: bool, right: bool) -> None:
    assert (message.answered_wrongly, message.right) == (wrong, right)


def test_rates_count_what_they_say() -> None:
    found = evaluation_of(
        "shop",
        "held_out",
        [
            judged("answer", "answer", "a"),
            judged("answer", "answer", "b"),
            judged("answer", "escalate"),
            judged("answer", "ask_approval"),
            judged("escalate", "escalate"),
            judged("ask_approval", "answer", "a"),
            judged("clarify", "clarify"),
            judged("escalate", "clarify"),
        ],
    )
    shares = {
        name: (rate.count, rate.n) for name in type(found).model_fields if hasattr(rate := getattr(found, name), "n")
    }
    assert shares == {
        "automation": (3, 8),
        "answered_correctly": (1, 4),
        "wrong_answers": (2, 8),
        "false_escalations": (2, 4),
        "missed_escalations": (1, 3),
        "clarified_of_vague": (1, 1),
        "vague_of_clarified": (1, 2),
    }
    assert found.confusion["answer"] == {"answer": 2, "ask_approval": 1, "escalate": 1, "clarify": 0}
    assert len(found.failures) == 5


def test_a_draft_is_put_beside_its_label() -> None:
    cited = (Citation(source_id="a", title="A"), Citation(source_id="a", title="A"))
    draft = Draft(
        draft_id="d", ai_agent="x", text="t", citations=cited, evidence=Evidence(topic="t1"), usage=Usage(model="m")
    )
    labelled = LabelledMessage(id="1", text="?", expected="answer", articles=("a",), topic="t1")
    found = judge(labelled, draft, Decision(outcome=Outcome.SEND, reason=Reason.CONFIDENT), 0.9)
    assert (found.done, found.sources, found.reason, found.right) == ("answer", ("a",), "confident", True)


def weighed(confidence: float, *, right: bool) -> JudgedMessage:
    return judged("answer", "answer", "a").model_copy(
        update={"confidence": confidence, "draft_right": right, "weighed": True}
    )


@pytest.mark.parametrize(
    ("drafts", "error"),
    [
        ([], 0.0),
        ([weighed(1.0, right=True)], 0.0),
        ([weighed(1.0, right=False)], 1.0),
        ([weighed(0.75, right=right) for right in (True, True, True, False)], 0.0),
        ([weighed(0.75, right=True), weighed(0.05, right=False)], 0.15),
        ([weighed(0.0, right=False), judged("escalate", "escalate")], 0.0),
    ],
)
def test_calibration_error_is_of_the_drafts_whose_sending_depended_on_confidence(
    drafts: list[JudgedMessage], error: float
) -> None:
    evaluation = evaluation_of("shop", "tuning", drafts)
    assert evaluation.calibration_error == pytest.approx(error)
    assert evaluation.weighed == sum(draft.weighed for draft in drafts)


@pytest.mark.parametrize(
    ("milliseconds", "p50", "p99"), [([], 0, 0), ([7.0], 7, 7), ([float(n) for n in range(1, 101)], 51, 100)]
)
def test_latency_is_that_of_the_drafts(milliseconds: list[float], p50: float, p99: float) -> None:
    latency = evaluation_of("shop", "tuning", [], milliseconds=milliseconds).latency_ms
    assert (latency.p50, latency.p99) == (p50, p99)
