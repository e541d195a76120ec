"""Conversations that were started from here: kept for their owner alone, and told when there is none."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.chat import _save, _saved
from cli.gateway_client import GatewayError
from cli.main import app
from gateway.chat.sessions import ChatSession

SESSION = ChatSession(
    conversation_id="cv_12345678", token="secret", expires_at=datetime(2026, 12, 1, tzinfo=UTC), greeting="Hello!"
)


def test_a_session_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    _save(tmp_path, SESSION)
    (file,) = (tmp_path / "chats").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert _saved(tmp_path, "cv_12345678") == SESSION


@pytest.mark.parametrize("name", ["cv_other", "../api_key", "..", "/etc/passwd", "cv_broken"])
def test_what_was_not_started_from_here_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "chats").mkdir()
    (tmp_path / "chats" / "cv_broken.json").write_text("{")
    (tmp_path / "api_key.json").write_text(SESSION.model_dump_json())
    with pytest.raises(GatewayError, match="Start one with `holdfast chat`"):
        _saved(tmp_path, name)


def test_the_command_tells_it_too(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["chat", "--conversation", "cv_other"], env={"HOLDFAST_HOME": str(tmp_path)})
    assert (result.exit_code, "No conversation cv_other was started from here" in result.output) == (1, True)
