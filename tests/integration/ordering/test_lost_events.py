"""A shop whose process died between a paid order and its hooks still delivers what was paid."""

from bittitan_plugin.platforms.shop.ids import Kind, global_id, parse_id
from bittitan_plugin.platforms.shop.outbox import GRACE
from tests.integration.ordering import documents
from tests.integration.ordering.storefront import Storefront, line
from tests.integration.shop.dying import dying


def sold_by_a_process_that_died(storefront: Storefront) -> str:
    """The id of an order that is paid, and of which no plugin heard."""
    platform = storefront.platform
    lines = [line(storefront.variant_id, 25)]
    made = storefront.ask(documents.CHECKOUT_CREATE, storefront.reseller, lines=lines)
    checkout = parse_id(Kind.CHECKOUT, made["checkout"]["id"])
    dying(lambda: platform.order_changes.complete_checkout(storefront.reseller, checkout))
    return global_id(Kind.ORDER, checkout)


def test_an_order_whose_hooks_a_crash_swallowed_is_delivered_a_little_later(
    storefront: Storefront,
) -> None:
    order_id = sold_by_a_process_that_died(storefront)
    storefront.shop.settle()
    assert storefront.order(order_id)["bittitanAssets"] == []
    storefront.shop.world.clock.advance(seconds=GRACE.total_seconds())
    storefront.platform.outbox_relay.look()
    storefront.shop.settle()

    (asset,) = storefront.order(order_id)["bittitanAssets"]
    assert asset["status"] == "ACTIVE"
    assert [mail.template for mail in storefront.emails] == ["welcome"]
