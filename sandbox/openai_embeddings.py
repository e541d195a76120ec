"""What OpenAI's Embeddings endpoint accepts and answers, as far as the stand-in speaks it.

Source: OpenAI's API description (CreateEmbeddingRequest). A text's vector is made from its words alone.
"""

import base64
import hashlib
import math
import re
import struct
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.scripted_model import RefusedRequestError

DIMENSIONS = 32
WORD = re.compile(r"\w+")
NotBlank = Annotated[str, Field(min_length=1)]


class EmbeddingRequest(BaseModel):
    """`input` is one text or up to 2,048; none of them is empty."""

    model_config = ConfigDict(extra="forbid")

    model: str
    input: NotBlank | Annotated[list[NotBlank], Field(min_length=1, max_length=2_048)]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = Field(None, ge=1)
    user: str | None = None

    @property
    def texts(self) -> Sequence[str]:
        return [self.input] if isinstance(self.input, str) else self.input


def accepted_request(sent: dict[str, Any]) -> EmbeddingRequest:
    """Raises RefusedRequestError in the vendor's words."""
    try:
        return EmbeddingRequest.model_validate(sent)
    except ValidationError as error:
        where = str(error.errors()[0]["loc"][0])
        raise RefusedRequestError(400, f"'${where}' is invalid. Please check the API reference.", param=where) from None


def answer(request: EmbeddingRequest) -> dict[str, Any]:
    """The body of a response."""
    tokens = sum(len(WORD.findall(text)) for text in request.texts)
    return {
        "object": "list",
        "data": [
            {"object": "embedding", "index": index, "embedding": _encoded(vector_of(text), request.encoding_format)}
            for index, text in enumerate(request.texts)
        ],
        "model": request.model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def vector_of(text: str) -> list[float]:
    """Each word adds 1 at a place of its own; of unit length, and never all zeros."""
    vector = [0.0] * DIMENSIONS
    for word in WORD.findall(text.lower()) or [""]:
        vector[hashlib.sha256(word.encode()).digest()[0] % DIMENSIONS] += 1.0
    length = math.hypot(*vector)
    return [value / length for value in vector]


def _encoded(vector: list[float], encoding: str) -> list[float] | str:
    return vector if encoding == "float" else base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
