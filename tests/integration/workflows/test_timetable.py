"""The timetable looks at every installation, whatever goes wrong with one of them."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from uuid import UUID

import pytest

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.services.installations import open_installation
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.workflows.timetable import Timetable
from tests.conftest import Databases
from tests.waiting import PATIENCE_S


@pytest.fixture
def application(databases: Databases, tmp_path: Path) -> Iterator[Application]:
    settings = Settings(
        database_url=databases.fresh("sqlite", tmp_path),
        var_dir=tmp_path,
        secret_keys=(generate_key(),),
    )
    made = build(settings)
    yield made
    made.close()


@pytest.fixture
def installations(application: Application) -> set[UUID]:
    """Three distributors in one database."""
    return {open_installation(application.ports, key).id for key in ("one", "two", "three")}


class Recorded:
    """A duty that remembers where it was done, and raises where it is told to."""

    def __init__(self, error: Exception | None = None, *, on_first: bool = False) -> None:
        self.done: list[UUID] = []
        self.happened = Event()
        self._error = error
        self._on_first = on_first

    def __call__(self, tenant: Tenant) -> None:
        self.done.append(tenant.id)
        if len(self.done) >= 2 * 3:
            self.happened.set()
        if self._error is not None and not (self._on_first and len(self.done) > 1):
            raise self._error


def test_every_duty_is_done_for_every_installation(
    application: Application, installations: set[UUID]
) -> None:
    first, second = Recorded(), Recorded()
    Timetable(application.ports, duties=(first, second)).look()
    assert (set(first.done), set(second.done)) == (installations, installations)


@pytest.mark.parametrize(
    "error", [RuntimeError("a defect"), Unavailable("away"), KeyError("x")], ids=repr
)
def test_a_duty_that_raises_does_not_stop_the_others(
    application: Application, installations: set[UUID], error: Exception
) -> None:
    second = Recorded()
    Timetable(application.ports, duties=(Recorded(error), second)).look()
    assert set(second.done) == installations


def test_an_installation_that_raises_does_not_stop_the_others(
    application: Application, installations: set[UUID]
) -> None:
    duty = Recorded(RuntimeError("a defect"), on_first=True)
    Timetable(application.ports, duties=(duty,)).look()
    assert set(duty.done) == installations


def test_a_database_that_is_away_is_looked_at_again_later(
    tmp_path: Path, installations: set[UUID]
) -> None:
    assert installations
    url = "postgresql://127.0.0.1:9/books?connect_timeout=2"
    away = build(Settings(database_url=url, var_dir=tmp_path, secret_keys=(generate_key(),)))
    duty = Recorded()
    Timetable(away.ports, duties=(duty,)).look()
    away.close()
    assert duty.done == []


def test_it_looks_at_once_and_again_after_the_interval(
    application: Application, installations: set[UUID]
) -> None:
    duty = Recorded()
    timetable = Timetable(application.ports, interval=0.01, duties=(duty,))
    timetable.start()
    looked_twice = duty.happened.wait(PATIENCE_S)
    timetable.stop()
    assert (looked_twice, set(duty.done)) == (True, installations)


def test_it_does_nothing_more_once_it_is_stopped(
    application: Application, installations: set[UUID]
) -> None:
    duty = Recorded()
    timetable = Timetable(application.ports, interval=0.01, duties=(duty,))
    timetable.start()
    assert duty.happened.wait(PATIENCE_S)
    timetable.stop()
    done = len(duty.done)
    timetable.look()
    assert (len(duty.done), len(installations)) == (done, 3)
