"""Before payment: a code and a sentence for each reason why an order cannot be sold."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from bittitan_hooks import specs
from bittitan_plugin.domain.money import Money
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.selling.ordering import precheck
from tests.fakes.host import end_customer, line
from tests.integration.ordering.storefront import Storefront
from tests.world import Shop, order_value

ORDERS = "query { orders(first: 1) { totalCount } }"


def only_error(answer: Any) -> tuple[str, str]:
    (error,) = answer["errors"]
    assert error["message"].endswith(".")
    return error["field"], error["code"]


def withdraw(storefront: Storefront) -> None:
    """Our product, though the platform's own is still published."""
    with storefront.shop.tenant.writing() as work:
        product = work.products.of_variants([storefront.variant_id])[storefront.variant_id]
        work.products.save(replace(product, published=False))


def sell_for_euros(storefront: Storefront) -> None:
    """Our product, though the platform's own still has a price in dollars."""
    with storefront.shop.tenant.writing() as work:
        product = work.products.of_variants([storefront.variant_id])[storefront.variant_id]
        work.products.save(replace(product, prices={"EUR": Money.of("13", "EUR")}))


REASONS: dict[str, tuple[Callable[[Storefront], object], str | None, str]] = {
    "inactive": (lambda s: s.shop.configure(active=False), None, "PLUGIN_INACTIVE"),
    "not published": (withdraw, "lines[0].variantId", "INVALID"),
    "account not synchronized": (
        lambda s: s.shop.configure(synchronize_automatically="false"),
        "customer",
        "ACCOUNT_NOT_SYNCHRONIZED",
    ),
    "currency without a price": (sell_for_euros, "lines[0].unitPrice.currency", "INVALID"),
}


@pytest.mark.parametrize(("prepare", "field", "code"), REASONS.values(), ids=REASONS)
def test_a_checkout_that_cannot_be_sold_is_refused_with_its_reason(
    storefront: Storefront,
    prepare: Callable[[Storefront], object],
    field: str | None,
    code: str,
) -> None:
    prepare(storefront)
    answer = storefront.checkout(storefront.reseller)
    assert (answer["order"], only_error(answer)) == (None, (field, code))


@pytest.mark.parametrize("reason", REASONS)
def test_a_refused_checkout_is_neither_paid_nor_stored(storefront: Storefront, reason: str) -> None:
    REASONS[reason][0](storefront)
    storefront.checkout(storefront.reseller)
    assert storefront.ask(ORDERS, storefront.reseller)["totalCount"] == 0


def test_an_end_customer_without_an_address_is_refused(storefront: Storefront) -> None:
    answer = storefront.checkout(storefront.reseller, end_customer_email="Fabrikam Ltd")
    assert only_error(answer) == ("lines[0].endCustomer.email", "INVALID")


def test_a_friendly_name_that_cannot_be_kept_is_refused(shop: Shop) -> None:
    order = shop.host.place(line(), line(friendly_name="x" * 256))
    (refusal,) = precheck(shop.ports, get_installation(shop.tenant), order)
    assert (refusal.field, refusal.code) == ("lines[1].friendly_name", "INVALID")


@pytest.mark.parametrize("quantity", [0, -1, 100_001])
def test_a_quantity_that_is_no_number_of_licenses_is_refused(shop: Shop, quantity: int) -> None:
    order = shop.host.place(line(quantity=quantity))
    (refusal,) = precheck(shop.ports, get_installation(shop.tenant), order)
    assert (refusal.field, refusal.code) == ("lines[0].quantity", "INVALID")


@pytest.mark.parametrize("quantity", [0, -1, 1.5, "2", True])
def test_a_quantity_that_is_no_whole_number_cannot_even_be_asked_about(
    shop: Shop, quantity: object
) -> None:
    order = order_value(shop.host.place(line()))
    order["lines"][0]["quantity"] = quantity
    with pytest.raises(ValidationError, match=r"order\.lines\.0\.quantity"):
        specs.OrderPrecheck(installation=shop.key, order=order)


def test_several_reasons_are_all_named(shop: Shop) -> None:
    shop.configure(synchronize_automatically="false")
    order = shop.host.place(line(currency="EUR", end_customer=end_customer(email="nobody")))
    found = precheck(shop.ports, get_installation(shop.tenant), order)
    assert [refusal.field for refusal in found] == ["customer", "lines[0].end_customer.email"]


def test_goods_of_others_are_sold_whatever_becomes_of_ours(shop: Shop) -> None:
    shop.configure(active=False)
    mug = line(variant_id="mug", sku="MUG", product_type="merchandise")
    order = shop.host.place(mug)
    assert precheck(shop.ports, get_installation(shop.tenant), order) == []
