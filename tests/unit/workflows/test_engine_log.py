"""The engine's log lines while the database is away: few, short, and counted."""

import logging

import pytest

from bittitan_plugin.workflows.engine import engine_log
from bittitan_plugin.workflows.engine.engine_log import Calm, calm_engine_log


def record(text: str, line: int = 1) -> logging.LogRecord:
    return logging.LogRecord("dbos", logging.WARNING, "_queue.py", line, text, (), None)


def test_the_same_place_is_heard_once() -> None:
    calm = Calm()
    assert [calm.filter(record("away")) for _ in range(1000)].count(True) == 1


def test_places_are_heard_apart() -> None:
    calm = Calm()
    assert [calm.filter(record("away", line)) for line in (1, 2, 1, 2)] == [
        True,
        True,
        False,
        False,
    ]


def test_after_a_while_it_is_heard_again_with_how_often_it_was_kept_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1000.0]
    monkeypatch.setattr(engine_log, "monotonic", lambda: now[0])
    calm, last = Calm(), record("away")
    for _ in range(5):
        calm.filter(record("away"))
    now[0] += engine_log.SILENCE_S
    assert (calm.filter(last), last.getMessage()) == (True, "away (and 4 times before)")


def test_only_its_first_line_is_written() -> None:
    said = record("connection failed\n[SQL: SELECT …]\n[parameters: …]")
    Calm().filter(said)
    assert said.getMessage() == "connection failed"


def test_text_with_percent_signs_is_written_as_it_is() -> None:
    said = record("100% of the pool")
    Calm().filter(said)
    assert said.getMessage() == "100% of the pool"


def test_setting_it_up_twice_changes_nothing() -> None:
    log = logging.getLogger("dbos")
    before = list(log.filters)
    calm_engine_log()
    calm_engine_log()
    added = [known for known in log.filters if isinstance(known, Calm)]
    log.filters[:] = before
    assert len(added) == 1
