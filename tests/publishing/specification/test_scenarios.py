"""Scenario files are checked like all others, and are no part of what is published."""

import pytest

from publishing.specification import Mistake, SpecificationError, load_specification
from tests.publishing.specification.conftest import Folder

FILE = "scenarios/refund.yaml"
SCENARIO = """\
id: refund
title: A refund waits
channel: web_chat
customer: c-1
steps:
  - says: I want a refund
    expect:
      ai_agent: billing
      topic: refund
      outcome: ask_approval
      reason: supervised
      cites: [delivery, "fact:frame_size"]
      approval: { rule: money, approvers: 1, roles: [approver] }
  - does: approve
    by: lea
    expect: { effect: send }
  - does: enter_journey
    journey: welcome
    expect: { journey: { id: welcome, at: [ask] } }
"""


@pytest.fixture
def with_scenario(folder: Folder) -> Folder:
    folder.write(FILE, SCENARIO)
    return folder


def mistakes(folder: Folder) -> tuple[Mistake, ...]:
    with pytest.raises(SpecificationError) as raised:
        load_specification(folder.path)
    return raised.value.mistakes


def test_a_scenario_is_loaded_and_changes_no_version(folder: Folder) -> None:
    before = load_specification(folder.path)
    folder.write(FILE, SCENARIO)
    after = load_specification(folder.path)
    assert before.scenarios == ()
    assert [scenario.id for scenario in after.scenarios] == ["refund"]
    assert after.version.content_hash == before.version.content_hash
    assert (after.directory, after.warnings) == (before.directory, before.warnings)


def test_scenarios_stand_in_the_order_of_their_files(with_scenario: Folder) -> None:
    with_scenario.write("scenarios/another.yaml", SCENARIO.replace("id: refund", "id: zebra"))
    assert [scenario.id for scenario in load_specification(with_scenario.path).scenarios] == ["zebra", "refund"]


@pytest.mark.parametrize(
    ("old", "new", "line", "problem", "remedy"),
    [
        ("ai_agent: billing", "ai_agent: biling", 8, "no AI agent 'biling'", "Did you mean 'billing'?"),
        ("topic: refund", "topic: refunds", 9, "no topic 'refunds'", "Did you mean 'refund'?"),
        ("outcome: ask_approval", "outcome: approve", 10, "none of the words", "ask_approval"),
        ("reason: supervised", "reason: supervise", 11, "none of the words", "Did you mean 'supervised'?"),
        ("[delivery,", "[delivry,", 12, "no article, fact or macro 'delivry'", "Did you mean 'delivery'?"),
        ("fact:frame_size", "fact:size", 12, "no article, fact or macro 'fact:size'", "fact:frame_size"),
        ("fact:frame_size", "macro:arival", 12, "no article, fact or macro 'macro:arival'", "macro:arrival"),
        ("rule: money", "rule: mony", 13, "no approval rule 'mony'", "Did you mean 'money'?"),
        ("approvers: 1", "approvers: none", 13, "is no whole number", "Write a whole number"),
        ("approval: { rule", "approval: { ruel", 13, "no such key", "Did you mean 'rule'?"),
        ("customer: c-1", "customer: c-2", 4, "no contact 'c-2'", "Use one of c-1."),
        ("channel: web_chat", "channel: email", 3, "no channel 'email'", "Use one of web_chat."),
        ("title: A refund waits", 'title: " "', 2, "is empty", "Write"),
        ("title: A refund waits", "titel: A refund waits", 2, "no such key", "Did you mean 'title'?"),
        ("does: approve", "does: aprove", 14, "none of the words", "Did you mean 'approve'?"),
        ("does: approve", "does: reject", 14, "reject needs a text", "under text"),
        ("effect: send", "efect: send", 16, "no such key", "Did you mean 'effect'?"),
        ("effect: send", "effect: sent", 16, "none of the words", "Did you mean 'send'?"),
        ("{ effect: send }", "send", 16, "is no mapping", "Write keys and values"),
        ("- does: approve", "- approve\n  - does: approve", 14, "is no mapping", "Write keys and values"),
        ("{ effect: send }", "{}", 16, "expects nothing", "outcome: send"),
        ("says: I want a refund", "say: I want a refund", 6, "no such key", "Did you mean 'says'?"),
        ("says: I want a refund", 'says: "  "', 6, "is empty", "Write"),
        ("id: refund", "id: Refund", 1, "has another form", "small letters"),
        ("journey: welcome", "journey: welcom", 18, "no journey 'welcom'", "Did you mean 'welcome'?"),
        ("id: welcome, at", "id: welcom, at", 19, "no journey 'welcom'", "Did you mean 'welcome'?"),
        ("at: [ask]", "at: [aks]", 19, "no step 'aks'", "Did you mean 'ask'?"),
        ("at: [ask]", "at: [ask, 'more/ask']", 19, "no step 'more'", "Use one of"),
        ("does: enter_journey", "does: skip_step", 17, "skip_step says nothing of which", "under step"),
        ("title: A refund", "title: A refund: it", 2, "mapping values", "in quotes"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_a_remedy(
    with_scenario: Folder, old: str, new: str, line: int, problem: str, remedy: str
) -> None:
    with_scenario.replace(FILE, old, new)
    told = [(m.file, m.line) for m in mistakes(with_scenario) if problem in m.problem and remedy in m.remedy]
    assert told == [(FILE, line)], "\n".join(map(str, mistakes(with_scenario)))


def test_ids_stand_once(with_scenario: Folder) -> None:
    with_scenario.write("scenarios/second.yaml", SCENARIO)
    [mistake] = mistakes(with_scenario)
    assert (mistake.file, mistake.line, mistake.problem) == ("scenarios/second.yaml", 1, "'refund' stands twice")


def test_a_scenario_without_steps_or_expectations_is_none(folder: Folder) -> None:
    folder.write(FILE, "id: refund\ntitle: A refund waits\nsteps: []\n")
    folder.write("scenarios/second.yaml", "id: second\ntitle: Nothing\nsteps:\n  - says: Hello\n")
    folder.write("scenarios/third.yaml", "")
    told = [(mistake.file, mistake.problem) for mistake in mistakes(folder)]
    assert told[:2] == [
        (FILE, "holds 0 of the 1 that are needed"),
        ("scenarios/second.yaml", "expects nothing of any step"),
    ]
    assert {file for file, _ in told[2:]} == {"scenarios/third.yaml"}


def test_the_default_rule_may_be_expected(folder: Folder) -> None:
    folder.write(FILE, SCENARIO.replace("rule: money", "rule: default"))
    assert load_specification(folder.path).scenarios


def test_articles_that_a_source_keeps_may_be_cited(folder: Folder) -> None:
    folder.write(FILE, SCENARIO.replace("[delivery,", "[kept-elsewhere,"))
    folder.replace(
        "organisation.yaml",
        "thresholds:",
        "knowledge_sources:\n  - { kind: zendesk, default_topic: delivery }\nthresholds:",
    )
    assert load_specification(folder.path).scenarios


def test_names_of_a_file_that_cannot_be_read_are_not_missed(with_scenario: Folder) -> None:
    with_scenario.write("topics.yaml", "topics: [")
    with_scenario.write("customers/customers.yaml", "accounts: [")
    assert {mistake.file for mistake in mistakes(with_scenario)} == {"topics.yaml", "customers/customers.yaml"}


@pytest.mark.parametrize("file", ["scenarios/refund.yml", "scenarios/money/refund.yaml"])
def test_files_that_nothing_reads_are_told(folder: Folder, file: str) -> None:
    folder.write(file, SCENARIO)
    [mistake] = mistakes(folder)
    assert (mistake.file, "is not read" in mistake.problem) == (file, True)
