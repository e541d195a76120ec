"""What every vendor of the sandbox's process tells: its variables, its channels and its troubles."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from sandbox.process.all_vendors import all_vendors
from sandbox.process.running import Running, running
from sandbox.process.vendor import HTTP_TROUBLES, Vendor

CHANNELS = ["sms", "whatsapp", "phone", "slack", "slack-direct", "zendesk", "email"]


@contextmanager
def started(folder: Path, *vendors: Vendor, port_base: int = 0) -> Iterator[Running]:
    with running(vendors, folder=folder, holdfast="https://holdfast.example", port_base=port_base) as found:
        yield found


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[tuple[Vendor, ...], Running]]:
    vendors = all_vendors()
    with started(tmp_path_factory.mktemp("authority"), *vendors) as found:
        yield vendors, found


def test_every_vendor_has_variables_of_its_own(everything: tuple[tuple[Vendor, ...], Running]) -> None:
    vendors, found = everything
    names = [name for served in found.vendors for name in served.environment]
    shared = {"HOLDFAST_MODEL_CA_FILE"}
    assert len(set(names)) == len([name for name in names if name not in shared]) + 1
    for vendor, served in zip(vendors, found.vendors, strict=True):
        assert served.title == vendor.title
        assert all(served.environment.values()), served.title


def test_addresses_are_encrypted_and_certificates_are_those_of_the_authority(
    everything: tuple[tuple[Vendor, ...], Running],
) -> None:
    _, found = everything
    for served in found.vendors:
        (ca_file,) = {value for name, value in served.environment.items() if name.endswith("_CA_FILE")}
        context = ssl.create_default_context(cafile=ca_file)
        for name, address in served.addresses.items():
            assert address.startswith(("https://", "smtps://", "imaps://")), name
            if address.startswith("https://"):
                answer = httpx.get(f"{address}/sandbox/faults", verify=context, trust_env=False)
                assert answer.json()["faults"] == []


def test_vendors_with_webhooks_know_where_holdfast_is(everything: tuple[tuple[Vendor, ...], Running]) -> None:
    vendors, _ = everything
    assert [vendor.name for vendor in vendors if vendor.has_webhooks] == ["zendesk", "twilio", "slack"]


def test_models_are_taken_on_demand_alone(everything: tuple[tuple[Vendor, ...], Running]) -> None:
    _, found = everything
    assert [served.title for served in found.vendors if not served.is_chosen] == ["OpenAI", "Anthropic", "Cohere"]


def test_channels_have_names_of_their_own_and_forms_that_their_action_takes(
    everything: tuple[tuple[Vendor, ...], Running],
) -> None:
    vendors, _ = everything
    channels = [channel for vendor in vendors for channel in vendor.channels()]
    assert sorted(channel.name for channel in channels) == sorted(CHANNELS)
    for channel in channels:
        names = [action.name for action in channel.actions]
        assert len(set(names)) == len(names)
        assert {action.then for action in channel.actions} - {""} <= set(names)


def test_every_trouble_does_something(everything: tuple[tuple[Vendor, ...], Running]) -> None:
    vendors, _ = everything
    for vendor in vendors:
        labels = [trouble.label for trouble in vendor.troubles()]
        assert len(set(labels)) == len(labels)
        assert all(trouble.fault or trouble.run for trouble in vendor.troubles())


def test_the_troubles_of_http_end_by_themselves() -> None:
    assert [trouble.label for trouble in HTTP_TROUBLES] == ["Outage 30 s", "429", "Slow 2 s", "Cut", "Lose answer"]
    for trouble in HTTP_TROUBLES:
        assert trouble.fault is not None
        assert trouble.fault.lasting_seconds == 30 or trouble.fault.times == 1


def test_a_taken_port_is_an_error_and_nothing_stays_served(tmp_path: Path) -> None:
    first, second = all_vendors()[0], all_vendors()[0]
    with started(tmp_path, first) as found:
        port = int(found.page.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), started(tmp_path, second, port_base=port):
            pass
        with pytest.raises(httpx.ConnectError):
            httpx.get(second.stand_in.address, trust_env=False, verify=False)  # noqa: S501
