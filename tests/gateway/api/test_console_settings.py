from gateway.options import GatewayOptions
from tests.gateway.conftest import ORGANISATION, Gateway, serve
from tests.organisation import VERSION


async def test_what_the_specification_offers(gateway: Gateway) -> None:
    headers = await gateway.key("viewer")
    settings = (await gateway.http.get("/v1/console/settings", headers=headers)).json()
    specification = VERSION.specification
    assert settings["name"] == specification.name
    assert settings["ai_agents"] == [agent.id for agent in specification.ai_agents]
    assert settings["channels"] == list(specification.channels)
    assert [macro["id"] for macro in settings["macros"]] == [macro.id for macro in specification.macros]
    assert settings["temporal_ui"] is None


async def test_the_address_of_the_temporal_ui(gateway: Gateway, options: GatewayOptions) -> None:
    with_ui = options.model_copy(update={"temporal_ui_url": "https://temporal.example/"})
    headers = await gateway.key("viewer", organisation=ORGANISATION)
    async with serve(with_ui, gateway.temporal) as url:
        answer = await gateway.http.get(f"{url}/v1/console/settings", headers=headers)
    assert answer.json()["temporal_ui"] == "https://temporal.example"
    assert answer.json()["temporal_namespace"] == "default"


async def test_before_anything_is_published(gateway: Gateway) -> None:
    headers = await gateway.key("viewer", organisation="nothing-yet")
    settings = (await gateway.http.get("/v1/console/settings", headers=headers)).json()
    assert (settings["name"], settings["macros"], settings["ai_agents"]) == ("nothing-yet", [], [])
