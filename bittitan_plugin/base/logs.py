"""Structured logs, without anything that looks like a secret."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from bittitan_plugin.base.settings import LogFormat

_SECRET_NAMES = ("password", "secret", "token", "ticket", "code", "authorization", "key")
#: Names that contain one of the above but hold no secret.
_HARMLESS = {"status_code", "error_code", "exit_code", "refusal_code"}


def configure_logs(log_format: LogFormat) -> None:
    """Set logging up for this process; called once, by the composition root."""
    renderer = (
        structlog.processors.JSONRenderer()
        if log_format is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.WARNING if log_format is LogFormat.QUIET else logging.INFO
        ),
        logger_factory=_StandardError(),
        cache_logger_on_first_use=False,
    )


class _StandardError:
    """Log lines go where errors go, so that what a command prints can be read by a program."""

    def __call__(self, *_arguments: object) -> structlog.PrintLogger:
        """A logger on the present standard error, which tests replace for each test."""
        return structlog.PrintLogger(file=sys.stderr)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace values with a name that suggests a secret: a safety net for careless calls."""
    for name in event:
        event[name] = "[redacted]" if _is_secret(name) else _redacted(event[name])
    return event


def _is_secret(name: object) -> bool:
    text = str(name).lower()
    return text not in _HARMLESS and any(word in text for word in _SECRET_NAMES)


def _redacted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: "[redacted]" if _is_secret(k) else _redacted(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(item) for item in value]
    return value
