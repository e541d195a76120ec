"""The model providers; without a script they say the smallest answer that the asked format allows."""

from collections.abc import Mapping

from sandbox.anthropic import AnthropicStandIn
from sandbox.cohere import CohereStandIn
from sandbox.openai import OpenAiStandIn
from sandbox.process.vendor import Links, Vendor
from sandbox.scripted_model import ModelStandIn


class ModelVendor(Vendor):
    """`key` and `url` name its variables; `path` stands between the address and what the client adds."""

    is_chosen = False

    def __init__(self, title: str, model: ModelStandIn, *, key: str, url: str, path: str = "") -> None:
        super().__init__(model)
        self.title = title
        self.model = model
        self.key = key
        self.url = url
        self.path = path

    def environment(self, links: Links) -> Mapping[str, str]:
        return {
            self.key: self.model.api_key,
            self.url: links.addresses[self.name] + self.path,
            "HOLDFAST_MODEL_CA_FILE": str(links.ca_file),
        }


def models() -> tuple[Vendor, ...]:
    return (
        ModelVendor("OpenAI", OpenAiStandIn(), key="OPENAI_API_KEY", url="OPENAI_BASE_URL", path="/v1"),
        ModelVendor("Anthropic", AnthropicStandIn(), key="ANTHROPIC_API_KEY", url="ANTHROPIC_BASE_URL"),
        ModelVendor("Cohere", CohereStandIn(), key="CO_API_KEY", url="CO_API_URL"),
    )
