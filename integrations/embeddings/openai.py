"""Embedding models of OpenAI, and of any server that speaks its `POST /embeddings`."""

from collections.abc import Sequence

import numpy as np
import openai

from domain.errors import HoldfastError
from integrations.embeddings.base import Vectors, readable, stacked, unit
from integrations.llm.openai import COMPATIBLE, NO_KEY, OPENAI, OPENAI_URL
from integrations.llm.provider import ModelAccess, Provider, deadline

TEXTS_PER_REQUEST = 256
SECONDS_PER_REQUEST = 20.0
BLANK = "-"
"""Sent in place of a text without any letter, which the API refuses."""


class OpenAiEmbedder:
    """Calls take as long as the network does; nothing is kept here."""

    def __init__(self, name: str, access: ModelAccess) -> None:
        """Raises CredentialsError where the key is missing, InvalidInputError for what is no address."""
        self._connect(OPENAI, name, OPENAI.key(access), OPENAI.url(access, OPENAI_URL), access)

    def _connect(self, provider: Provider, name: str, key: str, url: str, access: ModelAccess) -> None:
        self._provider, self._name = provider, name
        self._client = openai.AsyncOpenAI(
            api_key=key,
            base_url=url,
            max_retries=0,
            timeout=None,
            http_client=openai.DefaultAsyncHttpxClient(verify=access.trust(), timeout=None),
        )

    @property
    def model(self) -> str:
        return self._name

    async def embed(self, texts: Sequence[str]) -> Vectors:
        parts = [texts[start : start + TEXTS_PER_REQUEST] for start in range(0, len(texts), TEXTS_PER_REQUEST)]
        return stacked([vector for part in parts for vector in await self._answered(part)])

    async def _answered(self, texts: Sequence[str]) -> Vectors:
        try:
            async with deadline(SECONDS_PER_REQUEST):
                answer = await self._client.embeddings.create(
                    model=self._name, input=[readable(text).strip() or BLANK for text in texts], encoding_format="float"
                )
        except openai.APIStatusError as error:
            raise self._refused(error) from None
        except openai.APIConnectionError:
            raise self._provider.unreachable() from None
        except openai.APIError:
            raise self._provider.rubbish() from None
        return self._vectors(answer, len(texts))

    def _refused(self, error: openai.APIStatusError) -> HoldfastError:
        return self._provider.refused(error.status_code, error.response.headers, self._name, error.code or "")

    def _vectors(self, answer: object, texts: int) -> Vectors:
        """In the order of the texts, whatever that of the answer is. Raises ModelOutputError for any other shape."""
        try:
            ordered = sorted(answer.data, key=lambda one: int(one.index))  # type: ignore[attr-defined]
            vectors = np.array([one.embedding for one in ordered], dtype=np.float32)
        except (TypeError, ValueError, AttributeError):
            raise self._provider.rubbish() from None
        if vectors.ndim != 2 or len(vectors) != texts or not np.isfinite(vectors).all():
            raise self._provider.rubbish()
        return unit(vectors)


class CompatibleEmbedder(OpenAiEmbedder):
    """The same at an address of your own; the key is left out where the server wants none."""

    def __init__(self, name: str, access: ModelAccess) -> None:
        """Raises InvalidInputError without an address."""
        key = COMPATIBLE.key(access) if access.api_key else NO_KEY
        self._connect(COMPATIBLE, name, key, COMPATIBLE.url(access), access)
