"""For whom a coupon is issued: accounts are made known to BitTitan first."""

from dataclasses import replace

import pytest

from bittitan_plugin.bittitan.sandbox.inputs import PartnerInput
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.services.accounts.synchronizing import synchronize_account
from tests.fakes.host import end_customer, line
from tests.world import SOLD, Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


def test_an_account_that_staff_must_synchronize_keeps_the_asset_waiting(shop: Shop) -> None:
    shop.configure(synchronize_automatically="false")

    asset = shop.buy(line())

    assert asset.provisioning_status == "PENDING"
    assert asset.provisioning_error is not None
    assert asset.provisioning_error.code is ErrorCode.ACCOUNT_NOT_SYNCHRONIZED


def test_a_waiting_asset_leaves_nothing_at_the_vendor(shop: Shop) -> None:
    shop.configure(synchronize_automatically="false")
    shop.buy(line())

    assert (shop.sandbox.sandbox.partners(), shop.sandbox.sandbox.ledger()) == ([], [])


def test_a_waiting_asset_goes_on_when_its_account_is_synchronized(shop: Shop) -> None:
    shop.configure(synchronize_automatically="false")
    asset = shop.buy(line())

    synchronize_account(shop.tenant, asset.account_id)
    shop.settle()

    assert shop.tally() == SOLD


def test_asking_too_early_does_not_swallow_asking_again(shop: Shop) -> None:
    shop.configure(synchronize_automatically="false")
    asset = shop.buy(line())
    shop.synchronize(asset)
    shop.configure(synchronize_automatically="true")

    assert shop.synchronize(asset).has_coupon


def test_a_partner_the_vendor_knows_by_address_is_adopted(shop: Shop) -> None:
    known = PartnerInput(reference="of old", email="known@example.com", company="Contoso")
    shop.sandbox.sandbox.register(known)

    shop.buy(line(), customer="known")

    assert [partner.reference for partner in shop.sandbox.sandbox.partners()] == ["of old"]


def test_an_account_is_registered_once_for_all_its_orders(shop: Shop) -> None:
    for _ in range(3):
        shop.fire("order_fully_paid", shop.host.place(line(), line()))
    shop.settle()

    assert len(shop.sandbox.sandbox.partners()) == 1


def test_a_reseller_s_asset_names_both(shop: Shop) -> None:
    asset = shop.buy(line(end_customer=end_customer("it@fabrikam.example")), customer="reseller")

    with shop.tenant.reading() as work:
        accounts = work.accounts.by_ids([asset.account_id, asset.end_customer_id or asset.id])
    assert {account.email for account in accounts.values()} == {
        "reseller@example.com",
        "it@fabrikam.example",
    }


def test_a_reseller_s_coupon_is_issued_to_the_reseller(shop: Shop) -> None:
    shop.buy(line(end_customer=end_customer()), customer="reseller")

    partners = shop.sandbox.sandbox.partners()
    assert [partner.email for partner in partners] == ["reseller@example.com"]


def test_the_welcome_names_the_end_customer(shop: Shop) -> None:
    shop.buy(line(end_customer=end_customer(name="Fabrikam")))

    assert [sent.values["end_customer"] for sent in shop.mail] == ["Fabrikam"]


def test_an_end_customer_is_opened_once_per_reseller(shop: Shop) -> None:
    order = shop.host.place(line(end_customer=end_customer()), line(end_customer=end_customer()))
    shop.fire("order_fully_paid", order)
    shop.settle()

    assets = [shop.asset_of(order, number) for number in (0, 1)]
    assert len({asset.end_customer_id for asset in assets if asset}) == 1


@pytest.mark.databases("sqlite", "postgresql")
@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("x" * 256, "x" * 255),
        ("Fabri\u202ekam\u200b", "Fabrikam"),
        ("Con\ttoso\nInc", "Con toso Inc"),
    ],
)
def test_no_order_is_lost_for_a_company_s_name_that_only_the_platform_takes(
    shop: Shop, said: str, kept: str
) -> None:
    order = shop.host.place(line())
    shop.host.change(order, customer=replace(order.customer, company=said))
    shop.fire("order_fully_paid", order)
    shop.settle()
    asset = shop.asset_of(order)
    assert asset is not None
    with shop.tenant.reading() as work:
        assert work.accounts.get(asset.account_id).company == kept
