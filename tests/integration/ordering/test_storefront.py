"""domain.md, Ordering, Storefront: from the basket to the welcome e-mail."""

from dataclasses import replace

import pytest
from graphql import GraphQLObjectType

from bittitan_graphql.global_ids import ASSET, read_global_id
from bittitan_plugin.domain.emails import CancellationWithdrawn
from bittitan_plugin.platforms.shop.schema import build_schema
from bittitan_plugin.plugin.attached_platforms import AttachedPlatforms
from bittitan_plugin.services.notifications import read_sale, send, send_to_staff, summary_of
from tests.integration.ordering.running import embedded, plugin, seller, storefront
from tests.integration.ordering.storefront import Storefront

__all__ = ["embedded", "plugin", "seller", "storefront"]
pytestmark = pytest.mark.databases("sqlite", "postgresql")


def test_a_basket_has_a_quantity_a_total_and_a_friendly_name_for_the_asset(
    storefront: Storefront,
) -> None:
    order = storefront.buy(storefront.reseller, 25, friendly_name="Wave 1")
    (asset,) = order["bittitanAssets"]
    assert (asset["quantity"], asset["friendlyName"]) == (25, "Wave 1")
    assert asset["total"] == {"amount": "350.00", "currency": "USD"}


def test_on_completion_there_are_the_asset_the_invoice_the_code_and_the_welcome(
    storefront: Storefront,
) -> None:
    order = storefront.buy(storefront.reseller)
    (asset,) = order["bittitanAssets"]
    assert asset["couponCode"]
    assert asset["invoice"]["number"] == order["invoices"][0]["number"]
    assert [sent.template for sent in storefront.emails] == ["welcome"]


def test_an_asset_can_be_invoiced_and_not_yet_provisioned_and_both_sides_say_so(
    storefront: Storefront,
) -> None:
    storefront.buy(storefront.reseller)
    storefront.shop.sandbox.sandbox.faults.add("status", operation="issue", status=503)
    completed = storefront.checkout(storefront.reseller)
    order_id = completed["order"]["id"]
    storefront.shop.until(lambda: _is_delayed(storefront, order_id))
    order = storefront.order(order_id)
    (asset,) = order["bittitanAssets"]
    storefront.shop.sandbox.sandbox.faults.clear()
    storefront.shop.settle()
    assert asset["provisioningStatus"] == "PENDING"
    assert [invoice["number"] for invoice in order["invoices"]] == [asset["invoice"]["number"]]


def _is_delayed(storefront: Storefront, order_id: str) -> bool:
    assets = storefront.order(order_id)["bittitanAssets"]
    return bool(assets) and assets[0]["provisioningError"] is not None


def test_the_welcome_goes_to_the_orders_recipient(storefront: Storefront) -> None:
    storefront.buy(storefront.reseller)
    assert [sent.to for sent in storefront.emails] == [storefront.reseller.email]


def test_the_welcome_holds_the_code_the_number_of_licenses_and_both_clocks(
    storefront: Storefront,
) -> None:
    (asset,) = storefront.buy(storefront.reseller)["bittitanAssets"]
    (sent,) = storefront.emails
    said = {name: sent.values[name] for name in ("coupon_code", "quantity", "validity_days")}
    assert said == {"coupon_code": asset["couponCode"], "quantity": 25, "validity_days": 365}
    (coupon,) = storefront.shop.sandbox.sandbox.ledger()
    assert sent.values["coupon_expires_at"] == coupon.expires_at


def test_what_was_paid_and_invoiced_is_told_to_the_buyer_alone(storefront: Storefront) -> None:
    (asset,) = storefront.buy(storefront.reseller)["bittitanAssets"]
    (sent,) = storefront.emails
    assert str(sent.values["price"]) == "350.00 USD"
    with storefront.shop.tenant.reading() as work:
        sale = work.sales.get(read_global_id(ASSET, asset["id"]))
        to_another = replace(sale, asset=replace(sale.asset, recipient_email="other@example.com"))
        ports = storefront.shop.tenant.ports
        told, kept = summary_of(ports, work, sale), summary_of(ports, work, to_another)
    assert (told.price, told.invoice_number) == (sale.asset.total, asset["invoice"]["number"])
    assert (kept.price, kept.invoice_number, kept.license_url) == (None, None, None)


def test_staff_get_no_link_to_a_page_that_opens_for_customers_alone(storefront: Storefront) -> None:
    (asset,) = storefront.buy(storefront.reseller)["bittitanAssets"]
    sale, summary = read_sale(storefront.shop.tenant, read_global_id(ASSET, asset["id"]))
    sale = replace(sale, configuration=replace(sale.configuration, staff_email="staff@x.example"))
    email = CancellationWithdrawn(sale=summary, deadline=sale.asset.purchase_date)
    send(storefront.shop.tenant.ports, sale, email, key="to-customer")
    send_to_staff(storefront.shop.tenant.ports, sale, email, key="to-staff")
    to_customer, to_staff = storefront.emails[-1], storefront.shop.mail[-1]
    assert to_customer.values["license_url"] is not None
    assert (to_staff.to, to_staff.values["license_url"]) == ("staff@x.example", None)


def test_an_e_mail_goes_out_without_the_link_while_the_platform_is_away(
    storefront: Storefront,
) -> None:
    (asset,) = storefront.buy(storefront.reseller)["bittitanAssets"]
    ports = replace(storefront.shop.tenant.ports, platforms=AttachedPlatforms())
    with storefront.shop.tenant.reading() as work:
        sale = work.sales.get(read_global_id(ASSET, asset["id"]))
        assert summary_of(ports, work, sale).license_url is None


def test_the_welcome_can_be_sent_again(storefront: Storefront) -> None:
    (asset,) = storefront.buy(storefront.reseller)["bittitanAssets"]
    resend = "mutation ($id: ID!) { bittitanCouponEmailResend(id: $id) { errors { code } } }"
    storefront.ask(resend, storefront.reseller, id=asset["id"])
    assert [sent.template for sent in storefront.emails] == ["welcome", "welcome"]


def test_one_order_line_is_one_asset_is_one_coupon_code_that_holds_all_licenses(
    storefront: Storefront,
) -> None:
    order = storefront.buy(storefront.reseller, 25)
    coupons = storefront.shop.sandbox.sandbox.ledger()
    assert len(order["bittitanAssets"]) == 1
    assert [coupon.quantity for coupon in coupons] == [25]


def test_more_licenses_are_a_new_order(storefront: Storefront) -> None:
    first = storefront.buy(storefront.reseller, 25)
    storefront.buy(storefront.reseller, 5)
    assert storefront.order(first["id"])["bittitanAssets"][0]["quantity"] == 25
    assert [c.quantity for c in storefront.shop.sandbox.sandbox.ledger()] == [25, 5]


@pytest.mark.parametrize("word", ["Suspend", "orderUpdate", "orderLine", "Amend", "Resume"])
def test_orders_cannot_be_suspended_or_amended(storefront: Storefront, word: str) -> None:
    mutation = build_schema(storefront.shop.world.plugins)._schema.mutation_type
    assert isinstance(mutation, GraphQLObjectType)
    assert [name for name in mutation.fields if word in name] == []
