"""What people may change of an asset, until when, and that saving a failed one tries it again."""

from dataclasses import replace

import pytest

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.orders import EndCustomer
from bittitan_plugin.services.selling.assets import AssetChanges, update_asset
from tests.fakes.host import line
from tests.world import SOLD, STAFF, Shop

FABRIKAM = EndCustomer(email="it@fabrikam.example", name="Fabrikam")


def failed(shop: Shop) -> Asset:
    """A sale BitTitan refused: it did not know the SKU."""
    known = shop.sandbox.sandbox.products
    shop.sandbox.sandbox.products = []
    asset = shop.buy(line())
    shop.sandbox.sandbox.products = known
    assert asset.provisioning_status == "FAILED"
    return asset


def change(shop: Shop, asset: Asset, changes: AssetChanges) -> Asset:
    """Staff save the asset, and what that sets going has been done."""
    update_asset(shop.tenant, asset.id, STAFF, changes)
    shop.settle()
    return shop.asset(asset.id)


def test_the_end_customer_can_be_set_and_taken_away(shop: Shop) -> None:
    asset = shop.buy(line())
    owned = change(shop, asset, AssetChanges(end_customer=FABRIKAM))
    assert owned.end_customer_id is not None

    assert change(shop, asset, AssetChanges(end_customer=None)).end_customer_id is None


def test_the_same_end_customer_is_one_account(shop: Shop) -> None:
    first = change(shop, shop.buy(line()), AssetChanges(end_customer=FABRIKAM))
    second = change(shop, shop.buy(line()), AssetChanges(end_customer=FABRIKAM))

    assert first.end_customer_id == second.end_customer_id


def test_an_end_customer_needs_an_address(shop: Shop) -> None:
    asset = shop.buy(line())

    with pytest.raises(Refusal) as refused:
        change(shop, asset, AssetChanges(end_customer=EndCustomer(email="nobody", name="")))
    assert refused.value.field == "end_customer.email"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        (AssetChanges(expire_days=90), "expire_days"),
        (AssetChanges(validity_days=90), "validity_days"),
    ],
)
def test_the_clocks_of_a_provisioned_asset_stand(
    shop: Shop, changes: AssetChanges, name: str
) -> None:
    asset = shop.buy(line())

    with pytest.raises(Refusal) as refused:
        change(shop, asset, changes)
    assert (refused.value.code, refused.value.field) == (ErrorCode.ALREADY_PROVISIONED, name)


def test_saying_what_the_clocks_are_is_no_change(shop: Shop) -> None:
    asset = shop.buy(line())

    assert change(shop, asset, AssetChanges(expire_days=asset.expire_days)) == asset


def test_a_failed_asset_gets_its_coupon_with_the_clocks_it_was_saved_with(shop: Shop) -> None:
    asset = failed(shop)
    change(shop, asset, AssetChanges(expire_days=90, validity_days=60))

    (coupon,) = shop.sandbox.sandbox.ledger()
    assert (coupon.expire_days, coupon.validity_days) == (90, 60)


def test_saving_a_failed_asset_tries_it_again_even_when_nothing_else_changes(shop: Shop) -> None:
    change(shop, failed(shop), AssetChanges())

    assert shop.tally() == replace(SOLD, mail=("provisioning_failed", "welcome"))
    assert shop.problems() == []


@pytest.mark.parametrize("days", [0, 3651])
def test_a_clock_outside_its_range_is_refused(shop: Shop, days: int) -> None:
    asset = failed(shop)

    with pytest.raises(Refusal) as refused:
        change(shop, asset, AssetChanges(expire_days=days))
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, "expire_days")


def test_while_bittitan_is_being_asked_the_clocks_stand(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=503)
    order = shop.host.place(line())
    shop.fire("order_fully_paid", order)
    shop.until(lambda: (found := shop.asset_of(order)) is not None and bool(found.requested_at))
    asset = shop.asset_of(order)
    assert asset is not None

    with pytest.raises(Refusal) as refused:
        update_asset(shop.tenant, asset.id, STAFF, AssetChanges(expire_days=90))
    assert refused.value.code is ErrorCode.ALREADY_PROVISIONED
    shop.sandbox.sandbox.faults.clear()
    shop.settle()


def test_every_change_is_in_the_history_with_who_made_it(shop: Shop) -> None:
    asset = failed(shop)
    changes = AssetChanges(friendly_name="Wave 2", end_customer=FABRIKAM, expire_days=90)
    change(shop, asset, changes)

    with shop.tenant.reading() as work:
        entries = work.assets.history([asset.id])[asset.id]
    by_staff = {entry.change.field for entry in entries if entry.actor == STAFF}
    assert {"friendlyName", "endCustomer", "expireDays"} <= by_staff


def test_what_is_not_named_stays(shop: Shop) -> None:
    asset = shop.buy(line(friendly_name="Wave 1"))
    change(shop, asset, AssetChanges(end_customer=FABRIKAM))

    assert shop.asset(asset.id).friendly_name == "Wave 1"
