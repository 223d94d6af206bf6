"""BitTitan says no: the asset fails with its reason, staff are told once, mending goes on."""

from dataclasses import replace

import pytest

from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.domain.problems import ProblemKind
from tests.fakes.host import line
from tests.world import SOLD, Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


def test_a_wrong_password_fails_the_asset(shop: Shop) -> None:
    shop.configure(api_password="wrong")

    assert shop.buy(line()).provisioning_status == "FAILED"


def test_a_wrong_password_raises_one_problem(shop: Shop) -> None:
    shop.configure(api_password="wrong")
    shop.buy(line())

    assert [problem.kind for problem in shop.problems()] == [ProblemKind.PROVISIONING_FAILED]


def test_staff_are_told_of_a_failure_once(shop: Shop) -> None:
    shop.configure(api_password="wrong")
    asset = shop.buy(line())
    shop.synchronize(asset)

    assert [(sent.template, sent.to) for sent in shop.mail] == [
        ("provisioning_failed", "staff@example.com")
    ]


def test_staff_are_told_even_when_the_mail_server_fails_at_first(shop: Shop) -> None:
    shop.sandbox.sandbox.products.clear()
    shop.world.mailer.failures.append(Unavailable("the mail server is away"))

    shop.buy(line())

    assert [sent.template for sent in shop.mail] == ["provisioning_failed"]


def test_synchronizing_after_mending_the_password_obtains_the_coupon(shop: Shop) -> None:
    shop.configure(api_password="wrong")
    asset = shop.buy(line())
    shop.configure(api_password=DEFAULT_PASSWORD)

    assert shop.synchronize(asset).has_coupon


def test_synchronizing_closes_the_problem(shop: Shop) -> None:
    shop.configure(api_password="wrong")
    asset = shop.buy(line())
    shop.configure(api_password=DEFAULT_PASSWORD)

    shop.synchronize(asset)

    assert shop.problems() == []


def test_a_synchronization_that_fails_again_can_be_repeated(shop: Shop) -> None:
    shop.configure(api_password="wrong")
    asset = shop.buy(line())
    shop.synchronize(asset)
    shop.configure(api_password=DEFAULT_PASSWORD)

    assert shop.synchronize(asset).has_coupon


def test_an_article_unknown_to_the_vendor_fails_with_the_reason(shop: Shop) -> None:
    shop.sandbox.sandbox.products.clear()

    asset = shop.buy(line())

    assert asset.provisioning_error is not None
    assert asset.provisioning_error.message == "There is no such SKU."


def test_a_failed_asset_leaves_nothing_at_the_vendor(shop: Shop) -> None:
    shop.sandbox.sandbox.products.clear()
    shop.buy(line())

    assert shop.tally().issued == 0


def test_a_failed_asset_is_neither_delivered_nor_invoiced(shop: Shop) -> None:
    shop.sandbox.sandbox.products.clear()
    shop.buy(line())

    assert (shop.tally().deliveries, shop.tally().invoices) == (0, 0)


def test_the_next_order_is_served_after_a_refused_one(shop: Shop) -> None:
    known = list(shop.sandbox.sandbox.products)
    shop.sandbox.sandbox.products.clear()
    shop.buy(line())
    shop.sandbox.sandbox.products.extend(known)
    shop.mail.clear()

    shop.buy(line())

    assert shop.tally() == replace(SOLD, assets=2)


def test_a_coupon_the_vendor_issued_before_it_failed_is_adopted(shop: Shop) -> None:
    faults = shop.sandbox.sandbox.faults
    faults.add("drop_after_work", operation="issue", times=1)
    # Of the attempt itself, and of the look right after its failure.
    faults.add("status", operation="find", status=403, times=2)
    asset = shop.buy(line())
    assert asset.provisioning_status == "FAILED"

    assert shop.synchronize(asset).coupon_id == shop.sandbox.sandbox.ledger()[0].id
