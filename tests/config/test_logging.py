import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from temporalio.exceptions import ApplicationError

from config.logging import configure_logging


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")
    structlog.get_logger().info("reply_delivered", conversation_id="cv_1")
    structlog.get_logger().debug("not shown")

    (line,) = _lines(capsys)
    assert line["event"] == "reply_delivered"
    assert line["conversation_id"] == "cv_1"
    assert line["level"] == "info"
    assert str(line["timestamp"]).endswith("Z")


@pytest.mark.parametrize("name", ["ours", "library"])
def test_the_text_of_an_error_is_never_logged(capsys: pytest.CaptureFixture[str], name: str) -> None:
    configure_logging("debug", "json")
    log = structlog.get_logger() if name == "ours" else logging.getLogger("library")
    try:
        raise ValueError("anna@example.org asks for her money")
    except ValueError as error:
        log.exception("failed")
        log.error("failed", exc_info=error)
    log.error("failed", exc_info=True)

    first, second, third = _lines(capsys)
    assert first["error"] == second["error"] == "ValueError"
    assert "test_logging.py" in str(first["at"])
    assert "error" not in third
    assert "anna" not in json.dumps([first, second, third])


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ApplicationError("anna@example.org", type="NotFoundError"), "NotFoundError"),
        (ApplicationError("anna@example.org"), "ApplicationError"),
        (KeyError("anna@example.org"), "KeyError"),
    ],
)
def test_an_error_that_temporal_carries_is_named_by_what_it_stands_for(
    capsys: pytest.CaptureFixture[str], error: Exception, told: str
) -> None:
    configure_logging("info", "json")
    logging.getLogger("temporalio").warning("Completing activity as failed", exc_info=error)

    (line,) = _lines(capsys)
    assert line["error"] == told
    assert "anna" not in json.dumps(line)


def test_libraries_are_heard_from_warning_upwards(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("debug", "json")
    logging.getLogger("httpx").info("GET https://example.org/?token=secret")
    logging.getLogger("httpx").warning("slow")

    assert [line["event"] for line in _lines(capsys)] == ["slow"]


def test_people_read_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "console")
    structlog.get_logger().info("reply_delivered", conversation_id="cv_1")

    assert "reply_delivered" in capsys.readouterr().err
