"""``/livez`` and ``/readyz``: what a load balancer and a person on call are told."""

from concurrent.futures import thread as pool_threads
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread, current_thread

import pytest
from sqlalchemy import event, make_url

from bittitan_plugin.base.cipher import Cipher, generate_key
from bittitan_plugin.domain.circuit import opened
from bittitan_plugin.store.circuits import Circuits
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.store.key_proof import prove_keys
from bittitan_plugin.web import health
from bittitan_plugin.workflows.worker import Worker
from tests.conftest import Databases
from tests.integration.web.conftest import Serve, Served
from tests.tables import every
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.databases("sqlite", "postgresql")

#: A PostgreSQL address nobody listens at; its password must not be shown.
NOBODY = "postgresql://clerk:hunter2@127.0.0.1:9/books?connect_timeout=2"


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that was found is told again."""
    monkeypatch.setattr(health, "TRIED_EVERY_S", 0.0)


def said(shop: Served, check: str) -> tuple[int, str]:
    """The status of ``/readyz`` and what it says of that check."""
    answer = shop.get("/readyz")
    return answer.status_code, answer.json()["checks"][check]


def at_an_older_revision(url: str) -> str:
    """The database's address, after it forgot which revision it is at."""
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE bittitan_migrations SET version_num = '0000'")
    engine.dispose()
    return url


def test_a_shop_that_can_work_is_ready(serve: Serve, database_url: str) -> None:
    answer = serve(database_url).get("/readyz")
    assert answer.status_code == 200
    checks = {"database": "ok", "keys": "ok", "worker": "ok"}
    assert answer.json() == {"status": "ok", "checks": checks}


def test_a_database_of_another_version_is_not_ready_and_says_how_to_mend_it(
    watch: Serve, database_url: str
) -> None:
    status, words = said(watch(at_an_older_revision(database_url)), "database")
    assert status == 503
    assert "bittitan-plugin migrate" in words


def test_a_process_without_the_database_s_key_is_not_ready_and_names_the_setting(
    watch: Serve, database_url: str
) -> None:
    shop = watch(database_url)
    engine = shop.shop.application.engine
    assert said(shop, "keys") == (200, "ok")
    prove_keys(engine, Cipher([generate_key()]))
    status, words = said(shop, "keys")
    assert (status, "BITTITAN_SECRET_KEYS" in words) == (503, True)


def test_a_server_nobody_can_reach_is_not_ready(watch: Serve) -> None:
    assert said(watch(NOBODY), "database") == (503, "cannot be reached (OperationalError)")


def test_a_database_that_was_dropped_is_not_ready(
    watch: Serve, databases: Databases, postgresql_url: str
) -> None:
    shop = watch(postgresql_url)
    assert shop.get("/readyz").status_code == 200
    databases.drop(postgresql_url)
    assert said(shop, "database") == (503, "cannot be reached (OperationalError)")


def test_a_file_that_is_no_database_is_not_ready(watch: Serve, tmp_path: Path) -> None:
    path = tmp_path / "broken.sqlite"
    path.write_bytes(b"this was never a database" * 100)
    assert said(watch(f"sqlite:///{path}"), "database") == (
        503,
        "cannot be reached (DatabaseError)",
    )


@pytest.fixture(scope="module")
def lost(serve: Serve) -> Served:
    """A shop whose database nobody can reach."""
    return serve(NOBODY)


@every("path", ["/readyz", "/metrics", "/.well-known/jwks.json"])
def test_no_answer_gives_away_where_the_database_is(lost: Served, path: str) -> None:
    # A server that failed to answer closes the connection.
    answer = lost.http.get(path, headers={"Connection": "close"})
    told = answer.text + str(answer.headers)
    address = make_url(NOBODY)
    secrets = (address.password, address.username, address.database, "127.0.0.1:9", "Traceback")
    assert answer.status_code >= 500
    assert [secret for secret in secrets if str(secret) in told] == []


def test_a_process_that_is_alive_says_so_whatever_its_database_does(watch: Serve) -> None:
    answer = watch(NOBODY).get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_worker_whose_heart_has_stopped_is_not_ready(watch: Serve) -> None:
    shop = watch()
    application = shop.shop.application
    # One that was never started beats as little as one that died.
    application.worker = Worker(application.ports, application.settings.database, 1)
    checked = said(shop, "worker")
    application.worker = None
    assert checked == (503, "has stopped")


def test_a_database_with_a_full_disk_is_not_ready_and_ready_again_when_there_is_room(
    watch: Serve,
) -> None:
    shop = watch()
    engine = shop.shop.application.engine

    def limit(pages: int) -> None:
        # The limit is the connection's; it takes the place of a disk that is full.
        event.listen(
            engine, "checkout", lambda raw, *_: raw.execute(f"PRAGMA max_page_count = {pages}")
        )

    limit(1)
    full = said(shop, "database")
    limit(1_000_000)
    assert full == (503, "cannot be written: the disk is full")
    assert said(shop, "database") == (200, "ok")


def test_a_read_only_file_is_not_ready_and_says_so(watch: Serve) -> None:
    shop = watch()
    event.listen(
        shop.shop.application.engine,
        "checkout",
        lambda raw, *_: raw.execute("PRAGMA query_only = ON"),
    )
    assert said(shop, "database") == (503, "cannot be written: it is read-only")


def test_a_read_only_server_is_not_ready_and_ready_again_when_it_takes_writes(
    watch: Serve, postgresql_url: str
) -> None:
    shop = watch(postgresql_url)

    def read_only(answer: str) -> None:
        name, engine = make_url(postgresql_url).database, open_engine(postgresql_url)
        with engine.connect() as connection:
            connection.exec_driver_sql("SET default_transaction_read_only = off")
            connection.commit()
            connection.exec_driver_sql(
                f'ALTER DATABASE "{name}" SET default_transaction_read_only = {answer}'
            )
            connection.commit()
        engine.dispose()
        shop.shop.application.engine.dispose()

    read_only("on")
    refused = said(shop, "database")
    read_only("off")
    assert refused == (503, "cannot be written: it is read-only")
    assert said(shop, "database") == (200, "ok")


def test_trials_to_write_are_committed_and_leave_one_row(watch: Serve, database_url: str) -> None:
    shop, rows = watch(database_url), list[object]()
    for _ in range(3):
        shop.get("/readyz")
        with shop.shop.application.engine.connect() as connection:
            rows += connection.exec_driver_sql("SELECT content FROM bittitan_write_trials").all()
    assert len(rows) == len(set(rows)) == 3


def test_however_often_it_is_asked_it_tries_to_write_now_and_then(
    watch: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    trials: list[object] = []

    def trial(engine: object) -> str:
        trials.append(engine)
        return ""

    monkeypatch.setattr(health, "write_fault", trial)
    monkeypatch.setattr(health, "TRIED_EVERY_S", 3600.0)
    shop = watch()
    for _ in range(5):
        shop.get("/readyz")
    assert len(trials) == 1


def test_while_the_database_keeps_silent_whoever_asks_is_told_so_and_holds_no_thread(
    watch: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    answers = Event()

    def silent(engine: object) -> str:
        asked.append(engine)
        answers.wait()
        return ""

    monkeypatch.setattr(health, "write_fault", silent)
    monkeypatch.setattr(health, "PATIENCE_S", 0.0)
    shop = watch()
    try:
        told = [said(shop, "database") for _ in range(100)]
    finally:
        answers.set()
    assert set(told) == {(503, "has not answered within 0 seconds")}
    assert len(asked) <= 1


def test_a_database_that_keeps_silent_does_not_keep_the_process_from_ending(
    watch: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_by: list[Thread] = []
    asked, answers = Event(), Event()

    def silent(_engine: object) -> str:
        asked_by.append(current_thread())
        asked.set()
        answers.wait()
        return ""

    monkeypatch.setattr(health, "write_fault", silent)
    monkeypatch.setattr(health, "PATIENCE_S", 0.0)
    shop = watch()
    try:
        shop.get("/readyz")
        assert asked.wait(PATIENCE_S)
    finally:
        answers.set()
    assert asked_by[0].daemon
    # The threads of pools are waited for at the end, whatever they are.
    assert asked_by[0] not in pool_threads._threads_queues


def test_a_vendor_that_is_away_is_told_and_orders_are_taken_all_the_same(watch: Serve) -> None:
    shop = watch()
    Circuits(shop.shop.application.engine).replace(
        None, opened("https://vendor.example", "ConnectError", datetime(2026, 3, 10, tzinfo=UTC))
    )
    answer = shop.get("/readyz")
    (note,) = answer.json()["notes"]
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert note == (
        "The coupon API at https://vendor.example has not answered since 2026-03-10 00:00:00 UTC "
        "(ConnectError); tried 0 times since."
    )
    metrics = shop.get("/metrics").text
    assert (
        'bittitan_vendor_circuit_open{address="https://vendor.example",closure="DOWN"} 1.0'
        in metrics
    )
