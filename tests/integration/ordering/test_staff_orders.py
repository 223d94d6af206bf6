"""domain.md, Ordering, BSS: staff order for an account, execute, and choose the invoicing."""

from typing import Any

import pytest

from tests.integration.ordering.documents import DRAFT_COMPLETE, EXECUTE, SYNCHRONIZE
from tests.integration.ordering.storefront import Storefront


def only_asset(order: Any) -> Any:
    (asset,) = order["bittitanAssets"]
    return asset


def test_staff_add_an_order_for_an_account_and_execute_it(storefront: Storefront) -> None:
    order_id = storefront.draft(storefront.reseller)
    storefront.execute(order_id)
    asset = only_asset(storefront.pay(order_id))
    assert (asset["account"]["email"], bool(asset["couponCode"])) == (
        storefront.reseller.email,
        True,
    )


def test_staff_order_for_an_end_customer_of_a_reseller(storefront: Storefront) -> None:
    address = "it@wingtip.example"
    order_id = storefront.draft(storefront.reseller, end_customer_email=address)
    storefront.execute(order_id)
    assert only_asset(storefront.pay(order_id))["endCustomer"]["email"] == address


@pytest.mark.parametrize("document", [DRAFT_COMPLETE, EXECUTE], ids=["complete", "execute"])
def test_an_order_for_an_unsynchronized_account_waits_for_staff_to_synchronize_it(
    storefront: Storefront, document: str
) -> None:
    storefront.shop.configure(synchronize_automatically="false")
    order_id = storefront.draft(storefront.reseller)
    given = {"id": order_id} | ({"invoicing": "NOW"} if document is EXECUTE else {})
    refused = storefront.ask(document, storefront.staff, **given)
    assert [e["code"] for e in refused["errors"]] == ["ACCOUNT_NOT_SYNCHRONIZED"]
    customer = {"customerId": storefront.reseller_id}
    storefront.ask(SYNCHRONIZE, storefront.staff, input=customer)
    assert storefront.ask(document, storefront.staff, **given)["errors"] == []


def test_invoice_now_invoices_at_once(storefront: Storefront) -> None:
    order_id = storefront.draft(storefront.reseller)
    storefront.execute(order_id, "NOW")
    assert len(storefront.order(order_id)["invoices"]) == 1


def test_invoice_now_is_what_the_asset_refers_to(storefront: Storefront) -> None:
    order_id = storefront.draft(storefront.reseller)
    storefront.execute(order_id, "NOW")
    order = storefront.pay(order_id)
    assert only_asset(order)["invoice"]["number"] == order["invoices"][0]["number"]


def test_invoice_on_the_next_billing_day_invoices_nothing_yet(storefront: Storefront) -> None:
    order_id = storefront.draft(storefront.reseller)
    storefront.execute(order_id, "NEXT_BILLING_DAY")
    order = storefront.pay(order_id)
    storefront.look()
    assert (order["invoices"], only_asset(order)["invoice"]) == ([], None)


def test_no_invoice_never_invoices(storefront: Storefront) -> None:
    order_id = storefront.draft(storefront.reseller)
    storefront.execute(order_id, "NONE")
    order = storefront.pay(order_id)
    storefront.shop.world.clock.advance(days=400)
    storefront.look()
    assert storefront.order(order_id)["invoices"] == []
    assert only_asset(order)["couponCode"]


def test_provisioning_on_full_payment_waits_for_it(storefront: Storefront) -> None:
    order_id = storefront.draft(storefront.reseller)
    storefront.execute(order_id)
    assert storefront.order(order_id)["bittitanAssets"] == []
    assert only_asset(storefront.pay(order_id))["couponCode"]


def test_provisioning_on_confirmation_waits_for_no_payment(storefront: Storefront) -> None:
    storefront.shop.configure(provision_on="CONFIRMED")
    order_id = storefront.draft(storefront.reseller)
    storefront.execute(order_id)
    order = storefront.order(order_id)
    assert (order["isPaid"], bool(only_asset(order)["couponCode"])) == (False, True)


def test_an_order_that_is_not_executed_is_not_provisioned(storefront: Storefront) -> None:
    storefront.shop.configure(provision_on="CONFIRMED")
    order_id = storefront.draft(storefront.reseller)
    storefront.ask(DRAFT_COMPLETE, storefront.staff, id=order_id)
    storefront.shop.settle()
    assert storefront.order(order_id)["bittitanAssets"] == []
