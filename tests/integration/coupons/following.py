"""A shop and its vendor on one calendar, in the words of the tests."""

from dataclasses import dataclass
from datetime import timedelta

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.services.coupons import coupon_status
from bittitan_plugin.services.coupons import expiry_reminders as watching
from bittitan_plugin.services.coupons.coupon_status import Followed
from tests.fakes.host import line
from tests.world import Shop


@dataclass
class Calendar:
    """One shop whose clock and whose vendor's clock are moved together."""

    shop: Shop

    def __post_init__(self) -> None:
        self.shop.sandbox.sandbox.clock.set(self.shop.world.clock.now)

    def sold(self) -> Asset:
        return self.shop.buy(line())

    def time_passes(self, **amount: float) -> None:
        self.shop.world.clock.advance(**amount)
        self.shop.sandbox.sandbox.clock.set(self.shop.world.clock.now)

    def follow(self) -> Followed:
        followed = coupon_status.follow(self.shop.tenant)
        assert followed is not None
        return followed

    def redeem(self, asset: Asset) -> None:
        """The buyer enters the code in the portal."""
        self.shop.sandbox.sandbox.redeem(asset.coupon_id or "")

    def sold_and_redeemed(self, number: int) -> list[Asset]:
        """All are sold before the first is used."""
        assets = [self.sold() for _ in range(number)]
        for asset in assets:
            self.redeem(asset)
        return assets

    def status(self, asset: Asset) -> str:
        return str(self.shop.asset(asset.id).coupon_status)

    def before_expiry(self, asset: Asset, *, days: int, late: timedelta = timedelta()) -> None:
        """It is so many days before the code expires, or ``late`` after that."""
        assert asset.coupon_expires_at is not None
        now = asset.coupon_expires_at - timedelta(days=days) + late
        self.shop.world.clock.now = now
        self.shop.sandbox.sandbox.clock.set(now)

    def remind(self) -> list[int]:
        """What is due is handed in and done; the days left that buyers were then told."""
        watching.watch_expiries(self.shop.tenant)
        self.shop.settle()
        return self.told()

    def told(self) -> list[int]:
        """The days left that buyers have been told so far."""
        sent = [m for m in self.shop.mail if m.template == "coupon_expiring"]
        return [int(str(m.values["coupon_days_left"])) for m in sent]
