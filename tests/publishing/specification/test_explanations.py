"""Errors of validation in the author's words."""

import json
import re
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from domain.specification.calendar import BusinessCalendar, QuietHours
from domain.specification.findings import Finding
from domain.specification.organisation import AiAgentSpec, ModelSpec, SuccessMeasure
from publishing.specification.explanations import PATTERNS, findings_of, keys_beside
from publishing.specification.schemas import OrganisationFile, generated_schemas

GOOD = {"id": "general", "name": "Gil", "role": "Answers.", "can_do": ["Answer"]}
WRITE = {"server": "shop", "tool": "refund", "access": "write"}
ORGANISATION = {"organisation": "wheels", "name": "Wheels", "default_ai_agent": "general"}


def findings(model: type[BaseModel], data: Any) -> list[Finding]:
    with pytest.raises(ValidationError) as raised:
        model.model_validate(data)
    return list(findings_of(raised.value.errors(), data, model))


def told(model: type[BaseModel], data: Any) -> list[str]:
    return [f"{finding}. {finding.remedy}" for finding in findings(model, data)]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"tone": True}, "tone: YAML reads this as true or false, and a text is wanted. Put it in quotes."),
        ({"name": 7}, "name: YAML reads this as a number, and a text is wanted. Put it in quotes."),
        ({"name": None}, "name: has no value. Write one after the colon, or leave the key out."),
        ({"mode": "pilot"}, "mode: is none of the words that may stand here. Did you mean 'co_pilot'? Write"),
        (
            {"mode": "supervison"},
            "mode: is none of the words that may stand here. Did you mean 'supervision'? Write 'd",
        ),
        (
            {"tools": [WRITE | {"access": "writes"}]},
            "tools.0.access: is none of the words that may stand here. Did you ",
        ),
        ({"id": "Has Space"}, "id: has another form. Write small letters, digits, _ and -, a letter first"),
        ({"escalate_below": 2}, "escalate_below: is too high. Write 1.0 or less."),
        ({"escalate_below": -1}, "escalate_below: is too low. Write 0.0 or more."),
        ({"escalate_below": "half"}, "escalate_below: is no number. Write a number such as 0.75"),
        ({"can_do": []}, "can_do: holds 0 of the 1 that are needed. Write at least 1."),
        ({"can_do": "Answer"}, "can_do: is no list. Write a list"),
        ({"can_do": ["Answer", ["more"]]}, "can_do.1: is no text. Write one text here"),
        ({"cannot_do": ["x"]}, "cannot_do.0: is no mapping. Write keys and values"),
        (
            {"cannot_do": [{"description": "x", "phrase": []}]},
            "cannot_do.0.phrase: there is no such key. Did you mean 'phrases'? Use one of description, phrases.",
        ),
        ({"cannot_do": [{}]}, "cannot_do.0.description: is missing. Add it."),
        ({"tools": [{"server": "shop"}]}, "tools.0: the key access is missing. Add access, which says of what kind"),
        (
            {"tools": [WRITE | {"access": "all"}]},
            "tools.0.access: is none of the words that may stand here. Write 'read', 'write'.",
        ),
        ({"tools": [WRITE | {"approve": 1}]}, "tools.0.approve: there is no such key. Did you mean 'approval'? Use"),
        ({"tools": [WRITE | {"approval": "often"}]}, "tools.0.approval: is none of the words that may stand here."),
        ({"tools": [WRITE | {"approval": {"above": 1}}]}, "tools.0.approval.argument: is missing. Add it."),
        (
            {"tools": [WRITE | {"approval": {"argument": "a", "above": 1, "b": 2}}]},
            "tools.0.approval.b: there is no such key. Use one of argument, above.",
        ),
        ({"tools": [WRITE | {"approval": {"argument": "a", "above": "x"}}]}, "tools.0.approval.above: is no number."),
    ],
)
def test_one_error_is_one_finding(change: dict[str, object], text: str) -> None:
    [finding] = told(AiAgentSpec, GOOD | change)
    assert finding.startswith(text)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"hours": [{"weekday": 0, "opens": "8 am", "closes": "18:00"}]}, "hours.0.opens: is no time of day. Write"),
        ({"hours": [{"weekday": 1.5, "opens": "08:00", "closes": "18:00"}]}, "hours.0.weekday: is no whole number."),
        ({"holidays": ["Christmas"]}, "holidays.0: is no date. Write a date such as 2026-03-31."),
        ({"holidays": ["2026-02-30"]}, "holidays.0: is no date. Write a date such as 2026-03-31."),
        ({"holidays": [["2026-02-03"]]}, "holidays.0: is no date. Write a date such as 2026-03-31."),
        ({"timezone": "Berlin"}, "timezone: 'Berlin' is no IANA time zone. Did you mean 'Europe/Berlin'?"),
        ({"timezone": "Europe"}, "timezone: 'Europe' is no IANA time zone."),
        ({"timezone": "../etc"}, "timezone: '../etc' is no IANA time zone."),
        ({"timezone": ""}, "timezone: '' is no IANA time zone. Write one such as Europe/Berlin."),
    ],
)
def test_dates_and_times(change: dict[str, object], text: str) -> None:
    [finding] = told(BusinessCalendar, change)
    assert finding.startswith(text)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"channels": {"Fax Machine": {}}}, "channels.Fax Machine: has another form. Write the name of a channel"),
        ({"channels": {"web_chat": {"greting": ""}}}, "channels.web_chat.greting: there is no such key. Did you mean"),
        (
            {"model": {"prices": {"a:b": {"imput": 1}}}},
            "model.prices.a:b.imput: there is no such key. Did you mean 'input'?",
        ),
        (
            {"tool_servers": [{"id": "x", "transport": "ftp"}]},
            "tool_servers.0.transport: is none of the words that may",
        ),
        ({"wording": {"handoff_in": {"English": "x"}}}, "wording.handoff_in.English: has another form. Write an ISO"),
        ({"wording": {"code": "Your code."}}, "wording.code: has another form. Write {code} where"),
        ({"thresholds": {"review_below": 0.1}}, "thresholds: review_below is lower than escalate_below. Write the"),
        ({"identity": {"one_conversation": "perhaps"}}, "identity.one_conversation: is neither true nor false. Write"),
        ({"colour": "red"}, "colour: there is no such key."),
        (
            {"wording": {"there": None}},
            "wording.there: there is no such key. If it belongs to a text with a comma, put",
        ),
        ({"wording": {"hand_off": None}}, "wording.hand_off: there is no such key. Did you mean 'handoff'?"),
    ],
)
def test_far_inside_a_file(change: dict[str, object], text: str) -> None:
    assert any(finding.startswith(text) for finding in told(OrganisationFile, ORGANISATION | change))


def test_what_the_models_say_themselves_has_a_remedy() -> None:
    own = [
        *findings(ModelSpec, {"monthly_budget": 5}),
        *findings(ModelSpec, {"monthly_budget": 5, "writer": "openai:a"}),
        *findings(QuietHours, {"begins": "00:00", "ends": "24:00"}),
        *findings(BusinessCalendar, {"hours": [{"weekday": 0, "opens": "09:00", "closes": "09:00"}]}),
    ]
    assert len(own) == 4
    assert all(finding.remedy not in ("", "Correct it.") for finding in own)


def test_every_form_that_a_text_must_have_is_explained() -> None:
    patterns = {
        json.loads(f'"{pattern}"')
        for text in generated_schemas().values()
        for pattern in re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', text)
    }
    own = {pattern for pattern in patterns if "[0-5][0-9]" not in pattern}
    assert own <= PATTERNS.keys()


def test_keys_that_a_schema_does_not_say_are_none() -> None:
    assert keys_beside(SuccessMeasure.model_json_schema(), ("target", "unit", "x")) == []


def test_an_unknown_error_is_told_in_the_words_of_the_library() -> None:
    error: Any = {"type": "url_syntax_violation", "loc": ("id",), "msg": "Bad url", "input": "x"}
    [finding] = findings_of([error], {"id": "x"}, AiAgentSpec)
    assert finding == Finding(
        ("id",), "bad url", "See the description of the key in its JSON Schema: `holdfast spec schema` writes it."
    )
