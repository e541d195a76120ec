"""The model of one AI agent: a server that takes its time, so that people can act while a draft is being written."""

import json
from typing import Any

from sandbox.openai import OpenAiStandIn
from sandbox.process.models import ModelVendor
from sandbox.scripted_model import Says, data_in

NAME = "slow"
WRITER = f"compatible:{NAME}"
TAKES_SECONDS = 8.0
"""Longer than anybody in the demo thinks about what to do next."""


def slow_model() -> ModelVendor:
    """What `compatible:slow` leads to; it says the first sentence of the first source that it is given."""
    stand_in = OpenAiStandIn(models={NAME})
    stand_in.otherwise = answer
    key, url = "HOLDFAST_COMPATIBLE_API_KEY", "HOLDFAST_COMPATIBLE_BASE_URL"
    return ModelVendor("Slow model", stand_in, key=key, url=url, path="/v1")


def answer(request: dict[str, Any]) -> Says:
    """`request` is the body of a chat completion."""
    sources = data_in(request)["sources"]
    said = [{"text": _first_sentence(source["text"]), "source_ids": [source["id"]]} for source in sources[:1]]
    reply = {"statements": said, "clarifying_question": "", "abstain": not said}
    return Says(content=json.dumps(reply), after_seconds=TAKES_SECONDS)


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].removesuffix(".") + "."
