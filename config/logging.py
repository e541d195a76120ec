"""Structured logs: events carry ids and counts, never message text, names, addresses or keys."""

import logging
import sys
import traceback
from types import TracebackType
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger
from temporalio.exceptions import ApplicationError


def configure_logging(level: Literal["debug", "info", "warning", "error"], form: Literal["console", "json"]) -> None:
    """Log to standard error; libraries log in the same form, from warning upwards."""
    prepare: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _error_without_text,
    ]
    renderer = _renderer(form)
    structlog.configure(
        processors=[*prepare, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=prepare, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _renderer(form: Literal["console", "json"]) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def _error_without_text(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Show an error as its type and where it rose: its text may quote a customer (a database quotes whole rows)."""
    error = _error(event.pop("exc_info", None))
    if error is not None:
        event["error"] = _name(error)
        event["at"] = _place(error.__traceback__)
    return event


def _name(error: BaseException) -> str:
    """Of an error that Temporal carries, the name of the one that it stands for."""
    carried = error.type if isinstance(error, ApplicationError) else None
    return carried or type(error).__name__


def _error(info: object) -> BaseException | None:
    if isinstance(info, BaseException):
        return info
    if isinstance(info, tuple):
        return info[1] if isinstance(info[1], BaseException) else None
    return sys.exc_info()[1] if info else None


def _place(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-3:]
    return " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
