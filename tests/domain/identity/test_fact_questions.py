from domain.identity.fact_questions import FACT_QUESTIONS, fact_questions


def test_any_fact_can_be_asked_for() -> None:
    assert fact_questions(["automation_runs"]) == {
        "automation_runs": (
            "What is our automation runs?",
            "How much automation runs have we used?",
            "Can you tell me our automation runs?",
        )
    }


def test_those_of_the_directory_have_questions_of_their_own() -> None:
    assert fact_questions(["plan", "role", "plan"]) == {name: FACT_QUESTIONS[name] for name in ("plan", "role")}


def test_no_question_asks_for_two_facts() -> None:
    questions = [question for texts in FACT_QUESTIONS.values() for question in texts]
    assert len(set(questions)) == len(questions)
