"""compose.yaml follows the Compose Specification, and what it names is there."""

import copy
import json
import re
import subprocess
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from config.settings import Settings, variable_name
from domain.queues import QUEUES, named_queues
from tests.deploy.files import DEPLOY, ROOT, read_yaml

FOLDER = DEPLOY / "compose"
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
OURS = ("gateway", "workers-conversations", "workers-activities", "migrate")


def _document(name: str = "compose.yaml") -> dict[str, Any]:
    """Interpolated as Docker Compose does it, every variable without a default set to a word."""
    text = VARIABLE.sub(lambda found: found[3] if found[2] == "-" else "word", (FOLDER / name).read_text())
    document: dict[str, Any] = yaml.safe_load(text)
    return document


DOCUMENT = _document()
SERVICES: dict[str, dict[str, Any]] = DOCUMENT["services"]


def _parsed(document: dict[str, Any]) -> Any:
    return PyCompose.from_json(json.dumps(document))


def test_it_follows_the_specification() -> None:
    compose = _parsed(DOCUMENT)
    compose.validate()
    assert set(OURS) <= set(compose.service_names())


def test_the_check_finds_mistakes() -> None:
    broken = copy.deepcopy(DOCUMENT)
    broken["services"]["gateway"]["prots"] = ["8080"]
    with pytest.raises(ValueError, match="prots"):
        _parsed(broken)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_for_services_that_exist_and_mounts_files_that_exist(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    for mount in service.get("volumes", []):
        source = mount.split(":")[0]
        assert (FOLDER / source).exists() if source.startswith(".") else source in DOCUMENT["volumes"]


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_published_is_published_on_this_machine_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@pytest.mark.parametrize("name", OURS)
def test_our_services_are_one_image_with_few_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["image"] == SERVICES["gateway"]["image"]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize("name", OURS)
def test_our_services_are_told_only_what_is_a_setting(name: str) -> None:
    known = {variable_name(field) for field in Settings.model_fields}
    assert set(SERVICES[name]["environment"]) <= known


@pytest.mark.parametrize("name", OURS)
def test_our_services_read_the_variables_of_vendors_where_there_are_any(name: str) -> None:
    assert SERVICES[name]["env_file"] == [{"path": "holdfast.env", "required": False}]


@pytest.mark.parametrize("file", [".env", "holdfast.env"])
def test_a_file_of_secrets_is_never_committed(file: str) -> None:
    ignored = subprocess.run(["git", "check-ignore", "--quiet", str(FOLDER / file)], cwd=ROOT, check=False)
    assert ignored.returncode == 0


def test_every_queue_is_served_once() -> None:
    commands = [service["command"] for service in SERVICES.values() if service.get("command", [""])[0] == "workers"]
    served = [queue for command in commands for queue in named_queues(command[2])]
    assert sorted(served) == sorted(QUEUES)


def test_a_second_version_has_the_same_workers_under_its_own_name_and_image() -> None:
    _parsed(_document("next.yaml")).validate()
    services = _document("next.yaml")["services"]
    extended = {name: service["extends"]["service"] for name, service in services.items()}
    workers = {name for name, service in SERVICES.items() if service.get("command", [""])[0] == "workers"}
    assert extended == {f"{name}-next": name for name in workers}
    assert not set(services) & set(SERVICES)
    for service in services.values():
        assert service["image"] == "holdfast:word"
        assert service["environment"] == {"HOLDFAST_WORKER_BUILD_ID": "word"}
        assert (FOLDER / service["extends"]["file"]).exists()


def test_workers_have_no_version_unless_one_is_set() -> None:
    assert not SERVICES["gateway"]["environment"]["HOLDFAST_WORKER_BUILD_ID"]


def test_no_secret_has_a_default() -> None:
    found = VARIABLE.findall((FOLDER / "compose.yaml").read_text())
    secrets = {(name, how) for name, how, _ in found if re.search("PASSWORD|SECRET", name)}
    assert {how for _, how in secrets} == {"?"}
    assert {name for name, _ in secrets} == set(
        re.findall(r"^(\w+)=$", (FOLDER / "example.env").read_text(), re.MULTILINE)
    )


def test_prometheus_reads_the_services_that_serve_metrics() -> None:
    jobs = read_yaml(DEPLOY / "prometheus" / "prometheus.yaml")["scrape_configs"]
    hosts = {target.split(":")[0] for job in jobs for each in job["static_configs"] for target in each["targets"]}
    assert hosts == {"gateway", "workers-conversations", "workers-activities", "temporal"}
    assert hosts <= set(SERVICES)


def test_the_image_is_built_from_the_checkout() -> None:
    build = SERVICES["gateway"]["build"]
    assert (FOLDER / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).exists()
