"""A shop whose customers ask for cancellations, in the words of the tests."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any
from uuid import UUID

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.services.cancelling import requests
from bittitan_plugin.services.coupons.expiry_reminders import watch_requests
from tests.fakes.host import line
from tests.world import STAFF, Shop

CUSTOMER = Actor(ActorKind.CUSTOMER, "buyer@example.com")
OTHER_STAFF = Actor(ActorKind.STAFF, "second@example.com")


@dataclass
class Desk:
    """One shop, and what its customers and staff do about requests."""

    shop: Shop

    def sold(self, **values: Any) -> Asset:
        """A sale of one line; values are those of the line."""
        return self.shop.buy(line(**values))

    def ask(self, asset: Asset, comment: str = "Ordered twice") -> CancellationRequest:
        """The customer asks; both sides have been told."""
        asked = requests.create(self.shop.tenant, asset.id, CUSTOMER, comment)
        self.shop.settle()
        assert asked.request is not None
        return asked.request

    def accept(self, request: CancellationRequest, actor: Actor = STAFF) -> None:
        requests.accept(self.shop.tenant, request.id, actor)

    def withdraw(self, request: CancellationRequest) -> None:
        requests.withdraw(self.shop.tenant, request.id, CUSTOMER)

    def reject(self, request: CancellationRequest, reason: str = "It was used") -> None:
        requests.reject(self.shop.tenant, request.id, STAFF, reason)

    def time_passes(self, **amount: float) -> None:
        """The clock moves on; what is due by then is handed in and done."""
        self.shop.world.clock.advance(**amount)
        self.look()

    def look(self) -> None:
        """The timetable looks at the requests once."""
        watch_requests(self.shop.tenant)
        self.shop.settle()

    def now(self, request: CancellationRequest) -> CancellationRequest:
        """The request as it stands."""
        with self.shop.tenant.reading() as work:
            return work.requests.get(request.id)

    def asset(self, request: CancellationRequest) -> Asset:
        return self.shop.asset(request.asset_id)

    def mail(self, *, to: str) -> list[str]:
        """The templates of what was sent to that address since the welcome, in order."""
        sent = [m.template for m in self.shop.mail if m.to == to and m.template != "welcome"]
        return sent

    def pending(self, asset_id: UUID) -> bool:
        with self.shop.tenant.reading() as work:
            return asset_id in work.requests.pending_of([asset_id])


def codes_of(*actions: Callable[[], object]) -> list[ErrorCode | None]:
    """Run all at once; the code each was refused with, or None where it went through."""
    start = Barrier(len(actions))

    def run(action: Callable[[], object]) -> ErrorCode | None:
        start.wait()
        try:
            action()
        except Refusal as refusal:
            return refusal.code
        return None

    with ThreadPoolExecutor(len(actions)) as threads:
        return list(threads.map(run, actions))
