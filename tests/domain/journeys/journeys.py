"""Small journeys to walk on."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.journeys import interpreter
from domain.journeys.plan import Plan
from domain.journeys.progress import Progress
from domain.specification.journeys import Journey

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def journey(*steps: dict[str, Any], key: str = "way", **more: Any) -> Journey:
    return Journey.model_validate({"id": key, "title": key, "steps": list(steps)} | more)


def say(key: str, following: str | None = None, **more: Any) -> dict[str, Any]:
    return {"id": key, "kind": "message", "text": key, "next": following} | more


def ask(key: str, following: str | None = None, **more: Any) -> dict[str, Any]:
    return {"id": key, "kind": "question", "text": f"{key}?", "next": following} | more


def wait(key: str, following: str | None = None, **more: Any) -> dict[str, Any]:
    return {"id": key, "kind": "wait", "next": following} | more


def use(key: str, following: str | None = None, **more: Any) -> dict[str, Any]:
    tool = {"kind": "tool", "ai_agent": "general", "server": "shop", "tool": "refund"}
    return {"id": key, "next": following} | tool | more


def branch(key: str, *conditions: dict[str, Any], otherwise: str | None = None) -> dict[str, Any]:
    return {"id": key, "kind": "branch", "conditions": list(conditions), "next": otherwise}


def plan(*steps: dict[str, Any], parts: tuple[Journey, ...] = ()) -> Plan:
    return Plan.of(journey(*steps), parts)


def begun(of: Plan) -> Progress:
    return interpreter.begin(of, NOW)


def done(of: Plan, progress: Progress, *paths: str) -> Progress:
    for path in paths:
        progress = interpreter.finish(of, progress, path, "done", NOW)
    return progress


def active(progress: Progress) -> list[str]:
    return sorted(one.path for one in progress.active)


def outcomes(progress: Progress) -> list[tuple[str, str]]:
    """Each end, in order."""
    return [(record.path, record.outcome) for record in progress.records if record.outcome]
