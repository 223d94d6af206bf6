"""Codes are money and passwords are keys: neither is ever at rest, or in a log, in clear text."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from bittitan_plugin.base.logs import configure_logs
from bittitan_plugin.base.settings import LogFormat
from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD
from tests.fakes.host import line
from tests.world import Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def contents(engine: Engine) -> bytes:
    """Everything the database holds, the workflow engine's tables too, as it lies there."""
    if engine.dialect.name == "sqlite":
        database = Path(engine.url.database or "")
        return b"".join(file.read_bytes() for file in database.parent.glob(f"{database.name}*"))
    return b"\n".join(_rows(engine))


def _rows(engine: Engine) -> list[bytes]:
    with engine.connect() as connection:
        tables = connection.execute(
            text(
                "SELECT table_schema, table_name FROM information_schema.tables "
                "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
            )
        ).all()
        return [
            str(row[0]).encode()
            for schema, table in tables
            for row in connection.execute(text(f'SELECT t::text FROM "{schema}"."{table}" t'))  # noqa: S608
        ]


def sale(shop: Shop) -> None:
    """A sale with a lost answer, sent a second time and cancelled with another lost answer."""
    shop.sandbox.sandbox.faults.add("broken_json", operation="issue", times=1)
    asset = shop.buy(line())
    shop.sandbox.sandbox.faults.add("broken_json", operation="cancel", times=1)
    shop.cancel(asset)


def failure(shop: Shop) -> None:
    """A password that the vendor refuses."""
    shop.sandbox.sandbox.faults.add("status", operation="session", status=500, times=4)
    shop.configure(api_password="Fabrikam-wrong-password")
    shop.buy(line())


@pytest.mark.parametrize("story", [sale, failure])
def test_the_database_holds_no_secret_in_clear_text(
    shop: Shop, story: Callable[[Shop], None]
) -> None:
    story(shop)

    held = contents(shop.ports.store.engine)
    assert [secret for secret in secrets(shop) if secret.encode() in held] == []


@pytest.mark.parametrize("story", [sale, failure])
def test_the_log_holds_no_secret(
    shop: Shop,
    story: Callable[[Shop], None],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    # Another test of this process may have asked for warnings only.
    configure_logs(LogFormat.CONSOLE)

    story(shop)

    captured = capfd.readouterr()
    logged = captured.out + captured.err + caplog.text
    leaked = [secret for secret in secrets(shop) if secret in logged]
    assert ("step_delayed" in logged, leaked) == (True, [])


def test_what_is_searched_is_really_the_data(shop: Shop) -> None:
    asset = shop.buy(line())

    assert (asset.coupon_code or "").encode() in contents(shop.ports.store.engine)


def secrets(shop: Shop) -> list[str]:
    """Every code the vendor made, and the passwords that were typed in."""
    codes = [coupon.code for coupon in shop.sandbox.sandbox.ledger()]
    return [*codes, DEFAULT_PASSWORD, "Fabrikam-wrong-password"]
