"""Whatever happens in whatever order, nobody keeps both the money and the licences, nor neither.

Orders, synchronizations, all three ways to cancel, the platform's own refunds, redemptions in
BitTitan's portal, clocks, crashes and repetitions, in random order, against the sandbox.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import cast
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, make_url

from bittitan_plugin.base.cipher import Cipher, generate_key
from bittitan_plugin.bittitan.coupon_api import CouponApiVendors
from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from bittitan_plugin.bittitan.sandbox.ledger import SandboxCoupon
from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.domain.history import Actor, ActorKind, HistoryEntry
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.plugin.attached_platforms import AttachedPlatforms
from bittitan_plugin.ports.mail import Notification
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.cancelling import requests as cancellation_requests
from bittitan_plugin.services.coupons import expiry_reminders as watching
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.selling.ordering import accept
from bittitan_plugin.services.selling.platform_events import take_back
from bittitan_plugin.services.selling.synchronization import synchronize
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.store.queries.keyset import Window
from bittitan_plugin.store.queries.lists import request_list
from bittitan_plugin.store.unit_of_work import Store
from bittitan_plugin.workflows.engine import runtime
from tests.by_hand import Backlog, Hands, Job, hand_in_next
from tests.conftest import Databases, StandingClock
from tests.fakes.host import FakePlatform, line
from tests.fakes.mail import RecordingMailer

STAFF = Actor(ActorKind.STAFF, "staff@example.com")
CUSTOMER = Actor(ActorKind.CUSTOMER, "buyer@example.com")
PLATFORM = "taken back"
#: The code can be redeemed for so long only: it expires while the test watches.
EXPIRE_DAYS = 20

some = st.integers(min_value=0, max_value=99)


class OrderChanges(RuleBasedStateMachine):
    """One shop, driven at random."""

    def __init__(self, server: SandboxServer, engine: Engine, patch: pytest.MonkeyPatch) -> None:
        super().__init__()
        # Rows of one instant are ordered by their ids. Hypothesis must be able to repeat a run, so
        # every run draws the same ids.
        patch.setattr("uuid.os", SimpleNamespace(urandom=Random(0).randbytes))
        self.vendor = server.sandbox
        self.vendor.reset()
        self.clock = StandingClock(datetime(2026, 3, 10, 9, 30, tzinfo=UTC))
        self.host, self.backlog, hosts = FakePlatform(), Backlog(), AttachedPlatforms()
        self.mailer = RecordingMailer()
        cipher = Cipher([generate_key()])
        self.ports = Ports(
            store=Store(engine, self.backlog),
            vendors=CouponApiVendors(cipher),
            platforms=hosts,
            mailer=self.mailer,
            cipher=cipher,
            clock=self.clock,
        )
        self.installation = self._opened(server.url, cipher)
        self.tenant = Tenant(self.ports, self.installation.id)
        self.hands = Hands(self.ports)
        patch.setattr(runtime, "_bound", [self.hands])
        hosts.attach(self.installation.id, self.host)
        self.done: list[Job] = []
        #: As they were after the last step.
        self.assets: list[Asset] = []
        self.histories: dict[UUID, list[HistoryEntry]] = {}
        self.move(0)

    def teardown(self) -> None:
        """At the end all faults are mended and all work is done: then the books must balance."""
        self.settle()
        self.ports.vendors.close()

    # What people and machines do.

    @rule(quantity=st.integers(1, 3), price=st.sampled_from(["0.00", "14.00", "17.50"]))
    def order(self, quantity: int, price: str) -> None:
        order = self.host.place(line(quantity=quantity, price=price))
        for _ in range(2):  # A platform may say it twice.
            accept(self.ports, self.installation, order)

    @precondition(lambda self: self.backlog.waiting)
    @rule(which=some)
    def work(self, which: int) -> None:
        self.attempt(self.backlog.waiting[which % len(self.backlog.waiting)])

    @precondition(lambda self: self.backlog.waiting)
    @rule(which=some, steps=st.integers(0, 5))
    def be_killed_at_work(self, which: int, steps: int) -> None:
        job = self.backlog.waiting[which % len(self.backlog.waiting)]
        with self.hands.dying_after(steps), suppress(runtime.Stopping):
            job.begin()

    @precondition(lambda self: self.done)
    @rule(which=some)
    def repeat_work_that_was_done(self, which: int) -> None:
        self.done[which % len(self.done)].begin()

    @rule()
    def wait_for_the_next_attempt(self) -> None:
        hand_in_next(self.tenant, self.hands)

    @precondition(lambda self: self.assets)
    @rule(which=some)
    def staff_cancel(self, which: int) -> None:
        asset = self.pick(which)
        self.may_refuse(lambda: cancellation.cancel(self.tenant, asset.id, STAFF, "by staff"))

    @precondition(lambda self: self.assets)
    @rule(which=some)
    def customer_asks(self, which: int) -> None:
        asset = self.pick(which)
        self.may_refuse(
            lambda: cancellation_requests.create(self.tenant, asset.id, CUSTOMER, "by request")
        )

    @rule(on=st.booleans())
    def customers_may_cancel_alone(self, on: bool) -> None:
        self.installation = replace(
            self.installation,
            configuration=replace(self.installation.configuration, automatic_cancellation=on),
        )
        with self.ports.store.installations() as installations:
            installations.save(self.installation)

    @rule(which=some, decision=st.sampled_from(["accept", "reject", "withdraw"]))
    def decide_a_request(self, which: int, decision: str) -> None:
        with self.tenant.reading() as work:
            made = request_list(work, None).page(Window(size=100)).entries
        if not made:
            return
        key = made[which % len(made)].item.id
        acts: dict[str, Callable[[], object]] = {
            "accept": lambda: cancellation_requests.accept(self.tenant, key, STAFF),
            "reject": lambda: cancellation_requests.reject(self.tenant, key, STAFF, "No"),
            "withdraw": lambda: cancellation_requests.withdraw(self.tenant, key, CUSTOMER),
        }
        self.may_refuse(acts[decision])

    @precondition(lambda self: self.host.orders)
    @rule(which=some)
    def platform_refunds(self, which: int) -> None:
        orders = list(self.host.orders)
        take_back(self.ports, self.installation, orders[which % len(orders)])

    @precondition(lambda self: self.assets)
    @rule(which=some)
    def staff_synchronize(self, which: int) -> None:
        asset = self.pick(which)
        self.may_refuse(lambda: synchronize(self.tenant, asset.id, STAFF))

    @rule(which=some)
    def buyer_redeems(self, which: int) -> None:
        usable = self.usable()
        if usable:
            self.vendor.redeem(usable[which % len(usable)].id)

    @rule(hours=st.sampled_from([1, 20, 24 * 7, 24 * 14]))
    def move(self, hours: int) -> None:
        self.clock.advance(hours=hours)
        self.vendor.clock.set(self.clock.now)

    @rule()
    def timetable_looks(self) -> None:
        for duty in (watching.watch_requests, watching.watch_expiries, watching.watch_coupons):
            duty(self.tenant)

    @rule(
        name=st.sampled_from(["drop_connection", "drop_after_work", "broken_json"]),
        operation=st.sampled_from(["issue", "cancel", "find", "coupon"]),
    )
    def vendor_breaks_once(self, name: str, operation: str) -> None:
        self.vendor.faults.add(name, operation=operation, times=1)

    @rule()
    def settle(self) -> None:
        """Everything is mended and done; then the books balance."""
        self.vendor.faults.clear()
        while self.backlog.waiting or hand_in_next(self.tenant, self.hands):
            for job in list(self.backlog.waiting):
                self.attempt(job)
        self.the_books_balance()

    def attempt(self, job: Job) -> None:
        job.begin()
        self.backlog.waiting.remove(job)
        self.done.append(job)

    # What must hold.

    @invariant()
    def nobody_has_what_they_may_not(self) -> None:
        self.look()
        cancelled = [a for a in self.assets if a.status is AssetStatus.CANCELLED]
        # Usable, used or let to expire: whoever has the money back must not have had the licences.
        kept = {c.reference for c in self.vendor.ledger() if c.status is not CouponStatus.CANCELLED}
        assert not kept & {asset.reference for asset in cancelled}
        credited = self.host.credited.keys() | self.host.refunds.keys()
        assert credited <= {f"credit-{asset.id}" for asset in cancelled}

    def look(self) -> None:
        """What there is now; the history of no asset has lost anything since the last look."""
        with self.tenant.reading() as work:
            self.assets = work.assets.of_orders(list(self.host.orders))
            now = work.assets.history([asset.id for asset in self.assets])
        for key, entries in self.histories.items():
            assert now[key][: len(entries)] == entries
        self.histories = now

    def the_books_balance(self) -> None:
        self.look()
        standing = {
            asset.reference
            for asset in self.assets
            if asset.status is AssetStatus.ACTIVE and asset.has_coupon
        }
        gone = {
            coupon.reference
            for coupon in self.vendor.ledger()
            if coupon.status in (CouponStatus.REDEEMED, CouponStatus.EXPIRED)
        }
        assert sorted(coupon.reference for coupon in self.usable()) == sorted(standing - gone)
        ours = [
            asset
            for asset in self.assets
            if asset.status is AssetStatus.CANCELLED and not self.was_taken(asset)
        ]
        owed = sum((asset.total.amount for asset in ours), Decimal(0))
        assert sum((money.amount for money in self.host.credited.values()), Decimal(0)) == owed
        assert self.host.credited.keys() == {f"credit-{a.id}" for a in ours if not a.total.is_zero}
        told = [mail.key for mail in self.mailed("cancelled")]
        assert set(told) >= {f"cancelled-{a.id}" for a in ours}

    # How it is looked up.

    def pick(self, which: int) -> Asset:
        return self.assets[which % len(self.assets)]

    def usable(self) -> list[SandboxCoupon]:
        return [c for c in self.vendor.ledger() if c.status is CouponStatus.AVAILABLE]

    def was_taken(self, asset: Asset) -> bool:
        """Whether it was the platform that took this sale back in the end."""
        begun = [
            entry.actor.name
            for entry in self.histories[asset.id]
            if entry.change.field == "status"
            and (entry.change.after == "CANCELLING" or entry.actor.name == PLATFORM)
        ]
        return begun[-1] == PLATFORM

    def mailed(self, template: str) -> list[Notification]:
        return [mail for mail in self.mailer.sent if mail.template == template]

    def may_refuse(self, act: Callable[[], object]) -> None:
        """People are refused, and the vendor may be away: that is an answer, not a failure."""
        try:
            act()
        except BitTitanError:
            return

    def _opened(self, url: str, cipher: Cipher) -> Installation:
        with self.ports.store.installations() as installations:
            opened = installations.open(f"shop-{uuid4().hex}", self.clock())
            opened = replace(
                opened,
                active=True,
                configuration=Configuration(
                    api_url=url,
                    api_email=DEFAULT_EMAIL,
                    api_password=cipher.seal(DEFAULT_PASSWORD),
                    time_zone="Europe/Athens",
                    staff_email="staff@example.com",
                    sender_email="licenses@example.com",
                ),
            )
            installations.save(opened)
        with self.ports.store.writing(opened.id) as work:
            work.products.add(
                Product(
                    id=uuid4(),
                    product_type=ProductType.MAILBOX_LICENSE,
                    sku="MW-MAILBOX",
                    name="BitTitan Mailbox License",
                    expire_days=EXPIRE_DAYS,
                    validity_days=365,
                    variant_id="variant-mailbox",
                    published=True,
                    prices={},
                )
            )
        return opened


@pytest.fixture
def restored(databases: Databases, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    """Empties the database; the engine keeps what it compiled."""
    template = make_url(databases.fresh("sqlite", tmp_path)).database
    engine = open_engine(databases.fresh("sqlite", tmp_path))

    def restore() -> Engine:
        with closing(sqlite3.connect(str(template))) as empty, engine.connect() as connection:
            empty.backup(cast("sqlite3.Connection", connection.connection.driver_connection))
        return engine

    yield restore
    engine.dispose()


@pytest.mark.parametrize("examples", [20, pytest.param(100, marks=pytest.mark.rest)])
def test_money_and_licences_never_part(
    sandbox: SandboxServer,
    restored: Callable[[], Engine],
    monkeypatch: pytest.MonkeyPatch,
    examples: int,
) -> None:
    class OnThisMachine(OrderChanges):
        def __init__(self) -> None:
            super().__init__(sandbox, restored(), monkeypatch)

    run_state_machine_as_test(
        OnThisMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
