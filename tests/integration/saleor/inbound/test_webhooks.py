"""Webhooks: proved first, then fired as the hooks of every platform, then answered."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from bittitan_hooks import specs
from bittitan_plugin.platforms.saleor.apps import AppState
from bittitan_plugin.platforms.saleor.signatures import LARGEST_BODY
from tests.fakes.saleor.records import Channel, Order, Product, ProductType, User, Variant
from tests.fakes.saleor.sending import Delivery
from tests.fakes.values import product
from tests.integration.saleor.inbound.conftest import Station, Stations
from tests.tables import every


def stock(station: Station, price: str = "14.00") -> Variant:
    """A mailbox licence on sale."""
    saleor = station.server.saleor
    kind = ProductType("VHlwZTox", "bittitan-mailbox-license", "BitTitan Mailbox License", False)
    saleor.product_types[kind.id] = kind
    product = Product("UHJvZHVjdDox", "Mailbox", "mailbox", kind.id)
    saleor.products[product.id] = product
    channel: Channel = next(iter(saleor.channels.values()))
    product.channels[channel.id] = True
    variant = Variant("UHJvZHVjdFZhcmlhbnQ6MQ==", product.id, "MW-MAILBOX")
    variant.prices[channel.id] = Decimal(price)
    saleor.variants[variant.id] = variant
    return variant


def ordered(station: Station, quantity: int = 3, customer: User | None = None) -> Order:
    return station.server.saleor.place((stock(station).id, quantity, {}), customer=customer)


def sent(station: Station, event: str, order: Order, **options: str) -> Delivery:
    """The event and nothing before it, taken."""
    station.sender.waiting.clear()
    station.listening.heard.clear()
    delivery = station.sender.event(event, order=order.id, **options)
    station.sender.deliver(delivery)
    return delivery


@every(
    "event, hook",
    [
        ("ORDER_CREATED", "order_created"),
        ("ORDER_CONFIRMED", "order_confirmed"),
        ("ORDER_PAID", "order_paid"),
        ("ORDER_FULLY_PAID", "order_fully_paid"),
        ("ORDER_UPDATED", "order_updated"),
        ("ORDER_CANCELLED", "order_cancelled"),
        ("ORDER_FULFILLED", "order_fulfilled"),
    ],
)
def test_an_event_of_an_order_fires_the_hook_of_that_name(
    station: Station, event: str, hook: str
) -> None:
    order = ordered(station)
    assert sent(station, event, order).statuses == [200]
    assert station.listening.hooks == [hook]
    fired = station.listening.last(hook)
    assert isinstance(fired, specs.Event)
    assert fired.installation == station.server.api_url


@pytest.mark.parametrize("event", ["ORDER_REFUNDED", "ORDER_FULLY_REFUNDED", "ORDER_UPDATED"])
def test_that_all_money_went_back_is_what_the_order_shows_and_not_what_an_event_is_called(
    station: Station, event: str
) -> None:
    saleor, order = station.server.saleor, ordered(station)
    saleor.pay(saleor.pay(order), order.total)
    saleor.refund(order, order.total)
    sent(station, event, order)
    assert "order_fully_refunded" not in station.listening.hooks
    order.transactions[0].charged, order.transactions[0].refunded = Decimal(0), order.total
    sent(station, event, order)
    assert "order_fully_refunded" in station.listening.hooks


def test_the_hook_carries_the_order_as_saleor_shows_it(station: Station) -> None:
    customer = station.server.saleor.add_customer("buyer@example.com", "Acme")
    order = station.server.saleor.place(
        (stock(station).id, 3, {"bittitan.friendly_name": "Berlin"}), customer=customer
    )
    sent(station, "ORDER_FULLY_PAID", order)
    fired = station.listening.last("order_fully_paid")
    assert isinstance(fired, specs.OrderFullyPaid)
    (line,) = fired.order.lines
    assert (fired.order.id, fired.order.customer.id) == (order.id, customer.id)
    price = Decimal("14.00")
    assert (line.quantity, line.unit_price.amount, line.friendly_name) == (3, price, "Berlin")


def test_a_wrapped_body_is_the_same_event(station: Station) -> None:
    order = ordered(station)
    delivery = station.sender.event("ORDER_CANCELLED", order=order.id)
    flat = json.loads(station.sender.body(delivery))
    flat.pop("__typename")
    body = json.dumps({"data": {"orderCancelled": flat}}).encode()
    signature = station.server.saleor.signing.signature(body)
    assert station.sender.post(delivery, body, signature).status_code == 200
    assert station.listening.hooks == ["order_cancelled"]


def test_the_events_name_is_taken_from_the_signed_body_not_from_the_header(
    station: Station,
) -> None:
    order = ordered(station)
    delivery = station.sender.event("ORDER_CREATED", order=order.id)
    body = station.sender.body(delivery)
    delivery.event = "ORDER_CANCELLED"
    signature = station.server.saleor.signing.signature(body)
    assert station.sender.post(delivery, body, signature).status_code == 200
    assert station.listening.hooks == ["order_created"]


def test_what_the_app_did_itself_fires_nothing(station: Station) -> None:
    delivery = station.sender.event(
        "ORDER_UPDATED", order=ordered(station).id, caused_by=station.installed.app_id
    )
    assert station.sender.deliver(delivery) == 200
    assert station.listening.hooks == []


def test_what_another_app_did_fires_the_hook(station: Station) -> None:
    delivery = station.sender.event(
        "ORDER_UPDATED", order=ordered(station).id, caused_by="QXBwOjk5OQ=="
    )
    assert station.sender.deliver(delivery) == 200
    assert station.listening.hooks == ["order_updated"]


class Losing:
    """A plugin whose database is away."""

    @specs.hookimpl
    def order_created(self, event: specs.OrderCreated) -> specs.Outcome:
        del event
        return specs.Outcome(status=specs.OutcomeStatus.FAILED, message="Again, please.")


def test_an_event_that_was_not_made_durable_is_to_be_sent_again(station: Station) -> None:
    station.service.plugins.register(Losing())
    assert sent(station, "ORDER_CREATED", ordered(station)).statuses[0] == 503


# What is not Saleor's


def test_a_webhook_without_a_signature_is_refused_for_good(station: Station) -> None:
    delivery = station.sender.event("ORDER_CREATED", order=ordered(station).id)
    body = station.sender.body(delivery)
    assert station.sender.post(delivery, body, "").status_code == 401
    assert station.listening.hooks == []


def test_a_webhook_signed_by_another_saleor_is_refused(stations: Stations) -> None:
    here, there = stations.open(), stations.open()
    there.server.saleor.signing.rotate()
    here.sender.install()
    there.sender.install()
    delivery = here.sender.event("ORDER_CREATED", order=ordered(here).id)
    body = here.sender.body(delivery)
    signature = there.server.saleor.signing.signature(body)
    assert here.sender.post(delivery, body, signature).status_code == 401
    assert here.listening.hooks == []


def test_a_webhook_of_a_saleor_that_is_not_known_is_refused(stations: Stations) -> None:
    known, stranger = stations.open(), stations.open(allow=False)
    known.sender.install()
    stranger.sender.manifest = known.sender.manifest
    delivery = stranger.sender.event("ORDER_CREATED", order=ordered(stranger).id)
    assert stranger.sender.deliver(delivery) == 401
    assert stranger.server.saleor.signing.fetched == 0


def test_one_changed_byte_is_refused(station: Station) -> None:
    delivery = station.sender.event("ORDER_CREATED", order=ordered(station, quantity=3).id)
    body = station.sender.body(delivery)
    signature = station.server.saleor.signing.signature(body)
    changed = body.replace(b'"quantity": 3', b'"quantity": 4')
    assert changed != body
    assert station.sender.post(delivery, changed, signature).status_code == 401


def test_a_key_that_was_rotated_is_fetched_once(station: Station) -> None:
    signing = station.server.saleor.signing
    fetched = signing.fetched
    signing.rotate()
    delivery = station.sender.event("ORDER_CREATED", order=ordered(station).id)
    assert station.sender.deliver(delivery) == 200
    assert station.sender.deliver(delivery) == 200
    assert signing.fetched == fetched + 1


def test_an_old_key_is_not_accepted_after_the_new_one_was_seen(station: Station) -> None:
    signing = station.server.saleor.signing
    delivery = station.sender.event("ORDER_CREATED", order=ordered(station).id)
    body = station.sender.body(delivery)
    old = signing.signature(body)
    signing.rotate()
    assert station.sender.deliver(delivery) == 200
    station.clock.advance(seconds=30)
    assert station.sender.post(delivery, body, old).status_code == 401


def test_a_clock_that_was_stepped_back_keeps_no_new_key_from_being_fetched(
    station: Station,
) -> None:
    signing = station.server.saleor.signing
    order = ordered(station).id
    signing.rotate()
    first = station.sender.event("ORDER_CREATED", order=order)
    assert station.sender.deliver(first) == 200
    station.clock.advance(days=-30)
    signing.rotate()
    second = station.sender.event("ORDER_CREATED", order=order)
    assert station.sender.deliver(second) == 200


def test_keys_that_cannot_be_fetched_now_make_saleor_send_it_again(station: Station) -> None:
    signing = station.server.saleor.signing
    signing.rotate()
    signing.published = False
    delivery = station.sender.event("ORDER_CREATED", order=ordered(station).id)
    body = station.sender.body(delivery)
    signature = signing.signature(body)
    assert station.sender.post(delivery, body, signature).status_code == 503
    signing.published = True
    station.clock.advance(seconds=30)
    assert station.sender.post(delivery, body, signature).status_code == 200


def test_strangers_cannot_make_the_plugin_fetch_keys_without_end(station: Station) -> None:
    signing = station.server.saleor.signing
    fetched = signing.fetched
    delivery = station.sender.event("ORDER_CREATED", order=ordered(station).id)
    body = station.sender.body(delivery)
    forged = signing.signature(body, kid="nobody-knows")
    statuses = {station.sender.post(delivery, body, forged).status_code for _ in range(20)}
    assert statuses <= {401, 503}
    assert signing.fetched == fetched + 1


def test_a_replay_a_week_later_is_refused_and_changes_nothing(station: Station) -> None:
    delivery = station.sender.event("ORDER_CREATED", order=ordered(station).id)
    body = station.sender.body(delivery)
    signature = station.server.saleor.signing.signature(body)
    station.clock.advance(days=7)
    assert station.sender.post(delivery, body, signature).status_code == 410
    assert station.listening.hooks == []


def test_an_event_meant_for_another_app_is_taken_and_ignored(station: Station) -> None:
    delivery = station.sender.event("ORDER_CREATED", order=ordered(station).id)
    body = json.loads(station.sender.body(delivery))
    body["recipient"] = {"id": "QXBwOjk5OQ=="}
    raw = json.dumps(body).encode()
    signature = station.server.saleor.signing.signature(raw)
    assert station.sender.post(delivery, raw, signature).status_code == 200
    assert station.listening.hooks == []


# What is Saleor's and cannot be used


def signed(station: Station, body: bytes) -> int:
    delivery = Delivery("ORDER_CREATED", {}, "http://plugin.example/saleor/webhooks", "")
    signature = station.server.saleor.signing.signature(body)
    return station.sender.post(delivery, body, signature).status_code


@every(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"{}",
        b'{"__typename": 7}',
        b"[" * 5000,
        b'{"a": NaN}',
    ],
)
def test_a_signed_body_that_is_no_event_is_refused_for_good(station: Station, body: bytes) -> None:
    assert signed(station, body) in {400, 401}
    assert station.listening.hooks == []


def test_an_event_that_nobody_asked_for_is_taken_and_ignored(station: Station) -> None:
    issued = station.clock().isoformat()
    body = json.dumps({"__typename": "GiftCardCreated", "issuedAt": issued, "giftCard": {}})
    assert signed(station, body.encode()) == 200


def test_a_body_of_fifty_megabytes_is_refused_unread(station: Station) -> None:
    headers = {"Saleor-Api-Url": station.server.api_url}
    body = b"x" * (50 * 1024 * 1024)
    answer = station.http.post("/saleor/webhooks", content=body, headers=headers)
    assert answer.status_code == 413
    assert len(body) > LARGEST_BODY


def event_body(station: Station, order: object) -> bytes:
    issued = station.clock().isoformat()
    said = {"__typename": "OrderFullyPaid", "issuedAt": issued, "order": order}
    return json.dumps(said).encode()


def test_an_order_left_out_for_want_of_a_permission_becomes_a_problem_with_the_mend(
    station: Station,
) -> None:
    assert signed(station, event_body(station, None)) == 422
    with station.application.ports.store.reading(station.installed.installation_id) as work:
        (problem,) = work.problems.open()
    assert "left out the order" in problem.message
    assert "permissions" in problem.next_step


@pytest.mark.parametrize("order", [{}, {"id": "x"}, {"id": "x", "lines": [{}]}, [], "x"])
def test_an_order_that_does_not_fit_becomes_a_problem(station: Station, order: object) -> None:
    assert signed(station, event_body(station, order)) == 422
    with station.application.ports.store.reading(station.installed.installation_id) as work:
        assert len(work.problems.open()) == 1


def test_an_order_of_ours_that_cannot_be_read_is_that_order_s_problem(station: Station) -> None:
    order = ordered(station)
    with station.application.ports.store.writing(station.installed.installation_id) as work:
        work.products.add(product(variant_id=order.lines[0].variant))
    order.email = ""
    assert sent(station, "ORDER_FULLY_PAID", order).statuses == [422]
    with station.application.ports.store.reading(station.installed.installation_id) as work:
        (problem,) = work.problems.open()
    assert (problem.order_id, f"Order {order.number}" in problem.message) == (order.id, True)


def test_a_product_that_cannot_be_read_is_no_order_s_problem(station: Station) -> None:
    variant, issued = stock(station), station.clock().isoformat()
    with station.application.ports.store.writing(station.installed.installation_id) as work:
        work.products.add(product(variant_id=variant.id))
    # However much it looks like an order of ours.
    lines = [{"productVariantId": variant.id}]
    broken = {"id": variant.product, "name": 7, "variants": 7, "lines": lines}
    body = {"__typename": "ProductUpdated", "issuedAt": issued, "product": broken}
    assert signed(station, json.dumps(body).encode()) == 422
    with station.application.ports.store.reading(station.installed.installation_id) as work:
        (problem,) = work.problems.open()
    assert problem.order_id is None


def test_the_problem_of_an_event_closes_when_the_next_of_its_kind_can_be_acted_on(
    station: Station,
) -> None:
    signed(station, event_body(station, None))
    sent(station, "ORDER_FULLY_PAID", ordered(station))
    with station.application.ports.store.reading(station.installed.installation_id) as work:
        assert work.problems.open() == []


def test_an_order_of_a_guest_is_an_order(station: Station) -> None:
    sent(station, "ORDER_FULLY_PAID", ordered(station))
    fired = station.listening.last("order_fully_paid")
    assert isinstance(fired, specs.OrderFullyPaid)
    assert fired.order.customer.id == "guest:buyer@example.com"


def test_an_order_with_five_hundred_lines_is_taken(station: Station) -> None:
    variant = stock(station)
    order = station.server.saleor.place(*((variant.id, 1, {}) for _ in range(500)))
    assert sent(station, "ORDER_UPDATED", order).statuses == [200]
    fired = station.listening.last("order_updated")
    assert isinstance(fired, specs.OrderUpdated)
    assert len(fired.order.lines) == 500


# What the app's staff do to it


def test_switching_the_app_off_and_on_is_followed(station: Station) -> None:
    assert station.sender.deliver(station.sender.switch(on=False)) == 200
    states = [station.installed.state]
    station.clock.advance(minutes=1)
    assert station.sender.deliver(station.sender.switch(on=True)) == 200
    assert [*states, station.installed.state] == [AppState.DEACTIVATED, AppState.ACTIVE]


def test_what_saleor_said_earlier_and_arrives_later_is_not_believed(station: Station) -> None:
    off = station.sender.switch(on=False)
    station.clock.advance(minutes=1)
    on = station.sender.switch(on=True)
    assert station.sender.deliver(on) == 200
    assert station.sender.app is not None
    station.sender.app.active = False
    assert station.sender.deliver(off) == 200
    assert station.installed.state is AppState.ACTIVE


def test_the_first_webhook_of_an_installation_is_answered_with_a_hello(station: Station) -> None:
    sender = station.sender
    assert sender.hello is not None
    assert sender.hello.statuses == [200]
    body = sender.body(sender.hello)
    answer = sender.post(sender.hello, body, station.server.saleor.signing.signature(body))
    assert "webhooks arrive" in answer.text


def test_nothing_waits_for_the_webhook_of_the_installation(bare: Station) -> None:
    sender = bare.sender
    sender.hears_of_its_installation = False
    assert sender.install().json() == {"success": True}
    order = ordered(bare)
    assert sent(bare, "ORDER_CREATED", order).statuses == [200]
    assert bare.installed.is_active


def test_removing_the_app_closes_the_installation_and_deletes_nothing(station: Station) -> None:
    before = station.installed
    assert station.sender.deliver(station.sender.uninstall()) == 200
    after = station.installed
    assert (after.state, after.installation_id) == (AppState.UNINSTALLED, before.installation_id)
    assert station.apps.token(after) == ""
    assert before.api_url not in {app.api_url for app in station.apps.all_active()}


def test_an_app_that_was_removed_is_sent_nothing_more(station: Station) -> None:
    station.sender.deliver(station.sender.uninstall())
    delivery = station.sender.event("ORDER_CREATED", order=ordered(station).id)
    assert station.sender.deliver(delivery) == 401


def test_installing_again_after_removal_goes_on_with_the_same_installation(
    station: Station,
) -> None:
    before = station.installed.installation_id
    station.sender.deliver(station.sender.uninstall())
    station.clock.advance(minutes=1)
    assert station.sender.install().status_code == 200
    assert (station.installed.installation_id, station.installed.is_active) == (before, True)


def test_news_of_a_removal_that_come_after_the_next_installation_are_not_believed(
    station: Station,
) -> None:
    late = station.sender.uninstall()
    body = station.sender.body(late)
    station.clock.advance(minutes=1)
    station.sender.install()
    signature = station.server.saleor.signing.signature(body)
    assert station.sender.post(late, body, signature).status_code == 200
    assert station.installed.state is AppState.ACTIVE


def test_what_waits_is_refused_with_a_clear_sentence_while_the_app_is_off(
    station: Station,
) -> None:
    station.sender.deliver(station.sender.switch(on=False))
    with pytest.raises(specs.Unavailable, match="switched off in Saleor's Dashboard"):
        station.application.platforms.of(station.installed.installation_id)


def test_any_process_finds_the_saleor_of_an_installation_in_the_database(
    station: Station,
) -> None:
    host = station.application.platforms.of(station.installed.installation_id)
    order = ordered(station)
    found = host.order(order.id)
    assert found is not None
    assert found.number == order.number
    assert station.clock() - station.installed.changed_at < timedelta(hours=1)
