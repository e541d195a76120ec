"""The files of a specification over the API: read, edited by a person, checked, planned, published, taken back."""

from pathlib import Path
from typing import Any

import pytest

from integrations.tools.base import ToolSettings
from publishing.publication import Installation, publish_organisation
from publishing.specification import start_organisation
from storage.specs import SpecRepository
from tests.gateway.conftest import Gateway
from tests.publishing.test_rollback import words_only

Headers = dict[str, str]
NOBODY_EMBEDS = "\nmodel:\n  embedder: none # nothing is downloaded\n"


@pytest.fixture
async def ferry(gateway: Gateway, tmp_path: Path) -> str:
    """The hash of a small organisation that was published from a folder."""
    folder = tmp_path / "ferry"
    start_organisation(folder)
    with (folder / "organisation.yaml").open("a") as opened:
        opened.write(NOBODY_EMBEDS)
    return await publish_organisation(gateway.database, folder, "ops", Installation(ToolSettings(), words_only))


@pytest.fixture
async def lead(gateway: Gateway, ferry: str) -> Headers:
    return await gateway.key("lead", person="lena", organisation="ferry")


async def read(gateway: Gateway, path: str, headers: Headers, status: int = 200) -> Any:
    response = await gateway.http.get(f"/v1/specification{path}", headers=headers)
    assert response.status_code == status, response.text
    return response.json()


async def told(gateway: Gateway, path: str, headers: Headers, body: object, status: int = 200) -> Any:
    response = await gateway.http.post(f"/v1/specification{path}", headers=headers, json=body, timeout=120)
    assert response.status_code == status, response.text
    return response.json()


async def saved(gateway: Gateway, headers: Headers, base: str, status: int = 200, **files: str | None) -> Any:
    """Files by their paths, with _ for a slash."""
    body = {"base": base, "files": {path.replace("__", "/") + ".yaml": text for path, text in files.items()}}
    response = await gateway.http.put("/v1/specification/draft", headers=headers, json=body)
    assert response.status_code == status, response.text
    return response.json()


async def test_the_files_are_those_that_were_written(gateway: Gateway, ferry: str) -> None:
    viewer = await gateway.key("viewer", organisation="ferry")
    shown = await read(gateway, "", viewer)
    assert shown["content_hash"] == ferry
    assert shown["as_written"]
    assert "# nothing is downloaded" in shown["files"]["organisation.yaml"]
    assert {"topics.yaml", "agents/general.yaml", "knowledge/opening-hours.md"} < set(shown["files"])
    assert not any(path.startswith(("customers", "schema")) for path in shown["files"])
    assert shown["ai_agents"][0]["cannot_do"][0]["description"] == "Promise money"


async def test_files_that_are_not_known_are_written_anew(gateway: Gateway) -> None:
    shown = await read(gateway, "", await gateway.key("viewer"))
    assert not shown["as_written"]
    assert shown["files"]["organisation.yaml"].startswith("organisation: ")


async def test_a_draft_is_kept_for_each_person(gateway: Gateway, ferry: str, lead: Headers) -> None:
    other = await gateway.key("lead", person="otto", organisation="ferry")
    kept = await saved(gateway, lead, ferry, agents__general="id: general\n", topics=None)
    assert kept["files"] == {"agents/general.yaml": "id: general\n", "topics.yaml": None}
    assert kept["base"] == kept["active"] == ferry
    assert await read(gateway, "/draft", lead) == kept
    assert (await read(gateway, "/draft", other))["files"] == {}
    assert (await gateway.http.delete("/v1/specification/draft", headers=lead)).status_code == 204
    assert (await read(gateway, "/draft", lead))["saved_at"] is None


async def test_what_is_as_in_the_base_is_no_change(gateway: Gateway, ferry: str, lead: Headers) -> None:
    topics = (await read(gateway, "", lead))["files"]["topics.yaml"]
    assert (await saved(gateway, lead, ferry, topics=topics))["files"] == {}


@pytest.mark.parametrize(
    "path",
    [
        "../escaped.yaml", "/etc/passwd.yaml", "agents/../../x.yaml", "customers/all.yaml", "agents/.hidden.yaml",
        "agents/a/b.yaml", "agents\\x.yaml", "knowledge/article.yaml", "README.md", "agents/a\x00.yaml", "",
    ],
)  # fmt: skip
async def test_no_file_stands_elsewhere(gateway: Gateway, ferry: str, lead: Headers, path: str) -> None:
    body = {"base": ferry, "files": {path: "id: general"}}
    response = await gateway.http.put("/v1/specification/draft", headers=lead, json=body)
    assert response.status_code == 422
    assert "no file of a specification" in response.text


async def test_texts_have_limits(gateway: Gateway, ferry: str, lead: Headers) -> None:
    large = "#" * 999_000
    assert "1000000 characters" in (await saved(gateway, lead, ferry, 422, topics=large + "#" * 2000))["detail"]
    problem = await saved(gateway, lead, ferry, 422, topics=large, agents__a=large, agents__b=large)
    assert "2,000,000 characters" in problem["detail"]
    assert "NUL" in (await saved(gateway, lead, ferry, 422, topics="a\x00b"))["detail"]
    assert (await saved(gateway, lead, "0" * 64, 404, topics="x"))["status"] == 404


async def test_every_mistake_has_its_place(gateway: Gateway, ferry: str, lead: Headers) -> None:
    await saved(gateway, lead, ferry, agents__general="id: general\nname: Robin\nrole: Answers.\ncan_d: [x]\n")
    checked = await told(gateway, "/check", lead, None)
    assert not checked["valid"]
    assert checked["content_hash"] is None
    [unknown] = [one for one in checked["mistakes"] if one["path"] == "can_d"]
    assert (unknown["file"], unknown["line"], unknown["column"]) == ("agents/general.yaml", 4, 1)
    assert "can_do" in unknown["remedy"]


async def test_nobody_publishes_for_another_organisation(gateway: Gateway, ferry: str, lead: Headers) -> None:
    text = (await read(gateway, "", lead))["files"]["organisation.yaml"]
    files = {"organisation.yaml": text.replace("organisation: ferry", "organisation: bridge")}
    [mistake] = (await told(gateway, "/check", lead, {"base": ferry, "files": files}))["mistakes"]
    assert mistake["path"] == "organisation"
    assert mistake["line"] == 3
    assert mistake["remedy"] == "Write ferry."
    await saved(gateway, lead, ferry, organisation=files["organisation.yaml"])
    assert "1 mistake" in (await told(gateway, "/publish", lead, {"base": ferry}, 400))["detail"]


async def test_another_organisation_sees_and_changes_nothing(gateway: Gateway, ferry: str, lead: Headers) -> None:
    stranger = await gateway.key("lead", organisation="bridge")
    assert (await read(gateway, "", stranger, 404))["status"] == 404
    own = await gateway.key("lead", person="lena")
    await saved(gateway, lead, ferry, topics=None)
    assert (await read(gateway, "/draft", own))["files"] == {}
    await saved(gateway, own, ferry, 404, topics=None)
    assert (await read(gateway, f"?version={ferry[:12]}", own, 404))["status"] == 404


async def test_viewers_read_and_change_nothing(gateway: Gateway, ferry: str) -> None:
    viewer = await gateway.key("approver", organisation="ferry")
    await saved(gateway, viewer, ferry, 403, topics=None)
    for path, body in {"/check": None, "/plan": {}, "/publish": {"base": ferry}, "/rollback": {"reason": "x"}}.items():
        assert (await told(gateway, path, viewer, body, 403))["status"] == 403
    assert [one["content_hash"] for one in await read(gateway, "/history", viewer)] == [ferry]
    assert {"agent", "organisation", "journey"} < set(await read(gateway, "/schemas", viewer))


async def test_an_edit_is_planned_published_and_taken_back(gateway: Gateway, ferry: str, lead: Headers) -> None:
    card = (await read(gateway, "", lead))["files"]["agents/general.yaml"].replace("Robin", "Wren # like the bird")
    await saved(gateway, lead, ferry, agents__general=card)
    plan = await told(gateway, "/plan", lead, {})
    assert [change["words"] for change in plan["changes"]] == ["AI agent general, name: Robin → Wren"]
    assert plan["base"] == ferry
    done = await told(
        gateway, "/publish", lead, {"base": ferry, "planned": plan["planned"], "reason": " A new \n name "}
    )
    assert done["content_hash"] == plan["planned"]
    shown = await read(gateway, "", lead)
    assert shown["content_hash"] == plan["planned"]
    assert "Wren # like the bird" in shown["files"]["agents/general.yaml"]
    assert (await read(gateway, "/draft", lead))["files"] == {}
    newest = (await read(gateway, "/history", lead))[0]
    assert (newest["published_by"], newest["via"], newest["reason"]) == ("lena", "api", "A new name")
    changes = await read(gateway, f"/changes?before={ferry[:12]}&after={plan['planned'][:12]}", lead)
    assert changes == plan["changes"]
    assert (await told(gateway, "/rollback", lead, {"reason": "a wren is no robin"}))["content_hash"] == ferry
    assert (await read(gateway, "/history", lead))[0]["kind"] == "rollback"


async def test_who_was_overtaken_publishes_nothing_and_may_take_over(
    gateway: Gateway, ferry: str, lead: Headers
) -> None:
    card = (await read(gateway, "", lead))["files"]["agents/general.yaml"]
    await saved(gateway, lead, ferry, agents__general=card.replace("Robin", "Wren"))
    other = await gateway.key("lead", person="otto", organisation="ferry")
    await saved(gateway, other, ferry, agents__general=card.replace("Robin", "Jay"))
    theirs = (await told(gateway, "/publish", other, {"base": ferry}))["content_hash"]
    refused = await told(gateway, "/publish", lead, {"base": ferry}, 409)
    assert "otto published another version" in refused["detail"]
    draft = await read(gateway, "/draft", lead)
    assert (draft["active"], draft["overtaken"]) == (theirs, ["agents/general.yaml"])
    await saved(gateway, lead, theirs, agents__general=card.replace("Robin", "Wren"))
    plan = await told(gateway, "/plan", lead, {})
    assert [change["words"] for change in plan["changes"]] == ["AI agent general, name: Jay → Wren"]
    await told(gateway, "/publish", lead, {"base": theirs, "planned": "0" * 64}, 409)
    assert await SpecRepository(gateway.database).active("ferry") == theirs


async def test_a_package_is_put_into_the_draft(gateway: Gateway, ferry: str, lead: Headers) -> None:
    packages = (await gateway.http.get("/v1/market", headers=lead)).json()
    assert {one["manifest"]["name"] for one in packages} >= {"billing", "onboarding"}
    shown = (await gateway.http.get("/v1/market/orders", headers=lead)).json()
    assert shown["installed"] is None
    assert shown["permissions"]
    assert "agents/orders.yaml" in shown["files"]
    response = await gateway.http.post("/v1/market/orders/install", headers=lead, json={})
    assert response.status_code == 200, response.text
    installed = response.json()
    assert {"agents/orders.yaml", "market.lock.yaml", "topics.yaml"} <= set(installed["draft"]["files"])
    assert installed["mode"] == "co_pilot"
    assert set(installed["refused"]) == set(shown["permissions"])
    assert (await told(gateway, "/check", lead, None))["mistakes"] == []
    again = await gateway.http.post("/v1/market/orders/install", headers=lead, json={})
    assert again.status_code == 200
    assert (await gateway.http.get("/v1/market/nothing", headers=lead)).status_code == 404
    wrong = await gateway.http.post("/v1/market/billing/install", headers=lead, json={"allow": ["write:no/thing"]})
    assert wrong.status_code == 400


async def test_nothing_is_planned_or_published_without_a_change(gateway: Gateway, ferry: str, lead: Headers) -> None:
    for path, body in {"/plan": {}, "/publish": {"base": ferry}}.items():
        assert "changed nothing" in (await told(gateway, path, lead, body, 409))["detail"]
    assert "first version" in (await told(gateway, "/rollback", lead, {"reason": "x"}, 404))["detail"]


async def test_a_version_without_models_is_not_gone_back_to(gateway: Gateway) -> None:
    lead = await gateway.key("lead")
    assert "without models" in (await told(gateway, "/rollback", lead, {"reason": "x"}, 409))["detail"]


async def test_a_journey_is_a_graph(gateway: Gateway) -> None:
    viewer = await gateway.key("viewer")
    assert (await read(gateway, "/graph/nowhere", viewer, 404))["status"] == 404
    journeys = (await read(gateway, "", viewer))["journeys"]
    for journey in journeys:
        graph = await read(gateway, f"/graph/{journey['id']}", viewer)
        assert len(graph["nodes"]) == journey["steps"]
        assert {edge["target"] for edge in graph["edges"]} <= {node["id"] for node in graph["nodes"]}
