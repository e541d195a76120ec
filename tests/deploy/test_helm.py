"""The chart, rendered by Helm's own library and held against Kubernetes' schemas."""

import json
import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from config.settings import Settings, variable_name
from domain.queues import QUEUES, named_queues
from tests.deploy.files import DEPLOY, ROOT, read_yaml

helm = pytest.importorskip("helm_python", reason="helm-python-sdk has no wheel for this machine", exc_type=ImportError)

CHART = DEPLOY / "helm" / "holdfast"
KUBERNETES = ("1.27", "1.31", "1.34")
EVERYTHING: dict[str, Any] = {
    "image": {"repository": "registry.example/holdfast", "digest": f"sha256:{'a' * 64}"},
    "imagePullSecrets": [{"name": "registry"}],
    "settings": {"HOLDFAST_LOG_LEVEL": "info", "HOLDFAST_MODEL_REQUESTS_PER_SECOND": 5, "HOLDFAST_TEMPORAL_TLS": True},
    "ingress": {
        "enabled": True,
        "className": "nginx",
        "host": "support.example.com",
        "tlsSecret": "tls",
        "annotations": {"nginx.ingress.kubernetes.io/proxy-read-timeout": "3600"},
    },
    "podMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "specification": {"organisation": "acme", "volume": {"persistentVolumeClaim": {"claimName": "spec"}}},
    "serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/x"}},
    "podAnnotations": {"a": "b"},
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"key": "dedicated", "operator": "Exists"}],
    "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
    "workers": {
        "llm": {
            "autoscaling": {
                "enabled": True,
                "minReplicas": 2,
                "maxReplicas": 20,
                "targetCpuPercent": 60,
                "metrics": [
                    {
                        "type": "External",
                        "external": {
                            "metric": {"name": "holdfast_task_queue_backlog"},
                            "target": {"type": "AverageValue", "averageValue": "10"},
                        },
                    }
                ],
            }
        }
    },
}
NOTHING: dict[str, Any] = {
    "migration": {"enabled": False},
    "networkPolicy": {"enabled": False},
    "gateway": {"replicas": 1, "autoscaling": {"enabled": False}},
}
VERSIONS: dict[str, Any] = {"versions": {"1.3.0": {"tag": "1.3.0"}, "1.4.0": {"digest": f"sha256:{'b' * 64}"}}}
VARIANTS = {"default": {}, "everything": EVERYTHING, "least": NOTHING, "versions": VERSIONS}


def _rendered(values: dict[str, Any]) -> list[dict[str, Any]]:
    with helm.Chart.load(CHART) as chart:
        files = chart.render(values, name="demo", namespace="support")
    texts = [text for name, text in files.items() if name.endswith(".yaml")]
    return [document for text in texts for document in yaml.safe_load_all(text) if document]


def _kind(kind: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    return [one for one in _rendered(values or {}) if one["kind"] == kind]


def _pods(values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    workloads = [*_kind("Deployment", values), *_kind("Job", values)]
    return [workload["spec"]["template"] for workload in workloads]


def _containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]


@pytest.mark.parametrize("values", VARIANTS.values(), ids=VARIANTS)
def test_helm_finds_no_mistake(values: dict[str, Any]) -> None:
    found = helm.lint(CHART, values, strict=True)
    assert found["errors"] == []


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("values", VARIANTS.values(), ids=VARIANTS)
def test_every_object_is_valid(values: dict[str, Any], version: str) -> None:
    documents = [one for one in _rendered(values) if one["kind"] != "PodMonitor"]
    assert len(documents) > 5
    for document in documents:
        kubernetes_validate.validate(document, version, strict=True)


def test_the_check_finds_mistakes() -> None:
    (service, *_) = _kind("Service")
    service["spec"]["prots"] = []
    with pytest.raises(kubernetes_validate.ValidationError, match="prots"):
        kubernetes_validate.validate(service, KUBERNETES[-1], strict=True)


def test_every_queue_is_served() -> None:
    args = [_containers(pod)[0]["args"] for pod in _pods() if _containers(pod)[0]["name"] == "workers"]
    served = [queue for _, _, queues in args for queue in named_queues(queues)]
    assert sorted(served) == sorted(QUEUES)


def test_each_version_has_workers_for_every_queue_from_its_own_image() -> None:
    served: dict[str, list[str]] = {}
    images: dict[str, set[str]] = {}
    for pod in _pods(VERSIONS):
        (container, *_) = _containers(pod)
        if container["name"] == "workers":
            version = {entry["name"]: entry["value"] for entry in container["env"]}["HOLDFAST_WORKER_BUILD_ID"]
            served.setdefault(version, []).extend(named_queues(container["args"][2]))
            images.setdefault(version, set()).add(container["image"])
    assert {version: sorted(queues) for version, queues in served.items()} == {
        "1.3.0": sorted(QUEUES),
        "1.4.0": sorted(QUEUES),
    }
    assert images == {"1.3.0": {"holdfast:1.3.0"}, "1.4.0": {f"holdfast@sha256:{'b' * 64}"}}


def test_versions_share_neither_names_nor_pods() -> None:
    deployments = _kind("Deployment", VERSIONS)
    assert len({one["metadata"]["name"] for one in deployments}) == len(deployments)
    selectors = [one["spec"]["selector"]["matchLabels"] for one in deployments]
    for one in deployments:
        labels = one["spec"]["template"]["metadata"]["labels"]
        assert [selector.items() <= labels.items() for selector in selectors].count(True) == 1


def test_without_versions_no_worker_has_one() -> None:
    told = {entry["name"] for pod in _pods() for one in _containers(pod) for entry in one["env"]}
    assert "HOLDFAST_WORKER_BUILD_ID" not in told


@pytest.mark.parametrize("values", [{}, EVERYTHING, VERSIONS], ids=["default", "everything", "versions"])
def test_no_pod_has_more_rights_than_it_needs(values: dict[str, Any]) -> None:
    for pod in _pods(values):
        assert pod["spec"]["automountServiceAccountToken"] is False
        assert pod["spec"]["securityContext"]["runAsNonRoot"]
        for container in _containers(pod):
            rights = container["securityContext"]
            assert (rights["allowPrivilegeEscalation"], rights["readOnlyRootFilesystem"]) == (False, True)
            assert rights["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]


def test_secrets_are_named_and_never_held() -> None:
    assert _kind("Secret", EVERYTHING) == []
    for pod in _pods({"secrets": ["one", "two"]}):
        for container in _containers(pod):
            assert [source["secretRef"]["name"] for source in container["envFrom"]] == ["one", "two"]


def test_pods_are_told_only_what_is_a_setting() -> None:
    known = {variable_name(field) for field in Settings.model_fields}
    told = {entry["name"] for pod in _pods(EVERYTHING) for one in _containers(pod) for entry in one["env"]}
    assert told <= known
    assert "HOLDFAST_TEMPORAL_TLS" in told


def test_an_organisation_of_ones_own_keeps_its_key() -> None:
    """The folder's name is the organisation's key."""
    for pod in _pods(EVERYTHING):
        (container, *_) = _containers(pod)
        environment = {entry["name"]: entry["value"] for entry in container["env"]}
        assert environment["HOLDFAST_ORGANISATION"] == "/etc/holdfast/acme"
        assert "/etc/holdfast/acme" in {mount["mountPath"] for mount in container["volumeMounts"]}


def test_selectors_and_references_meet() -> None:
    documents = _rendered(EVERYTHING)
    names = {(one["kind"], one["metadata"]["name"]) for one in documents}
    labels = [pod["metadata"]["labels"] for pod in _pods(EVERYTHING)]
    for one in documents:
        spec = one.get("spec", {})
        if one["kind"] == "HorizontalPodAutoscaler":
            assert ("Deployment", spec["scaleTargetRef"]["name"]) in names
        selector = spec.get("podSelector") or (spec.get("selector") if one["kind"] != "Service" else None)
        wanted = spec["selector"] if one["kind"] == "Service" else (selector or {}).get("matchLabels")
        if wanted:
            assert any(wanted.items() <= label.items() for label in labels), one["metadata"]["name"]
    for pod in _pods(EVERYTHING):
        assert ("ServiceAccount", pod["spec"]["serviceAccountName"]) in names


def test_what_scales_by_itself_has_no_fixed_number() -> None:
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in _kind("HorizontalPodAutoscaler")}
    for deployment in _kind("Deployment"):
        assert ("replicas" in deployment["spec"]) != (deployment["metadata"]["name"] in scaled)


def test_the_migration_runs_first_with_what_exists_then() -> None:
    (job,) = _kind("Job")
    account = job["spec"]["template"]["spec"]["serviceAccountName"]
    (own,) = [one for one in _kind("ServiceAccount") if one["metadata"]["name"] == account]
    hooks = [one["metadata"]["annotations"]["helm.sh/hook"] for one in (job, own)]
    weights = [int(one["metadata"]["annotations"]["helm.sh/hook-weight"]) for one in (job, own)]
    assert hooks == ["pre-install,pre-upgrade"] * 2
    assert weights[1] < weights[0]
    steps = [container["args"] for container in _containers(job["spec"]["template"])]
    assert steps == [["cli.main", "migrate"], ["cli.main", "temporal", "setup"]]


def test_metrics_and_health_are_not_reached_from_outside() -> None:
    (ingress,) = _kind("Ingress", EVERYTHING)
    paths = {path["path"] for path in ingress["spec"]["rules"][0]["http"]["paths"]}
    assert {"/v1", "/webhooks", "/chat"} <= paths
    assert not paths & {"/", "/metrics", "/healthz", "/readyz"}


def test_nothing_comes_in_or_goes_out_unless_it_is_listed() -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in _kind("NetworkPolicy")}
    assert policies["demo"]["policyTypes"] == ["Ingress", "Egress"]
    assert policies["demo"]["ingress"] == []
    workers = policies["demo-workers"]["ingress"]
    assert [port["port"] for rule in workers for port in rule["ports"]] == ["metrics"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"secrets": []},
        {"workers": {"llm": {"queues": ["lm"]}}},
        {"temporal": {"address": "https://temporal"}},
        {"settings": {"HOLDFAST_DATABASE_URL": "postgresql://user:password@host/db"}},
        {"settings": {"HOLDFAST_CHAT_TOKEN_SECRET": "s"}},
        {"settings": {"LD_PRELOAD": "x"}},
        {"ingress": {"enabled": True}},
        {"ingres": {}},
        {"image": {"digest": "latest"}},
        {"gateway": {"autoscaling": {"targetCpuPercent": 0}}},
        {"versions": {"V1": {"tag": "1"}}},
        {"versions": {"v1": {}}},
        {"versions": {"v1": {"tag": ""}}},
        {"versions": {"v1": {"repository": "other"}}},
    ],
    ids=lambda wrong: json.dumps(wrong)[:50],
)
def test_wrong_values_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(helm.HelmError):
        _rendered(wrong)


def test_the_schemas_queues_are_those_of_the_product() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    worker = schema["properties"]["workers"]["additionalProperties"]
    assert worker["properties"]["queues"]["items"]["enum"] == list(QUEUES)


def test_every_value_is_described_by_the_schema() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert set(read_yaml(CHART / "values.yaml")) <= set(schema["properties"])
    assert schema["additionalProperties"] is False


SELECTED = re.compile(r'kubectl get pods -l "?([^"`\s]+)')
EXECUTED = re.compile(r"exec deploy/holdfast(\S*)")


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "runbooks").glob("*.md")), ids=lambda page: page.stem)
def test_a_runbook_selects_pods_that_there_are(page: Path) -> None:
    labels = [pod["metadata"]["labels"] for pod in _pods()]
    for selector in SELECTED.findall(page.read_text()):
        assert any(_selects(selector, each) for each in labels), selector


def _selects(selector: str, labels: dict[str, str]) -> bool:
    required = [part.partition("=") for part in selector.split(",")]
    return all((labels[name.removesuffix("!")] == value) is not name.endswith("!") for name, _, value in required)


def test_people_are_sent_into_deployments_that_there_are() -> None:
    """By the guide and by what Helm prints after an installation."""
    named = set(EXECUTED.findall((ROOT / "docs" / "guides" / "deployment.md").read_text()))
    notes = (CHART / "templates" / "NOTES.txt").read_text()
    named |= set(re.findall(r'exec deploy/\{\{ include "holdfast\.name" \. \}\}(\S*)', notes))
    assert named == {"-gateway", "-workers-background"}
    assert named <= {one["metadata"]["name"].removeprefix("demo") for one in _kind("Deployment")}
