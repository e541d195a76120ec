"""The smallest organisation that passes every check, as files to begin with."""

from pathlib import Path

from domain.errors import InvalidInputError
from domain.specification.references import KEY
from publishing.new_folder import require_empty
from publishing.specification.schemas import write_schemas

SCHEMA = "schema"
"""Folder of the JSON Schemas inside the new one, so that an editor finds them wherever it stands."""
NO_TEXT = frozenset({"true", "false", "null"})
"""What YAML takes for something else than a name."""

ORGANISATION = """\
# yaml-language-server: $schema=schema/organisation.json
# Who you are, when people work, how customers reach you. What is left out has a default.
organisation: {id} # the folder has the same name
name: {name} # what customers read
language: en
currency: EUR
default_ai_agent: general # answers what belongs to no topic

calendar:
  timezone: Europe/Dublin
  hours: # 0 is Monday
    - {{ weekday: 0, opens: "09:00", closes: "17:00" }}
    - {{ weekday: 1, opens: "09:00", closes: "17:00" }}
    - {{ weekday: 2, opens: "09:00", closes: "17:00" }}
    - {{ weekday: 3, opens: "09:00", closes: "17:00" }}
    - {{ weekday: 4, opens: "09:00", closes: "17:00" }}

channels:
  web_chat:
    greeting: Hello, this is {name}. You are writing with our AI agent; ask for a person at any time.
"""

TOPICS = """\
# yaml-language-server: $schema=schema/topics.json
# What customers ask, in their own words, as untidy as they write. More examples make the topics surer.
topics:
  - id: opening_hours
    title: When somebody is there
    ai_agent: general
    examples:
      - When are you open?
      - are you open on saturday
      - what are your opening hours
      - until when can i call you today
      - is anybody there on Sundays

  - id: complaint
    title: Complaints
    ai_agent: general
    sensitivity: complaint
    escalate: true # always a person's
    examples:
      - I want to complain
      - this is the worst service I ever had
      - I am really unhappy with how I was treated
      - your colleague was rude to me
      - nobody keeps what you promise

out_of_scope_examples:
  - What will the weather be like tomorrow?
  - Tell me a joke
  - Who won the match last night
  - can you write my essay
"""

AI_AGENT = """\
# yaml-language-server: $schema=../schema/agent.json
id: general
name: Robin
role: First contact for everybody. Answers from the articles under knowledge.
mode: delegation # answers alone; supervision and co_pilot bring people in
can_do:
  - Say when somebody is there
cannot_do:
  - description: Promise money
    phrases: [give me my money back, compensation]
tone: friendly, precise, short
"""

ARTICLE = """\
---
id: opening-hours
title: Opening hours
topic: general
source: https://www.{host}.example/opening-hours
updated: 2026-01-31
---

We are open from Monday to Friday between 9:00 and 17:00. On Saturdays, Sundays and public holidays we are closed.
"""

SCENARIO_ANSWERED = """\
# yaml-language-server: $schema=../schema/scenario.json
id: opening_hours
title: Who asks for the opening hours is answered
steps:
  - says: Are you open on Saturdays?
    expect:
      ai_agent: general
      topic: opening_hours
      outcome: send
      cites: [opening-hours]
"""

SCENARIO_HANDED_OVER = """\
# yaml-language-server: $schema=../schema/scenario.json
id: complaint
title: A complaint goes to a person
steps:
  - says: I want to complain about how your colleague treated me.
    expect:
      topic: complaint
      outcome: escalate
      status: with_human
"""

FILES = {
    "organisation.yaml": ORGANISATION,
    "topics.yaml": TOPICS,
    "agents/general.yaml": AI_AGENT,
    "knowledge/opening-hours.md": ARTICLE,
    "scenarios/opening_hours.yaml": SCENARIO_ANSWERED,
    "scenarios/complaint.yaml": SCENARIO_HANDED_OVER,
}


def start_organisation(folder: Path) -> tuple[Path, ...]:
    """Write the files into a new or empty folder, whose name is the organisation's; returns them without the schemas.

    Raises InvalidInputError where the name can be no organisation's, ConflictError where there is something in the
    folder, and OSError.
    """
    key = _organisation_id(folder)
    require_empty(folder)
    words = {"id": key, "name": key.replace("_", " ").replace("-", " ").title(), "host": key.replace("_", "-")}
    written = []
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(**words), encoding="utf-8", newline="")
        written.append(path)
    write_schemas(folder / SCHEMA)
    return tuple(written)


def _organisation_id(folder: Path) -> str:
    name = folder.absolute().name
    if KEY.fullmatch(name) and name not in NO_TEXT:
        return name
    allowed = "Name it with small letters, digits, - and _, a letter first, such as `ferry` or `north_ferries`."
    raise InvalidInputError(f"The folder has the organisation's name, and {name!r} can be none. {allowed}")
