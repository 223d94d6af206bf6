"""``/livez`` and ``/readyz``: what a load balancer and a person on call are told."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.workflows.engine import Worker
from tests.conftest import Databases, server_url
from tests.integration.web.conftest import Serve, Served

#: A PostgreSQL address nobody listens at; its password must not be shown.
NOBODY = "postgresql://clerk:hunter2@127.0.0.1:9/books?connect_timeout=2"


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
    assert answer.json() == {"status": "ok", "checks": {"database": "ok", "worker": "ok"}}


def test_a_database_of_another_version_is_not_ready_and_says_how_to_mend_it(
    serve: Serve, database_url: str
) -> None:
    status, words = said(serve(at_an_older_revision(database_url)), "database")
    assert status == 503
    assert "bittitan-plugin migrate" in words


def test_a_server_nobody_can_reach_is_not_ready(serve: Serve) -> None:
    assert said(serve(NOBODY), "database") == (503, "cannot be reached (OperationalError)")


def test_a_database_that_was_dropped_is_not_ready(
    serve: Serve, databases: Databases, tmp_path: Path
) -> None:
    server_url()
    url = databases.fresh("postgresql", tmp_path)
    shop = serve(url)
    assert shop.get("/readyz").status_code == 200
    databases.drop(url)
    assert said(shop, "database") == (503, "cannot be reached (OperationalError)")


def test_a_file_that_is_no_database_is_not_ready(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "broken.sqlite"
    path.write_bytes(b"this was never a database" * 100)
    assert said(serve(f"sqlite:///{path}"), "database") == (
        503,
        "cannot be reached (DatabaseError)",
    )


@pytest.mark.parametrize("path", ["/readyz", "/metrics", "/.well-known/jwks.json"])
def test_no_answer_gives_away_where_the_database_is(serve: Serve, path: str) -> None:
    answer = serve(NOBODY).get(path)
    told = answer.text + str(answer.headers)
    address = make_url(NOBODY)
    secrets = (address.password, address.username, address.database, "127.0.0.1:9", "Traceback")
    assert answer.status_code >= 500
    assert [secret for secret in secrets if str(secret) in told] == []


def test_a_process_that_is_alive_says_so_whatever_its_database_does(serve: Serve) -> None:
    answer = serve(NOBODY).get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_worker_whose_heart_has_stopped_is_not_ready(serve: Serve) -> None:
    shop = serve()
    application = shop.shop.application
    # One that was never started beats as little as one that died.
    application.worker = Worker(application.ports, application.settings.database, 1)
    checked = said(shop, "worker")
    application.worker = None
    assert checked == (503, "has stopped")
