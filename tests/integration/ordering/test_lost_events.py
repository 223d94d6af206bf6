"""A shop whose process died between a paid order and its hooks still delivers what was paid."""

from datetime import UTC, datetime

from bittitan_hooks import specs
from bittitan_plugin.hosts.embedded.announcing import Announcer
from bittitan_plugin.hosts.embedded.ids import Kind, global_id, parse_id
from bittitan_plugin.hosts.embedded.retelling import Retelling
from bittitan_plugin.hosts.embedded.selling import Selling
from tests.integration.ordering import documents
from tests.integration.ordering.storefront import Storefront, line


def sold_by_a_process_that_died(storefront: Storefront) -> str:
    """The id of an order that is paid, and of which no plugin heard."""
    platform = storefront.platform
    lines = [line(storefront.variant_id, 25)]
    made = storefront.ask(documents.CHECKOUT_CREATE, storefront.reseller, lines=lines)
    checkout = parse_id(Kind.CHECKOUT, made["checkout"]["id"])
    nobody = Announcer(specs.plugin_manager(load_installed=False), platform.installation)
    record = Selling(platform.database, nobody).complete_checkout(storefront.reseller, checkout)
    return global_id(Kind.ORDER, record.row.id)


def test_an_order_whose_hooks_a_crash_swallowed_is_delivered_at_the_next_start(
    storefront: Storefront,
) -> None:
    # Later than any order of the tests that share the database: their last minute is not told of.
    storefront.shop.world.clock.now = datetime(2036, 3, 10, 9, 30, tzinfo=UTC)
    order_id = sold_by_a_process_that_died(storefront)
    storefront.shop.settle()
    assert storefront.order(order_id)["bittitanAssets"] == []
    platform = storefront.platform
    Retelling(platform.database, platform.selling).look()
    storefront.shop.settle()

    (asset,) = storefront.order(order_id)["bittitanAssets"]
    assert asset["status"] == "ACTIVE"
    assert [mail.template for mail in storefront.emails] == ["welcome"]
