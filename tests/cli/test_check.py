"""`holdfast check` against a stand-in: what is well, what is missing, and what is not set up at all."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from sandbox.serving import serving
from sandbox.slack import BOT_TOKEN, SIGNING_SECRET, SlackStandIn
from sandbox.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn
from sandbox.twilio_requests import Number
from tests.slack_desk import SUPPORT, workplace

runner = CliRunner()


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` of the developer."""
    monkeypatch.setenv("HOLDFAST_ORGANISATION", str(Path(__file__).parents[2] / "specs" / "techflow"))
    monkeypatch.chdir(tmp_path)


def slack(monkeypatch: pytest.MonkeyPatch, url: str, token: str = BOT_TOKEN) -> None:
    for name, value in (("BOT_TOKEN", token), ("SIGNING_SECRET", SIGNING_SECRET), ("BASE_URL", f"{url}/api/")):
        monkeypatch.setenv(f"HOLDFAST_SLACK_{name}", value)


def test_a_vendor_that_is_set_up_well_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(SlackStandIn().app()) as url:
        slack(monkeypatch, url)
        result = runner.invoke(app, ["check"])
    assert result.exit_code == 0, result.output
    assert "slack" in result.output
    assert "twilio" not in result.output


def test_a_key_that_is_refused_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(SlackStandIn().app()) as url:
        slack(monkeypatch, url, token="xoxb-wrong")
        result = runner.invoke(app, ["check", "slack"])
    assert result.exit_code == 1
    assert "NO" in result.output


def test_a_vendor_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    slack(monkeypatch, "http://127.0.0.1:9")
    assert runner.invoke(app, ["check", "slack"]).exit_code == 1


def test_a_named_vendor_without_settings_says_which_variables_it_needs() -> None:
    result = runner.invoke(app, ["check", "salesforce"])
    assert result.exit_code == 1
    assert "HOLDFAST_SALESFORCE_" in result.output


def test_each_mistake_is_told_in_the_reader_s_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_HTTP_WEBHOOK_SECRET", "short")
    monkeypatch.setenv("HOLDFAST_SALESFORCE_CONSUMER_KEY", "key")
    told = runner.invoke(app, ["check", "http", "salesforce", "slack"], env={"COLUMNS": "300"}).output
    for text in (
        "HOLDFAST_HTTP_… are wrong: WEBHOOK_SECRET: needs 32 characters or more; CALLBACK_SECRET: is missing",
        "HOLDFAST_SALESFORCE_… are wrong: set consumer_secret, or private_key_file and username.",
        "set HOLDFAST_SLACK_… (docs/configuration.md), at least BOT_TOKEN, SIGNING_SECRET.",
    ):
        assert text in told, told


def test_what_two_adapters_of_one_vendor_miss_is_said_once() -> None:
    result = runner.invoke(app, ["check", "zendesk"], env={"COLUMNS": "200"})
    assert result.output.count("zendesk is not set up here") == 1


def test_an_address_is_shown_whole_in_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    number, public = "+4930901820", "https://support-of-our-customers.example.com"
    with serving(TwilioStandIn(numbers=[Number(phone_number=number)]).app()) as url:
        for name, value in {
            **{"ACCOUNT_SID": ACCOUNT_SID, "AUTH_TOKEN": AUTH_TOKEN, "BASE_URL": url},
            **{"PUBLIC_URL": public, "WHATSAPP_NUMBER": number},
        }.items():
            monkeypatch.setenv(f"HOLDFAST_TWILIO_{name}", value)
        result = runner.invoke(app, ["check", "twilio"], env={"COLUMNS": "80"})
    cells = "".join(line.split("│")[4].strip() for line in result.output.splitlines() if line.count("│") == 5)
    assert f"{public}/webhooks/whatsapp" in cells


def test_a_mistake_in_a_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_SLACK_TIMEOUT_SECONDS", "soon")
    result = runner.invoke(app, ["check"])
    assert result.exit_code == 1
    assert "TIMEOUT_SECONDS" in result.output


def test_a_file_env_is_read_too() -> None:
    Path(".env").write_text("HOLDFAST_SLACK_BOT_TOKEN=xoxb-1\n")
    result = runner.invoke(app, ["check"])
    assert (result.exit_code, "SIGNING_SECRET" in result.output) == (1, True)


def test_nothing_set_up_is_no_mistake() -> None:
    result = runner.invoke(app, ["check"])
    assert result.exit_code == 0
    assert "No vendor is set up" in result.output


def test_an_unknown_name_is_wrong_use() -> None:
    assert runner.invoke(app, ["check", "fax"]).exit_code == 2


def test_the_embedded_model_and_no_tools_are_well() -> None:
    result = runner.invoke(app, ["check", "llm", "mcp"])
    assert result.exit_code == 0, result.output
    assert "Embedded" in result.output


def test_a_desk_is_checked_with_its_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    with workplace() as slack:
        desk = {"BOT_TOKEN": BOT_TOKEN, "SIGNING_SECRET": SIGNING_SECRET, "BASE_URL": f"{slack.stand_in.address}/api/"}
        for name, value in {**desk, "ESCALATIONS": SUPPORT.id, "APPROVALS": "C0NONE"}.items():
            monkeypatch.setenv(f"HOLDFAST_DESK_SLACK_{name}", value)
        result = runner.invoke(app, ["check", "desk"])
    assert result.exit_code == 1
    assert "channel C0NONE" in result.output
