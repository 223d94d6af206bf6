"""What plugins could not be told, because they failed or the process died, they are told again."""

from uuid import UUID

import pytest

from bittitan_hooks import specs
from bittitan_plugin.hosts.embedded.announcing import Announcer
from bittitan_plugin.hosts.embedded.ids import Kind, parse_id
from bittitan_plugin.hosts.embedded.retelling import Retelling
from bittitan_plugin.hosts.embedded.selling import Selling
from tests.integration.embedded.shop import RecordingPlugin, Shop


def key(order_id: str) -> UUID:
    return parse_id(Kind.ORDER, order_id)


def started_anew(shop: Shop) -> Retelling:
    """What a new process has of the shop: its database and its plugins, and no memory."""
    database = shop.platform.database
    selling = Selling(database, Announcer(shop.plugins, shop.platform.installation))
    return Retelling(database, selling)


def heard(shop: Shop, look: Retelling) -> list[tuple[str, str]]:
    """What the plugin hears of one look, with the orders' numbers."""
    shop.plugin.events.clear()
    look.look()
    return sorted((name, event.order.number) for name, event in shop.plugin.events)


@pytest.fixture
def at_work(shop: Shop) -> Retelling:
    """The shop's own, some time after its start."""
    shop.platform.retelling.look()
    return shop.platform.retelling


def test_what_a_plugin_raised_at_is_told_again(shop: Shop, at_work: Retelling) -> None:
    shop.plugin.raises = RuntimeError("its database is away")
    number = shop.platform.orders.get(key(shop.buy())).row.sequence  # type: ignore[union-attr]
    shop.plugin.raises = None

    assert heard(shop, at_work) == [
        (name, str(number))
        for name in ("order_confirmed", "order_created", "order_fully_paid", "order_paid")
    ]


def test_what_a_plugin_says_it_could_not_keep_is_told_again(
    shop: Shop, at_work: Retelling, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = specs.Outcome(status=specs.OutcomeStatus.FAILED, message="Again, please.")
    monkeypatch.setattr(RecordingPlugin, "hear", lambda *_: lost)
    shop.buy()
    monkeypatch.undo()

    assert "order_fully_paid" in [name for name, _ in heard(shop, at_work)]


def test_what_was_taken_is_not_told_again(shop: Shop, at_work: Retelling) -> None:
    shop.buy()

    assert heard(shop, at_work) == []


def test_it_is_told_until_it_is_taken_and_then_no_more(shop: Shop, at_work: Retelling) -> None:
    shop.plugin.raises = RuntimeError("its database is away")
    shop.buy()
    first, second = heard(shop, at_work), heard(shop, at_work)
    shop.plugin.raises = None
    third, fourth = heard(shop, at_work), heard(shop, at_work)

    assert (first, second, fourth) == (third, third, [])


def test_a_new_process_tells_how_the_orders_of_the_last_minute_stand(shop: Shop) -> None:
    paid, cancelled, refunded = shop.buy(), shop.buy(), shop.buy()
    shop.platform.selling.cancel(key(cancelled))
    shop.platform.selling.grant_refund(key(refunded))

    told = {event.order.id: name for name, event in _events(shop)}
    assert told == {
        paid: "order_updated",
        cancelled: "order_cancelled",
        refunded: "order_fully_refunded",
    }


def test_a_new_process_leaves_older_orders_alone(shop: Shop) -> None:
    shop.buy()
    shop.clock.advance(minutes=1, seconds=1)
    shop.tokens.clear()
    recent = shop.buy()

    assert [event.order.id for _, event in _events(shop)] == [recent]


def test_however_long_nothing_ran_the_last_minute_before_is_told(shop: Shop) -> None:
    order = shop.buy()
    shop.clock.advance(days=3)

    assert [event.order.id for _, event in _events(shop)] == [order]


def test_an_empty_shop_has_nothing_to_tell(shop: Shop) -> None:
    assert _events(shop) == []


def _events(shop: Shop) -> list[tuple[str, specs.OrderUpdated]]:
    shop.plugin.events.clear()
    started_anew(shop).look()
    return shop.plugin.events
