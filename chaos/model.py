"""The language model: it answers each question under the question's own marks, numbers its answers, or fails."""

import json
import time
from itertools import count
from typing import Any, Literal

from chaos.organisation import SENTENCE, SHOP, VOUCHER, VOUCHER_TOOL
from chaos.references import customer_of, references_in
from sandbox.openai import OpenAiStandIn
from sandbox.scripted_model import Answers, AnyScriptEntry, Calls, Fails, Says, data_in

NAME = "chaos"
SILENT_SECONDS = 60.0
Manner = Literal["sound", "limited", "failing", "nonsense", "silent"]


class Model:
    """What `compatible:chaos` says to each request. `manner` is how it answers from now on.

    `drafted_at` is when it last wrote for each customer, by the monotonic clock.
    """

    def __init__(self) -> None:
        self.manner: Manner = "sound"
        self.drafted_at: dict[int, float] = {}
        self._numbers = count(1)
        self.stand_in = OpenAiStandIn(models={NAME})
        self.stand_in.otherwise = self.answer

    def answer(self, request: dict[str, Any]) -> AnyScriptEntry:
        """`request` is the body of a chat completion."""
        match self.manner:
            case "limited":
                return Fails(status=429, type="rate_limit_error", headers={"retry-after": "2"})
            case "failing":
                return Fails(status=500)
            case "nonsense":
                return Says(content="Lorem ipsum dolor sit amet.")
            case "silent":
                return Answers(after_seconds=SILENT_SECONDS)
        return self._sound(request)

    def _sound(self, request: dict[str, Any]) -> Says | Calls:
        document = data_in(request)
        question = str(document["question"])
        marks, number = references_in(question), next(self._numbers)
        self.drafted_at |= {customer_of(mark): time.monotonic() for mark in marks}
        wants_voucher = VOUCHER.partition(",")[0] in question
        if wants_voucher and request.get("tools") and not _has_called(request):
            return Calls(name=f"{SHOP}__{VOUCHER_TOOL}", arguments=(_voucher(number),))
        return Says(content=_reply(f"{SENTENCE} (answer {number} to {' '.join(marks)})", document))


def _voucher(number: int) -> str:
    """Arguments with an amount that no other call has, so that what was done names the call."""
    return json.dumps({"order_id": "A-1001", "amount": number})


def _has_called(request: dict[str, Any]) -> bool:
    return any(message["role"] == "tool" for message in request["messages"])


def _reply(text: str, document: dict[str, Any]) -> str:
    sources = document["sources"]
    statement = {"text": text, "source_ids": [sources[0]["id"]] if sources else []}
    return json.dumps({"statements": [statement], "clarifying_question": "", "abstain": False})
