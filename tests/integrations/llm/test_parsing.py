"""From what a model wrote to the form that was asked for, and back."""

import json

import pytest

from domain.errors import ModelOutputError
from integrations.llm.parsing import json_object, parsed
from integrations.llm.prompt import ModelReply, ModelVerdict, Statement

REPLY = ModelReply(
    statements=(Statement(text='Within {30} days, or "sooner".', source_ids=("s1",)),),
    clarifying_question="",
    abstain=False,
)
ANSWER = REPLY.model_dump_json()
OTHER = ANSWER.replace("30", "60")
INDENTED = json.dumps(json.loads(ANSWER), indent=2)


@pytest.mark.parametrize(
    "text",
    [
        ANSWER,
        f"\n  {ANSWER}\n",
        f"\ufeff{ANSWER}",
        f"```json\n{INDENTED}\n```",
        f"```\n{ANSWER}\n```",
        f"```JSON {ANSWER}```",
        f"~~~\n{ANSWER}\n~~~",
        f"\ufeff```json\n{ANSWER}\n```\n",
        f"<think>The sources say so.</think>{ANSWER}",
        f"<think>\nPerhaps {{this}}, or {OTHER}?\n</think>\n\n```json\n{ANSWER}\n```",
        f"The sources say so.\n</think>\n{ANSWER}",
        f"<think></think>\n{ANSWER}",
        f"<thinking>{OTHER}</thinking>{ANSWER}",
        f"<think>a</think><think>{OTHER}</think>{ANSWER}",
        f"Here is the answer: {ANSWER}",
        f"{ANSWER}\n\nLet me know if you need more {{details}}.",
        f"Sure {{smile}}! {ANSWER} Done.",
        f"{ANSWER}{ANSWER}",
        f"{ANSWER}\n{INDENTED}",
        f"```json\n{ANSWER}\n```\nOr, again:\n```json\n{ANSWER}\n```",
        json.dumps(ANSWER),
        f"```json\n{json.dumps({'statements': []})}\n```\n{ANSWER}",
    ],
)
def test_the_answer_is_found_wherever_it_stands(text: str) -> None:
    assert parsed(text, ModelReply) == REPLY


def test_tags_within_an_answer_are_part_of_it() -> None:
    verdict = parsed('{"reason": "It says <think>a</think>.", "supported": 0.5}', ModelVerdict)
    assert verdict.reason == "It says <think>a</think>."


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "\ufeff",
        "Within 30 days.",
        ANSWER[:-1],
        ANSWER.replace("statements", "sentences"),
        ANSWER.replace('"abstain":false', '"abstain":false,"more":1'),
        f"<think>{ANSWER}",
        f"<think>{ANSWER}</think>",
        f"{ANSWER}{OTHER}",
        f"First {OTHER}, but better {ANSWER}",
        f"[{ANSWER[:-1]}",
        "{" * 60 + ANSWER,
        '{"a":' * 5000,
        "```json\n```",
        "null",
        '"text"',
        '"\\',
        ANSWER.replace("days", "days \ud800"),
    ],
)
def test_no_answer_half_an_answer_and_answers_that_differ_are_refused(text: str) -> None:
    with pytest.raises(ModelOutputError) as caught:
        parsed(text, ModelReply)
    assert "30" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ('{"query": "frame"}', '{"query": "frame"}'),
        ('{"a": {"b": [1, null]}}', '{"a": {"b": [1, null]}}'),
        ("", "{}"),
        ("  ", "{}"),
        ("{}", "{}"),
    ],
)
def test_arguments_that_are_an_object_stay_as_they_are(arguments: str, shown: str) -> None:
    assert json_object(arguments) == shown


@pytest.mark.parametrize(
    "arguments",
    ["rubbish", '{"query": "fra', "{'query': 1}", "[]", "null", "7", '"text"', '{"a": NaN}', '{"a": Infinity}', "{}{}"],
)
def test_other_arguments_are_shown_within_an_object(arguments: str) -> None:
    assert json.loads(json_object(arguments)) == {"malformed": arguments}


def test_arguments_that_no_text_can_carry_are_sent_without_that() -> None:
    assert json.loads(json_object('{"a": "\ud800"}')) == {"a": "?"}
