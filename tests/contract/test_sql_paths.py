"""The seam between the models and the SQL that reads them as JSON: no key is read that nobody sends."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path as File
from typing import Any, get_type_hints

import pytest
from pydantic import BaseModel, Field

import storage
from storage.approvals import ApprovalRepository
from storage.identity import IdentityRepository
from storage.inbox import InboxRepository
from storage.inbox_events import MergedAway, PassedOnMessage
from storage.knowledge import KnowledgeRepository
from storage.specs import SpecRepository
from storage.turns import TurnRepository
from tests.contract.repository_calls import Sent, SqlCall, alternatives, repository_calls
from tests.contract.sql_paths import ELEMENT, UnreadableSqlError, json_columns, misspelt, read_functions
from tests.contract.sql_seam import Seam

FOLDER = File(storage.__file__).parent
LOOKED_AT_OTHERWISE = {"erasing.sql"}
"""Goes over what is stored, whatever fields it has; tests/storage/test_erasing.py holds it against the models."""
SOURCES = {
    file.name: file.read_text()
    for file in sorted((FOLDER / "functions").glob("*.sql"))
    if file.name not in LOOKED_AT_OTHERWISE
}
COLUMN_NAMES = json_columns(file.read_text() for file in (FOLDER / "migrations").glob("*.sql"))
CALLS = list(repository_calls(storage))

MIN_ACCESSES = 180
"""Of storage/functions/ alone, so that a reader that sees nothing does not pass."""

NOT_SENT = {
    ("identities_of", "sender.external_id"): "A CRM's contact has no id with a channel's vendor; SQL leaves it out.",
}


def taken_by(method: Callable[..., Any], parameter: str, *keys: str) -> Sent:
    """What a repository's method is given, by its type hints."""
    below = Sent(alternatives(get_type_hints(method, include_extras=True)[parameter]), parameter).below(keys)
    assert below is not None
    return Sent(below.types, ".".join((method.__qualname__, parameter, *keys)))


COLUMNS = {
    "calibration": taken_by(SpecRepository.publish, "calibration"),
    "draft": taken_by(TurnRepository.save_draft, "draft"),
    "verdict": taken_by(TurnRepository.save_verdict, "verdict"),
    "usage": taken_by(TurnRepository.keep_failed, "spent", ELEMENT),
    "document": taken_by(ApprovalRepository.request, "input", "approval"),
    "record": taken_by(ApprovalRepository.request, "input", "record"),
    "event": taken_by(InboxRepository.keep, "event"),
    "forwarded": Sent((PassedOnMessage, MergedAway), "an event that the inbox keeps after Temporal has it"),
    "address": taken_by(InboxRepository.keep, "event", "address"),
    "article": taken_by(KnowledgeRepository.keep, "listed", ELEMENT),
    "contact": taken_by(IdentityRepository.claim, "destination", "contact"),
    "data": Sent((Any,), "the audit trail, whose data SQL itself writes"),
}


def seam(sources: dict[str, str] = SOURCES, calls: list[SqlCall] = CALLS) -> Seam:
    return Seam(read_functions(sources.values(), COLUMN_NAMES), calls, COLUMNS)


def problems(found: Seam) -> list[str]:
    return [str(one) for one in found.problems()]


def test_sql_reads_nothing_that_no_model_has() -> None:
    found = seam()
    assert not found.unknown, "The type of what a repository sends cannot be told from its hints."
    unexpected = [str(one) for one in found.problems() if (one.function, str(one.path)) not in NOT_SENT]
    assert unexpected == []


def test_every_exception_is_still_needed() -> None:
    assert {(one.function, str(one.path)) for one in seam().problems()} >= set(NOT_SENT)


def test_every_column_with_a_model_is_one_of_the_database() -> None:
    assert set(COLUMNS) <= COLUMN_NAMES


def test_every_access_is_seen() -> None:
    functions = read_functions(SOURCES.values(), COLUMN_NAMES)
    seen = sum(function.operators for function in functions.values())
    assert seen == sum(len(list(misspelt(source))) for source in SOURCES.values())
    assert seen >= MIN_ACCESSES


def test_every_misspelt_key_is_found() -> None:
    """Each access once. No model knows what SQL itself writes into the audit trail, nor what stands in addresses."""
    missed = [
        f"{name}: {key}"
        for name, source in SOURCES.items()
        for changed, key in misspelt(source)
        if not any(key in str(one) for one in problems(seam({**SOURCES, name: changed})))
    ]
    assert missed == [
        "identity.sql: to_misspelt",
        "ownership.sql: revision_misspelt",
        "threads.sql: conversation_id_misspelt",
        "turns.sql: run_id_misspelt",
        "turns.sql: step_misspelt",
    ]


def test_every_misspelt_key_in_a_repository_is_found() -> None:
    """An address is whatever its adapter keeps there, and the audit trail what SQL itself writes."""
    missed = [
        key
        for number, call in enumerate(CALLS)
        for changed, key in misspelt(call.sql)
        if not any(key in one for one in problems(seam(calls=[replace(call, sql=changed)])))
    ]
    why_left = ["text_misspelt", "run_id_misspelt"]
    written = ["message_key_misspelt", "via_misspelt"]
    assert missed == [
        "call_id_misspelt",
        "mode_misspelt",
        *written,
        "to_misspelt",
        *why_left,
        *why_left,
        "text_misspelt",
    ]


class Part(BaseModel):
    size: int


class Whole(BaseModel):
    name: str
    parts: tuple[Part, ...] = ()
    spare: Part | None = None
    free: dict[str, Any] = {}
    secret: str = Field("", exclude=True)


READER = """
CREATE OR REPLACE FUNCTION outer_one(step jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    spare jsonb := step->'spare';
BEGIN
    PERFORM inner_one(step->'parts', step || jsonb_build_object('extra', 1)), {inner};
END $$;
CREATE OR REPLACE FUNCTION inner_one(parts jsonb, whole jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    part jsonb;
BEGIN
    FOR part IN SELECT * FROM jsonb_array_elements(parts) LOOP
        PERFORM part->>'size', whole->>'extra', {elsewhere};
    END LOOP;
END $$;
"""


def toy(inner: str = "1", elsewhere: str = "1", sql: str = "SELECT outer_one($1)", sent: Any = Whole) -> Seam:
    argument = None if sent is None else Sent((sent,), "keep(whole)")
    functions = read_functions([READER.format(inner=inner, elsewhere=elsewhere)], COLUMN_NAMES)
    return Seam(functions, [SqlCall("toy.keep", sql, (argument,))], {})


@pytest.mark.parametrize(
    "read",
    ["step->>'name'", "spare->>'size'", "step#>>'{spare,size}'", "step#>>'{free,anything,at,all}'", "step ? 'name'"],
)
def test_what_a_model_has_may_be_read(read: str) -> None:
    assert problems(toy(inner=read)) == []


@pytest.mark.parametrize(
    ("inner", "elsewhere", "problem"),
    [
        ("step->>'nam'", "1", "outer_one reads step.nam"),
        ("spare->>'weight'", "1", "outer_one reads step.spare.weight"),
        ("step#>>'{spare,weight}'", "1", "outer_one reads step.spare.weight"),
        ("step->>'secret'", "1", "outer_one reads step.secret"),
        ("step#>>'{name,first}'", "1", "outer_one reads step.name.first"),
        ("step ? 'nam'", "1", "outer_one reads step.nam"),
        ("1", "part->>'weight'", "inner_one reads parts.[].weight"),
        ("1", "whole->>'nam'", "inner_one reads whole.nam"),
    ],
)
def test_what_a_model_lacks_is_named(inner: str, elsewhere: str, problem: str) -> None:
    (found,) = problems(toy(inner=inner, elsewhere=elsewhere))
    assert found == f"{problem}, and keep(whole) has no such field."


def test_a_key_that_is_asked_for_first_need_not_be_in_everything_that_is_sent() -> None:
    functions = read_functions([READER.format(inner="step ? 'size', step->>'size'", elsewhere="1")], COLUMN_NAMES)
    whole, part = (SqlCall("toy", "SELECT outer_one($1)", (Sent((one,), "it"),)) for one in (Whole, Part))
    assert "outer_one reads step.size, and it has no such field." in problems(Seam(functions, [whole], {}))
    assert not [one for one in problems(Seam(functions, [whole, part], {})) if "step.size" in one]


def test_records_made_of_an_array_are_read_by_their_columns() -> None:
    sql = "SELECT * FROM jsonb_to_recordset($1) AS (size integer, weight integer)"
    sent = Sent((tuple[Part, ...],), "parts")
    assert problems(Seam({}, [SqlCall("toy", sql, (sent,))], {})) == [
        "toy#0 reads $1.[].weight, and parts has no such field."
    ]


def test_a_value_of_an_unknown_type_is_a_problem() -> None:
    assert toy(sent=None).unknown == ["toy.keep sends $1 to outer_one"]


@pytest.mark.parametrize("read", ["coalesce(step, '{}')->>'name'", "step->>lower('NAME')", "something->>'name'"])
def test_an_access_that_cannot_be_understood_is_an_error(read: str) -> None:
    with pytest.raises(UnreadableSqlError):
        toy(inner=read)
