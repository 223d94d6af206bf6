"""Installations: opened once, kept with their settings, and the password never in the clear."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from bittitan_plugin.base.cipher import Cipher, generate_key
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import CouponSource
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.orders import ProvisionOn
from bittitan_plugin.store.engine import WriteWhileReading, open_engine
from bittitan_plugin.store.unit_of_work import Store
from tests import postgres
from tests.fakes.values import NOON
from tests.integration.store.conftest import NoQueue
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.databases("sqlite", "postgresql")

PASSWORD = "correct horse battery staple"
CIPHER = Cipher([generate_key()])
VALUES: dict[str, str] = {
    "coupon_source": "STOCK",
    "api_url": "https://coupons.example",
    "api_email": "partner@example.com",
    "api_password": CIPHER.seal(PASSWORD),
    "expire_days": "30",
    "validity_days": "60",
    "refund_window_days": "7",
    "automatic_cancellation": "true",
    "automatic_cancellation_limit": "250.5001",
    "automatic_cancellation_product_types": "MAILBOX_LICENSE",
    "synchronize_automatically": "false",
    "provision_on": "CONFIRMED",
    "time_zone": "Europe/Athens",
    "brand_name": "Cloud Shop",
    "accent_colour": "#0b5394",
    "sender_name": "Cloud Shop's licences",
    "support_address": "help@example.com",
    "sender_email": "licenses@example.com",
    "staff_email": "staff@example.com",
    "low_stock_threshold": "50",
    "mailbox_license_source": "API",
    "user_migration_bundle_source": "STOCK",
    "issue_invoices": "true",
    "stop_without_stock": "true",
    "product_category": "Software",
    "seller_name": "Διανομέας Α.Ε.",
    "seller_street": "Ermou 1",
    "seller_postal_code": "105 63",
    "seller_city": "Athens",
    "seller_country": "GR",
    "seller_tax_number": "EL123456789",
    "tax_rate": "24.5",
    "prices_include_tax": "false",
}


def filled_in() -> Configuration:
    configuration = Configuration()
    for name, value in VALUES.items():
        configuration = configuration.changed(name, value)
    return configuration


def opened(store: Store) -> Installation:
    with store.installations() as installations:
        return installations.open(f"shop-{uuid4()}", NOON)


def kept(store: Store, **values: object) -> Installation:
    installation = replace(opened(store), **values)  # type: ignore[arg-type]
    with store.installations() as installations:
        installations.save(installation)
    return installation


def test_a_new_installation_is_switched_off_with_default_settings(store: Store) -> None:
    installation = opened(store)
    assert (installation.active, installation.configuration) == (False, Configuration())


def test_opening_it_again_gives_the_same_one(store: Store) -> None:
    first = opened(store)
    with store.installations() as installations:
        assert installations.open(first.key, NOON + timedelta(days=1)) == first


def test_several_processes_that_open_it_at_once_get_the_same_one(store: Store) -> None:
    key, together = f"shop-{uuid4()}", Barrier(4)

    def open_it(_: int) -> Installation:
        together.wait()
        with store.installations() as installations:
            return installations.open(key, NOON)

    with ThreadPoolExecutor(4) as threads:
        assert len({installation.id for installation in threads.map(open_it, range(4))}) == 1


def test_every_setting_comes_back_as_it_was_kept(store: Store) -> None:
    configuration = filled_in()
    installation = kept(store, active=True, configuration=configuration)
    with store.looking_up() as installations:
        assert installations.by_id(installation.id) == installation
    unchanged = [
        field.name
        for field in fields(Configuration)
        if getattr(configuration, field.name) == field.default
    ]
    assert unchanged == []


def test_settings_come_back_with_their_own_types(store: Store) -> None:
    installation = kept(store, configuration=filled_in())
    with store.looking_up() as installations:
        found = installations.by_key(installation.key)
    assert found is not None
    configuration = found.configuration
    assert configuration.coupon_source is CouponSource.STOCK
    assert configuration.provision_on is ProvisionOn.CONFIRMED
    assert configuration.automatic_cancellation_limit == Decimal("250.5001")


def test_an_unknown_key_is_no_installation(store: Store) -> None:
    with store.looking_up() as installations:
        assert installations.by_key("nobody") is None


def test_an_unknown_id_is_an_error_of_ours(store: Store) -> None:
    with store.looking_up() as installations, pytest.raises(LookupError):
        installations.by_id(uuid4())


def test_who_looks_up_cannot_write(store: Store) -> None:
    key = f"shop-{uuid4()}"
    with store.looking_up() as installations, pytest.raises(WriteWhileReading):
        installations.open(key, NOON)
    with store.looking_up() as installations:
        assert installations.by_key(key) is None


def test_the_password_can_be_read_again_with_its_key(store: Store) -> None:
    installation = kept(store, configuration=filled_in())
    with store.looking_up() as installations:
        sealed = installations.by_id(installation.id).configuration.api_password
    assert sealed is not None
    assert CIPHER.open(sealed) == PASSWORD


def dump(database_url: str) -> str:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        files = Path(str(url.database)).parent.glob(f"{Path(str(url.database)).name}*")
        return "".join(file.read_bytes().decode("latin-1") for file in files)
    folder = postgres.binaries()
    assert folder is not None
    done = subprocess.run(
        [folder / "pg_dump", url.set(drivername="postgresql").render_as_string(False)],
        capture_output=True, text=True, check=True, timeout=PATIENCE_S,
    )  # fmt: skip
    return done.stdout


def test_the_password_is_nowhere_in_the_database(database_url: str) -> None:
    engine = open_engine(database_url)
    kept(Store(engine, NoQueue()), configuration=filled_in())
    engine.dispose()
    text = dump(database_url)
    assert "partner@example.com" in text
    assert PASSWORD not in text
