"""From what a model wrote to the form that was asked for, and back to JSON that any server reads.

Not every server binds its model to a schema. The JSON may stand in a code fence, after thoughts, in a sentence, after a
byte order mark, twice, or be packed into a JSON string.
"""

import json
import re
from collections.abc import Iterator
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from domain.errors import ModelOutputError
from integrations.llm.prompt import Answer

AnyAnswer = TypeVar("AnyAnswer", bound=Answer)

_TAG = "(?:think|thinking|thought|reasoning)"
THOUGHTS = re.compile(rf"\A(?:.*</{_TAG}>|\s*<{_TAG}>.*)", re.DOTALL | re.IGNORECASE)
"""Up to their last end, as some servers leave out the beginning; all of the text where they never end."""
BYTE_ORDER_MARK = "\ufeff"
MAX_BEGINNINGS = 50
"""Braces at which JSON is looked for, so that rubbish costs little."""


def parsed(text: str, form: type[AnyAnswer]) -> AnyAnswer:
    """The one answer that a text holds. Raises ModelOutputError where there is none in the form, or several differ."""
    if not text.strip():
        raise ModelOutputError("The model returned no answer to work with.")
    answer = _read(text, form)
    if answer is not None:
        return answer
    found: list[AnyAnswer] = []
    for candidate in _candidates(text.replace(BYTE_ORDER_MARK, "")):
        fits = _read(candidate, form)
        if fits is not None and fits not in found:
            found.append(fits)
    if len(found) > 1:
        raise ModelOutputError("The model returned several answers that differ, so none of them is used.")
    if not found:
        raise ModelOutputError("The model returned something that is not in the form that was asked for.")
    return found[0]


def json_object(arguments: str) -> str:
    """The arguments of a call as a server may see them again: one JSON object, whatever the model wrote."""
    text = arguments.encode("utf-8", "replace").decode()
    try:
        if isinstance(from_json(text, allow_inf_nan=False), dict):
            return text
    except ValueError:
        pass
    return json.dumps({"malformed": text}, ensure_ascii=False) if text.strip() else "{}"


def _read(text: str, form: type[AnyAnswer]) -> AnyAnswer | None:
    try:
        return form.model_validate_json(text)
    except ValidationError:
        return None


def _candidates(text: str) -> Iterator[str]:
    """JSON objects of a text from left to right. What stands in thoughts is no answer."""
    said = THOUGHTS.sub("", text).strip()
    if said.startswith('"'):
        said = _unpacked(said)
    decoder, position = json.JSONDecoder(), said.find("{")
    for _ in range(MAX_BEGINNINGS):
        if position < 0:
            return
        try:
            _, end = decoder.raw_decode(said, position)
        except (ValueError, RecursionError):
            end = position + 1
        else:
            yield said[position:end]
        position = said.find("{", end)


def _unpacked(text: str) -> str:
    """What a JSON string holds; the text itself where it is none."""
    try:
        inner = json.loads(text)
    except ValueError:
        return text
    return inner if isinstance(inner, str) else text
